import { describe, expect, it } from 'vitest'
import { lineOf, timingOf } from '../../../src/devices/serial-settings.ts'

describe('serial settings', () => {
  it('are 9600 8N1 with CR unless told otherwise', () => {
    expect(lineOf({ id: 'x' })).toEqual({
      baudRate: 9_600,
      dataBits: 8,
      parity: 'none',
      stopBits: 1,
    })
    expect(timingOf({ id: 'x' })).toEqual({ suffix: 'cr', gapMs: 1_000, reopenDelayMs: 250 })
    expect(timingOf({ id: 'x', suffix: 'none' }).gapMs).toBe(300)
  })
  it('never take a gap shorter than five characters on the line', () => {
    expect(timingOf({ id: 'x', gapMs: 1, baudRate: 9_600 }).gapMs).toBe(6)
    expect(timingOf({ id: 'x', gapMs: 1, baudRate: 300 }).gapMs).toBe(184)
    expect(timingOf({ id: 'x', gapMs: 50, baudRate: 9_600 }).gapMs).toBe(50)
  })
})
