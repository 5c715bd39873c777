import { spawnSync } from 'node:child_process'
import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { MerchantCertificates } from '../../../src/keys/node/merchant-certificates.ts'
import { readPkcs12 } from '../../../src/keys/node/pkcs12.ts'
import { openSealedFiles } from '../../../src/keys/node/sealed-files.ts'
import { sealingKeyFile } from '../../../src/keys/node/sealing-key-file.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { type Identity, makeIdentity } from '../../support/pay-identities.ts'
import { createSeededEntropy } from '../../support/seeded.ts'

const DAY_MS = 86_400_000
const MERCHANT = '1900000001'
const name = `CN=${MERCHANT}, O=微信商户系统`
const clock = createManualClock()
const startMs = clock.nowMs()

let older: Identity
let newer: Identity
let foreign: Identity
let dir: string
beforeAll(async () => {
  const between = (from: number, until: number) => ({
    kind: 'rsa' as const,
    fromMs: startMs + from * DAY_MS,
    untilMs: startMs + until * DAY_MS,
  })
  ;[older, newer, foreign] = await Promise.all([
    makeIdentity({ name, ...between(-1_800, 20) }),
    makeIdentity({ name, ...between(-1, 1_825) }),
    makeIdentity({ name: 'CN=1900000999', ...between(-1, 1_825) }),
  ])
})
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'guitai-certificates-'))
})
afterEach(() => {
  rmSync(dir, { recursive: true, force: true })
})

function store(merchantId = MERCHANT, atMs = startMs) {
  const entropy = createSeededEntropy(1)
  const sealingKey = sealingKeyFile(join(dir, 'keys', 'sealing.json'), entropy)
  const secrets = openSealedFiles({ folder: join(dir, 'secrets'), sealingKey, entropy })
  return new MerchantCertificates({ secrets, clock: { nowMs: () => atMs }, merchantId })
}

const fields = { certificate: 'cert.pem', key: 'key.pem' }
const pairOf = ({ certificatePem, privateKeyPem }: Identity) => ({
  certificatePem,
  privateKeyPem,
  fields,
})
const codeOf = (result: { ok: boolean; error?: { code: string } }) => result.error?.code

describe('imported certificates', () => {
  it('sign, and are kept for TLS while they overlap', () => {
    for (const identity of [newer, older]) {
      expect(store().import(pairOf(identity))).toMatchObject({
        ok: true,
        value: { serial: identity.serial, merchantId: MERCHANT, importedAtMs: startMs },
      })
    }
    const opened = store().open()
    if (!opened.ok) throw new Error(opened.error.code)
    const { signing, tls } = opened.value
    const serialOf = (pem: string) => new X509Certificate(pem).serialNumber
    expect(serialOf(signing.certificatePem)).toBe(newer.serial)
    expect(createPrivateKey(signing.privateKeyPem).equals(newer.privateKey)).toBe(true)
    expect(tls.map(({ certificatePem }) => serialOf(certificatePem))).toEqual([
      older.serial,
      newer.serial,
    ])
    const later = store(MERCHANT, startMs + 21 * DAY_MS).open()
    expect(later.ok && later.value.tls).toHaveLength(1)
  })

  it('are listed without their keys, chosen by hand and removed', () => {
    for (const identity of [newer, older]) store().import(pairOf(identity))
    const signs = () => {
      const list = store().list()
      if (!list.ok) throw new Error(list.error.code)
      expect(JSON.stringify(list.value)).not.toMatch(/PRIVATE|privateKey|certificatePem/)
      return list.value.certificates.map((one) => [one.serial, one.signs])
    }
    expect(signs()).toEqual([
      [older.serial, false],
      [newer.serial, true],
    ])
    expect(store().use(older.serial.toLowerCase()).ok).toBe(true)
    expect(signs().at(0)).toEqual([older.serial, true])
    expect(store().use(undefined).ok).toBe(true)
    expect(signs().at(1)).toEqual([newer.serial, true])
    expect(store().remove(newer.serial).ok).toBe(true)
    expect(signs()).toEqual([[older.serial, true]])
    for (const done of [store().remove(newer.serial), store().use(newer.serial)]) {
      expect(codeOf(done)).toBe('keys.certificate_unknown')
    }
  })

  it('one damaged file does not take the others with it', () => {
    for (const identity of [newer, older]) store().import(pairOf(identity))
    const damaged = `merchant-${newer.serial.toLowerCase()}`
    writeFileSync(join(dir, 'secrets', `${damaged}.sealed`), 'x')
    expect(store().list()).toMatchObject({ ok: true, value: { unreadable: [damaged] } })
    expect(store().open().ok).toBe(true)
    store().remove(older.serial)
    expect(codeOf(store().open())).toBe('keys.sealed_unreadable')
  })

  it('AC-13c: of another merchant alone do not start a terminal', () => {
    expect(codeOf(store().open())).toBe('keys.no_certificate')
    store().import(pairOf(older))
    expect(store('1900000999').open()).toMatchObject({
      ok: false,
      error: { code: 'config.certificate_of_other_merchant', field: 'merchant.id' },
    })
  })

  const shortKey = generateKeyPairSync('rsa', { modulusLength: 1_024 }).privateKey
  const short = String(shortKey.export({ type: 'pkcs8', format: 'pem' }))
  it.each([
    ['no certificate', 'config.certificate_unreadable', () => ({ certificatePem: 'x' }), 0],
    ['no key', 'config.key_unreadable', () => ({ privateKeyPem: 'x' }), 0],
    ['a short key', 'config.key_unreadable', () => ({ privateKeyPem: short }), 0],
    ['a key of another', 'config.key_mismatch', () => ({ privateKeyPem: newer.privateKeyPem }), 0],
    ['of another merchant', 'config.certificate_of_other_merchant', () => pairOf(foreign), 0],
    ['ended', 'config.certificate_expired', () => ({}), 20],
    ['not yet valid', 'config.certificate_not_yet_valid', () => ({}), -1_801],
  ])('are refused: %s', (_what, code, change, days) => {
    const certificates = store(MERCHANT, startMs + days * DAY_MS)
    const refused = certificates.import({ ...pairOf(older), ...change() })
    expect(codeOf(refused)).toBe(code)
    expect(certificates.list()).toMatchObject({ ok: true, value: { certificates: [] } })
  })
})

describe('a PKCS#12 file', () => {
  let made: string
  beforeAll(() => {
    made = mkdtempSync(join(tmpdir(), 'guitai-p12-'))
    writeFileSync(join(made, 'cert.pem'), older.certificatePem)
    writeFileSync(join(made, 'key.pem'), older.privateKeyPem)
  })
  afterAll(() => rmSync(made, { recursive: true, force: true }))

  /** Made by another program than the one that reads it; undefined where that one is missing. */
  function exportPkcs12(file: string, more: readonly string[]): Uint8Array | undefined {
    const args = ['pkcs12', '-export', '-inkey', 'key.pem', '-in', 'cert.pem', '-out', file]
    const pass = ['-passout', `pass:${MERCHANT}`]
    const run = spawnSync('openssl', [...args, ...pass, ...more], { cwd: made })
    return run.status === 0 ? readFileSync(join(made, file)) : undefined
  }

  it.for<[string, string[]]>([
    ['of today', []],
    ['of the old kind', ['-legacy', '-certpbe', 'PBE-SHA1-RC2-40', '-macalg', 'sha1']],
  ])(
    '%s gives certificate and key as they are, and nothing to a wrong password',
    ([, more], ctx) => {
      const bytes = exportPkcs12('made.p12', more)
      if (!bytes) return ctx.skip('no openssl here that makes such a file')
      const pair = readPkcs12(bytes, MERCHANT, 'made.p12')
      if (!pair.ok) throw new Error(pair.error.detail)
      const original = new X509Certificate(older.certificatePem)
      expect(new X509Certificate(pair.value.certificatePem).raw.equals(original.raw)).toBe(true)
      expect(createPrivateKey(pair.value.privateKeyPem).equals(older.privateKey)).toBe(true)
      const cut = bytes.subarray(0, -3)
      for (const [file, password] of [
        [bytes, 'wrong'],
        [bytes, ''],
        [cut, MERCHANT],
        [new Uint8Array(), MERCHANT],
        [new Uint8Array(70_000), MERCHANT],
      ] as const) {
        const refused = readPkcs12(file, password, 'made.p12')
        expect(refused).toMatchObject({
          ok: false,
          error: { code: 'keys.p12_unreadable', field: 'made.p12' },
        })
      }
    },
  )
})
