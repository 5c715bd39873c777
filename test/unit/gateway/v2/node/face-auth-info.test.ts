import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  type FaceAuthInfo,
  type FaceAuthInfoOptions,
  openFaceAuthInfo,
} from '../../../../../src/gateway/v2/node/face-auth-info.ts'
import { createSigner } from '../../../../../src/gateway/v2/node/signer.ts'
import { EXPECTED } from '../../answers.ts'
import { type Cast, createMemoryLog, deadOrigin, goodOptions, makeCast } from '../../node/rig.ts'
import { API_V2_KEY, COMMON, signedXml } from '../messages.ts'
import { says, startV2Server, type V2Server } from './v2-server.ts'

const RAW_DATA = 'raw-data-of-the-device=='
const AUTH_INFO = 'what-the-device-is-given=='
const GIVEN = { ...COMMON, authinfo: AUTH_INFO, expires_in: '3600' }

let cast: Cast
let open: { close(): Promise<void> }[] = []
beforeAll(async () => {
  cast = await makeCast()
})
afterEach(async () => {
  for (const one of open.reverse()) await one.close()
  open = []
})

async function server(): Promise<V2Server> {
  const started = await startV2Server(cast.tls, cast.authority)
  open.push(started)
  return started
}

/** The client, and a way to let time pass for it without waiting. */
function client(origin: string, changes: Partial<FaceAuthInfoOptions> = {}) {
  const { clock, ...good } = goodOptions(cast, origin)
  let passedMs = 0
  const opened = openFaceAuthInfo({
    origin,
    caPem: cast.authority.certificatePem,
    apiV2Key: API_V2_KEY,
    merchantId: good.merchantId,
    appId: good.appId,
    storeId: 'S001',
    storeName: '示例店',
    deviceId: 'FACE01',
    timeouts: good.timeouts,
    entropy: good.entropy,
    log: createMemoryLog(),
    clock: {
      ...clock,
      nowMs: () => clock.nowMs() + passedMs,
      monotonicMs: () => clock.monotonicMs() + passedMs,
    },
    ...changes,
  })
  if (!opened.ok) throw new Error(opened.error.code)
  open.push(opened.value)
  const authority: FaceAuthInfo = opened.value
  return {
    authority,
    nowMs: () => clock.nowMs() + passedMs,
    pass(deltaMs: number) {
      passedMs += deltaMs
    },
  }
}

describe('a credential for the device service', () => {
  test('is asked for with what names device, store and merchant, signed', async () => {
    const pay = await server()
    pay.reply = says(GIVEN)
    const log = createMemoryLog()
    const { authority, nowMs } = client(pay.origin, { log })
    const before = nowMs()
    const given = await authority.authInfo(RAW_DATA)
    expect(given).toMatchObject({ ok: true, value: { authInfo: AUTH_INFO } })
    const endsAtMs = given.ok ? given.value.endsAtMs : 0
    expect(endsAtMs).toBeGreaterThanOrEqual(before + 2_880_000)
    expect(endsAtMs).toBeLessThanOrEqual(nowMs() + 2_880_000)
    const [seen] = pay.seen
    expect(seen?.path).toBe('/face/get_wxpayface_authinfo')
    const { sign, ...fields } = seen?.fields ?? {}
    expect(fields).toMatchObject({
      appid: EXPECTED.appId,
      mch_id: EXPECTED.merchantId,
      store_id: 'S001',
      store_name: '示例店',
      device_id: 'FACE01',
      rawdata: RAW_DATA,
      version: '1',
      sign_type: 'HMAC-SHA256',
      now: expect.stringMatching(/^\d{10}$/),
    })
    const own = createSigner(API_V2_KEY, 'HMAC-SHA256')
    expect(sign).toBe(own.sign(new Map(Object.entries(fields).map(([k, v]) => [k, v ?? '']))))
    expect(seen?.isTrusted).toBe(false)
    expect(JSON.stringify(log.lines)).not.toMatch(new RegExp(`${RAW_DATA}|${AUTH_INFO}`))
  })

  test('is kept until 80 % of its life has passed, and asked for once by many', async () => {
    const pay = await server()
    pay.reply = says(GIVEN)
    const { authority, pass } = client(pay.origin)
    const both = await Promise.all([authority.authInfo(RAW_DATA), authority.authInfo(RAW_DATA)])
    expect(both.map(({ ok }) => ok)).toEqual([true, true])
    expect(pay.seen).toHaveLength(1)
    pass(2_800_000)
    await authority.authInfo(RAW_DATA)
    expect(pay.seen).toHaveLength(1)
    pass(80_000)
    await authority.authInfo(RAW_DATA)
    expect(pay.seen).toHaveLength(2)
    // Another start of the device.
    await authority.authInfo('other raw data')
    expect(pay.seen).toHaveLength(3)
  })

  test.each<[string, string | Readonly<Record<string, string>>, string]>([
    ['another key', signedXml(GIVEN, createSigner('0'.repeat(32), 'HMAC-SHA256')), 'not_verified'],
    ['no signature', signedXml(GIVEN).replace(/<sign>.*<\/sign>/, ''), 'not_verified'],
    ['MD5', signedXml(GIVEN, createSigner(API_V2_KEY, 'MD5')), 'not_verified'],
    ['another merchant', { ...GIVEN, mch_id: '1900000002' }, 'not_verified'],
    ['another app', { ...GIVEN, appid: 'wx1' }, 'not_verified'],
    ['no credential', { ...COMMON, expires_in: '3600' }, 'not_verified'],
    ['a huge credential', { ...GIVEN, authinfo: 'x'.repeat(4_097) }, 'not_verified'],
    ['no life', { ...GIVEN, expires_in: '0' }, 'not_verified'],
    ['an odd life', { ...GIVEN, expires_in: '1e9' }, 'not_verified'],
    ['garbage', '<html>', 'not_verified'],
    ['an unknown word', { ...COMMON, return_code: 'MAYBE' }, 'not_verified'],
    [
      'no right',
      '<xml><return_code>FAIL</return_code><return_msg>x</return_msg></xml>',
      'not_authorised',
    ],
    ['trouble', '<xml><return_code>SYSTEMERROR</return_code></xml>', 'unreachable'],
    ['bad raw data', '<xml><return_code>PARAM_ERROR</return_code></xml>', 'device_failed'],
  ])('an answer with %s gives none, and is not kept', async (_what, body, cause) => {
    const pay = await server()
    pay.reply = typeof body === 'string' ? (response) => response.end(body) : says(body)
    const { authority } = client(pay.origin)
    const code =
      cause.startsWith('not_v') || cause === 'unreachable'
        ? `face.service_${cause}`
        : `face.${cause}`
    expect(await authority.authInfo(RAW_DATA)).toMatchObject({ ok: false, error: { code } })
    pay.reply = says(GIVEN)
    expect(await authority.authInfo(RAW_DATA)).toMatchObject({ ok: true })
  })

  test('nobody there, a cut line, and another status are no answer', async () => {
    const code = 'face.service_unreachable'
    const gone = client(await deadOrigin())
    expect(await gone.authority.authInfo(RAW_DATA)).toMatchObject({ error: { code } })
    const pay = await server()
    const { authority } = client(pay.origin)
    for (const reply of [
      (response: { destroy(): unknown }) => void response.destroy(),
      (response: Parameters<V2Server['reply']>[0]) => void response.writeHead(502).end(),
    ]) {
      pay.reply = reply
      expect(await authority.authInfo(RAW_DATA)).toMatchObject({ error: { code } })
    }
  })

  test.each<[string, string, Partial<FaceAuthInfoOptions>]>([
    ['no raw data', '', {}],
    ['too much raw data', 'x'.repeat(2_049), {}],
    ['raw data no XML can carry', 'a\u0000b', {}],
    ['a long store', RAW_DATA, { storeId: 'S'.repeat(33) }],
    ['no store name', RAW_DATA, { storeName: '' }],
    ['a long device', RAW_DATA, { deviceId: 'D'.repeat(33) }],
  ])('nothing is sent with %s', async (_what, rawData, changes) => {
    const pay = await server()
    const { authority } = client(pay.origin, changes)
    expect(await authority.authInfo(rawData)).toMatchObject({
      ok: false,
      error: { code: 'face.device_failed' },
    })
    expect(pay.seen).toEqual([])
  })
})
