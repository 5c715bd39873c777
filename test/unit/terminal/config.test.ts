import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../src/terminal/config.ts'

const GOOD = {
  terminalId: 'POS01',
  store: { id: 'S001', name: '测试店' },
  merchant: {
    id: '1900000001',
    appId: 'wx1',
    certificateFile: 'cert.pem',
    privateKeyFile: 'key.pem',
    apiV3KeyFile: 'apiv3.key',
  },
  gateway: { primary: 'https://127.0.0.1:8443' },
  scanners: [{ kind: 'serial', path: 'scanner' }],
  dataDir: 'data',
}

const parse = (value: unknown) => parseConfig(JSON.stringify(value), '/base')

describe('the configuration file', () => {
  it('fills in defaults', () => {
    const config = parse(GOOD)
    if (!config.ok) throw new Error(config.error.field)
    expect(config.value).toMatchObject({
      gateway: {
        connectTimeoutMs: 5_000,
        verification: { mode: 'certificates' },
        calls: { charge: 'v3', query: 'v3', reverse: 'v3', refund: 'v3' },
      },
      secrets: { store: 'file' },
      scanners: [{ baudRate: 9_600, suffix: 'cr' }],
      api: { port: 0, origins: [] },
    })
  })

  const SERVED = { ...GOOD, services: { address: 'https://127.0.0.1:8444' } }
  const DEVICE = { library: 'sdk/face.so', storeName: '示例店', deviceId: 'FACE01' }
  const KEYED = { ...SERVED.merchant, apiV2KeyFile: 'apiv2.key' }

  it('face: fills in defaults, and is absent unless it is there', () => {
    const config = parse({ ...SERVED, face: { provider: 'camera' } })
    expect(config.ok && config.value.face).toEqual({
      provider: 'camera',
      camera: 'page',
      allowDevelopmentModel: false,
    })
    const plain = parse(SERVED)
    expect(plain.ok && plain.value.face).toBeUndefined()
    const face = { provider: 'wxpay-sdk', device: DEVICE }
    const device = parse({ ...SERVED, merchant: KEYED, face })
    expect(device.ok && device.value.face?.device).toEqual({
      ...DEVICE,
      faceCodeType: '1',
      authAddress: 'https://payapp.weixin.qq.com',
    })
  })

  it.each<[string, object, string]>([
    ['no grant to go by', { ...GOOD, face: { provider: 'camera' } }, 'face'],
    ['a reader nobody knows', { ...SERVED, face: { provider: 'mirror' } }, 'face.provider'],
    ['no device', { ...SERVED, face: { provider: 'wxpay-sdk' } }, 'face.device'],
    [
      'a device and no APIv2 key',
      { ...SERVED, face: { provider: 'wxpay-sdk', device: DEVICE } },
      'merchant.apiV2KeyFile',
    ],
    [
      'a device number of other letters',
      {
        ...SERVED,
        merchant: KEYED,
        face: { provider: 'wxpay-sdk', device: { ...DEVICE, deviceId: '柜台' } },
      },
      'face.device.deviceId',
    ],
  ])('face: refuses %s and names the field', (_what, value, field) => {
    expect(parse(value)).toMatchObject({ ok: false, error: { field } })
  })

  it.each<[string, object, boolean]>([
    ['on this machine', { primary: 'https://127.0.0.1:8443' }, true],
    ['elsewhere', { primary: 'https://api.mch.weixin.qq.com' }, false],
    ['at a name like this machine', { primary: 'https://localhost.example' }, false],
    [
      'elsewhere as well',
      { primary: 'https://localhost:8443', backup: 'https://gw.example' },
      false,
    ],
  ])('F-15: the development model with a gateway %s: %s', (_where, gateway, isTaken) => {
    const face = { provider: 'camera', allowDevelopmentModel: true }
    const config = parse({ ...SERVED, gateway, face })
    expect(config.ok).toBe(isTaken)
    if (!config.ok) expect(config.error.field).toBe('face.allowDevelopmentModel')
    expect(parse({ ...SERVED, gateway, face: { provider: 'camera' } }).ok).toBe(true)
  })

  it('needs no certificate: one may have been imported', () => {
    const { certificateFile: _certificate, privateKeyFile: _key, ...merchant } = GOOD.merchant
    expect(parse({ ...GOOD, merchant }).ok).toBe(true)
  })

  it.each([
    ['a missing field', { ...GOOD, terminalId: undefined }, 'terminalId'],
    [
      'a missing field inside',
      { ...GOOD, merchant: { ...GOOD.merchant, id: undefined } },
      'merchant.id',
    ],
    [
      'a certificate without its key',
      { ...GOOD, merchant: { ...GOOD.merchant, privateKeyFile: undefined } },
      'merchant.privateKeyFile',
    ],
    ['a key store of another kind', { ...GOOD, secrets: { store: 'paper' } }, 'secrets.store'],
    ['an unknown field', { ...GOOD, tip: 1 }, 'tip'],
    ['an unknown field inside', { ...GOOD, store: { ...GOOD.store, city: 'x' } }, 'store.city'],
    ['http', { ...GOOD, gateway: { primary: 'http://127.0.0.1' } }, 'gateway.primary'],
    ['a path in the address', { ...GOOD, gateway: { primary: 'https://a/b' } }, 'gateway.primary'],
    ['a scanner without a port', { ...GOOD, scanners: [{ kind: 'serial' }] }, 'scanners.0.path'],
    [
      'a scanner of another kind',
      { ...GOOD, scanners: [{ kind: 'laser', path: 'x' }] },
      'scanners.0.kind',
    ],
    [
      'an endless time limit',
      { ...GOOD, gateway: { ...GOOD.gateway, headersTimeoutMs: 1e9 } },
      'gateway.headersTimeoutMs',
    ],
    ['a store name with an emoji', { ...GOOD, store: { id: 'S001', name: '茶🍵' } }, 'store.name'],
    ...[
      'http://shop.example/refunds',
      'https://shop.example/refunds?shop=1',
      'https://shop.example/#refunds',
      'https://user@shop.example/refunds',
      `https://shop.example/${'x'.repeat(236)}`,
    ].map((refundNotifyUrl): [string, object, string] => [
      `refunds told to ${refundNotifyUrl.slice(0, 40)}`,
      { ...GOOD, gateway: { ...GOOD.gateway, refundNotifyUrl } },
      'gateway.refundNotifyUrl',
    ]),
    [
      'a call by an API that is none',
      { ...GOOD, gateway: { ...GOOD.gateway, calls: { refund: 'v1' } } },
      'gateway.calls.refund',
    ],
    [
      'a call that is none',
      { ...GOOD, gateway: { ...GOOD.gateway, calls: { close: 'v2' } } },
      'gateway.calls.close',
    ],
    ['a blank store name', { ...GOOD, store: { id: 'S001', name: ' ' } }, 'store.name'],
    ['a store code with a dash', { ...GOOD, store: { id: 'S-1', name: 'x' } }, 'store.id'],
  ])('names the field of %s', (_what, value, field) => {
    expect(parse(value)).toMatchObject({
      ok: false,
      error: { code: 'config.invalid_field', field, moneyTaken: 'no' },
    })
  })

  it('sends by v2 the calls it names, and the others by v3', () => {
    const gateway = { ...GOOD.gateway, calls: { refund: 'v2' } }
    const config = parse({ ...GOOD, gateway })
    const calls = { charge: 'v3', query: 'v3', reverse: 'v3', refund: 'v2' }
    expect(config).toMatchObject({ ok: true, value: { gateway: { calls } } })
  })

  it('says when it is not JSON', () => {
    expect(parseConfig('{', '/base')).toMatchObject({
      ok: false,
      error: { code: 'config.not_json' },
    })
  })
})
