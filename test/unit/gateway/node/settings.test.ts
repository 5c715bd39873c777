import { generateKeyPairSync } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import { ERRORS, type ErrorCode } from '../../../../src/domain/errors.ts'
import { openGateway } from '../../../../src/gateway/node/gateway.ts'
import type { GatewayOptions } from '../../../../src/gateway/node/settings.ts'
import { createManualClock } from '../../../support/manual-clock.ts'
import { type Cast, goodOptions, makeCast } from './rig.ts'

let cast: Cast
let good: GatewayOptions
beforeAll(async () => {
  cast = await makeCast()
  good = goodOptions(cast, 'https://gateway.invalid')
})

const DAY_MS = 86_400_000
const id = 'PUB_KEY_ID_0000000000024101100397200000006'

test('opening needs no network', async () => {
  const opened = await openGateway(good)
  expect(opened.ok).toBe(true)
  if (opened.ok) await opened.value.close()
})

test('refunds may be told to an address of the merchant', async () => {
  const opened = await openGateway({
    ...good,
    refundNotifyUrl: 'https://shop.example:8443/refunds',
  })
  expect(opened.ok).toBe(true)
  if (opened.ok) await opened.value.close()
})

test('public-key mode needs no APIv3 key', async () => {
  const { apiV3Key: _, ...rest } = good
  const verification = { mode: 'public_key', id, pem: cast.platform.publicKeyPem } as const
  const opened = await openGateway({ ...rest, verification })
  expect(opened.ok).toBe(true)
  if (opened.ok) await opened.value.close()
})

const shortKey = generateKeyPairSync('rsa', {
  modulusLength: 1_024,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
})

const WRONG: readonly [string, ErrorCode, () => Partial<GatewayOptions>][] = [
  ['http', 'config.gateway_not_https', () => ({ primary: 'http://gateway.invalid' })],
  ['a path', 'config.gateway_not_https', () => ({ primary: 'https://gateway.invalid/v3' })],
  ['a password', 'config.gateway_not_https', () => ({ primary: 'https://a:b@gateway.invalid' })],
  ['no address', 'config.gateway_not_https', () => ({ primary: 'gateway' })],
  ['http backup', 'config.gateway_not_https', () => ({ backup: 'http://gateway.invalid' })],
  ['a CA that is none', 'config.ca_unreadable', () => ({ caPem: 'x' })],
  ['no certificate', 'config.certificate_unreadable', () => ({ certificatePem: 'x' })],
  ['no key', 'config.key_unreadable', () => ({ privateKeyPem: 'x' })],
  ['a short key', 'config.key_unreadable', () => ({ privateKeyPem: shortKey.privateKey })],
  ['another key', 'config.key_mismatch', () => ({ privateKeyPem: cast.stranger.privateKeyPem })],
  [
    'another merchant',
    'config.certificate_of_other_merchant',
    () => ({ merchantId: '1900007292' }),
  ],
  [
    'an expired certificate',
    'config.certificate_expired',
    () => ({ clock: createManualClock({ nowMs: Date.now() + 31 * DAY_MS }) }),
  ],
  [
    'a certificate of the future',
    'config.certificate_not_yet_valid',
    () => ({ clock: createManualClock({ nowMs: Date.now() - 2 * DAY_MS }) }),
  ],
  ['a short APIv3 key', 'config.api_v3_key_invalid', () => ({ apiV3Key: 'a'.repeat(31) })],
  [
    'an APIv3 key of 32 wide characters',
    'config.api_v3_key_invalid',
    () => ({ apiV3Key: '密'.repeat(32) }),
  ],
  [
    'a public key id of another form',
    'config.public_key_unreadable',
    () => ({ verification: { mode: 'public_key', id: 'X', pem: cast.platform.publicKeyPem } }),
  ],
  [
    'no public key',
    'config.public_key_unreadable',
    () => ({ verification: { mode: 'public_key', id, pem: 'x' } }),
  ],
  [
    'a short public key',
    'config.public_key_unreadable',
    () => ({ verification: { mode: 'public_key', id, pem: shortKey.publicKey } }),
  ],
  ...[
    'http://shop.example/refunds',
    'https://shop.example/refunds?shop=1',
    'https://shop.example/refunds#1',
    'https://a:b@shop.example/refunds',
    'https://shop.example/ refunds',
    'shop.example/refunds',
    '',
    `https://shop.example/${'a'.repeat(256)}`,
  ].map(
    (refundNotifyUrl) =>
      [
        `refunds told to ${refundNotifyUrl.slice(0, 40)}`,
        'config.invalid_field',
        () => ({ refundNotifyUrl }),
      ] as [string, ErrorCode, () => Partial<GatewayOptions>],
  ),
]

test.each(WRONG)('refuses %s as %s', async (_name, code, change) => {
  const opened = await openGateway({ ...good, ...change() })
  expect(opened.ok).toBe(false)
  if (opened.ok) return
  expect(opened.error).toMatchObject({ code, moneyTaken: 'no' })
  expect(JSON.stringify(opened.error)).not.toContain('PRIVATE KEY')
  expect(ERRORS[code].staff['zh-CN']).toContain('未收款')
})

test('refuses a missing APIv3 key when certificates verify', async () => {
  const { apiV3Key: _, ...rest } = good
  const opened = await openGateway(rest)
  expect(opened).toMatchObject({ ok: false, error: { code: 'config.api_v3_key_invalid' } })
})
