import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { INITIAL } from '../../../src/checkout/state.ts'
import { certificateLife } from '../../../src/domain/certificate-life.ts'
import { ERRORS, type ErrorCode, problem } from '../../../src/domain/errors.ts'
import type { Attempt, Sale } from '../../../src/domain/sale.ts'
import { SCENE_ERRORS, type SceneCode } from '../../../src/domain/scene-errors.ts'
import { SCREEN_RULES } from '../../../src/domain/screen-rules.ts'
import { MEASURE_CODES } from '../../../src/scene/words.ts'
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
  face: { isOffered: false },
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

const CODES = Object.keys(ERRORS) as ErrorCode[]
const SCENE_CODES = Object.keys(SCENE_ERRORS) as SceneCode[]
const ALLOWED = ['amountFen', 'deadlineAtMs', 'hint', 'noCredit', 'state', 'store']

const note = fc.record({
  screen: fc.constantFrom(...SCREEN_RULES),
  measures: fc.array(
    fc.record({ code: fc.constantFrom(...MEASURE_CODES, 'unreadable'), deadlineAtMs: fc.nat() }),
  ),
  noCredit: fc.boolean(),
  problem: fc.constantFrom(...SCENE_CODES).map((code) => problem(code)),
})
const facts: fc.Arbitrary<Facts> = fc.record({
  ...Object.fromEntries(Object.entries(FACTS).map(([name, value]) => [name, fc.constant(value)])),
  scene: fc.oneof(
    fc.record({ isOffered: fc.boolean(), note }),
    fc.record({ isOffered: fc.boolean() }),
  ),
  journal: fc.constantFrom(FACTS.journal, {
    ...FACTS.journal,
    state: 'failing' as const,
    code: 'journal.damaged' as const,
  }),
}) as fc.Arbitrary<Facts>

const attempt = fc.record({
  phase: fc.constantFrom('submitting', 'paying', 'confirming', 'reversing', 'checking', 'not_paid'),
  cause: fc.option(fc.constantFrom(...CODES), { nil: undefined }),
  refusal: fc.option(fc.constantFrom(...CODES), { nil: undefined }),
  gatewayText: fc.constant('NOTENOUGH 余额不足'),
  submittedAtMs: fc.constant(NOW_MS),
  noCredit: fc.constantFrom(true, undefined),
})
const sale = fc.record({
  phase: fc.constantFrom('ready', 'armed', 'in_flight', 'paid', 'closed'),
  attempts: fc.array(attempt, { maxLength: 2 }) as unknown as fc.Arbitrary<readonly Attempt[]>,
  sceneRefusal: fc.option(
    fc.record({
      code: fc.constantFrom(...SCENE_CODES),
      check: fc.constant('standing'),
      atMs: fc.constant(NOW_MS),
    }),
    { nil: undefined },
  ),
}) as unknown as fc.Arbitrary<Partial<Sale>>

describe('the customer', () => {
  const texts = new Set(CODES.map((code) => JSON.stringify(ERRORS[code].customer)))

  it('P9: is never given a reason, a code or a measure, whatever stands on the screen', () => {
    fc.assert(
      fc.property(fc.option(sale), facts, (more, given) => {
        const { customer } = more === null ? project(INITIAL, given) : showing(more, given)
        expect(ALLOWED).toEqual(expect.arrayContaining(Object.keys(customer)))
        if (customer.hint) expect(texts).toContain(JSON.stringify(customer.hint))
        const said = JSON.stringify(customer)
        expect(said).not.toMatch(/"M\d|[a-z]+\.[a-z]+_|unreadable|NOTENOUGH/)
        for (const code of SCENE_CODES) {
          expect(said).not.toContain(`"${code}"`)
          expect(said).not.toContain(ERRORS[code].staff['zh-CN'])
          expect(said).not.toContain(ERRORS[code].staff.en)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('P9: reads the same whichever measure or reason has stopped the service', () => {
    const said = (['scene.suspended', 'scene.terminated', 'scene.interface_closed'] as const).map(
      (code) => {
        const stopped = {
          ...FACTS,
          scene: { isOffered: false, note: { ...NOTE, problem: problem(code) } },
        }
        return project(INITIAL, stopped).customer
      },
    )
    expect(new Set(said.map((one) => JSON.stringify(one))).size).toBe(1)
    expect(said[0]?.hint?.['zh-CN']).toBe('暂不支持该支付方式，请选择其他方式')
  })

  it('is not told to show a code by a remark while nothing can be paid', () => {
    const state = { ...INITIAL, notice: { code: 'code.alipay', atMs: NOW_MS } as const }
    expect(project(state, FACTS).customer.hint).toEqual(ERRORS['scene.suspended'].customer)
  })

  it('still reads on the phone that credit is excluded, as the order says', () => {
    const paying = { phase: 'paying', submittedAtMs: NOW_MS, noCredit: true } as unknown as Attempt
    const { customer } = showing({ phase: 'in_flight', attempts: [paying] })
    expect(customer).toMatchObject({ state: 'on_phone', noCredit: true })
  })
})

describe('what stops the staff', () => {
  const stopOf = (code: SceneCode, screen: SceneNote['screen'] = 'as_usual') =>
    project(INITIAL, {
      ...FACTS,
      scene: { isOffered: false, note: { ...NOTE, screen, problem: problem(code) } },
    }).cashier.stop

  it.each([
    ['scene.suspended', 'stopped', 'suspended'],
    ['scene.grant_expired', 'as_usual', 'suspended'],
    ['scene.no_grant', 'stopped', 'not_set_up'],
    ['scene.interface_closed', 'way_closed', 'way_closed'],
    ['scene.suspended', 'way_closed', 'suspended'],
    ['scene.terminated', 'retired', 'retired'],
    ['scene.no_grant', 'retired', 'retired'],
  ] as const)('%s under %s is %s', (code, screen, stop) => {
    expect(stopOf(code, screen)).toBe(stop)
  })

  it('is said whatever is on the screen, and not while money is taken', () => {
    expect(showing({ phase: 'paid', closedAtMs: NOW_MS }).cashier.stop).toBe('suspended')
    const open: Facts = {
      ...FACTS,
      scene: { isOffered: true, note: { ...NOTE, screen: 'way_closed' } },
    }
    expect(project(INITIAL, open).cashier).not.toHaveProperty('stop')
    const journal = { ...FACTS.journal, state: 'failing' } as const
    expect(project(INITIAL, { ...open, journal }).cashier.stop).toBe('terminal')
  })
})

describe('AC-13b: the light of the certificate', () => {
  const DAY_MS = 86_400_000
  it.each([
    [40, { level: 'ok', detail: 'good' }],
    [30, { level: 'busy', detail: 'last_month', days: 30 }],
    [7, { level: 'bad', detail: 'last_week', days: 7 }],
    [1, { level: 'bad', detail: 'last_day', days: 1 }],
    [0, { level: 'bad', detail: 'ended', days: 0 }],
  ])('%i days before its end', (days, light) => {
    const certificate = certificateLife(NOW_MS + days * DAY_MS, NOW_MS)
    const { lights } = project(INITIAL, { ...FACTS, certificate }).cashier
    expect(lights.at(-1)).toEqual({ device: 'certificate', ...light })
  })

  it('is not there where nobody knows when it ends', () => {
    const devices = project(INITIAL, FACTS).cashier.lights.map(({ device }) => device)
    expect(devices).not.toContain('certificate')
  })
})
