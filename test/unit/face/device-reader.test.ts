import { beforeEach, describe, expect, it, vi } from 'vitest'
import { err, ok } from '../../../src/base/result.ts'
import { problem } from '../../../src/domain/errors.ts'
import type { FaceCode } from '../../../src/domain/face-errors.ts'
import { DeviceReader, type DeviceReaderParts } from '../../../src/face/device-reader.ts'
import type { FaceOrder, FaceReaderEvent } from '../../../src/ports/face.ts'
import { createKeptLog, type KeptLog } from '../../support/kept-log.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'
import {
  createScriptedDevice,
  DEVICE_MERCHANT,
  type DeviceAct,
  faceOrder,
  type ScriptedDevice,
  settled,
} from '../../support/scripted-device.ts'

const HOUR_MS = 3_600_000
const CODE = '130000000000000001'

let clock: ManualClock
let device: ScriptedDevice
let log: KeptLog
let authorised: string[]
let events: FaceReaderEvent[]
let reader: DeviceReader
let authority: DeviceReaderParts['authority']

const tell = (event: FaceReaderEvent) => events.push(event)
const withCode = (more: Record<string, unknown>) => ({
  return_code: 'SUCCESS',
  face_code: CODE,
  ...more,
})
const refused = (return_code: string, err_code?: number) => ({ return_code, err_code })
const failed = (cause: FaceCode) => ({ kind: 'failed', cause })
const good = { kind: 'code', credential: { code: CODE, type: 'payment_code' } }

function make(more: Partial<DeviceReaderParts> = {}): DeviceReader {
  return new DeviceReader({
    open: () => ok(device),
    authority: { authInfo: (raw) => authority.authInfo(raw) },
    merchant: DEVICE_MERCHANT,
    codeType: '1',
    clock,
    log,
    ...more,
  })
}

async function ready(more: Partial<DeviceReaderParts> = {}): Promise<void> {
  reader = make(more)
  reader.start()
  await settled()
}

async function pass(forMs: number): Promise<void> {
  // A step at a time, as a clock that runs does, so that what a timer starts has its say.
  for (let left = forMs; left > 0; left -= 500) {
    clock.advance(Math.min(left, 500))
    await settled()
  }
}

async function captured(more: Partial<FaceOrder> = {}): Promise<void> {
  reader.capture(faceOrder(clock, more), tell)
  await settled()
}

const results = () =>
  device.asked
    .filter(({ cmd }) => cmd === 'updateWxpayfacePayResult')
    .map(({ payresult }) => payresult)

beforeEach(() => {
  clock = createManualClock()
  device = createScriptedDevice()
  log = createKeptLog()
  authorised = []
  events = []
  authority = {
    authInfo: async (raw) => {
      authorised.push(raw)
      return ok({ authInfo: `auth-${authorised.length}`, endsAtMs: clock.nowMs() + HOUR_MS })
    },
  }
})

describe('the start', () => {
  it('initialises, is authorised by its raw data, and is ready on the device', async () => {
    reader = make({ proxy: { kind: 'socks5', ip: '10.0.0.1', port: 1080 } })
    expect(reader.readiness()).toEqual({ kind: 'not_ready', cause: 'face.device_not_ready' })
    let told = 0
    reader.onReadiness(() => {
      told += 1
    })
    reader.start()
    await settled()
    expect(device.commands()).toEqual(['initWxpayface', 'getWxpayfaceRawdata'])
    expect(device.asked[0]).toMatchObject({ proxy_type: 2, ip: '10.0.0.1', port: '1080' })
    expect(authorised).toEqual(['raw'])
    expect(reader.readiness()).toEqual({ kind: 'ready', guidedBy: 'device' })
    expect(told).toBe(1)
  })

  it('asks again after 500 ms while the service is being initialised', async () => {
    device.on(
      'initWxpayface',
      refused('ERROR', 271_378_621),
      refused('ERROR', 271_378_621),
      refused('SUCCESS'),
    )
    await ready()
    clock.advance(499)
    await settled()
    expect(device.commands()).toHaveLength(1)
    await pass(1_001)
    expect(reader.readiness().kind).toBe('ready')
  })

  it.each<[string, DeviceAct, FaceCode]>([
    ['refuses', refused('SYSTEMERROR'), 'face.device_failed'],
    ['is not allowed', refused('FACEPAY_NOT_AUTH'), 'face.not_authorised'],
    ['fails', 'call_failed', 'face.device_failed'],
    ['says nonsense', Buffer.from('nonsense'), 'face.device_failed'],
    ['never returns', 'never', 'face.device_failed'],
  ])('says why and tries again when the service %s', async (_name, act, cause) => {
    device.on('initWxpayface', act, refused('SUCCESS'))
    await ready()
    await pass(act === 'never' ? 30_000 : 0)
    expect(reader.readiness()).toMatchObject({ kind: 'not_ready', cause })
    await pass(1_000)
    expect(reader.readiness().kind).toBe('ready')
  })

  it('tries more and more rarely, and never stops trying', async () => {
    device.on('initWxpayface', 'call_failed')
    await ready()
    await pass(600_000)
    const tries = device.commands().length
    expect(tries).toBeGreaterThan(20)
    expect(tries).toBeLessThan(30)
    expect(clock.pendingCount()).toBe(1)
  })

  it('without the library says so, and finds one that is put there', async () => {
    let opened = 0
    const detail = 'the device library is not there'
    await ready({
      open: () => {
        opened += 1
        return opened < 2 ? err({ reason: 'not_found', detail }) : ok(device)
      },
    })
    expect(reader.readiness()).toEqual({ kind: 'not_ready', cause: 'face.device_missing', detail })
    await pass(1_000)
    expect(reader.readiness().kind).toBe('ready')
  })

  it.each<[string, FaceCode]>([
    ['face.not_authorised', 'face.not_authorised'],
    ['gateway.unreachable', 'face.service_unreachable'],
  ] as const)('that nobody authorises with %s says %s', async (code, cause) => {
    authority = {
      authInfo: async () => err(problem(code === cause ? cause : 'gateway.unreachable')),
    }
    await ready()
    expect(reader.readiness()).toMatchObject({ kind: 'not_ready', cause })
  })
})

describe('a capture', () => {
  beforeEach(() => ready())

  it('asks with the order, gives out the code, and tells the device that it was paid', async () => {
    reader.capture(faceOrder(clock), tell)
    expect(events).toEqual([])
    await settled()
    expect(events).toEqual([good])
    expect(device.asked.at(-1)).toEqual({
      cmd: 'getWxpayfaceCode',
      version: '1',
      now: Math.floor(clock.nowMs() / 1_000),
      appid: DEVICE_MERCHANT.appId,
      mch_id: DEVICE_MERCHANT.merchantId,
      store_id: DEVICE_MERCHANT.storeId,
      out_trade_no: 'T20260101000001',
      total_fee: '1230',
      face_code_type: '1',
      face_authtype: 'FACEPAY',
      authinfo: 'auth-1',
    })
    reader.finish('c'.repeat(32), 'paid')
    await settled()
    expect(results()).toEqual(['SUCCESS'])
    expect(device.commands()).not.toContain('stopWxpayface')
  })

  it('with code type 0 gives out a code for the v2 face calls', async () => {
    device.on('getWxpayfaceCode', withCode({ face_code: 'b713b5d2-666c-48' }))
    await ready({ codeType: '0', screenIndex: 1 })
    await captured()
    expect(device.asked.at(-1)).toMatchObject({ face_code_type: '0', screen_index: 1 })
    expect(events).toEqual([
      { kind: 'code', credential: { code: 'b713b5d2-666c-48', type: 'face_code' } },
    ])
  })

  it.each<[string, DeviceAct, unknown]>([
    ['F-07 a minor', withCode({ underage_state: 2 }), failed('face.minor')],
    ['F-07 a minor, as text', withCode({ underage_state: '2' }), failed('face.minor')],
    ['an adult', withCode({ underage_state: 1 }), good],
    ['our order', withCode({ out_trade_no: 'T20260101000001' }), good],
    [
      'another order',
      withCode({ out_trade_no: 'T20260101000002' }),
      failed('face.service_not_verified'),
    ],
    ['17 digits', withCode({ face_code: '1'.repeat(17) }), failed('face.service_not_verified')],
    ['letters', withCode({ face_code: 'b713b5d2-666c-48' }), failed('face.service_not_verified')],
    ['no code', withCode({ face_code: undefined }), failed('face.device_failed')],
    ['ERROR', refused('ERROR'), failed('face.device_failed')],
    ['PARAM_ERROR', refused('PARAM_ERROR'), failed('face.device_failed')],
    ['SYSTEMERROR', refused('SYSTEMERROR'), failed('face.device_failed')],
    ['USER_CANCEL', refused('USER_CANCEL'), failed('face.left')],
    ['SCAN_PAYMENT', refused('SCAN_PAYMENT'), { kind: 'code_instead' }],
    ['FACEPAY_NOT_AUTH', refused('FACEPAY_NOT_AUTH'), failed('face.not_authorised')],
    ['IGNORE', refused('IGNORE'), failed('face.device_failed')],
    ['an unknown code', refused('PAID_TWICE'), failed('face.device_failed')],
    ['a failed call', 'call_failed', failed('face.device_failed')],
    ['a null answer', 'null_answer', failed('face.device_failed')],
  ])('of %s ends as it must, and the device is told once', async (_name, act, expected) => {
    device.on('getWxpayfaceCode', act)
    await captured()
    expect(events).toEqual([expected])
    reader.finish('c'.repeat(32), 'not_paid')
    reader.finish('c'.repeat(32), 'paid')
    await settled()
    expect(results()).toEqual(['ERROR'])
    expect(device.unwiped()).toEqual([])
  })

  it.each([271_378_620, 271_378_621])('initialises first when err_code is %d', async (errCode) => {
    device.on('getWxpayfaceCode', refused('ERROR', errCode), withCode({}))
    await captured()
    expect(events).toEqual([good])
    expect(device.commands().slice(2)).toEqual([
      'getWxpayfaceCode',
      'initWxpayface',
      'getWxpayfaceCode',
    ])
  })

  it('does not initialise for ever', async () => {
    device.on('getWxpayfaceCode', refused('ERROR', 271_378_620))
    await captured()
    expect(events).toEqual([failed('face.device_not_ready')])
    expect(device.commands().filter((name) => name === 'getWxpayfaceCode')).toHaveLength(3)
  })

  it('after PARAM_ERROR asks to be authorised anew', async () => {
    device.on('getWxpayfaceCode', refused('PARAM_ERROR'), withCode({}))
    await captured()
    await captured()
    expect(authorised).toHaveLength(2)
    expect(device.asked.findLast(({ cmd }) => cmd === 'getWxpayfaceCode')).toMatchObject({
      authinfo: 'auth-2',
    })
  })

  it('F-05 with a consent older than 60 s asks the device nothing', async () => {
    const consent = { id: 'consent-1', noticeVersion: '1', atMs: clock.nowMs() - 60_000 }
    await captured({ consent })
    expect(events).toEqual([failed('face.consent_old')])
    expect(device.commands()).not.toContain('getWxpayfaceCode')
  })

  it('before the device is ready fails with the reason', async () => {
    device.on('initWxpayface', refused('FACEPAY_NOT_AUTH'))
    await ready()
    await captured()
    expect(events).toEqual([failed('face.not_authorised')])
  })

  it('tells the device a second time when it did not take the result', async () => {
    device.on('updateWxpayfacePayResult', refused('SYSTEMERROR'), refused('SUCCESS'))
    await captured()
    reader.finish('c'.repeat(32), 'paid')
    await settled()
    expect(results()).toEqual(['SUCCESS', 'SUCCESS'])
  })
})

describe('a device that does not answer', () => {
  beforeEach(() => ready())

  it('F-21 is a failure when the consent ends, is stopped, told, and set going again', async () => {
    device.on('getWxpayfaceCode', 'never')
    await captured()
    await pass(59_500)
    expect(events).toEqual([])
    await pass(500)
    expect(events).toEqual([failed('face.device_failed')])
    await pass(5_000)
    expect(device.commands().slice(2)).toEqual([
      'getWxpayfaceCode',
      'stopWxpayface',
      'updateWxpayfacePayResult',
      'initWxpayface',
      'getWxpayfaceRawdata',
    ])
    expect(reader.readiness().kind).toBe('ready')
  })

  it('F-06 F-25 answers too late: nothing is told, read or kept, and its page is closed', async () => {
    device.on('getWxpayfaceCode', 'never')
    await captured()
    reader.finish('c'.repeat(32), 'left')
    await pass(6_000)
    const decode = vi.spyOn(TextDecoder.prototype, 'decode')
    device.answerLate(withCode({ openid: 'o1' }))
    await settled()
    // The answer of the update that follows is the only one that is read.
    expect(decode).toHaveBeenCalledTimes(1)
    decode.mockRestore()
    expect(events).toEqual([])
    expect(device.unwiped()).toEqual([])
    expect(results()).toEqual(['ERROR', 'ERROR'])
  })

  it('is not told of the old capture while the next one is under way', async () => {
    device.on('getWxpayfaceCode', 'never')
    await captured()
    reader.finish('c'.repeat(32), 'left')
    await pass(6_000)
    await captured({ captureId: 'd'.repeat(32) })
    device.answerLate(withCode({}))
    await settled()
    expect(events).toEqual([])
    expect(results()).toEqual(['ERROR'])
    device.answerLate(withCode({}))
    await settled()
    expect(events).toEqual([good])
  })

  it('when stopped returns, and is told then', async () => {
    device.on('getWxpayfaceCode', 'never')
    await captured()
    reader.finish('c'.repeat(32), 'left')
    await settled()
    expect(device.commands().slice(3)).toEqual(['stopWxpayface'])
    device.answerLate(refused('USER_CANCEL'))
    await settled()
    expect(device.commands().slice(3)).toEqual(['stopWxpayface', 'updateWxpayfacePayResult'])
    expect(reader.readiness().kind).toBe('ready')
    expect(events).toEqual([])
  })

  it('at all lets the reader close in bounded time', async () => {
    device.on('getWxpayfaceCode', 'never')
    for (const name of ['stopWxpayface', 'updateWxpayfacePayResult', 'releaseWxpayface']) {
      device.on(name, 'never')
    }
    await captured()
    let isClosed = false
    void reader.close().then(() => {
      isClosed = true
    })
    await pass(25_000)
    expect(isClosed).toBe(true)
    expect(device.isClosed()).toBe(true)
    expect(clock.pendingCount()).toBe(0)
  })
})

describe('captures one after the other', () => {
  beforeEach(() => ready())

  it('begin when the one before is at its end, which tells nothing more', async () => {
    device.on('getWxpayfaceCode', 'never', withCode({}))
    const first: FaceReaderEvent[] = []
    reader.capture(faceOrder(clock), (event) => first.push(event))
    await settled()
    await captured({ captureId: 'd'.repeat(32) })
    expect(device.commands().filter((name) => name === 'getWxpayfaceCode')).toHaveLength(1)
    device.answerLate(withCode({}))
    await settled()
    expect(first).toEqual([])
    expect(events).toEqual([good])
    expect(device.commands().slice(2)).toEqual([
      'getWxpayfaceCode',
      'stopWxpayface',
      'updateWxpayfacePayResult',
      'getWxpayfaceCode',
    ])
  })

  it('are not ended by the name of another', async () => {
    await captured()
    reader.finish('d'.repeat(32), 'paid')
    await settled()
    expect(results()).toEqual([])
  })
})

describe('what authorises the device', () => {
  it('is renewed in time, not while a customer is there, and used until then', async () => {
    await ready()
    device.on('getWxpayfaceCode', 'never')
    await pass(HOUR_MS - 30_000)
    await captured()
    expect(authorised).toHaveLength(1)
    await pass(30_000)
    expect(authorised).toHaveLength(1)
    device.answerLate(withCode({}))
    reader.finish('c'.repeat(32), 'paid')
    await pass(30_000)
    expect(authorised).toHaveLength(2)
  })

  it('is renewed before a capture that finds it due, and may still do when it cannot be', async () => {
    authority = {
      authInfo: async (raw) => {
        authorised.push(raw)
        if (authorised.length > 1) return err(problem('gateway.unreachable'))
        return ok({ authInfo: 'auth-1', endsAtMs: clock.nowMs() })
      },
    }
    await ready()
    await captured()
    expect(authorised).toHaveLength(2)
    expect(events).toEqual([good])
  })

  it('that ends at once is asked for no more than every half minute', async () => {
    authority = {
      authInfo: async (raw) => {
        authorised.push(raw)
        return ok({ authInfo: 'auth-1', endsAtMs: clock.nowMs() - 1 })
      },
    }
    await ready()
    await pass(300_000)
    expect(authorised.length).toBeLessThanOrEqual(11)
  })
})

describe('the end', () => {
  it('releases the service once and is ready no more', async () => {
    await ready()
    await Promise.all([reader.close(), reader.close()])
    expect(device.commands().slice(2)).toEqual(['releaseWxpayface'])
    expect(reader.readiness().kind).toBe('not_ready')
    await captured()
    expect(events).toEqual([failed('face.device_not_ready')])
    expect(clock.pendingCount()).toBe(0)
  })

  it('of a capture without a word is told to the device', async () => {
    await ready()
    await captured()
    await reader.close()
    expect(results()).toEqual(['ERROR'])
  })
})

describe('the log', () => {
  it('P6 F-25 has neither code nor payer, authorisation, proxy password nor message', async () => {
    const secrets = { openid: 'o-SECRET', nickname: 'n-SECRET', return_msg: 'm-SECRET' }
    await ready({
      proxy: { kind: 'http', ip: '10.0.0.1', port: 1, user: 'u-SECRET', password: 'p-SECRET' },
    })
    device.on('getWxpayfaceCode', withCode(secrets), { return_code: CODE, ...secrets })
    await captured()
    await captured()
    await reader.close()
    const text = log.lines.join('\n')
    expect(text).toContain('getWxpayfaceCode')
    for (const secret of ['SECRET', CODE, 'auth-1', 'raw"']) expect(text).not.toContain(secret)
  })
})
