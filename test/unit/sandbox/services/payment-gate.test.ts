import { describe, expect, it } from 'vitest'
import { distanceM, readPlace } from '../../../../src/sandbox/services/payment-gate.ts'

const place = (latE6: number, lonE6: number) => ({ latE6, lonE6, accuracyM: 0, datum: 'WGS-84' })

describe('distanceM', () => {
  it.each([
    [place(0, 0), { lat_e6: 0, lon_e6: 1_000_000 }, 111_195],
    [place(0, 179_999_999), { lat_e6: 0, lon_e6: -179_999_999 }, 0],
    [place(90_000_000, 0), { lat_e6: 90_000_000, lon_e6: 123_000_000 }, 0],
    [place(-90_000_000, 0), { lat_e6: 90_000_000, lon_e6: 0 }, 20_015_115],
  ])('of %j and %j is %d m', (left, right, metres) => {
    expect(Math.round(distanceM(left, right))).toBe(metres)
  })
})

describe('readPlace', () => {
  it('takes whole millionths in a stated datum, and nothing else', () => {
    expect(readPlace('-22543096,114057865,20,GCJ-02')).toEqual({
      latE6: -22_543_096,
      lonE6: 114_057_865,
      accuracyM: 20,
      datum: 'GCJ-02',
    })
    expect(readPlace(undefined)).toBeUndefined()
    for (const header of [
      '',
      '1.5,2,3,WGS-84',
      '90000001,0,0,WGS-84',
      '0,180000001,0,WGS-84',
      '0,0,0,BD-09',
      '0,0,-1,WGS-84',
      'NaN,0,0,WGS-84',
    ]) {
      expect(readPlace(header)).toBe('malformed')
    }
  })
})
