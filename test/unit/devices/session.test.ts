import { describe, expect, it } from 'vitest'
import type { Frame } from '../../../src/devices/framing.ts'
import { createScanSession } from '../../../src/devices/session.ts'

const A = '134567890123456789'
const B = '101234567890123456'
const label = (text: string, beganAtByte: number): Frame => ({
  kind: 'label',
  label: text,
  beganAtMs: 0,
  beganAtByte,
})
const make = () => createScanSession((text) => `#${text.length}${text}`)
const dropped = (reason: string) => ({ kind: 'dropped', reason })

describe('scan session', () => {
  it('passes the first label that began after enable, and only that', () => {
    const session = make()
    session.enable(10)
    expect(session.judge(label(A, 9), 0)).toEqual(dropped('not_enabled'))
    expect(session.enabled()).toBe(true)
    expect(session.judge(label(A, 10), 1)).toEqual({
      kind: 'label',
      label: A,
      symbology: 'unknown',
    })
    expect(session.enabled()).toBe(false)
    expect(session.judge(label(B, 30), 2)).toEqual(dropped('in_flight'))
  })

  it('a label dropped as too early may be shown again at once', () => {
    const session = make()
    expect(session.judge(label(A, 0), 0)).toEqual(dropped('not_enabled'))
    session.enable(19)
    expect(session.judge(label(A, 19), 1).kind).toBe('label')
  })

  it('AC-296b knows a repeat by what it says, whatever the identifier before it', () => {
    const session = make()
    session.enable(0)
    session.judge(label(`]Q1${A}`, 0), 0)
    session.enable(30)
    expect(session.judge(label(A, 30), 999)).toEqual(dropped('repeat'))
    expect(session.enabled()).toBe(true)
  })

  it('a second after the last reading it is no repeat any more; each reading renews the second', () => {
    const session = make()
    session.enable(0)
    session.judge(label(A, 0), 0)
    session.enable(20)
    expect(session.judge(label(A, 20), 900)).toEqual(dropped('repeat'))
    expect(session.judge(label(A, 40), 1_800)).toEqual(dropped('repeat'))
    expect(session.judge(label(A, 60), 2_800).kind).toBe('label')
  })

  it('tells garbled and too long in every state and stays as it is', () => {
    const session = make()
    for (const prepare of [
      () => session.disable('idle'),
      () => session.disable('in_flight'),
      () => session.enable(0),
    ]) {
      prepare()
      const before = session.enabled()
      for (const kind of ['garbled', 'too_long'] as const) {
        expect(session.judge({ kind, beganAtMs: 0, beganAtByte: 0 }, 0)).toEqual(dropped(kind))
      }
      expect(session.enabled()).toBe(before)
    }
  })

  it('an identifier with nothing after it is garbled and uses nothing up', () => {
    const session = make()
    session.enable(0)
    expect(session.judge(label(']Q1', 0), 0)).toEqual(dropped('garbled'))
    expect(session.enabled()).toBe(true)
  })

  it('disable says which reason the next label gets', () => {
    const session = make()
    session.enable(0)
    session.disable('in_flight')
    expect(session.judge(label(A, 5), 0)).toEqual(dropped('in_flight'))
    session.disable('idle')
    expect(session.judge(label(A, 25), 0)).toEqual(dropped('not_enabled'))
  })

  it('AC-296d P6: takes digests of labels that passed, and holds none of them', () => {
    const digested: string[] = []
    const session = createScanSession((text) => {
      digested.push(text)
      return `${digested.length}`
    })
    session.judge(label(A, 0), 0)
    expect(digested).toEqual([])
    session.enable(1)
    session.judge(label(A, 1), 0)
    expect(digested).toEqual([A])
    // Long after, nothing is left to compare with.
    session.judge(label(A, 20), 5_000)
    expect(digested).toEqual([A])
  })
})
