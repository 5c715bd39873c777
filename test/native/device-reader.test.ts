import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ok } from '../../src/base/result.ts'
import { RETURN_CODES } from '../../src/face/device-codes.ts'
import type { DeviceReader } from '../../src/face/device-reader.ts'
import { openDeviceReader } from '../../src/face/node/device-reader.ts'
import type { FaceReaderEvent } from '../../src/ports/face.ts'
import {
  answer,
  createFakeDevice,
  type FakeDevice,
  type FakeStep,
  whyNoNativePart,
} from '../support/fake-device.ts'
import { createKeptLog } from '../support/kept-log.ts'
import { createManualClock, type ManualClock } from '../support/manual-clock.ts'
import { DEVICE_MERCHANT, faceOrder } from '../support/scripted-device.ts'

const CODE = '130000000000000001'
const START: readonly FakeStep[] = [['getWxpayfaceRawdata', 'answer', answer({ rawdata: 'raw' })]]

let clock: ManualClock
let reader: DeviceReader | undefined
let device: FakeDevice

beforeEach((context) => {
  const why = whyNoNativePart()
  if (why !== undefined) context.skip(why)
  clock = createManualClock()
})

afterEach(async () => {
  await reader?.close()
  reader = undefined
  device?.remove()
})

/** Lets the loop turn until `when` is true; the test's own limit ends what never is. */
async function until(when: () => boolean): Promise<void> {
  while (!when()) await new Promise((resolve) => setImmediate(resolve))
}

async function ready(...steps: readonly FakeStep[]): Promise<DeviceReader> {
  device = createFakeDevice(...START, ...steps)
  const made = openDeviceReader({
    library: device.library,
    authority: {
      authInfo: async () => ok({ authInfo: 'auth', endsAtMs: clock.nowMs() + 3_600_000 }),
    },
    merchant: DEVICE_MERCHANT,
    codeType: '1',
    clock,
    log: createKeptLog(),
  })
  reader = made
  await until(() => made.readiness().kind === 'ready')
  return made
}

const commands = () => device.requests().map((request) => String(JSON.parse(request).cmd))

/** One capture to its end, and what it told last. */
async function capture(made: DeviceReader, outTradeNo = 'T1'): Promise<FaceReaderEvent> {
  const events: FaceReaderEvent[] = []
  const captureId = 'c'.repeat(32)
  made.capture(faceOrder(clock, { captureId, outTradeNo }), (event) => events.push(event))
  await until(() => events.length > 0)
  const updates = () => commands().filter((name) => name === 'updateWxpayfacePayResult').length
  const before = updates()
  made.finish(captureId, 'not_paid')
  // A failure was told to the device before anybody finished it.
  const [event] = events
  if (event?.kind === 'code') await until(() => updates() > before)
  if (event === undefined) throw new Error('nothing was told')
  return event
}

describe('the reader over the real library boundary', () => {
  it('takes a payment from the start to the release', async () => {
    const made = await ready(['getWxpayfaceCode', 'answer', answer({ face_code: CODE })])
    const credential = { code: CODE, type: 'payment_code' }
    expect(await capture(made)).toEqual({ kind: 'code', credential })
    await made.close()
    expect(commands()).toEqual([
      'initWxpayface',
      'getWxpayfaceRawdata',
      'getWxpayfaceCode',
      'updateWxpayfacePayResult',
      'releaseWxpayface',
    ])
    expect(device.held()).toBe(0)
    expect(device.released().every((first) => first === 0)).toBe(true)
  })

  it.each([...RETURN_CODES.keys()].filter((code) => code !== 'SUCCESS'))(
    'comes to an end after %s without a code',
    async (return_code) => {
      const made = await ready(['getWxpayfaceCode', 'answer', JSON.stringify({ return_code })])
      const expected = return_code === 'SCAN_PAYMENT' ? 'code_instead' : 'failed'
      expect((await capture(made)).kind).toBe(expected)
      await made.close()
      expect(commands()).toContain('updateWxpayfacePayResult')
      expect(device.held()).toBe(0)
    },
  )

  it.each<[string, string, argument: string]>([
    ['nothing', 'null', ''],
    ['100 MB', 'big', '104857600'],
    ['a negative size', 'negative', ''],
    ['an empty text', 'empty', ''],
    ['wrong types', 'answer', '{"return_code":"SUCCESS","face_code":[130]}'],
    ['a failed call', 'fail', '-1'],
  ])('is not hurt by %s', async (_name, action, argument) => {
    const made = await ready(['getWxpayfaceCode', action, argument])
    expect(await capture(made)).toEqual({ kind: 'failed', cause: 'face.device_failed' })
    await made.close()
    expect(device.held()).toBe(0)
  })

  it('F-21 is not held up by a service that never returns', async () => {
    const made = await ready(['getWxpayfaceCode', 'hang'])
    const events: FaceReaderEvent[] = []
    made.capture(faceOrder(clock), (event) => events.push(event))
    await until(() => commands().includes('getWxpayfaceCode'))
    clock.advance(60_000)
    await until(() => events.length > 0)
    expect(events).toEqual([{ kind: 'failed', cause: 'face.device_failed' }])
    await until(() => commands().includes('stopWxpayface'))
    let isClosed = false
    void made.close().then(() => {
      isClosed = true
    })
    await until(() => {
      clock.advanceToNext()
      return isClosed
    })
  })
})

describe('10,000 random answers', () => {
  it('leave nothing behind, crash nothing, and give out no code that is not one', async () => {
    const good = answer({ face_code: CODE, underage_state: 1, err_code: 0 })
    device = createFakeDevice(['*', 'random', good])
    const { loadNativePart } = await import('../../src/face/node/native.ts')
    const { openDeviceService } = await import('../../src/face/node/device-service.ts')
    const { decodeAnswer } = await import('../../src/face/device-commands.ts')
    const { readCode } = await import('../../src/face/device-capture.ts')
    const service = openDeviceService(device.library, loadNativePart())
    if (!service.ok) throw new Error(service.error.detail)
    const request = Buffer.from('{"cmd":"getWxpayfaceCode"}')
    const order = faceOrder(clock)
    const told = { read: 0, refused: 0 }
    for (let round = 0; round < 10_000; round += 1) {
      const result = await service.value.call(request)
      const decoded = result.ok ? decodeAnswer('getWxpayfaceCode', result.value) : result
      const isCode = decoded.ok && decoded.value.returnCode === 'SUCCESS'
      const code = isCode ? readCode(order, '1', decoded.value) : undefined
      if (code?.ok) expect(code.value.code).toMatch(/^\d{18}$/)
      told[code?.ok ? 'read' : 'refused'] += 1
    }
    service.value.close()
    expect(device.held()).toBe(0)
    expect(told.read).toBeGreaterThan(1_000)
    expect(told.refused).toBeGreaterThan(3_000)
  }, 120_000)
})
