import { describe, expect, it } from 'vitest'
import type { Suffix } from '../../src/devices/framing.ts'
import { createFramer } from '../../src/devices/framing.ts'
import { createScanSession, REPEAT_MS } from '../../src/devices/session.ts'
import { LIMITS } from '../../src/domain/limits.ts'
import type { Random } from '../support/seeded.ts'
import { createRandom } from '../support/seeded.ts'

const STREAMS = 10_000
const SUFFIXES: readonly Suffix[] = ['cr', 'lf', 'crlf', 'tab', 'none']
const ENDS = ['\r', '\n', '\r\n', '\t', '', '\x03', '\r\r']
const IDENTIFIERS = ['', '', '', ']Q1', ']C0', ']C1', ']E0', ']Y7', '\x02', '\x02]Q1']

function digits(random: Random, count: number): string {
  return Array.from({ length: count }, () => random.integer(0, 9)).join('')
}

function validCode(random: Random): string {
  return random.pick([
    () => `1${random.integer(0, 5)}${digits(random, 16)}`,
    () => `2${random.integer(5, 9)}${digits(random, random.integer(14, 22))}`,
    () => `62${digits(random, 17)}`,
  ])()
}

/** What a scanner, a bad cable or a hostile code could put on the line. */
function piece(random: Random, earlier: readonly string[]): string {
  const code = earlier.length > 0 && random.chance(0.3) ? random.pick(earlier) : validCode(random)
  const framed = random.pick(IDENTIFIERS) + code + random.pick(ENDS)
  const at = random.integer(0, framed.length - 1)
  return random.pick([
    () => framed,
    () => framed,
    () => `${code}\r\n`,
    () => framed.slice(0, at) + String.fromCharCode(random.integer(0, 255)) + framed.slice(at + 1),
    () => framed.slice(0, at),
    () => framed.slice(at),
    () => framed + validCode(random),
    () => Buffer.from(random.bytes(random.integer(0, 40))).toString('latin1'),
    () => digits(random, random.integer(500, 1_500)) + random.pick(ENDS),
  ])()
}

/** As `expect`, which would be most of the time in a loop of this length. */
function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise)
}

type Outcome = { readonly labels: number; readonly drops: Readonly<Record<string, number>> }

/** Runs one stream through framer and session and checks every promise at every step. */
function runStream(seed: number): Outcome {
  const random = createRandom(seed)
  const gapMs = 300
  const framer = createFramer({ suffix: random.pick(SUFFIXES), gapMs })
  const session = createScanSession((label) => label)
  const earlier: string[] = []
  const drops: Record<string, number> = {}
  let stream = ''
  let atMs = 0
  let labels = 0
  /** Labels since the last enable, or undefined while disabled. */
  let sinceEnable: number | undefined
  let enabledAtByte = 0
  let last: { readonly label: string; readonly atMs: number } | undefined

  const deliver = (frames: ReturnType<typeof framer.push>): void => {
    for (const frame of frames) {
      const verdict = session.judge(frame, atMs)
      if (verdict.kind !== 'label') {
        if (verdict.kind === 'dropped') drops[verdict.reason] = (drops[verdict.reason] ?? 0) + 1
        continue
      }
      must(sinceEnable === 0, 'a label while not enabled')
      must(frame.beganAtByte >= enabledAtByte, 'begun before enable')
      must(stream.includes(verdict.label, enabledAtByte), 'a label made up')
      must(/^[\x20-\x7e]+$/.test(verdict.label), 'a label that cannot be read')
      const repeated = last?.label === verdict.label && atMs - last.atMs < REPEAT_MS
      must(!repeated, 'given twice within a second')
      must(!session.enabled(), 'still enabled')
      last = { label: verdict.label, atMs }
      sinceEnable = 1
      labels += 1
      if (random.chance(0.2)) act()
    }
  }
  const act = (): void => {
    if (random.chance(0.7)) {
      session.enable(framer.bytesReceived())
      enabledAtByte = framer.bytesReceived()
      sinceEnable = 0
    } else {
      session.disable(random.pick(['idle', 'in_flight'] as const))
      sinceEnable = undefined
    }
  }
  const feed = (text: string): void => {
    stream += text
    const frames = framer.push(Buffer.from(text, 'latin1'), atMs)
    must(frames.length <= text.length, 'more frames than bytes')
    deliver(frames)
  }

  for (let step = 0; step < 12; step += 1) {
    if (random.chance(0.6)) act()
    const text = piece(random, earlier)
    if (/^\d{16,24}/.test(text) && earlier.length < 8) earlier.push(text.slice(0, 18))
    const at = random.integer(0, text.length)
    feed(text.slice(0, at))
    if (random.chance(0.1)) act()
    if (random.chance(0.05)) framer.reset()
    feed(text.slice(at))
    must(framer.heldBytes() <= LIMITS.labelBytesMax, 'memory without bound')
    must(framer.bytesReceived() === stream.length, 'miscounted')
    atMs += random.pick([0, 1, 20, gapMs, REPEAT_MS])
    deliver(framer.gap(atMs))
  }
  return { labels, drops }
}

describe('scanner bytes', () => {
  it(`${STREAMS} streams: one label per enable, never before it, never made up, memory bounded`, () => {
    const dropped: Record<string, number> = {}
    let labels = 0
    for (let seed = 1; seed <= STREAMS; seed += 1) {
      let outcome: Outcome
      try {
        outcome = runStream(seed)
      } catch (error) {
        throw new Error(`seed ${seed}`, { cause: error })
      }
      labels += outcome.labels
      for (const [reason, count] of Object.entries(outcome.drops)) {
        dropped[reason] = (dropped[reason] ?? 0) + count
      }
    }
    console.log(`${STREAMS} streams: ${labels} labels, dropped ${JSON.stringify(dropped)}`)
    // A fuzz that never gets there proves nothing: every end must have been reached often.
    expect(labels).toBeGreaterThan(100)
    for (const end of ['not_enabled', 'in_flight', 'repeat', 'garbled', 'too_long']) {
      expect(dropped[end] ?? 0, end).toBeGreaterThan(100)
    }
  })
})
