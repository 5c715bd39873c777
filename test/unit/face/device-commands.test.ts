import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { knownCode, RETURN_CODES, stepOf } from '../../../src/face/device-codes.ts'
import {
  DEVICE_COMMANDS,
  type DeviceCommand,
  decodeAnswer,
  encodeRequest,
} from '../../../src/face/device-commands.ts'

const COMMANDS: readonly DeviceCommand[] = [
  'initWxpayface',
  'getWxpayfaceRawdata',
  'getWxpayfaceCode',
  'updateWxpayfacePayResult',
  'stopWxpayface',
  'releaseWxpayface',
]
const MERCHANT = { appid: 'wx1', mch_id: '19', store_id: 's', authinfo: 'a' }
const bytes = (value: unknown) => Buffer.from(JSON.stringify(value))
const code = (value: unknown) => decodeAnswer('getWxpayfaceCode', bytes(value))
const GOOD = { return_code: 'SUCCESS', face_code: '130000000000000001' }

describe('a request', () => {
  it('is JSON with cmd, version and whole seconds', () => {
    const request = encodeRequest('getWxpayfaceRawdata', {}, 1_767_225_600_999)
    expect(request.ok && JSON.parse(Buffer.from(request.value).toString())).toEqual({
      cmd: 'getWxpayfaceRawdata',
      version: '1',
      now: 1_767_225_600,
    })
  })

  it.each([
    ['stopWxpayface', { ...MERCHANT, mch_id: undefined }, 'mch_id'],
    ['stopWxpayface', { ...MERCHANT, mch_id: '' }, 'mch_id'],
    ['stopWxpayface', { ...MERCHANT, store_id: 's'.repeat(33) }, 'store_id'],
    ['updateWxpayfacePayResult', MERCHANT, 'payresult'],
    ['updateWxpayfacePayResult', { ...MERCHANT, payresult: 1 }, 'payresult'],
    ['initWxpayface', { proxy_type: 4 }, 'proxy_type'],
    ['initWxpayface', { proxy_type: -1 }, 'proxy_type'],
    ['initWxpayface', { proxy_type: 1.5 }, 'proxy_type'],
  ] as const)('of %s with %o is not made, because of %s', (command, fields, name) => {
    expect(encodeRequest(command, fields, 0)).toEqual({ ok: false, error: name })
  })

  it('has no field that its table does not name', () => {
    const request = encodeRequest('stopWxpayface', { ...MERCHANT, openid: 'o', cmd: 'x' }, 0)
    const keys = request.ok ? Object.keys(JSON.parse(Buffer.from(request.value).toString())) : []
    expect(keys).toEqual(['cmd', 'version', 'now', 'appid', 'mch_id', 'store_id', 'authinfo'])
  })

  it('F-17 asks for payments only: no command recognises anybody else', () => {
    expect(Object.keys(DEVICE_COMMANDS)).toEqual(COMMANDS)
  })
})

describe('an answer', () => {
  it('F-25 is read for the fields of its command alone: no openid, no name, no telephone', () => {
    const full = { ...GOOD, openid: 'o1', sub_openid: 'o2', nickname: 'n', telephone_used: '1' }
    const answer = code({ ...full, return_msg: 'of a customer' })
    expect(answer).toEqual({
      ok: true,
      value: {
        returnCode: 'SUCCESS',
        errCode: 0,
        message: '',
        fields: { face_code: '130000000000000001' },
      },
    })
  })

  it.each([
    [{ ...GOOD, underage_state: 2 }, 2],
    [{ ...GOOD, underage_state: '2' }, 2],
    [{ ...GOOD, underage_state: 0 }, 0],
    [GOOD, undefined],
    [{ ...GOOD, underage_state: null }, undefined],
  ])('%o has the age %o', (value, state) => {
    const answer = code(value)
    expect(answer.ok && answer.value.fields.underage_state).toBe(state)
  })

  it.each([
    [{ ...GOOD, underage_state: 'two' }],
    [{ ...GOOD, underage_state: 3 }],
    [{ ...GOOD, underage_state: [2] }],
    [{ ...GOOD, face_code: 130000000000000000 }],
    [{ ...GOOD, face_code: '' }],
    [{ ...GOOD, face_code: '1'.repeat(129) }],
    [{ ...GOOD, face_code: undefined }],
    [{ ...GOOD, return_code: 0 }],
    [{ ...GOOD, return_code: 'S'.repeat(65) }],
    [{ face_code: '130000000000000001' }],
    [{ ...GOOD, err_code: {} }],
    [{ ...GOOD, err_code: 'x' }],
  ])('%o has a wrong field', (value) => {
    expect(code(value)).toEqual({ ok: false, error: 'wrong_field' })
  })

  it.each(['', 'null', '[]', '7', '"SUCCESS"', '{', '{"return_code":"SUCCESS"', '\u0000'])(
    '%o is no object',
    (text) => {
      expect(decodeAnswer('initWxpayface', Buffer.from(text))).toEqual({
        ok: false,
        error: 'not_json',
      })
    },
  )

  it('deep within itself is no answer, and no crash', () => {
    const deep = Buffer.from(`{"a":${'['.repeat(500_000)}${']'.repeat(500_000)}}`)
    expect(decodeAnswer('initWxpayface', deep).ok).toBe(false)
  })

  it('names what it inherits from nobody', () => {
    const answer = decodeAnswer('getWxpayfaceRawdata', bytes({ return_code: 'SUCCESS' }))
    expect(answer).toEqual({ ok: false, error: 'wrong_field' })
    const proto = Buffer.from('{"__proto__":{"return_code":"SUCCESS"}}')
    expect(decodeAnswer('initWxpayface', proto).ok).toBe(false)
  })

  it('tells the message of the service alone, short and without control characters', () => {
    const said = { return_code: 'ERROR', return_msg: `代理\n不通\u001b[31m${'x'.repeat(500)}` }
    const answer = decodeAnswer('initWxpayface', bytes(said))
    const message = answer.ok ? answer.value.message : ''
    expect(message).toHaveLength(128)
    expect(message.startsWith('代理 不通 [31mx')).toBe(true)
  })

  it('whatever it is, is read or refused: 10,000 of any bytes and any JSON', () => {
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc.json().map((text) => Buffer.from(text)),
      fc
        .record(
          {
            return_code: fc.oneof(fc.constantFrom(...RETURN_CODES.keys()), fc.anything()),
            err_code: fc.anything(),
            return_msg: fc.anything(),
            face_code: fc.anything(),
            rawdata: fc.anything(),
            underage_state: fc.anything(),
          },
          { requiredKeys: [] },
        )
        .map((value) => Buffer.from(stringOf(value))),
    )
    fc.assert(
      fc.property(fc.constantFrom(...COMMANDS), anything, (command, answer) => {
        const decoded = decodeAnswer(command, answer)
        if (!decoded.ok) return
        const names = Object.keys(decoded.value.fields)
        expect(names.filter((name) => !(name in DEVICE_COMMANDS[command].response))).toEqual([])
        expect(stepOf(decoded.value).next).toMatch(/^(go|init|wait|code_instead|fail)$/)
      }),
      { numRuns: 10_000 },
    )
  })
})

/** JSON of a value that may hold what JSON cannot. */
function stringOf(value: unknown): string {
  try {
    return JSON.stringify(value, (_key, one) => (typeof one === 'bigint' ? Number(one) : one))
  } catch {
    return '{}'
  }
}

describe('a return code', () => {
  const step = (returnCode: string, errCode = 0) =>
    stepOf({ returnCode, errCode, message: '', fields: {} })

  it.each([
    ['SUCCESS', { next: 'go' }],
    ['ERROR', { next: 'fail', cause: 'face.device_failed' }],
    ['PARAM_ERROR', { next: 'fail', cause: 'face.device_failed', stale: true }],
    ['SYSTEMERROR', { next: 'fail', cause: 'face.device_failed' }],
    ['USER_CANCEL', { next: 'fail', cause: 'face.left' }],
    ['SCAN_PAYMENT', { next: 'code_instead' }],
    ['FACEPAY_NOT_AUTH', { next: 'fail', cause: 'face.not_authorised' }],
    ['IGNORE', { next: 'fail', cause: 'face.device_failed' }],
    ['success', { next: 'fail', cause: 'face.device_failed' }],
    ['', { next: 'fail', cause: 'face.device_failed' }],
    ['__proto__', { next: 'fail', cause: 'face.device_failed' }],
  ])('%s asks for %o', (returnCode, expected) => {
    expect(step(returnCode)).toEqual(expected)
  })

  it('is put more exactly by its err_code, except a success', () => {
    expect(step('ERROR', 271_378_620)).toEqual({ next: 'init' })
    expect(step('SYSTEMERROR', 271_378_621)).toEqual({ next: 'wait' })
    expect(step('UNHEARD_OF', 271_378_621)).toEqual({ next: 'wait' })
    expect(step('ERROR', 271_378_622)).toEqual({ next: 'fail', cause: 'face.device_failed' })
    expect(step('SUCCESS', 271_378_620)).toEqual({ next: 'go' })
  })

  it('that is not documented is not written to a log', () => {
    expect(knownCode('USER_CANCEL')).toBe('USER_CANCEL')
    expect(knownCode('130000000000000001')).toBe('UNKNOWN')
  })
})
