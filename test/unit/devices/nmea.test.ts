import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createNmeaReader, readSentence } from '../../../src/devices/nmea.ts'
import { accuracyM, createFixAssembler, type Reading } from '../../../src/devices/nmea-fix.ts'
import { LIMITS } from '../../../src/domain/limits.ts'
import { moment, sentence } from '../../support/nmea.ts'

const bytesOf = (text: string) => Buffer.from(text, 'latin1')
const read = (text: string): Reading[] => {
  const assembler = createFixAssembler()
  return createNmeaReader()
    .push(bytesOf(text))
    .flatMap((one) => assembler.take(one) ?? [])
}
const STORE = { latE6: 31_230_000, lonE6: 121_470_000 }
const at = (time: string, more: object = {}) => moment({ ...STORE, time, ...more })

// The examples that descriptions of the format have carried for thirty years; values recomputed by hand.
const GGA = '$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\r\n'
const RMC = '$GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6A\r\n'
const GSA = '$GPGSA,A,3,04,05,,09,12,,,24,,,,,2.5,1.3,2.1*39\r\n'

describe('sentences', () => {
  it('reads the published examples, whose checksums are 47, 6A and 39', () => {
    for (const line of [GGA, RMC, GSA]) expect(readSentence(line.trimEnd())).toBeDefined()
    // 48° 07.038′ = 48 + 7.038/60; 11° 31.000′ = 11 + 31/60.
    expect(read(RMC + GGA)).toEqual([
      {
        kind: 'fix',
        latE6: 48_117_300,
        lonE6: 11_516_667,
        accuracyM: 9,
        isMock: false,
        utcMs: Date.UTC(1994, 2, 23, 12, 35, 19),
      },
    ])
    expect(read(GGA + RMC)).toEqual(read(RMC + GGA))
  })

  it.each([
    ['a wrong checksum', '$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*48'],
    ['no checksum', '$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,'],
    ['a changed digit', '$GPGGA,123519,4807.039,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47'],
    ['another talker', sentence('IIRMC,123519,A,4807.038,N,01131.000,E,,,230394,,').trimEnd()],
    ['a proprietary one', sentence('PUBX,00,1').trimEnd()],
    ['text', 'GPGGA'],
  ])('does not take one with %s', (_what, line) => {
    expect(readSentence(line)).toBeUndefined()
  })

  it.each(['GP', 'GN', 'GL', 'GA', 'BD', 'GB'])('takes those of %s', (talker) => {
    expect(readSentence(sentence(`${talker}GSA,A,1,`).trimEnd())?.formatter).toBe('GSA')
  })

  it('finds them between garbage, after one that was cut off, and cut at any byte', () => {
    const stream = bytesOf(`\u0000\u00ff,*47\r\n$GPGGA,1235${RMC}xx$$${GGA.slice(1)}\r`)
    const whole = createNmeaReader().push(stream)
    expect(whole.map(({ formatter }) => formatter)).toEqual(['RMC', 'GGA'])
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 12 }), (cuts) => {
        const reader = createNmeaReader()
        const ends = [...cuts, stream.length].sort((left, right) => left - right)
        const found = ends.flatMap((end, index) =>
          reader.push(stream.subarray(index === 0 ? 0 : ends[index - 1], end)),
        )
        expect(found).toEqual(whole)
      }),
    )
  })

  it('holds no more than one sentence, and goes on after one that is too long', () => {
    const reader = createNmeaReader()
    reader.push(bytesOf(`$GPGGA,${'1'.repeat(LIMITS.nmeaCharactersMax * 3)}`))
    expect(reader.heldCharacters()).toBe(0)
    const longest = `$GPTXT,${'1'.repeat(LIMITS.nmeaCharactersMax - 7)}`
    reader.push(bytesOf(longest))
    expect(reader.heldCharacters()).toBe(LIMITS.nmeaCharactersMax)
    expect(reader.push(bytesOf(`1\r\n${GGA}`)).map(({ formatter }) => formatter)).toEqual(['GGA'])
  })
})

describe('fixes', () => {
  it.each([
    ['0', undefined],
    ['1', false],
    ['2', false],
    ['3', false],
    ['4', false],
    ['5', false],
    ['6', undefined],
    ['7', true],
    ['8', true],
    ['9', undefined],
    ['', undefined],
    ['constructor', undefined],
  ])('AC-2a/terminal quality %j of GGA: made up is %s', (quality, isMock) => {
    const [first] = read(at('101500.00', { quality }))
    expect(first).toMatchObject(isMock === undefined ? { kind: 'no_fix' } : { isMock })
  })

  it.each([
    ['A', false],
    ['D', false],
    ['F', false],
    ['P', false],
    ['R', false],
    ['', false],
    ['E', undefined],
    ['N', undefined],
    ['M', true],
    ['S', true],
    ['X', undefined],
  ])('AC-2a/terminal mode %j of RMC: made up is %s', (mode, isMock) => {
    const [first] = read(at('101500.00', { mode }))
    expect(first).toMatchObject(isMock === undefined ? { kind: 'no_fix' } : { isMock })
  })

  it('is made up also when the simulator calls it not valid', () => {
    expect(read(at('101500.00', { mode: 'S', status: 'V' }))).toMatchObject([{ isMock: true }])
    expect(read(at('101500.00', { status: 'V' }))).toEqual([{ kind: 'no_fix' }])
  })

  it('needs both sentences about one moment', () => {
    const first = at('101500.00')
    const second = at('101501.00')
    const [rmc = '', gga = ''] = first.split('\r\n')
    const later = second.split('\r\n')[1] ?? ''
    expect(read(`${rmc}\r\n`)).toEqual([])
    expect(read(`${gga}\r\n`)).toEqual([])
    expect(read(`${rmc}\r\n${later}\r\n`)).toEqual([])
    expect(read(first + second)).toHaveLength(2)
  })

  it('is none when the receiver says the same moment again', () => {
    expect(read(at('101500.00').repeat(5))).toHaveLength(1)
  })

  it('tells how far it may be off: 2 × HDOP × 5 m, or what GST says if that is more', () => {
    expect(accuracyM(0.9, 0)).toBe(9)
    expect(accuracyM(1.01, 0)).toBe(11)
    expect(accuracyM(0, 0)).toBe(1)
    // 2 × √(30² + 40²) = 100.
    const gst = sentence('GNGST,101500.00,9,9,9,9,30.0,40.0,9')
    const old = sentence('GNGST,101457.00,9,9,9,9,30.0,40.0,9')
    const small = sentence('GNGST,101500.00,9,9,9,9,1.0,1.0,9')
    expect(read(gst + at('101500.00'))).toMatchObject([{ accuracyM: 100 }])
    expect(read(old + at('101500.00'))).toMatchObject([{ accuracyM: 9 }])
    expect(read(small + at('101500.00'))).toMatchObject([{ accuracyM: 9 }])
  })

  it('takes the HDOP of GSA where GGA has none, and is no fix without either', () => {
    expect(read(GSA + at('101500.00', { hdop: '' }))).toMatchObject([{ accuracyM: 13 }])
    expect(read(at('101500.00', { hdop: '' }))).toEqual([{ kind: 'no_fix' }])
    expect(read(at('101500.00', { hdop: '99999' }))).toEqual([{ kind: 'no_fix' }])
  })

  it.each([
    ['9000.000000,N,18000.000000,E', 90_000_000, 180_000_000],
    ['9000.000000,S,18000.000000,W', -90_000_000, -180_000_000],
    ['0000.0000,S,00000.0000,W', 0, 0],
    ['3113.8,N,12128.2,E', 31_230_000, 121_470_000],
  ])('AC-3.6/terminal reads %s', (place, latE6, lonE6) => {
    const rmc = sentence(`GNRMC,101500,A,${place},,,040326,,,A`)
    const gga = sentence(`GNGGA,101500,${place},1,09,0.9,,M,,M,,`)
    expect(read(rmc + gga)).toMatchObject([{ latE6, lonE6 }])
  })

  it.each([
    '9000.0001,N,12128.2,E',
    '3160.0,N,12128.2,E',
    '3113.8,N,18000.1,E',
    '3113.8,E,12128.2,N',
    '3113.8,,12128.2,',
    '-3113.8,N,12128.2,E',
    '3113.8,constructor,12128.2,E',
    ',,,',
  ])('AC-3.6/terminal takes no place from %s', (place) => {
    const rmc = sentence(`GNRMC,101500,A,${place},,,040326,,,A`)
    const gga = sentence(`GNGGA,101500,${place},1,09,0.9,,M,,M,,`)
    expect(read(rmc + gga)).toEqual([{ kind: 'no_fix' }, { kind: 'no_fix' }])
  })

  it.each(['310226', '000126', '011326', '1', ''])('has no day in %j', (day) => {
    expect(read(sentence(`GNRMC,101500,A,3113.8,N,12128.2,E,,,${day},,,A`))).toEqual([
      { kind: 'no_fix' },
    ])
  })
})
