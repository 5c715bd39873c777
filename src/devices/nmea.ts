import { LIMITS } from '../domain/limits.ts'

/**
 * Cuts what a receiver sends into sentences of NMEA 0183: `$`, talker, formatter, fields, `*` and two
 * digits, up to CR or LF. Total: no byte makes it throw, and it holds at most one sentence.
 */
export type NmeaReader = {
  /** Takes bytes as they came, cut anywhere; the sentences they complete, oldest first. */
  push(bytes: Uint8Array): readonly Sentence[]
  /** Forgets the unfinished sentence: the line was cut. */
  reset(): void
  /** Characters of the unfinished sentence in memory. */
  heldCharacters(): number
}

/** One sentence whose checksum is right. */
export type Sentence = {
  /** `RMC`, `GGA`, … */
  readonly formatter: string
  /** What stands between the commas after the address; empty where the receiver says nothing. */
  readonly fields: readonly string[]
}

const DOLLAR = 0x24
const LF = 0x0a
const CR = 0x0d

/** Satellite systems whose receivers are read: GPS, GLONASS, Galileo, BeiDou (both spellings), several. */
const TALKERS: ReadonlySet<string> = new Set(['GP', 'GL', 'GA', 'BD', 'GB', 'GN'])
const SENTENCE = /^\$([A-Z]{2})([A-Z]{3}),([^*$]*)\*([0-9A-Fa-f]{2})$/

/**
 * Reads one line without its line end; undefined when it is none of a satellite receiver's, or its
 * checksum is missing or wrong.
 */
export function readSentence(line: string): Sentence | undefined {
  const found = SENTENCE.exec(line)
  if (found === null) return undefined
  const [, talker = '', formatter = '', list = '', digits = ''] = found
  if (!TALKERS.has(talker)) return undefined
  if (Number.parseInt(digits, 16) !== checksumOf(line.slice(1, -3))) return undefined
  return { formatter, fields: list.split(',') }
}

/** The exclusive or of all characters between `$` and `*`. */
function checksumOf(text: string): number {
  let sum = 0
  for (let index = 0; index < text.length; index += 1) sum ^= text.charCodeAt(index)
  return sum
}

class LineReader implements NmeaReader {
  #line = ''
  #isInside = false

  push(bytes: Uint8Array): readonly Sentence[] {
    const sentences: Sentence[] = []
    for (const byte of bytes) {
      const sentence = this.#take(byte)
      if (sentence !== undefined) sentences.push(sentence)
    }
    return sentences
  }

  reset(): void {
    this.#isInside = false
    this.#line = ''
  }

  heldCharacters(): number {
    return this.#line.length
  }

  #take(byte: number): Sentence | undefined {
    if (byte === DOLLAR) {
      // A sentence that was cut off is followed by a whole one.
      this.#isInside = true
      this.#line = '$'
      return undefined
    }
    if (!this.#isInside) return undefined
    if (byte === CR || byte === LF) {
      const sentence = readSentence(this.#line)
      this.reset()
      return sentence
    }
    const isText = byte >= 0x20 && byte <= 0x7e
    if (isText && this.#line.length < LIMITS.nmeaCharactersMax) {
      this.#line += String.fromCharCode(byte)
    } else this.reset()
    return undefined
  }
}

/** Makes an {@link NmeaReader}. What stands between sentences is skipped. */
export function createNmeaReader(): NmeaReader {
  return new LineReader()
}
