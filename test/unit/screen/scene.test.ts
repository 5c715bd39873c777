import { describe, expect, it } from 'vitest'
import { INITIAL } from '../../../src/checkout/state.ts'
import { ERRORS, problem } from '../../../src/domain/errors.ts'
import type { Sale } from '../../../src/domain/sale.ts'
import type { SceneNote } from '../../../src/screen/model.ts'
import { type Facts, project } from '../../../src/screen/project.ts'

const NOW_MS = 1_800_000_000_000
const NOTE: SceneNote = { screen: 'stopped', measures: [{ code: 'M8' }], noCredit: false }
const FACTS: Facts = {
  revision: 1,
  atMs: NOW_MS,
  store: '测试店',
  terminal: 'POS01',
  scanners: [],
  gateway: { state: 'ok' },
  journal: { state: 'ok', rows: 1, openSales: 0, synchronous: 'FULL' },
  recent: [],
  mayRefund: true,
  scene: { isOffered: false, note: { ...NOTE, problem: problem('scene.suspended') } },
}

function showing(more: Partial<Sale>, facts: Facts = FACTS) {
  const sale: Sale = {
    id: 's1',
    amountFen: 1_230,
    description: '测试',
    createdAtMs: NOW_MS,
    traceId: 't1',
    phase: 'ready',
    attempts: [],
    cancelWanted: false,
    ...more,
  }
  return project({ ...INITIAL, sales: new Map([['s1', sale]]), onScreen: 's1' }, facts)
}

describe('the screens under a scene that refuses', () => {
  it('P9: are stopped with nobody there; refunds stay', () => {
    const { cashier, customer } = project(INITIAL, FACTS)
    expect(cashier).toMatchObject({ state: 'stopped', problem: { code: 'scene.suspended' } })
    expect(cashier.mayRefund).toBe(true)
    expect(customer).toEqual({
      state: 'stopped',
      store: '测试店',
      hint: ERRORS['scene.suspended'].customer,
    })
  })

  it('name the journal before the scene, because it stops more', () => {
    const journal = { ...FACTS.journal, state: 'failing', code: 'journal.damaged' } as const
    const { cashier, customer } = project(INITIAL, { ...FACTS, journal })
    expect(cashier.problem?.code).toBe('journal.damaged')
    expect(customer).not.toHaveProperty('hint')
  })

  it('P9: show PAID as ever', () => {
    expect(showing({ phase: 'paid', closedAtMs: NOW_MS }).customer.state).toBe('paid')
  })

  it('offer to cancel a sale, and not to arm it', () => {
    expect(showing({}).cashier.intents).toEqual(['cancel'])
    const sceneRefusal = { code: 'scene.suspended', check: 'standing', atMs: NOW_MS } as const
    expect(showing({ sceneRefusal }).cashier.intents).toEqual(['dismiss'])
    const again: Facts = { ...FACTS, scene: { isOffered: true } }
    expect(showing({ sceneRefusal }, again).cashier.intents).toEqual(['arm', 'dismiss'])
  })

  it('P9: give the customer no reason of a refused sale, and the staff the newest', () => {
    const sceneRefusal = { code: 'scene.location_mismatch', check: 'place', atMs: NOW_MS } as const
    const { cashier, customer } = showing({ sceneRefusal })
    expect(cashier.problem?.code).toBe('scene.location_mismatch')
    expect(Object.keys(customer).toSorted()).toEqual(['amountFen', 'hint', 'state', 'store'])
    expect(customer.hint).toEqual(ERRORS['scene.location_mismatch'].customer)
  })

  it('tell the customer before paying that credit is excluded', () => {
    const scene = { isOffered: true, note: { ...NOTE, noCredit: true } }
    const facts: Facts = { ...FACTS, scene }
    expect(showing({ phase: 'armed' }, facts).customer.noCredit).toBe(true)
    expect(showing({}, facts).customer).not.toHaveProperty('noCredit')
  })
})
