import type { KeyObject } from 'node:crypto'
import {
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
} from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { faceAuditSchema } from '../../src/sandbox/node/faces/face-audit.ts'
import { couldBeBiometric } from '../../src/sandbox/node/faces/faces-table.ts'
import { contextOf, FaceCustomer, picture, readPerson } from './face-client.ts'
import { World } from './sandbox-services-client.ts'

let world: World
let customer: FaceCustomer
beforeEach(async () => {
  world = await World.start({ readPerson })
  const terminal = await world.shop()
  await world.faces('people', { personId: 1, digits: '0001', age: 34 })
  customer = await new FaceCustomer(world, terminal).open()
})
afterEach(() => world.stop())

const filesOf = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name))

const PKCS8 = Buffer.from('302e020100300506032b656e04220420', 'hex')
const SPKI = Buffer.from('302a300506032b656e032100', 'hex')

/** Every X25519 key that the bytes of a file could be made into. */
const keysIn = (path: string): KeyObject[] => {
  const text = readFileSync(path)
  const whole: KeyObject[] = []
  const seeds: Buffer[] = [createHash('sha256').update(text).digest()]
  const trimmed = text.toString('latin1').trim()
  seeds.push(createHash('sha256').update(trimmed).digest())
  if (/^[0-9a-f]{64}$/.test(trimmed)) seeds.push(Buffer.from(trimmed, 'hex'))
  if (trimmed.length === 32) seeds.push(Buffer.from(trimmed, 'latin1'))
  if (trimmed.includes('PRIVATE KEY')) {
    const key = createPrivateKey(text)
    if (key.asymmetricKeyType === 'x25519') whole.push(key)
    const { d } = key.export({ format: 'jwk' })
    const secret = Buffer.from(d ?? '', 'base64url')
    seeds.push(secret.length === 32 ? secret : createHash('sha256').update(secret).digest())
  }
  const made = seeds.map((seed) =>
    createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' }),
  )
  return [...whole, ...made]
}

const opens = (key: KeyObject, sealed: Record<string, string>, context: string): boolean => {
  const bytes = (name: string) => Buffer.from(sealed[name] ?? '', 'base64')
  const publicKey = createPublicKey({
    key: Buffer.concat([SPKI, bytes('ephemeral_key')]),
    format: 'der',
    type: 'spki',
  })
  const own = createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(SPKI.length)
  const secret = diffieHellman({ privateKey: key, publicKey })
  // With its own public key in the salt, and with the provider's.
  return [own, customer.providerKey].some((second) => {
    const salt = Buffer.concat([bytes('ephemeral_key'), second])
    const made = Buffer.from(hkdfSync('sha256', secret, salt, 'GUITAI-FACE-V1', 32))
    const decipher = createDecipheriv('aes-256-gcm', made, bytes('nonce'))
    decipher.setAAD(Buffer.from(context))
    decipher.setAuthTag(bytes('ciphertext').subarray(-16))
    try {
      decipher.update(bytes('ciphertext').subarray(0, -16))
      decipher.final()
      return true
    } catch {
      return false
    }
  })
}

describe('F-13: nothing between the terminal and the provider sees a face', () => {
  it('no key of the gateway opens it; the one of the provider does', () => {
    const binding = customer.binding()
    const { sealed } = customer.body(binding) as { sealed: Record<string, string> }
    const files = filesOf(world.dir).filter((path) => /\.(pem|key|txt|token)$/.test(path))
    const openers = files.filter((path) =>
      keysIn(path).some((key) => opens(key, sealed, contextOf(binding))),
    )
    expect(files.length).toBeGreaterThan(15)
    expect(openers).toEqual([join(world.dir, 'face_provider_key.pem')])
  })

  it('neither the picture nor what was sealed is in any file afterwards', async () => {
    const bodies = [1, 1, 99, 255].map((person) => customer.body(customer.binding(), { person }))
    for (const body of bodies) {
      expect((await customer.terminal.call('POST', 'faces', body)).status).toBe(200)
    }
    const { entries } = await world.faces('audit')
    expect(entries).toHaveLength(4)
    const clear = picture(1).subarray(100, 164)
    const sealed = bodies.map((body) => String((body.sealed as Record<string, string>).ciphertext))
    const needles = [
      clear,
      Buffer.from(clear.toString('base64').slice(0, 40)),
      ...sealed.map((text) => Buffer.from(text.slice(400, 440))),
      ...sealed.map((text) => Buffer.from(text, 'base64').subarray(300, 332)),
    ]
    const holding = filesOf(world.dir).filter((path) => {
      const bytes = readFileSync(path)
      return needles.some((needle) => bytes.includes(needle))
    })
    expect(holding).toEqual([])
  })
})

describe('F-18: what is stored is counted', () => {
  it('and nothing of a face is among it', async () => {
    const binding = customer.binding()
    const { face_code } = await customer.show(binding)
    await customer.charge(face_code, binding)
    expect(await world.faces('inventory')).toEqual({
      biometric_items: 0,
      people: 1,
      captures_used: 1,
      consents_used: 1,
      codes: 1,
      audit_entries: 1,
    })
  })

  it.each([
    ['bytes', Buffer.from('face')],
    ['base64', picture(1).toString('base64')],
    ['a template', JSON.stringify({ template: [0.12, -0.5, 0.25, 0.125] })],
  ])('and %s anywhere in the file would be counted', async (_what, value) => {
    await world.sandbox.close()
    const db = new Database(join(world.dir, 'ledger.sqlite'))
    db.exec('CREATE TABLE somewhere (value)')
    db.prepare('INSERT INTO somewhere VALUES (?)').run(value)
    db.close()
    await world.restart()
    expect(await world.faces('inventory')).toMatchObject({ biometric_items: 1 })
  })

  it('but no certificate, signature or document', () => {
    const certificate = readFileSync(join(world.dir, 'apiclient_cert.pem'), 'utf8')
    expect(couldBeBiometric(certificate)).toBe(false)
    expect(couldBeBiometric(JSON.stringify({ certificate }))).toBe(false)
  })
})

describe('F-19: every capture is written down, without anything of the face', () => {
  it('who, when, which terminal, which consent, what came of it', async () => {
    const atMs = world.clock.nowMs()
    const binding = customer.binding({ atMs: atMs - 1500 })
    await customer.show(binding)
    const late = customer.binding({ atMs: atMs - 70_000 })
    await customer.show(late)
    await world.measure('M8', { params: { refund: 'allowed' } })
    await customer.terminal.fetchGrant()
    await customer.show(customer.binding())
    const { entries, whole } = await world.faces('audit')
    expect(whole).toBe(true)
    expect(entries).toMatchObject([
      {
        at: '2026-05-06T15:08:09+08:00',
        terminal: 'T-1',
        store: 'S001',
        out_trade_no: binding.outTradeNo,
        capture_id: binding.captureId,
        consent_id: binding.consentId,
        notice_version: '1',
        result: 'recognised',
        duration_ms: 1500,
        sealed_bytes: 8 + 160 * 160 * 3 + 16,
      },
      { result: 'consent.old', consent_id: late.consentId },
      { result: 'merchant.suspended' },
    ])
  })

  const GOOD = {
    at: '2026-05-06T15:08:09+08:00',
    terminal: 'T-1',
    store: 'S001',
    out_trade_no: 'ORDER-1',
    capture_id: '0'.repeat(32),
    consent_id: 'CONSENT-1',
    notice_version: '1',
    result: 'recognised',
    duration_ms: 1,
    sealed_bytes: 1,
  }

  it.each([
    ['a score', { score: 0.98 }],
    ['fractions', { duration_ms: 0.5 }],
    ['a digest', { result: createHash('sha256').update('face').digest('hex') }],
    ['base64 of 64 characters', { consent_id: Buffer.alloc(48).toString('base64') }],
    ['a list', { result: [1, 2, 3] }],
    ['bytes', { result: Buffer.from('face') }],
    ['a name that is none', { picture: 'x' }],
  ])('refuses %s', (_what, more) => {
    expect(faceAuditSchema.safeParse(GOOD).success).toBe(true)
    expect(faceAuditSchema.safeParse({ ...GOOD, ...more }).success).toBe(false)
  })

  it('shows a line that was changed or taken out', async () => {
    for (let count = 0; count < 3; count += 1) await customer.show(customer.binding())
    await world.sandbox.close()
    const db = new Database(join(world.dir, 'ledger.sqlite'))
    db.exec(`DELETE FROM service_rows WHERE kind = 'face_audit' AND id = '2'`)
    db.close()
    await world.restart()
    expect((await world.faces('audit')).whole).toBe(false)
  })
})
