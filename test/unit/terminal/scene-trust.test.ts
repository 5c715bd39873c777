import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { expect, it } from 'vitest'
import {
  envelopeOf,
  isAnswerSigned,
  openTrust,
  signaturesOf,
} from '../../../src/terminal/scene-trust.ts'
import { canonical } from '../../contract/sandbox-services-client.ts'

function makeKey(role: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const der = publicKey.export({ type: 'spki', format: 'der' })
  const digest = createHash('sha256').update(der).digest('hex')
  const entry = {
    kid: digest.slice(0, 16),
    role,
    alg: 'Ed25519',
    public_key: der.toString('base64'),
    not_before: '2026-01-01T00:00:00+08:00',
    not_after: '2027-01-01T00:00:00+08:00',
  }
  return { privateKey, entry, digest }
}

const root = makeKey('root')
const time = makeKey('time')
const risk = makeKey('risk-issuer')
const PREFIX = root.digest.slice(0, 32)
const AT_MS = Date.parse('2026-06-01T00:00:00+08:00')

function listOf(keys: readonly object[], signer = root): string {
  const document = {
    trust_version: 1,
    issuer_kid: signer.entry.kid,
    alg: 'Ed25519',
    issued_at: '2026-05-01T00:00:00+08:00',
    keys,
    policies: [{ policy_id: 'p', policy_version: '1' }],
  }
  const sig = sign(null, Buffer.from(canonical(document)), signer.privateKey).toString('base64')
  return envelopeOf({ document, sig }) ?? ''
}

const KEYS = [root.entry, time.entry, risk.entry]

function open(text: string) {
  const trust = openTrust(text, PREFIX)
  if (!trust.ok) throw new Error(trust.error)
  return trust.value
}

it('is believed by the digest of its root alone', () => {
  expect(openTrust(listOf(KEYS), PREFIX).ok).toBe(true)
  expect(openTrust(listOf(KEYS), '0'.repeat(32)).ok).toBe(false)
  expect(openTrust(listOf(KEYS), PREFIX.slice(1)).ok).toBe(false)
  // Another root that signs a list with ours in it.
  const other = makeKey('root')
  expect(openTrust(listOf([...KEYS, other.entry], other), PREFIX).ok).toBe(false)
  // A key of the list is not its root.
  expect(openTrust(listOf(KEYS, time), PREFIX).ok).toBe(false)
})

it.each([
  ['a key twice', [...KEYS, time.entry]],
  ['a key under another name', [root.entry, { ...time.entry, kid: risk.entry.kid }]],
  ['no root', [time.entry]],
  ['a key that is none', [root.entry, { ...time.entry, public_key: 'AAAA' }]],
])('with %s is refused', (_what, keys) => {
  expect(openTrust(listOf(keys), PREFIX).ok).toBe(false)
})

it('a key counts for its one role, while it is valid', () => {
  const trust = open(listOf(KEYS))
  const bytes = Buffer.from('document')
  const signed = {
    kid: risk.entry.kid,
    bytes,
    signature: sign(null, bytes, risk.privateKey),
  }
  const at = (ms: number | undefined) => signaturesOf(trust, () => ms)
  expect(at(AT_MS).verify({ ...signed, role: 'risk-issuer' })).toBe(true)
  expect(at(undefined).verify({ ...signed, role: 'risk-issuer' })).toBe(true)
  expect(at(AT_MS).verify({ ...signed, role: 'scene-issuer' })).toBe(false)
  expect(at(AT_MS + 365 * 86_400_000).verify({ ...signed, role: 'risk-issuer' })).toBe(false)
  const other = { ...signed, bytes: Buffer.from('other') }
  expect(at(AT_MS).verify({ ...other, role: 'risk-issuer' })).toBe(false)
})

it('only a key of the role time signs answers', () => {
  const trust = open(listOf(KEYS))
  const bytes = Buffer.from('answer')
  const by = (key: typeof time, timestampMs = AT_MS) =>
    isAnswerSigned(trust, {
      keyId: key.entry.kid,
      timestampMs,
      bytes,
      signature: sign(null, bytes, key.privateKey),
    })
  expect(by(time)).toBe(true)
  expect(by(risk)).toBe(false)
  expect(by(root)).toBe(false)
  expect(by(makeKey('time'))).toBe(false)
  expect(by(time, AT_MS + 365 * 86_400_000)).toBe(false)
})
