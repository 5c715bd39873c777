import type { Sentence } from './nmea.ts'

/** What a receiver says of one moment, from all its sentences about it. */
export type Reading =
  | {
      readonly kind: 'fix'
      /** WGS-84, millionths of a degree. */
      readonly latE6: number
      readonly lonE6: number
      /** How far the truth may be off, whole metres; {@link accuracyM} says by what rule. */
      readonly accuracyM: number
      /** The receiver says that it makes the position up. */
      readonly isMock: boolean
      /** Unix milliseconds by the satellites. */
      readonly utcMs: number
    }
  | { readonly kind: 'no_fix' }

/** Puts sentences of one moment together. */
export type FixAssembler = {
  /** Takes one sentence; a reading when it completes one. */
  take(sentence: Sentence): Reading | undefined
  reset(): void
}

/** How a fix was made: `mock` is one that the receiver makes up, `none` is none to rely on. */
type Standing = 'good' | 'none' | 'mock'

/** Fix quality of GGA (NMEA 0183, GGA, field 6). Dead reckoning says where it could be, not where it is. */
const BY_QUALITY: ReadonlyMap<string, Standing> = new Map([
  ['1', 'good'],
  ['2', 'good'],
  ['3', 'good'],
  ['4', 'good'],
  ['5', 'good'],
  ['6', 'none'],
  ['7', 'mock'],
  ['8', 'mock'],
])

/** Mode of RMC (NMEA 0183 from 2.3 on, RMC, field 12); older receivers send none. */
const BY_MODE: ReadonlyMap<string, Standing> = new Map([
  ['', 'good'],
  ['A', 'good'],
  ['D', 'good'],
  ['F', 'good'],
  ['P', 'good'],
  ['R', 'good'],
  ['E', 'none'],
  ['N', 'none'],
  ['M', 'mock'],
  ['S', 'mock'],
])

/**
 * Error of one range at one standard deviation, metres: an assumption for a receiver of one frequency
 * without corrections. The HDOP is the factor from it to the horizontal error.
 */
const RANGE_ERROR_M = 5
/** Errors above this are no position, metres. */
const ACCURACY_M_MAX = 10_000
/** How old an error estimate of the receiver may be to count for a fix, milliseconds. */
const ESTIMATE_MS_MAX = 2_000
const DAY_MS = 86_400_000

/**
 * How far a fix may be off, whole metres, rounded up: twice the distance root mean square, within which
 * at least 95 % of fixes lie (2 DRMS). By the HDOP that is 2 × HDOP × 5 m; by the standard deviations of
 * GST, where the receiver sends them, 2 × √(σ_lat² + σ_lon²). The greater of the two counts.
 */
export function accuracyM(hdop: number, estimateM: number): number {
  return Math.max(1, Math.ceil(Math.max(2 * hdop * RANGE_ERROR_M, estimateM)))
}

type Rmc = {
  readonly timeMs: number
  readonly dayMs: number
  readonly standing: Standing
}
type Gga = {
  readonly timeMs: number
  readonly latE6: number
  readonly lonE6: number
  readonly hdop: number
  readonly standing: Standing
}
type Gst = { readonly timeMs: number; readonly errorM: number }

const NO_FIX: Reading = { kind: 'no_fix' }

class EpochAssembler implements FixAssembler {
  #rmc: Rmc | undefined
  #gga: Gga | undefined
  #gst: Gst | undefined
  /** HDOP of the GSA since the last reading, for a GGA without one. */
  #hdop = Number.NaN
  #toldUtcMs = Number.NaN

  take({ formatter, fields }: Sentence): Reading | undefined {
    if (formatter === 'GSA') this.#hdop = hdopOfGsa(fields)
    if (formatter === 'GST') this.#gst = readGst(fields)
    if (formatter === 'RMC') {
      this.#rmc = readRmc(fields)
      return this.#rmc === undefined ? this.#lose() : this.#told()
    }
    if (formatter === 'GGA') {
      this.#gga = readGga(fields, this.#hdop)
      return this.#gga === undefined ? this.#lose() : this.#told()
    }
    return undefined
  }

  reset(): void {
    this.#rmc = undefined
    this.#gga = undefined
    this.#gst = undefined
    this.#hdop = Number.NaN
    this.#toldUtcMs = Number.NaN
  }

  #lose(): Reading {
    this.#rmc = undefined
    this.#gga = undefined
    this.#hdop = Number.NaN
    return NO_FIX
  }

  /** A moment is whole when both sentences about it are there, in whichever order they came. */
  #told(): Reading | undefined {
    const rmc = this.#rmc
    const gga = this.#gga
    if (rmc === undefined || gga === undefined || rmc.timeMs !== gga.timeMs) return undefined
    const utcMs = rmc.dayMs + rmc.timeMs
    // A receiver that says the same again and again is stuck, which is no fix.
    if (utcMs === this.#toldUtcMs) return undefined
    this.#toldUtcMs = utcMs
    this.#hdop = Number.NaN
    const { latE6, lonE6, hdop, timeMs } = gga
    const isMock = rmc.standing === 'mock' || gga.standing === 'mock'
    const offM = accuracyM(hdop, this.#estimateM(timeMs))
    const isCounted = offM <= ACCURACY_M_MAX
    if (!isMock && !isCounted) return NO_FIX
    return {
      kind: 'fix',
      latE6,
      lonE6,
      accuracyM: isCounted ? offM : ACCURACY_M_MAX,
      isMock,
      utcMs,
    }
  }

  #estimateM(timeMs: number): number {
    if (this.#gst === undefined) return 0
    const ageMs = (timeMs - this.#gst.timeMs + DAY_MS) % DAY_MS
    return ageMs <= ESTIMATE_MS_MAX ? this.#gst.errorM : 0
  }
}

/**
 * Makes a {@link FixAssembler}. A fix needs RMC and GGA of the same moment: one says whether and on which
 * day, the other how well. `no_fix` is told as soon as either says so, or cannot be read.
 */
export function createFixAssembler(): FixAssembler {
  return new EpochAssembler()
}

/** RMC: time, status, latitude, N/S, longitude, E/W, speed, course, date, variation, E/W, mode, … */
function readRmc(fields: readonly string[]): Rmc | undefined {
  const [time = '', status = '', lat = '', ns = '', lon = '', ew = ''] = fields
  const standing = BY_MODE.get(fields[11] ?? '')
  const timeMs = readTime(time)
  const dayMs = readDay(fields[8] ?? '')
  const isThere =
    readAngle(lat, ns, LATITUDE) !== undefined && readAngle(lon, ew, LONGITUDE) !== undefined
  if (timeMs === undefined || dayMs === undefined || !isThere) return undefined
  // A simulator may call what it makes up not valid; it is made up all the same.
  if (standing === 'mock') return { timeMs, dayMs, standing }
  return standing === 'good' && status === 'A' ? { timeMs, dayMs, standing } : undefined
}

/** GGA: time, latitude, N/S, longitude, E/W, quality, satellites, HDOP, … */
function readGga(fields: readonly string[], hdopOfOthers: number): Gga | undefined {
  const [time = '', lat = '', ns = '', lon = '', ew = '', quality = '', , hdop = ''] = fields
  const standing = BY_QUALITY.get(quality)
  const timeMs = readTime(time)
  const latE6 = readAngle(lat, ns, LATITUDE)
  const lonE6 = readAngle(lon, ew, LONGITUDE)
  if (timeMs === undefined || latE6 === undefined || lonE6 === undefined) return undefined
  if (standing === undefined || standing === 'none') return undefined
  const dilution = hdop === '' ? hdopOfOthers : readDecimal(hdop)
  return { timeMs, latE6, lonE6, hdop: dilution, standing }
}

/** GST: time, root mean square of the ranges, ellipse (3 fields), σ of latitude, longitude, height, metres. */
function readGst(fields: readonly string[]): Gst | undefined {
  const timeMs = readTime(fields[0] ?? '')
  const errorM = 2 * Math.hypot(readDecimal(fields[5] ?? ''), readDecimal(fields[6] ?? ''))
  return timeMs === undefined || Number.isNaN(errorM) ? undefined : { timeMs, errorM }
}

/** GSA: mode, kind of fix (1: none), twelve satellites, PDOP, HDOP, VDOP. */
function hdopOfGsa(fields: readonly string[]): number {
  return fields[1] === '2' || fields[1] === '3' ? readDecimal(fields[15] ?? '') : Number.NaN
}

/** A number without a sign; NaN when it is none. */
function readDecimal(text: string): number {
  return /^\d{1,8}(\.\d{0,8})?$/.test(text) ? Number(text) : Number.NaN
}

type Axis = {
  readonly form: RegExp
  readonly signs: Readonly<Record<string, number>>
  readonly max: number
}

const LATITUDE: Axis = {
  form: /^(\d{2})(\d{2}(?:\.\d{1,8})?)$/,
  signs: { N: 1, S: -1 },
  max: 90_000_000,
}
const LONGITUDE: Axis = {
  form: /^(\d{3})(\d{2}(?:\.\d{1,8})?)$/,
  signs: { E: 1, W: -1 },
  max: 180_000_000,
}

/** Degrees and minutes with a fraction, as millionths of a degree. */
function readAngle(text: string, side: string, axis: Axis): number | undefined {
  const found = axis.form.exec(text)
  const sign = Object.hasOwn(axis.signs, side) ? axis.signs[side] : undefined
  const minutes = Number(found?.[2])
  if (found === null || sign === undefined || !(minutes < 60)) return undefined
  const angleE6 = Number(found[1]) * 1_000_000 + Math.round((minutes * 1_000_000) / 60)
  return angleE6 <= axis.max ? sign * angleE6 + 0 : undefined
}

/** `hhmmss` with a fraction, as milliseconds of the day. A leap second is the last moment of its minute. */
function readTime(text: string): number | undefined {
  const found = /^([01]\d|2[0-3])([0-5]\d)([0-5]\d|60)(?:\.(\d{1,6}))?$/.exec(text)
  if (found === null) return undefined
  const [, hour, minute, second, fraction = ''] = found
  const ms = Number(fraction.padEnd(3, '0').slice(0, 3))
  return (Number(hour) * 3_600 + Number(minute) * 60 + Math.min(Number(second), 59)) * 1_000 + ms
}

/** `ddmmyy`, as Unix milliseconds of its midnight; years below 80 are of this century. */
function readDay(text: string): number | undefined {
  const found = /^(\d{2})(\d{2})(\d{2})$/.exec(text)
  if (found === null) return undefined
  const [day, month, short] = found.slice(1).map(Number) as [number, number, number]
  const atMs = Date.UTC(short < 80 ? 2_000 + short : 1_900 + short, month - 1, day)
  const made = new Date(atMs)
  return made.getUTCMonth() === month - 1 && made.getUTCDate() === day ? atMs : undefined
}
