import { createHash, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import { NEW_SEALED_STATE } from '../../../src/scene/admit.ts'
import { NO_BULLETINS } from '../../../src/scene/bulletin.ts'
import { canonicalJson, type Json } from '../../../src/scene/canonical-json.ts'
import { newCounters } from '../../../src/scene/counters.ts'
import type { Scene } from '../../../src/scene/decide.ts'
import { type GrantInHand, readGrant } from '../../../src/scene/grant.ts'
import type { Facts, Request } from '../../../src/scene/request.ts'
import type { IssuerRole, Signatures } from '../../../src/scene/signed-document.ts'

/** Every number and name in here is made up for tests. */
export const NOW_MS = Date.parse('2026-03-04T12:00:00+08:00')
export const DIGEST = (digit: string): string => digit.repeat(64)

export type Wire = { [key: string]: Json }

/** Writes a time as documents do. */
export function instant(atMs: number): string {
  return `${new Date(atMs + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`
}

/** A grant for both ways to pay, with every kind of limit open. */
export function grantDocument(changes: Wire = {}): Wire {
  return {
    grant_id: 'GRANT-1',
    version: 7,
    prev_sha256: DIGEST('6'),
    policy_id: 'rules',
    policy_version: '1',
    issuer_kid: 'scene-key',
    alg: 'Ed25519',
    merchant: {
      id: '1900000001',
      acquirer_code: 'ACQ01',
      uscc_sha256: DIGEST('a'),
      settle_acct_sha256: DIGEST('b'),
      kind: 'ENTERPRISE',
      api_cert_sha256: [DIGEST('c')],
    },
    store: {
      id: 'STORE-1',
      name: '示例店',
      address: '示例市示例路 1 号',
      region_code: '310101',
      geo: { lat_e6: 31_230_000, lon_e6: 121_470_000, datum: 'WGS-84', radius_m: 300 },
      net: {
        gateway_origin: 'https://gw.example',
        ca_sha256: DIGEST('d'),
        ip_cidrs: ['192.0.2.0/24'],
        bssid_hash: 'store-wifi',
      },
    },
    terminal: {
      serial: 'SN-1',
      device_type: '10',
      pubkey_sha256: DIGEST('e'),
      app_min_version: '0.1.0',
    },
    interfaces: [
      {
        type: 'MICROPAY',
        attended: true,
        evidence_refs: { address: DIGEST('1'), photo: DIGEST('2') },
        approval_ref: 'AP-1',
      },
      {
        type: 'FACEPAY',
        attended: true,
        evidence_refs: { address: DIGEST('1'), photo: DIGEST('3') },
        approval_ref: 'AP-2',
      },
    ],
    industry_category: 'synthetic',
    risk_level: 'low',
    limits: [limitRow('MICROPAY'), limitRow('FACEPAY')],
    face: {
      per_txn: 500_000,
      confirm: 'phone',
      liveness_profile: 'passive-1',
      recipient: 'Example Recognition',
      enc_pubkey_sha256: DIGEST('f'),
      notice_version: '1',
      handler: { name: '示例店', contact: '示例电话' },
    },
    channels_allowed: ['QUICK', 'BALANCE', 'CREDIT'],
    refund: 'allowed',
    measures: [],
    closed: [],
    region: 'CN',
    currency: 'CNY',
    issued_at: instant(NOW_MS - 3_600_000),
    not_before: instant(NOW_MS - 3_600_000),
    not_after: instant(NOW_MS + 20 * 3_600_000),
    offline_grace_s: 7_200,
    ...changes,
  }
}

/** One limit row; unlimited unless told. */
export function limitRow(type: string, changes: Wire = {}): Wire {
  const none = { single: 'unlimited', day: 'unlimited', month: 'unlimited' }
  return { interface: type, channel: 'ALL', ...none, limits_version: 3, ...changes }
}

/** One measure, in force since an hour ago. */
export function measureDocument(code: string, changes: Wire = {}): Wire {
  return {
    measure_id: `ME-${code}`,
    code,
    seq: 1,
    effective_at: instant(NOW_MS - 3_600_000),
    scope: { interfaces: [] },
    params: MEASURE_PARAMS[code] ?? {},
    ...(code === 'M2' ? { deadline: instant(NOW_MS + 3_600_000) } : {}),
    ...changes,
  }
}

export const MEASURE_PARAMS: Readonly<Record<string, Wire>> = {
  M2: { items: ['sign'] },
  M3: {
    limits: [
      { interface: 'MICROPAY', channel: 'ALL', single: 10_000, day: 1_000_000, month: 1_000_000 },
    ],
  },
  M4: { cycle: 'T+7' },
  M5: { channels_allowed: ['QUICK', 'BALANCE'] },
  M6: { interfaces_allowed: ['MICROPAY'], attended_only: true },
  M7: { delay_days: 3 },
  M8: { refund: 'allowed' },
  M10: { agreement_end: instant(NOW_MS - 3_600_000) },
}

/** One bulletin for the terminal of {@link grantDocument}. */
export function bulletinDocument(changes: Wire = {}): Wire {
  return {
    seq: 1,
    prev_sha256: DIGEST('0'),
    issuer_kid: 'risk-key',
    alg: 'Ed25519',
    merchant_id: '1900000001',
    terminal_serial: 'SN-1',
    policy_id: 'rules',
    policy_version: '1',
    issued_at: instant(NOW_MS - 3_600_000),
    measures: [],
    lifts: [],
    ...changes,
  }
}

/** A grant in hand that was read from a document, signed and the newest. */
export function inHand(document: Wire = grantDocument(), isSigned = true): GrantInHand {
  const read = readGrant(document)
  if (!read.ok) return { kind: 'unreadable', flaw: read.error }
  return { kind: 'read', grant: read.value, sha256: DIGEST('7'), isSigned }
}

/** Facts under which everything in {@link grantDocument} is allowed. */
export function goodFacts(changes: Partial<Facts> = {}): Facts {
  return {
    sealed: {
      ...NEW_SEALED_STATE,
      maxVersion: 7,
      maxVersionSha256: DIGEST('7'),
      maxLimitsVersion: 3,
    },
    terminal: { serial: 'SN-1', keySha256: DIGEST('e'), deviceType: '10', appVersion: '0.1.0' },
    merchant: {
      id: '1900000001',
      certificateSha256: DIGEST('c'),
      certificateNotAfterMs: NOW_MS + 86_400_000,
    },
    time: { kind: 'trusted', nowMs: NOW_MS },
    monotonicMs: 1_000_000,
    offlineMs: 0,
    gateway: { origin: 'https://gw.example', caSha256: DIGEST('d') },
    network: {},
    place: { kind: 'inside' },
    counters: newCounters(NOW_MS),
    policies: ['rules/1'],
    canExcludeCredit: ['MICROPAY'],
    hasOtherTender: false,
    unknownPlaceMsMax: 1_800_000,
    ...changes,
  }
}

/** Everything as it should be, but for what is changed. */
export function goodScene(changes: Partial<Scene> = {}): Scene {
  return { grant: inHand(), bulletins: NO_BULLETINS, facts: goodFacts(), ...changes }
}

/** A charge that {@link goodScene} allows. */
export function charge(changes: Partial<Extract<Request, { action: 'charge' }>> = {}): Request {
  return {
    action: 'charge',
    interface: 'MICROPAY',
    role: 'cashier',
    attended: true,
    currency: 'CNY',
    amountFen: 1_000,
    ...changes,
  }
}

type Key = {
  readonly role: IssuerRole
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

/** Real keys, one for each role. */
export function createKeys(): Readonly<Record<string, Key>> {
  return {
    'scene-key': { role: 'scene-issuer', ...generateKeyPairSync('ed25519') },
    'risk-key': { role: 'risk-issuer', ...generateKeyPairSync('ed25519') },
  }
}

/** Real verification with {@link createKeys}. */
export function signaturesOf(keys: Readonly<Record<string, Key>>): Signatures {
  return {
    verify({ kid, role, bytes, signature }) {
      const key = Object.hasOwn(keys, kid) ? keys[kid] : undefined
      return key !== undefined && key.role === role && verify(null, bytes, key.publicKey, signature)
    },
    sha256: (bytes) => createHash('sha256').update(bytes).digest('hex'),
  }
}

/** Signs a document with the key it names, as an envelope in canonical form. */
export function seal(document: Wire, key: Key): string {
  const text = canonical(document)
  const sig = sign(null, Buffer.from(text), key.privateKey).toString('base64')
  return canonical({ document, sig })
}

function canonical(value: unknown): string {
  const written = canonicalJson(value)
  if (!written.ok) throw new Error(`${written.error.path}: ${written.error.why}`)
  return written.value
}
