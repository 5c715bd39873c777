import { expect, it } from 'vitest'
import { createNmeaReader } from '../../src/devices/nmea.ts'
import { createFixAssembler, type Reading } from '../../src/devices/nmea-fix.ts'
import { LIMITS } from '../../src/domain/limits.ts'
import { moment, sentence } from '../support/nmea.ts'
import { createRandom, type Random } from '../support/seeded.ts'

const STREAMS = 10_000

/** What a receiver, a bad cable or somebody with a terminal program could put on the line. */
function piece(random: Random): string {
  const two = (max: number) => String(random.integer(0, max)).padStart(2, '0')
  const whole = moment({
    latE6: random.integer(-91_000_000, 91_000_000),
    lonE6: random.integer(-181_000_000, 181_000_000),
    time: `${two(24)}${two(60)}${two(61)}.00`,
    quality: random.pick(['0', '1', '1', '2', '6', '8', '', 'constructor']),
    mode: random.pick(['A', 'A', 'D', 'S', 'N', '', '__proto__']),
    hdop: random.pick(['0.9', '12.5', '', '-1', '1e3', 'NaN']),
  })
  const at = random.integer(0, whole.length - 1)
  return random.pick([
    () => whole,
    () => whole,
    () => whole.slice(0, at),
    () => whole.slice(at),
    () => whole.slice(0, at) + String.fromCharCode(random.integer(0, 255)) + whole.slice(at + 1),
    () => Buffer.from(random.bytes(random.integer(0, 60))).toString('latin1'),
    () => sentence(`GPGST,${Buffer.from(random.bytes(20)).toString('base64')}`),
    () => `$GPRMC${','.repeat(random.integer(0, 300))}*00\r\n`,
  ])()
}

/** As `expect`, which would be most of the time in a loop of this length. */
function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise)
}

function mustBeSound(reading: Reading): void {
  if (reading.kind !== 'fix') return
  const { latE6, lonE6, accuracyM, utcMs } = reading
  must(Number.isInteger(latE6) && Math.abs(latE6) <= 90_000_000, `latitude ${latE6}`)
  must(Number.isInteger(lonE6) && Math.abs(lonE6) <= 180_000_000, `longitude ${lonE6}`)
  must(accuracyM >= 1 && accuracyM <= 10_000, `accuracy ${accuracyM}`)
  must(Number.isSafeInteger(utcMs), `time ${utcMs}`)
}

/** Runs one stream cut at random, and once more whole: what is read must be sound and the same. */
function runStream(seed: number): readonly Reading[] {
  const random = createRandom(seed)
  const text = Array.from({ length: random.integer(1, 8) }, () => piece(random)).join('')
  const stream = Buffer.from(text, 'latin1')
  const [cut, whole] = [createNmeaReader(), createNmeaReader()]
  const [byPieces, byWhole] = [createFixAssembler(), createFixAssembler()]
  const readings: Reading[] = []
  for (let from = 0; from < stream.length; ) {
    const to = from + random.integer(1, 40)
    for (const one of cut.push(stream.subarray(from, to)))
      readings.push(...[byPieces.take(one) ?? []].flat())
    must(cut.heldCharacters() <= LIMITS.nmeaCharactersMax, 'more than one sentence is held')
    from = to
  }
  readings.forEach(mustBeSound)
  const again = whole.push(stream).flatMap((one) => byWhole.take(one) ?? [])
  must(JSON.stringify(readings) === JSON.stringify(again), 'cutting changes what is read')
  return readings
}

it(`AC-2a/terminal reads ${STREAMS} streams without a throw, whatever is in them`, () => {
  const counts = { fix: 0, no_fix: 0 }
  for (let seed = 1; seed <= STREAMS; seed += 1) {
    try {
      for (const { kind } of runStream(seed)) counts[kind] += 1
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error })
    }
  }
  // Both were really reached.
  expect(counts.fix).toBeGreaterThan(STREAMS / 10)
  expect(counts.no_fix).toBeGreaterThan(STREAMS / 10)
})
