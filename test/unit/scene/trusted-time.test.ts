import { describe, expect, it } from 'vitest'
import { decide } from '../../../src/scene/decide.ts'
import {
  countSilence,
  heardFromService,
  isWallClockOff,
  missedService,
  offlineMs,
  raiseHighWater,
  readHighWater,
  restartTime,
  resumeSilence,
  SILENCE_MS_ALL,
  takeSignedTime,
  trustedTime,
} from '../../../src/scene/trusted-time.ts'
import { charge, goodFacts, goodScene, grantDocument, inHand, NOW_MS } from './documents.ts'

const FRESH = { highWaterMs: NOW_MS - 1_000, isRolledBack: false }
const trusted = (nowMs: number) => ({ kind: 'trusted' as const, nowMs })

describe('trusted time', () => {
  it('is the last signed time and the monotonic clock since', () => {
    const state = takeSignedTime(FRESH, { signedMs: NOW_MS, monotonicMs: 500 }, 0)
    expect(trustedTime(state, 2_500)).toEqual(trusted(NOW_MS + 2_000))
    expect(trustedTime(state, 400)).toEqual({ kind: 'none' })
  })

  it('is none since a start until one signed answer came', () => {
    const state = takeSignedTime(FRESH, { signedMs: NOW_MS, monotonicMs: 500 }, 0)
    const restarted = restartTime(raiseHighWater(state, 10_500))
    expect(trustedTime(restarted, 900_000)).toEqual({ kind: 'none' })
    expect(restarted.highWaterMs).toBe(NOW_MS + 10_000)
    const facts = goodFacts({ time: { kind: 'none' } })
    expect(decide(goodScene({ facts }), charge())).toMatchObject({ code: 'scene.time_untrusted' })
  })

  it('AC-3.3/decision locks when it lies before the high-water mark, and stays locked', () => {
    const rolled = takeSignedTime(FRESH, { signedMs: NOW_MS - 3_001, monotonicMs: 0 }, 2_000)
    expect(trustedTime(rolled, 0)).toEqual({ kind: 'rolled_back' })
    expect(trustedTime(restartTime(rolled), 0)).toEqual({ kind: 'rolled_back' })
    const later = takeSignedTime(rolled, { signedMs: NOW_MS + 9_000, monotonicMs: 0 }, 2_000)
    expect(trustedTime(later, 0)).toEqual({ kind: 'rolled_back' })
    const facts = goodFacts({ time: { kind: 'rolled_back' } })
    expect(decide(goodScene({ facts }), charge())).toMatchObject({ code: 'scene.clock_rollback' })
  })

  it('stands within the tolerance, and never goes back', () => {
    const state = takeSignedTime(FRESH, { signedMs: NOW_MS - 2_000, monotonicMs: 0 }, 2_000)
    expect(trustedTime(state, 0)).toEqual(trusted(FRESH.highWaterMs))
  })

  it.each([-86_400_000, 86_400_000, 365 * 86_400_000])(
    'AC-3.3/decision does not know the wall clock, which is %d ms off',
    (offMs) => {
      const state = takeSignedTime(FRESH, { signedMs: NOW_MS, monotonicMs: 0 }, 0)
      const now = trustedTime(state, 1_000)
      expect(isWallClockOff(NOW_MS + offMs, now)).toBe(true)
      expect(now).toEqual(trusted(NOW_MS + 1_000))
    },
  )

  it('tells of a wall clock only beyond five minutes', () => {
    expect(isWallClockOff(NOW_MS + 300_000, trusted(NOW_MS))).toBe(false)
    expect(isWallClockOff(NOW_MS - 300_001, trusted(NOW_MS))).toBe(true)
    expect(isWallClockOff(0, { kind: 'none' })).toBe(false)
  })

  it.each([undefined, null, 'x', 1.5, -1, Number.NaN])('has no high-water mark in %j', (kept) => {
    expect(readHighWater(kept)).toEqual({ ok: false, error: 'scene.state_lost' })
  })

  it('AC-20 a grant and a measure do nothing before they are in effect', () => {
    const grant = inHand(grantDocument({ not_before: '2026-03-04T12:00:01+08:00' }))
    expect(decide(goodScene({ grant }), charge())).toMatchObject({
      code: 'scene.grant_not_yet_valid',
    })
    const facts = goodFacts({ time: trusted(NOW_MS + 1_000) })
    expect(decide(goodScene({ grant, facts }), charge()).kind).toBe('allow')
  })
})

describe('the grace while the service is silent', () => {
  const GRACE_MS = 7_200_000
  const decideAfter = (ms: number) =>
    decide(goodScene({ facts: goodFacts({ offlineMs: ms }) }), charge())

  it('AC-3.4/decision ends after what the grant gives', () => {
    expect(decideAfter(GRACE_MS - 1_000).kind).toBe('allow')
    expect(decideAfter(GRACE_MS + 1_000)).toMatchObject({ code: 'scene.offline_too_long' })
  })

  it('AC-3.4/decision counts from the last verified answer once the service is missed', () => {
    const meter = heardFromService(0, trusted(NOW_MS))
    expect(offlineMs(meter, 899_000, 900_000)).toBe(0)
    expect(offlineMs(meter, 900_001, 900_000)).toBe(900_001)
    expect(offlineMs(missedService(meter), 5_000, 900_000)).toBe(5_000)
    expect(offlineMs(heardFromService(5_000, trusted(NOW_MS)), 5_000, 900_000)).toBe(0)
  })

  it('AC-3.4/decision is not longer for a restart', () => {
    const kept = countSilence(
      heardFromService(0, trusted(NOW_MS)),
      3_600_000,
      trusted(NOW_MS + 3_600_000),
    )
    const resumed = resumeSilence(kept, 0, trusted(NOW_MS + 3_600_000 + 600_000))
    expect(offlineMs(resumed, 1_000, 900_000)).toBe(3_600_000 + 600_000 + 1_000)
  })

  it.each([
    ['without a time after it', { kind: 'none' as const }],
    ['with a time before it', trusted(NOW_MS - 1)],
  ])('counts a downtime in full %s', (_name, now) => {
    const kept = countSilence(heardFromService(0, trusted(NOW_MS)), 1_000, trusted(NOW_MS + 1_000))
    expect(offlineMs(resumeSilence(kept, 0, now), 0, 900_000)).toBe(SILENCE_MS_ALL)
  })

  it('counts in full when the monotonic clock went back', () => {
    expect(offlineMs(heardFromService(5_000, trusted(NOW_MS)), 4_000, 900_000)).toBe(SILENCE_MS_ALL)
  })

  it('is nothing for a merchant of high risk', () => {
    const grant = inHand(grantDocument({ risk_level: 'high' }))
    const at = (ms: number) =>
      decide(goodScene({ grant, facts: goodFacts({ offlineMs: ms }) }), charge())
    expect(at(0).kind).toBe('allow')
    expect(at(1)).toMatchObject({ code: 'scene.offline_too_long' })
  })
})
