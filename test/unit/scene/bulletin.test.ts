import { describe, expect, it } from 'vitest'
import {
  type Bulletin,
  type BulletinState,
  measuresGiven,
  NO_BULLETINS,
  openBulletin,
  readBulletin,
  takeBulletin,
} from '../../../src/scene/bulletin.ts'
import { decide } from '../../../src/scene/decide.ts'
import {
  bulletinDocument,
  charge,
  createKeys,
  DIGEST,
  goodFacts,
  goodScene,
  grantDocument,
  inHand,
  measureDocument,
  seal,
  signaturesOf,
  type Wire,
} from './documents.ts'

const keys = createKeys()
const signatures = signaturesOf(keys)
const ADDRESSEE = { merchantId: '1900000001', terminalSerial: 'SN-1' }

function bulletin(seq: number, changes: Wire = {}): Bulletin {
  const document = bulletinDocument({ seq, prev_sha256: DIGEST(String(seq - 1)), ...changes })
  const read = readBulletin(document, DIGEST(String(seq)))
  if (!read.ok) throw new Error(read.error.path)
  return read.value
}

function take(state: BulletinState, ...bulletins: Bulletin[]): BulletinState {
  return bulletins.reduce((now, one) => {
    const taken = takeBulletin(now, one)
    return taken.ok ? taken.value : now
  }, state)
}

const FIRST = bulletin(1, { measures: [measureDocument('M8', { seq: 1 })] })
const LIFT = bulletin(2, { lifts: ['ME-M8'] })
const CLOSED = bulletin(2, { measures: [measureDocument('M9', { seq: 2 })] })

describe('bulletins', () => {
  it('AC-16.forge/decision are ignored with a wrong signature, serial, merchant or seq', () => {
    const open = (document: Wire, name: 'risk-key' | 'scene-key' = 'risk-key') => {
      const key = keys[name]
      if (key === undefined) throw new Error(name)
      return openBulletin(seal({ ...document, issuer_kid: name }, key), ADDRESSEE, signatures)
    }
    const kindOf = (opened: ReturnType<typeof open>) => (opened.ok ? 'taken' : opened.error.kind)
    expect(kindOf(open(bulletinDocument()))).toBe('taken')
    expect(kindOf(open(bulletinDocument(), 'scene-key'))).toBe('not_signed')
    expect(kindOf(open(bulletinDocument({ terminal_serial: 'SN-2' })))).toBe('other_terminal')
    expect(kindOf(open(bulletinDocument({ merchant_id: '1900000002' })))).toBe('other_merchant')
    expect(kindOf(open(bulletinDocument({ surprise: 1 })))).toBe('unreadable')
    const state = take(NO_BULLETINS, FIRST)
    expect(takeBulletin(state, bulletin(1))).toEqual({ ok: false, error: { kind: 'old' } })
    expect(state.measures).toHaveLength(1)
  })

  it('AC-3.10 come to the same in whatever order they arrive', () => {
    const third = bulletin(3, { measures: [measureDocument('M3', { seq: 3 })] })
    const inOrder = take(NO_BULLETINS, FIRST, LIFT, third)
    for (const order of [
      [third, LIFT, FIRST],
      [LIFT, FIRST, third],
      [FIRST, third, LIFT],
    ]) {
      expect(take(NO_BULLETINS, ...order)).toEqual(inOrder)
    }
    expect(inOrder.seq).toBe(3)
    expect(inOrder.measures.map(({ code }) => code)).toEqual(['M3'])
  })

  it('bring their measures at once, and lift nothing before their turn', () => {
    const second = bulletin(2, {
      measures: [measureDocument('M4', { seq: 2 })],
      lifts: ['ME-GRANTED'],
    })
    const early = take(NO_BULLETINS, second)
    const granted = inHand(
      grantDocument({ measures: [measureDocument('M8', { measure_id: 'ME-GRANTED' })] }),
    )
    const measures = granted.kind === 'read' ? granted.grant.measures : []
    const codes = (state: BulletinState) => measuresGiven(measures, state).map(({ code }) => code)
    expect(codes(early)).toEqual(['M8', 'M4'])
    expect(codes(take(early, bulletin(1)))).toEqual(['M4'])
  })

  it('are refused when they do not follow from the one before', () => {
    const other = bulletin(2, { prev_sha256: DIGEST('9') })
    expect(takeBulletin(take(NO_BULLETINS, FIRST), other)).toMatchObject({
      error: { kind: 'forked' },
    })
    const state = take(NO_BULLETINS, other, FIRST)
    expect(state).toMatchObject({ seq: 1, waiting: [] })
  })

  it('do not open what was closed, nor end the end of the agreement', () => {
    const ended = bulletin(3, { measures: [measureDocument('M10', { seq: 3 })] })
    const lifted = bulletin(4, { lifts: ['ME-M9', 'ME-M10', 'ME-M8'] })
    const state = take(NO_BULLETINS, FIRST, CLOSED, ended, lifted)
    expect(state.measures.map(({ code }) => code)).toEqual(['M9', 'M10'])
  })

  it('are asked for again when fewer are there than were seen', () => {
    const { sealed } = goodFacts()
    const facts = goodFacts(
      sealed === undefined ? {} : { sealed: { ...sealed, maxBulletinSeq: 2 } },
    )
    const bulletins = take(NO_BULLETINS, bulletin(1))
    expect(decide(goodScene({ facts, bulletins }), charge())).toMatchObject({
      code: 'scene.bulletins_missing',
    })
  })

  it('wait for an earlier one in a bounded number', () => {
    let state = NO_BULLETINS
    for (let seq = 2; seq < 22; seq += 1) {
      const read = readBulletin(bulletinDocument({ seq }), DIGEST('1'))
      if (read.ok) state = take(state, read.value)
    }
    const more = readBulletin(bulletinDocument({ seq: 22 }), DIGEST('1'))
    expect(more.ok && takeBulletin(state, more.value)).toMatchObject({ error: { kind: 'full' } })
  })
})
