import { describe, expect, it } from 'vitest'
import { isWholeCode, splitAim } from '../../../src/devices/aim.ts'
import { readCode } from '../../../src/domain/payment-code.ts'

const CODE = '134567890123456789'

describe('AIM identifiers', () => {
  it.each([
    [']Q0', 'qr'],
    [']Q1', 'qr'],
    [']Q2', 'qr'],
    [']Q3', 'gs1'],
    [']Q4', 'gs1'],
    [']Q5', 'gs1'],
    [']Q6', 'gs1'],
    [']C0', 'code128'],
    [']C1', 'gs1'],
    [']C2', 'other'],
    [']E0', 'retail'],
    [']E4', 'retail'],
    [']X9', 'retail'],
    [']Xg', 'retail'],
    [']XV', 'other'],
    [']e0', 'gs1'],
    [']d1', 'other'],
    [']d2', 'gs1'],
    [']L0', 'other'],
    [']z0', 'other'],
    [']h0', 'other'],
  ])('%s is %s and comes off', (identifier, symbology) => {
    expect(splitAim(identifier + CODE)).toEqual({ label: CODE, symbology })
  })

  it('a label without one is of unknown symbology', () => {
    for (const label of ['', ']', ']Q', CODE, 'Q1]', 'https://example.com/]Q1']) {
      expect(splitAim(label)).toEqual({ label, symbology: 'unknown' })
    }
  })

  it('an identifier that nobody knows stays on, so that no payment code comes out of it', () => {
    for (const identifier of [']Y0', ']q1', ']c0', ']!1', ']Q-']) {
      const { label, symbology } = splitAim(identifier + CODE)
      expect(label).toBe(identifier + CODE)
      expect(readCode(label, symbology).kind).toBe('refused')
    }
  })

  it('only QR, plain Code 128 and no identifier at all lead to a charge', () => {
    const accepted: string[] = []
    const characters = [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz']
    for (const letter of characters) {
      for (const modifier of characters) {
        const { label, symbology } = splitAim(`]${letter}${modifier}${CODE}`)
        if (readCode(label, symbology).kind === 'accepted') accepted.push(`]${letter}${modifier}`)
      }
    }
    const others = accepted.filter((identifier) => !identifier.startsWith(']Q'))
    expect(others).toEqual([']C0'])
    for (const modifier of '3456') expect(accepted).not.toContain(`]Q${modifier}`)
  })

  it('knows a whole payment code of any wallet, with or without identifier', () => {
    for (const whole of [CODE, `]Q1${CODE}`, '2812345678901234', '6212345678901234567']) {
      expect(isWholeCode(whole)).toBe(true)
    }
    for (const half of [
      '',
      CODE.slice(1),
      CODE.slice(0, 17),
      `${CODE}0`,
      `]Y0${CODE}`,
      `${CODE}\n`,
    ]) {
      expect(isWholeCode(half)).toBe(false)
    }
  })
})
