import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { KeyKind } from '../../../src/keys/certificate-choice.ts'
import { MerchantCertificates } from '../../../src/keys/node/merchant-certificates.ts'
import { openSealedFiles } from '../../../src/keys/node/sealed-files.ts'
import { sealingKeyFile } from '../../../src/keys/node/sealing-key-file.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { makeIdentity } from '../../support/pay-identities.ts'
import { createSeededEntropy } from '../../support/seeded.ts'
import { makeSm2Identity, makeSm2Key } from '../../support/sm2-identities.ts'

const DAY_MS = 86_400_000
const MERCHANT = '1900000001'
const startMs = createManualClock().nowMs()
const name = `CN=${MERCHANT}, O=Test`
type Pair = {
  readonly serial: string
  readonly certificatePem: string
  readonly privateKeyPem: string
}

let older: Pair
let newer: Pair
let foreign: Pair
let rsa: Pair
let dir: string
beforeAll(async () => {
  const between = (from: number, until: number) => ({
    fromMs: startMs + from * DAY_MS,
    untilMs: startMs + until * DAY_MS,
  })
  ;[older, newer, foreign, rsa] = await Promise.all([
    makeSm2Identity({ name, ...between(-1_800, 20) }),
    makeSm2Identity({ name, ...between(-2, 1_825) }),
    makeSm2Identity({ name: 'CN=1900000999', ...between(-1, 1_825) }),
    makeIdentity({ name, kind: 'rsa', ...between(-1, 1_825) }),
  ])
})
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'guitai-sm2-'))
})
afterEach(() => {
  rmSync(dir, { recursive: true, force: true })
})

function store(signature: KeyKind = 'sm2', atMs = startMs) {
  const entropy = createSeededEntropy(1)
  const sealingKey = sealingKeyFile(join(dir, 'keys', 'sealing.json'), entropy)
  const secrets = openSealedFiles({ folder: join(dir, 'secrets'), sealingKey, entropy })
  const clock = { nowMs: () => atMs }
  return new MerchantCertificates({ secrets, clock, merchantId: MERCHANT, signature })
}

const fields = { certificate: 'cert.pem', key: 'key.pem' }
const pairOf = ({ certificatePem, privateKeyPem }: Pair) => ({
  certificatePem,
  privateKeyPem,
  fields,
})
const codeOf = (result: { ok: boolean; error?: { code: string } }) => result.error?.code

describe('imported SM2 certificates', () => {
  it('sign with the key that was given', () => {
    for (const pair of [older, newer]) {
      expect(store().import(pairOf(pair))).toMatchObject({
        ok: true,
        value: { serial: pair.serial, kind: 'sm2', merchantId: MERCHANT },
      })
    }
    const opened = store().open()
    if (!opened.ok) throw new Error(opened.error.code)
    const { signing } = opened.value
    expect(new X509Certificate(signing.certificatePem).serialNumber).toBe(newer.serial)
    const key = createPrivateKey(signing.privateKeyPem)
    expect(key.equals(createPrivateKey(newer.privateKeyPem))).toBe(true)
    const later = store('sm2', startMs + 21 * DAY_MS).open()
    expect(later.ok && later.value.tls).toHaveLength(1)
  })

  it('and RSA ones stand beside one another, each for its own setting', () => {
    store('rsa').import(pairOf(rsa))
    expect(codeOf(store('sm2').open())).toBe('keys.no_certificate')
    store('sm2').import(pairOf(newer))
    const signing = (kind: KeyKind) => {
      const opened = store(kind).open()
      if (!opened.ok) throw new Error(opened.error.code)
      return new X509Certificate(opened.value.signing.certificatePem).serialNumber
    }
    expect([signing('rsa'), signing('sm2')]).toEqual([rsa.serial, newer.serial])
    expect(store('rsa').use(newer.serial).ok).toBe(true)
    expect([signing('rsa'), signing('sm2')]).toEqual([rsa.serial, newer.serial])
    const list = store('sm2').list()
    expect(list.ok && list.value.certificates.map(({ kind, signs }) => [kind, signs])).toEqual([
      ['sm2', true],
      ['rsa', false],
    ])
    expect(JSON.stringify(list)).not.toMatch(/PRIVATE|privateKey|certificatePem/)
  })

  const stranger = makeSm2Key()
  /** A file with the number of one key and the public half of another. */
  function belied(): string {
    const der = createPrivateKey(newer.privateKeyPem).export({ type: 'pkcs8', format: 'der' })
    createPrivateKey(stranger.privateKeyPem)
      .export({ type: 'pkcs8', format: 'der' })
      .copy(der, 36, 36, 68)
    const [begin = '', ...rest] = newer.privateKeyPem.trim().split('\n')
    return `${begin}\n${der.toString('base64')}\n${rest.at(-1)}\n`
  }

  it.each([
    ['no key', 'config.key_unreadable', () => ({ privateKeyPem: 'x' }), 0],
    ['an RSA pair', 'config.key_unreadable', () => pairOf(rsa), 0],
    ['an RSA key', 'config.key_unreadable', () => ({ privateKeyPem: rsa.privateKeyPem }), 0],
    [
      'an RSA certificate',
      'config.key_mismatch',
      () => ({ certificatePem: rsa.certificatePem }),
      0,
    ],
    [
      'a key of another',
      'config.key_mismatch',
      () => ({ privateKeyPem: stranger.privateKeyPem }),
      0,
    ],
    [
      'a key that belies its public half',
      'config.key_mismatch',
      () => ({ privateKeyPem: belied() }),
      0,
    ],
    ['of another merchant', 'config.certificate_of_other_merchant', () => pairOf(foreign), 0],
    ['ended', 'config.certificate_expired', () => ({}), 1_825],
    ['not yet valid', 'config.certificate_not_yet_valid', () => ({}), -3],
  ] as const)('%s is refused and nothing is kept', (_what, code, change, days) => {
    const at = store('sm2', startMs + days * DAY_MS)
    expect(codeOf(at.import({ ...pairOf(newer), ...change() }))).toBe(code)
    expect(codeOf(at.open())).toBe('keys.no_certificate')
  })

  it('are refused where the merchant signs by RSA', () => {
    expect(codeOf(store('rsa').import(pairOf(newer)))).toBe('config.key_unreadable')
  })
})
