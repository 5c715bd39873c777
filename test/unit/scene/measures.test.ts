import { describe, expect, it } from 'vitest'
import { SCREEN_RULES } from '../../../src/domain/screen-rules.ts'
import { NO_BULLETINS, readBulletin, takeBulletin } from '../../../src/scene/bulletin.ts'
import { decide, type Scene } from '../../../src/scene/decide.ts'
import { measure } from '../../../src/scene/measure.ts'
import { MEASURES, screenRule } from '../../../src/scene/measures.ts'
import type { Request } from '../../../src/scene/request.ts'
import { MEASURE_CODES, type MeasureCode } from '../../../src/scene/words.ts'
import {
  bulletinDocument,
  charge,
  DIGEST,
  goodFacts,
  goodScene,
  grantDocument,
  inHand,
  instant,
  limitRow,
  measureDocument,
  NOW_MS,
  type Wire,
} from './documents.ts'

/** The scene with measures that came by a bulletin. */
function under(measures: readonly Wire[], grant = grantDocument()): Scene {
  const document = bulletinDocument({ measures })
  const read = readBulletin(document, DIGEST('1'))
  if (!read.ok) throw new Error(read.error.path)
  const taken = takeBulletin(NO_BULLETINS, read.value)
  if (!taken.ok) throw new Error(taken.error.kind)
  return goodScene({ grant: inHand(grant), bulletins: taken.value })
}

const FACES: Partial<Extract<Request, { action: 'charge' }>> = { interface: 'FACEPAY' }
const OLD = { interface: 'MICROPAY', role: 'manager' } as const
const ASKED: Readonly<Record<string, Request>> = {
  code: charge({ amountFen: 9_000 }),
  large: charge({ amountFen: 10_100 }),
  face: charge(FACES),
  refund: { action: 'refund', ...OLD },
  reverse: { action: 'reverse', inFlight: false, ...OLD },
  reverseInFlight: { action: 'reverse', inFlight: true, ...OLD },
  query: { action: 'query', inFlight: false, ...OLD },
  queryInFlight: { action: 'query', inFlight: true, ...OLD },
}

/** What each request comes to under a measure; `yes`, `no credit`, or why not. */
const EXPECTED: Readonly<Record<MeasureCode, Readonly<Record<string, string>>>> = (() => {
  const all = (word: string) => Object.fromEntries(Object.keys(ASKED).map((name) => [name, word]))
  const usual = all('yes')
  return {
    M1: usual,
    M2: usual,
    M3: { ...usual, large: 'scene.above_single_limit' },
    M4: usual,
    M5: { ...usual, code: 'no credit', large: 'no credit', face: 'scene.credit_not_excluded' },
    M6: { ...usual, face: 'scene.scene_removed' },
    M7: usual,
    M8: {
      ...usual,
      code: 'scene.suspended',
      large: 'scene.suspended',
      face: 'scene.suspended',
      reverse: 'scene.refund_blocked',
    },
    M9: {
      ...usual,
      code: 'scene.interface_closed',
      large: 'scene.interface_closed',
      face: 'scene.interface_closed',
      refund: 'scene.refund_back_office',
      reverse: 'scene.refund_back_office',
    },
    M10: {
      ...all('scene.terminated'),
      reverseInFlight: 'yes',
      queryInFlight: 'yes',
    },
  }
})()

function outcomes(scene: Scene): Record<string, string> {
  return Object.fromEntries(
    Object.entries(ASKED).map(([name, request]) => {
      const decision = decide(scene, request)
      if (decision.kind === 'refuse') return [name, decision.code]
      return [name, decision.sendWithoutCredit ? 'no credit' : 'yes']
    }),
  )
}

describe('measures', () => {
  it.each(MEASURE_CODES)('AC-16.%s/decision every request comes to what its row says', (code) => {
    // By a bulletin that just came, and stored in the grant: the decision is made anew each time.
    expect(outcomes(under([measureDocument(code)]))).toEqual(EXPECTED[code])
    const stored = inHand(grantDocument({ measures: [measureDocument(code)] }))
    expect(outcomes(goodScene({ grant: stored }))).toEqual(EXPECTED[code])
  })

  it.each(MEASURE_CODES)('%s does nothing before it is in effect', (code) => {
    const later = measureDocument(code, { effective_at: instant(NOW_MS + 1_000) })
    expect(outcomes(under([later]))).toEqual(EXPECTED.M1)
  })

  it.each(MEASURE_CODES.filter((code) => code !== 'M1'))('%s leaves no grace', (code) => {
    const scene = under([measureDocument(code)])
    const facts = goodFacts({ offlineMs: 1 })
    expect(decide({ ...scene, facts }, charge())).toMatchObject({ code: 'scene.offline_too_long' })
    expect(MEASURES[code].hasGrace).toBe(false)
  })

  it('AC-16.M2/decision charges until the deadline, then only by a grant issued after it', () => {
    const m2 = (changes: Wire) => measureDocument('M2', { deadline: instant(NOW_MS), ...changes })
    const code = (scene: Scene) => {
      const decision = decide(scene, charge())
      return decision.kind === 'refuse' ? decision.code : 'yes'
    }
    expect(code(under([m2({ deadline: instant(NOW_MS + 1_000) })]))).toBe('yes')
    expect(code(under([m2({})]))).toBe('scene.deadline_passed')
    const early = m2({ deadline: instant(NOW_MS - 60_000) })
    const renewed = grantDocument({ issued_at: instant(NOW_MS - 59_000) })
    expect(code(under([early], renewed))).toBe('yes')
    expect(code(under([{ ...early, on_deadline: 'suspend' }], renewed))).toBe('scene.suspended')
  })

  it('AC-16.combine/decision holds to the most restrictive of all', () => {
    const single = [
      { interface: 'MICROPAY', channel: 'ALL', single: 10_000, day: 90_000, month: 90_000 },
    ]
    const scene = under([
      measureDocument('M3', { params: { limits: single } }),
      measureDocument('M5'),
      measureDocument('M6'),
    ])
    expect(outcomes(scene)).toMatchObject({
      code: 'no credit',
      large: 'scene.above_single_limit',
      face: 'scene.scene_removed',
    })
    expect(decide(scene, charge({ amountFen: 9_000 }))).toMatchObject({ ceilingFen: 10_000 })
    const worse = under([measureDocument('M8'), measureDocument('M10'), measureDocument('M9')])
    expect(decide(worse, charge())).toMatchObject({ code: 'scene.terminated' })
  })

  it('M3 takes the least of grant and measure', () => {
    const limits = [limitRow('MICROPAY', { single: 5_000 }), limitRow('FACEPAY')]
    const scene = under([measureDocument('M3')], grantDocument({ limits }))
    expect(decide(scene, charge())).toMatchObject({ ceilingFen: 5_000 })
    const nothing = [{ interface: 'MICROPAY', channel: 'ALL', single: 0, day: 0, month: 0 }]
    const blocked = under([measureDocument('M3', { params: { limits: nothing } })])
    expect(decide(blocked, charge({ amountFen: 1 }))).toMatchObject({ kind: 'refuse' })
    expect(decide(blocked, charge(FACES)).kind).toBe('allow')
  })

  it('M5 blocks an interface when a channel is closed that an order cannot exclude', () => {
    const params = { channels_allowed: ['BALANCE', 'CREDIT'] }
    expect(decide(under([measureDocument('M5', { params })]), charge())).toMatchObject({
      code: 'scene.channels_closed',
    })
  })

  it.each<[string, Wire]>([
    ['an unknown code', measureDocument('M77')],
    ['no deadline where one must stand', measureDocument('M2', { deadline: instant(0) })],
    ['parameters that cannot be read', measureDocument('M5', { params: { x: 1 } })],
    ['parameters that are missing', measureDocument('M3', { params: {} })],
  ])('AC-16.unknown/decision acts as M8 with %s', (_name, document) => {
    const changed = { ...document }
    if (changed.code === 'M2') delete changed.deadline
    expect(outcomes(under([changed]))).toEqual(EXPECTED.M8)
    expect(measure(changed, '')).toMatchObject({ value: { code: 'unreadable' } })
  })

  it('a scope that names an interface nobody knows is for all of them', () => {
    const scope = { interfaces: ['FACEPAY', 'CARRIER'] }
    expect(outcomes(under([measureDocument('M9', { scope })]))).toEqual(EXPECTED.M9)
    const narrow = under([measureDocument('M9', { scope: { interfaces: ['FACEPAY'] } })])
    expect(outcomes(narrow)).toEqual({ ...EXPECTED.M1, face: 'scene.interface_closed' })
  })

  it('M9 ends by a later grant that has the interface again, and not by one without it', () => {
    const m9 = measureDocument('M9', { effective_at: instant(NOW_MS - 7_200_000) })
    expect(outcomes(under([m9]))).toEqual(EXPECTED.M1)
    const without = under([m9], grantDocument({ interfaces: [] }))
    expect(outcomes(without)).toMatchObject({
      code: 'scene.interface_closed',
      refund: 'scene.refund_back_office',
    })
  })

  it('refunds under M8 go by the grant and by the measure', () => {
    const blocked = measureDocument('M8', { params: { refund: 'blocked' } })
    const refund = (scene: Scene) => outcomes(scene).refund
    expect(refund(under([blocked]))).toBe('scene.refund_blocked')
    for (const word of ['blocked', 'gateway_only']) {
      expect(refund(under([measureDocument('M8')], grantDocument({ refund: word })))).toBe(
        'scene.refund_blocked',
      )
      expect(refund(goodScene({ grant: inHand(grantDocument({ refund: word })) }))).toBe('yes')
    }
  })

  it('after M10, money in flight is settled for seven days', () => {
    const week = 7 * 86_400_000
    const at = (effectiveMs: number) =>
      outcomes(under([measureDocument('M10', { effective_at: instant(effectiveMs) })]))
    expect(at(NOW_MS - week)).toMatchObject({ queryInFlight: 'yes', reverseInFlight: 'yes' })
    expect(at(NOW_MS - week - 1_000)).toMatchObject({
      queryInFlight: 'scene.recovery_ended',
      reverseInFlight: 'scene.recovery_ended',
    })
  })

  it('show the screen of the most restrictive', () => {
    const read = (code: string) => {
      const one = measure(measureDocument(code), '')
      return one.ok ? [one.value] : []
    }
    expect(screenRule([], NOW_MS)).toBe(SCREEN_RULES[0])
    const warned = [...read('M1'), ...read('M4'), ...read('M3')]
    const noted = new Set(warned.map(({ measureId }) => measureId))
    expect(screenRule(warned, NOW_MS, noted)).toBe('ceiling_before_scan')
    expect(screenRule(read('M1'), NOW_MS, noted)).toBe('as_usual')
    expect(screenRule(read('M7'), NOW_MS, new Set(['other']))).toBe('manager_note')
    expect(screenRule([...read('M3'), ...read('M1')], NOW_MS)).toBe('ceiling_before_scan')
    expect(screenRule([...read('M77'), ...read('M5')], NOW_MS)).toBe('stopped')
    expect(screenRule([...read('M8'), ...read('M10')], NOW_MS)).toBe('retired')
  })
})
