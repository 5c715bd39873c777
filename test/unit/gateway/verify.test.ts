import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SUITES } from '../../../src/gateway/suite.ts'
import { type PlatformKeys, verify } from '../../../src/gateway/verify.ts'

const NOW_MS = 1_767_225_600_000
const NOW_S = NOW_MS / 1_000
const HEADERS = {
  'wechatpay-timestamp': String(NOW_S),
  'wechatpay-nonce': 'n0nce',
  'wechatpay-serial': 'ABC',
  'wechatpay-signature': 'good',
}
const BODY = new Uint8Array([1, 2, 3])

/** A check that takes the signature "good" over exactly what a good answer says. */
const keys: PlatformKeys = {
  find: (serial) =>
    serial === 'ABC'
      ? (message, signature) =>
          signature === 'good' &&
          Buffer.from(message).equals(
            Buffer.concat([Buffer.from(`${NOW_S}\nn0nce\n`), BODY, Buffer.from('\n')]),
          )
      : undefined,
}

function look(changes: Record<string, string> = {}, nowMs = NOW_MS) {
  return verify({ headers: { ...HEADERS, ...changes }, body: BODY }, keys, nowMs)
}

test('the signature is checked over timestamp, nonce and raw body', () => {
  expect(look()).toEqual({ kind: 'verified' })
  expect(look({ 'wechatpay-signature-type': 'WECHATPAY2-SHA256-RSA2048' }).kind).toBe('verified')
  const other = new Uint8Array([1, 2, 4])
  expect(verify({ headers: HEADERS, body: other }, keys, NOW_MS)).toMatchObject({ fault: 'wrong' })
})

test('no signature header at all is unsigned; some of them is a fault', () => {
  expect(verify({ headers: {}, body: BODY }, keys, NOW_MS)).toEqual({ kind: 'unsigned' })
  for (const name of Object.keys(HEADERS)) {
    const headers: Record<string, string> = { ...HEADERS }
    delete headers[name]
    expect(verify({ headers, body: BODY }, keys, NOW_MS)).toMatchObject({ fault: 'header_missing' })
    expect(look({ [name]: '' })).toMatchObject({ fault: 'header_missing' })
  }
})

describe('the window of 300 s, both sides, ends exclusive', () => {
  test.each([
    [-300_000, false],
    [-299_999, true],
    [0, true],
    [299_999, true],
    [300_000, false],
  ])('%i ms away', (awayMs, good) => {
    expect(look({}, NOW_MS + awayMs).kind).toBe(good ? 'verified' : 'failed')
    if (!good) expect(look({}, NOW_MS + awayMs)).toMatchObject({ fault: 'clock_off' })
  })
})

test.each([
  ['wechatpay-timestamp', ` ${NOW_S}`],
  ['wechatpay-timestamp', `${NOW_S}.0`],
  ['wechatpay-timestamp', `0${NOW_S}`],
  ['wechatpay-timestamp', '-1'],
  ['wechatpay-timestamp', `${NOW_S}, ${NOW_S}`],
  ['wechatpay-nonce', 'a\nb'],
  ['wechatpay-nonce', 'ｎ'],
  ['wechatpay-serial', 'ABC, ABC'],
  ['wechatpay-signature-type', 'WECHATPAY2-SM2-WITH-SM3'],
])('%s of %j is malformed', (name, value) => {
  expect(look({ [name]: value })).toMatchObject({ fault: 'header_malformed' })
})

test.each([
  ['WECHATPAY2-SM2-WITH-SM3', { kind: 'verified' }],
  ['WECHATPAY2-SHA256-RSA2048', { fault: 'header_malformed' }],
  ['', { fault: 'header_missing' }],
  [undefined, { fault: 'header_missing' }],
])('P3: with keys of SM2 an answer of type %j', (type, verdict) => {
  const typed = type === undefined ? {} : { 'wechatpay-signature-type': type }
  const answer = { headers: { ...HEADERS, ...typed }, body: BODY }
  expect(verify(answer, { ...keys, suite: SUITES.sm2 }, NOW_MS)).toMatchObject(verdict)
})

test('an unknown serial is named, so that it can be asked for', () => {
  expect(look({ 'wechatpay-serial': 'XYZ' })).toEqual({
    kind: 'failed',
    fault: 'unknown_serial',
    serial: 'XYZ',
  })
})

test('a probe fails like any wrong signature, and is told apart', () => {
  const probe = { 'wechatpay-signature': 'WECHATPAY/SIGNTEST/xyz' }
  expect(look(probe)).toEqual({ kind: 'failed', fault: 'probe' })
})

test('no headers whatever make it throw, and none but the good ones verify', () => {
  const names = [...Object.keys(HEADERS), 'wechatpay-signature-type', '__proto__']
  const headers = fc.dictionary(fc.constantFrom(...names), fc.string({ unit: 'binary' }))
  fc.assert(
    fc.property(headers, (some) => {
      const verdict = verify({ headers: { ...HEADERS, ...some }, body: BODY }, keys, NOW_MS)
      const same = Object.entries(HEADERS).every(([name, value]) => (some[name] ?? value) === value)
      return verdict.kind !== 'verified' || same
    }),
  )
})
