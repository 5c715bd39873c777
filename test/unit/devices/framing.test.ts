import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Frame, FramerOptions, Suffix } from '../../../src/devices/framing.ts'
import { createFramer } from '../../../src/devices/framing.ts'
import { LIMITS } from '../../../src/domain/limits.ts'

const CODE = '134567890123456789'
const ALIPAY = '281234567890123456'
const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'))

/** What the frames say, without where they began. */
const said = (frames: readonly Frame[]): string[] =>
  frames.map((frame) => (frame.kind === 'label' ? frame.label : `<${frame.kind}>`))

/** All frames of pieces that come one millisecond apart, then of the silence after them. */
function cut(suffix: Suffix, pieces: readonly Uint8Array[], gapMs = 300): readonly Frame[] {
  const framer = createFramer({ suffix, gapMs })
  const frames: Frame[] = []
  let atMs = 0
  for (const piece of pieces) {
    frames.push(...framer.push(piece, atMs))
    atMs += 1
  }
  frames.push(...framer.gap(atMs + gapMs))
  expect(framer.heldBytes()).toBe(0)
  return frames
}

const run = (suffix: Suffix, text: string): string[] => said(cut(suffix, [bytesOf(text)]))

describe('labels by suffix', () => {
  const ends: readonly (readonly [Suffix, string])[] = [
    ['cr', '\r'],
    ['lf', '\n'],
    ['crlf', '\r\n'],
    ['tab', '\t'],
  ]
  it.each(ends)('%s ends a label at once, without silence', (suffix, end) => {
    const framer = createFramer({ suffix, gapMs: 1_000 })
    expect(said(framer.push(bytesOf(CODE + end), 5))).toEqual([CODE])
    expect(framer.gapDueAtMs()).toBeUndefined()
    expect(framer.heldBytes()).toBe(0)
  })
  it.each(ends)('%s: one label each, never an empty one between', (suffix, end) => {
    expect(run(suffix, `${end}${CODE}${end}${end}HELLO${end}`)).toEqual([CODE, 'HELLO'])
  })
  it('CRLF gives its label at the CR and begins nothing with the LF', () => {
    const framer = createFramer({ suffix: 'crlf', gapMs: 1_000 })
    expect(said(framer.push(bytesOf(`${CODE}\r`), 0))).toEqual([CODE])
    expect(framer.push(bytesOf('\n'), 1)).toEqual([])
    expect(framer.gapDueAtMs()).toBeUndefined()
  })
  it('takes a CRLF from a scanner of which only CR or only LF was expected', () => {
    expect(run('cr', `${CODE}\r\nA1\r\n`)).toEqual([CODE, 'A1'])
    expect(run('lf', `${CODE}\r\nA1\r\n`)).toEqual([CODE, 'A1'])
  })
  it.each(['cr', 'lf', 'crlf', 'tab', 'none'] as const)(
    '%s: STX and ETX frame a label',
    (suffix) => {
      const end = { cr: '\r', lf: '\n', crlf: '\r\n', tab: '\t', none: '' }[suffix]
      expect(run(suffix, `\x02${CODE}\x03${end}\x02A1\x03${end}`)).toEqual([CODE, 'A1'])
      expect(run(suffix, `\x02${CODE}${end || '\x03'}`)).toEqual([CODE])
    },
  )
})

describe('labels by silence', () => {
  const options: FramerOptions = { suffix: 'none', gapMs: 300 }
  it('waits for the whole gap: a longer number may still be coming', () => {
    const framer = createFramer(options)
    expect(framer.push(bytesOf(CODE), 0)).toEqual([])
    expect(framer.gapDueAtMs()).toBe(300)
    expect(framer.gap(299)).toEqual([])
    expect(framer.push(bytesOf('0'), 299)).toEqual([])
    expect(framer.gap(300)).toEqual([])
    expect(said(framer.gap(599))).toEqual([`${CODE}0`])
    expect(framer.gap(10_000)).toEqual([])
  })
  it('takes a stray line end off', () => {
    expect(run('none', `${CODE}\r\n`)).toEqual([CODE])
  })
  it('two labels in one breath are garbled, not the first of them', () => {
    expect(run('none', `${CODE}\r\n${ALIPAY}\r\n`)).toEqual(['<garbled>'])
  })
  it('an opening STX without its ETX is half a scan, unless it is a whole code', () => {
    expect(run('none', '\x0213456')).toEqual(['<garbled>'])
    expect(run('none', `\x02${CODE}`)).toEqual([CODE])
  })
})

describe('half scans where a suffix is due', () => {
  it.each(['cr', 'lf', 'crlf', 'tab'] as const)(
    '%s: silence gives a whole code or garbled',
    (suffix) => {
      expect(run(suffix, CODE)).toEqual([CODE])
      expect(run(suffix, `]Q1${ALIPAY}`)).toEqual([`]Q1${ALIPAY}`])
      for (let length = 1; length < CODE.length; length += 1) {
        expect(run(suffix, CODE.slice(0, length))).toEqual(['<garbled>'])
      }
      expect(run(suffix, 'HELLO')).toEqual(['<garbled>'])
    },
  )
})

describe('bytes that belong to no label', () => {
  it('any byte outside printable ASCII makes the label garbled', () => {
    for (let byte = 0; byte < 256; byte += 1) {
      const framed = bytesOf(`${CODE.slice(0, 9)}?${CODE.slice(10)}\r`)
      framed[9] = byte
      if (byte === 0x0d) continue
      const printable = byte >= 0x20 && byte <= 0x7e
      const [first] = cut('cr', [framed])
      expect(first?.kind, `byte ${byte}`).toBe(printable ? 'label' : 'garbled')
    }
  })
  it('a label of the greatest length passes, one byte more is too long and ends where it ends', () => {
    const longest = 'A'.repeat(LIMITS.labelBytesMax)
    expect(run('cr', `${longest}\r${CODE}\r`)).toEqual([longest, CODE])
    expect(run('cr', `${longest}A\r${CODE}\r`)).toEqual(['<too_long>', CODE])
    expect(run('cr', `${longest.repeat(40)}\r${CODE}\r`)).toEqual(['<too_long>', CODE])
  })
  it('too long is told at once, skipped up to the silence, and never held', () => {
    const framer = createFramer({ suffix: 'none', gapMs: 300 })
    expect(said(framer.push(bytesOf('A'.repeat(5_000)), 0))).toEqual(['<too_long>'])
    expect(framer.heldBytes()).toBe(0)
    expect(framer.push(bytesOf(CODE), 10)).toEqual([])
    expect(framer.gap(310)).toEqual([])
    framer.push(bytesOf(CODE), 400)
    expect(said(framer.gap(700))).toEqual([CODE])
  })
  it('a frame with nothing in it is nothing', () => {
    expect(run('cr', `\x02\x03\r\x02\r${CODE}\r`)).toEqual([CODE])
    expect(run('none', '\x02\x03\r\n')).toEqual([])
    expect(run('none', '\x02')).toEqual([])
  })
  it('reset forgets what was begun', () => {
    const framer = createFramer({ suffix: 'cr', gapMs: 300 })
    framer.push(bytesOf(CODE.slice(0, 9)), 0)
    framer.reset()
    expect(framer.heldBytes()).toBe(0)
    expect(framer.gapDueAtMs()).toBeUndefined()
    expect(said(framer.push(bytesOf(`${CODE}\r`), 1))).toEqual([CODE])
  })
})

describe('where a frame began', () => {
  it('is the time and place of its first byte', () => {
    const framer = createFramer({ suffix: 'crlf', gapMs: 300 })
    const first = framer.push(bytesOf('A1\r\n'), 10)
    expect(first).toEqual([{ kind: 'label', label: 'A1', beganAtMs: 10, beganAtByte: 0 }])
    expect(framer.bytesReceived()).toBe(4)
    framer.push(bytesOf('\x02B'), 20)
    const second = framer.push(bytesOf('2\r\nC3\r'), 30)
    expect(second).toEqual([
      { kind: 'label', label: 'B2', beganAtMs: 20, beganAtByte: 4 },
      { kind: 'label', label: 'C3', beganAtMs: 30, beganAtByte: 9 },
    ])
    expect(framer.bytesReceived()).toBe(12)
  })
})

describe('cuts do not matter', () => {
  const streams: readonly (readonly [Suffix, string])[] = [
    ['cr', `${CODE}\r\n]Q1${ALIPAY}\r13456`],
    ['lf', `\x02${CODE}\x03\r\n\n${ALIPAY}\r\n`],
    ['crlf', `${CODE}\r\n\r\nA\x80B\r\n${CODE}`],
    ['tab', `${CODE}\tHELLO\t\t${ALIPAY}`],
    ['none', `\x02${CODE}\x03\x02A1\x03${ALIPAY}\r\n`],
  ]
  it.each(streams)('%s: every one and two cuts give the same frames', (suffix, text) => {
    const bytes = bytesOf(text)
    const whole = said(cut(suffix, [bytes]))
    expect(whole.length).toBeGreaterThan(1)
    for (let first = 0; first <= bytes.length; first += 1) {
      for (let second = first; second <= bytes.length; second += 1) {
        const pieces = [
          bytes.subarray(0, first),
          bytes.subarray(first, second),
          bytes.subarray(second),
        ]
        expect(said(cut(suffix, pieces))).toEqual(whole)
      }
    }
  })
  it('any bytes, any suffix, any cuts', () => {
    const token = fc.oneof(
      fc.constantFrom(
        CODE,
        ALIPAY,
        '\r',
        '\n',
        '\r\n',
        '\t',
        '\x02',
        '\x03',
        ']Q1',
        'A'.repeat(600),
      ),
      fc.uint8Array({ maxLength: 6 }).map((raw) => Buffer.from(raw).toString('latin1')),
    )
    const suffix = fc.constantFrom<Suffix>('cr', 'lf', 'crlf', 'tab', 'none')
    fc.assert(
      fc.property(
        suffix,
        fc.array(token, { maxLength: 12 }),
        fc.array(fc.nat(2_000), { maxLength: 40 }),
        (ending, tokens, places) => {
          const bytes = bytesOf(tokens.join(''))
          const marks = [...places.map((place) => place % (bytes.length + 1)), bytes.length]
          marks.sort((left, right) => left - right)
          const pieces = marks.map((mark, index) => bytes.subarray(marks[index - 1] ?? 0, mark))
          expect(said(cut(ending, pieces))).toEqual(said(cut(ending, [bytes])))
        },
      ),
      { numRuns: 500, seed: 20_260_101 },
    )
  })
})
