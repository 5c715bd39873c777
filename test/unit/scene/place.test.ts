import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decide } from '../../../src/scene/decide.ts'
import {
  distanceM,
  type Fix,
  isInStoreNetwork,
  loseFix,
  takeFix,
  unknownPlace,
} from '../../../src/scene/place.ts'
import { charge, goodFacts, goodScene } from './documents.ts'

const STORE = { latE6: 31_230_000, lonE6: 121_470_000, datum: 'WGS-84', radiusM: 300 } as const
const SETTINGS = { store: STORE, speedKmhMax: 150 }
const METRE_LAT_E6 = 1_000_000 / ((Math.PI * 6_371_009) / 180)
const START = { place: unknownPlace(0) }

function fix(changes: Partial<Fix> = {}): Fix {
  const { latE6, lonE6, datum } = STORE
  return { latE6, lonE6, datum, accuracyM: 10, atMonotonicMs: 0, isMock: false, ...changes }
}
const kindOf = (changes: Partial<Fix>) => takeFix(START, fix(changes), SETTINGS).place.kind
const north = (metres: number) => STORE.latE6 + metres * METRE_LAT_E6

describe('the place', () => {
  it('AC-3.6 is inside one metre within the radius, and outside one metre beyond', () => {
    expect(kindOf({ latE6: north(299) })).toBe('inside')
    expect(kindOf({ latE6: north(301) })).toBe('outside')
  })

  it.each([
    { latE6: Number.NaN },
    { lonE6: Number.NaN },
    { latE6: Number.POSITIVE_INFINITY },
    { latE6: 90_000_001 },
    { lonE6: 180_000_001 },
    { lonE6: -180_000_001 },
    { accuracyM: Number.NaN },
    { accuracyM: -1 },
    { accuracyM: 301 },
    { datum: 'GCJ-02' as const },
  ])('AC-3.6 takes no position from %j', (changes) => {
    expect(kindOf(changes)).toBe('unknown')
  })

  it('AC-3.6 measures across ±180° and at the poles', () => {
    const at = (latE6: number, lonE6: number) => ({ latE6, lonE6, datum: 'WGS-84' as const })
    expect(distanceM(at(0, 180_000_000), at(0, -180_000_000))).toBeCloseTo(0, 3)
    expect(distanceM(at(0, 179_999_000), at(0, -179_999_000))).toBeCloseTo(222.39, 1)
    expect(distanceM(at(90_000_000, 0), at(90_000_000, 90_000_000))).toBeCloseTo(0, 3)
    expect(distanceM(at(-90_000_000, 0), at(90_000_000, 0))).toBeCloseTo(Math.PI * 6_371_009, 0)
  })

  it('is the same distance both ways, and never more than half around', () => {
    const point = fc.record({
      latE6: fc.integer({ min: -90_000_000, max: 90_000_000 }),
      lonE6: fc.integer({ min: -180_000_000, max: 180_000_000 }),
      datum: fc.constant('WGS-84' as const),
    })
    fc.assert(
      fc.property(point, point, (one, other) => {
        const metres = distanceM(one, other)
        expect(metres).toBeCloseTo(distanceM(other, one), 3)
        expect(metres).toBeLessThanOrEqual(Math.PI * 6_371_009 + 1)
      }),
    )
  })

  it('is outside when it is made up, or was reached too fast', () => {
    expect(kindOf({ isMock: true })).toBe('outside')
    const far = takeFix(START, fix({ latE6: north(50_000) }), SETTINGS)
    expect(far.place.kind).toBe('outside')
    const back = (atMonotonicMs: number) =>
      takeFix(far, fix({ atMonotonicMs }), SETTINGS).place.kind
    expect(back(60_000)).toBe('outside')
    expect(back(20 * 60_000)).toBe('inside')
  })

  it('is unknown from the last fix that counted', () => {
    const inside = takeFix(START, fix({ atMonotonicMs: 5_000 }), SETTINGS)
    const lost = loseFix(inside, 90_000)
    expect(lost.place).toEqual({ kind: 'unknown', sinceMonotonicMs: 5_000 })
    const coarse = takeFix(lost, fix({ accuracyM: 900, atMonotonicMs: 95_000 }), SETTINGS)
    expect(coarse.place).toEqual({ kind: 'unknown', sinceMonotonicMs: 5_000 })
    const outside = takeFix(START, fix({ isMock: true }), SETTINGS)
    expect(loseFix(outside, 90_000).place).toEqual({ kind: 'outside' })
  })

  it('AC-2a/decision refuses a charge outside', () => {
    const scene = goodScene({ facts: goodFacts({ place: { kind: 'outside' } }) })
    expect(decide(scene, charge())).toEqual({
      kind: 'refuse',
      code: 'scene.location_mismatch',
      check: 'place',
    })
  })

  it('unknown is borne for a time, and only in the network of the store', () => {
    const monotonicMs = 2_000_000
    const decideAt = (sinceMonotonicMs: number, network: { ip?: string; bssidHash?: string }) =>
      decide(
        goodScene({
          facts: goodFacts({ monotonicMs, network, place: { kind: 'unknown', sinceMonotonicMs } }),
        }),
        charge(),
      )
    expect(decideAt(200_000, { ip: '192.0.2.77' }).kind).toBe('allow')
    expect(decideAt(200_000, { bssidHash: 'store-wifi' }).kind).toBe('allow')
    expect(decideAt(199_999, { ip: '192.0.2.77' })).toMatchObject({
      code: 'scene.location_unknown',
    })
    expect(decideAt(200_000, { ip: '192.0.3.77' })).toMatchObject({
      code: 'scene.location_unknown',
    })
    expect(decideAt(200_000, {})).toMatchObject({ code: 'scene.location_unknown' })
    expect(decideAt(2_000_001, { ip: '192.0.2.77' })).toMatchObject({ kind: 'refuse' })
  })

  it.each([
    ['192.0.2.1', '192.0.2.0/24', true],
    ['192.0.3.1', '192.0.2.0/24', false],
    ['192.0.2.1', '192.0.2.1/32', true],
    ['203.0.113.1', '0.0.0.0/0', true],
    ['192.0.2.256', '0.0.0.0/0', false],
    ['192.0.2', '0.0.0.0/0', false],
    ['192.0.2.01', '192.0.2.0/24', false],
    ['::1', '0.0.0.0/0', false],
  ])('finds %s in %s: %s', (ip, cidr, isIn) => {
    expect(isInStoreNetwork({ ip }, { ipCidrs: [cidr], bssidHash: undefined })).toBe(isIn)
  })
})
