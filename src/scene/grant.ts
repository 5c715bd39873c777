import { err, ok, type Result } from '../base/result.ts'
import { readNetwork } from './address.ts'
import { type Flaw, type Json, memberPath } from './canonical-json.ts'
import { type Measure, measure } from './measure.ts'
import {
  amountFen,
  dictionary,
  digest,
  field,
  flag,
  instantMs,
  integer,
  limitFen,
  list,
  oneOf,
  optional,
  type ReadBy,
  record,
  text,
} from './reader.ts'
import { isMainlandPoint, isMainlandRegion } from './region.ts'
import { type IssuerRole, openSigned, type Signatures } from './signed-document.ts'
import { CHANNELS, type Channel, INTERFACES, type InterfaceType, LIMIT_CHANNELS } from './words.ts'

const version = integer(1, Number.MAX_SAFE_INTEGER)
const identifier = text(64, /^[\w.:-]+$/)

const MERCHANT = record({
  id: field('id', identifier),
  acquirerCode: field('acquirer_code', identifier),
  usccSha256: field('uscc_sha256', digest),
  settleAcctSha256: field('settle_acct_sha256', digest),
  kind: field('kind', oneOf(['ENTERPRISE', 'INDIVIDUAL', 'MICRO', 'OTHER'])),
  apiCertSha256: field('api_cert_sha256', list(digest, 3)),
})

const GEO = record({
  latE6: field('lat_e6', integer(-90_000_000, 90_000_000)),
  lonE6: field('lon_e6', integer(-180_000_000, 180_000_000)),
  datum: field('datum', oneOf(['WGS-84', 'GCJ-02'])),
  radiusM: field('radius_m', integer(1, 100_000)),
})

const ORIGIN = text(200, /^https:\/\/[^/?#@\s]+$/)
const NET = record({
  gatewayOrigin: field('gateway_origin', ORIGIN),
  gatewayBackupOrigin: optional('gateway_backup_origin', ORIGIN),
  caSha256: field('ca_sha256', digest),
  ipCidrs: optional('ip_cidrs', list(text(49), 16)),
  bssidHash: optional('bssid_hash', text(128, /^[\w+/=-]+$/)),
})

const STORE = record({
  id: field('id', text(64)),
  name: field('name', text(100)),
  address: field('address', text(200)),
  regionCode: field('region_code', text(6, /^\d{6}$/)),
  geo: field('geo', GEO),
  net: field('net', NET),
})

/** Where the issuer's people measured the terminal to stand. */
const POSITION = record({
  latE6: field('lat_e6', integer(-90_000_000, 90_000_000)),
  lonE6: field('lon_e6', integer(-180_000_000, 180_000_000)),
  datum: field('datum', oneOf(['WGS-84', 'GCJ-02'])),
  accuracyM: field('accuracy_m', integer(0, 10_000)),
})

const TERMINAL = record({
  serial: field('serial', text(50, /^[0-9A-Za-z_-]+$/)),
  deviceType: field('device_type', oneOf(['09', '10'])),
  pubkeySha256: field('pubkey_sha256', digest),
  appMinVersion: field('app_min_version', text(32, /^\d{1,6}(\.\d{1,6}){0,3}$/)),
  position: optional('position', POSITION),
})

/** Names of interface types are read as any text: one that is not known grants nothing. */
const ENTRY = record({
  type: field('type', text(32)),
  attended: field('attended', flag),
  evidenceRefs: field('evidence_refs', dictionary(text(128), 16)),
  approvalRef: field('approval_ref', text(64)),
})

const LIMIT = record({
  interface: field('interface', text(32)),
  channel: field('channel', oneOf(LIMIT_CHANNELS)),
  singleFen: optional('single', limitFen),
  dayFen: optional('day', limitFen),
  monthFen: optional('month', limitFen),
  limitsVersion: field('limits_version', version),
})

/** What is missing here switches face pay off and leaves the rest of the grant as it is. */
const FACE = record({
  perTxnFen: optional('per_txn', amountFen),
  perDayFen: optional('per_day', amountFen),
  confirm: optional('confirm', oneOf(['phone', 'password_on_phone'])),
  livenessProfile: optional('liveness_profile', text(64)),
  recipient: optional('recipient', text(200)),
  encPubkeySha256: optional('enc_pubkey_sha256', digest),
  noticeVersion: optional('notice_version', text(64)),
  handler: optional(
    'handler',
    record({ name: optional('name', text(200)), contact: optional('contact', text(200)) }),
  ),
})

const CLOSED = record({
  interface: field('interface', text(32)),
  closedAtMs: field('closed_at', instantMs),
  by: field('by', oneOf(['SUPERADMIN', 'RISK', 'TERMINATION'])),
})

/** Every key of a grant (docs/gateway.md, Documents); any other key refuses it. */
const GRANT = record({
  grantId: field('grant_id', identifier),
  version: field('version', version),
  prevSha256: field('prev_sha256', digest),
  policyId: field('policy_id', text(64)),
  policyVersion: field('policy_version', text(64)),
  issuerKid: field('issuer_kid', identifier),
  alg: field('alg', oneOf(['Ed25519'])),
  merchant: field('merchant', MERCHANT),
  store: field('store', STORE),
  terminal: field('terminal', TERMINAL),
  interfaces: field('interfaces', list(ENTRY, 32)),
  industryCategory: field('industry_category', text(64)),
  riskLevel: field('risk_level', oneOf(['low', 'medium', 'high'])),
  limits: field('limits', list(LIMIT, 64)),
  microCredit: optional(
    'micro_credit',
    record({ dayFen: field('day', amountFen), monthFen: field('month', amountFen) }),
  ),
  face: optional('face', FACE),
  channelsAllowed: field('channels_allowed', list(text(32), 16)),
  refund: field('refund', oneOf(['allowed', 'gateway_only', 'blocked'])),
  measures: field('measures', list(measure, 64)),
  closed: field('closed', list(CLOSED, 32)),
  region: field('region', oneOf(['CN'])),
  currency: field('currency', oneOf(['CNY'])),
  issuedAtMs: field('issued_at', instantMs),
  notBeforeMs: field('not_before', instantMs),
  notAfterMs: field('not_after', instantMs),
  offlineGraceS: field('offline_grace_s', integer(0, 31_536_000)),
})

type Wire = ReadBy<typeof GRANT>
type Known<Row> = Omit<Row, 'type' | 'interface'> & { readonly type: InterfaceType }

/** One way of paying that was approved, with its evidence as digests. */
export type GrantedInterface = Known<Wire['interfaces'][number]>
/** One limit row, fen; a number that is missing disables its interface, and is never unlimited. */
export type GrantedLimit = Known<Wire['limits'][number]>
/** Where the store is, degrees × 10⁶ in its datum, and how far the terminal may be from it, metres. */
export type StorePlace = Wire['store']['geo']

/**
 * What one terminal may do in one store. Times are Unix milliseconds, money is fen. Everything in it
 * that is not known is left out and named in `flags`.
 */
export type Grant = Omit<Wire, 'interfaces' | 'limits' | 'channelsAllowed' | 'closed'> & {
  readonly interfaces: readonly GrantedInterface[]
  readonly limits: readonly GrantedLimit[]
  readonly channelsAllowed: readonly Channel[]
  readonly closed: readonly Known<Wire['closed'][number]>[]
  readonly measures: readonly Measure[]
  readonly flags: readonly Flaw[]
}

/**
 * Reads the document of a grant. Strict: a missing, unknown or malformed key, a place outside the
 * mainland or a number out of its range refuses all of it, with the path of the first one.
 */
export function readGrant(document: Json): Result<Grant, Flaw> {
  const read = GRANT(document, '')
  if (!read.ok) return read
  const wire = read.value
  const broken = RULES.find(({ holds }) => !holds(wire))
  if (broken !== undefined) return err({ path: broken.path, why: broken.why })
  const flags: Flaw[] = []
  const known = <Row extends { readonly type: string }>(rows: readonly Row[], path: string) =>
    rows.flatMap((row, index) => {
      const type = INTERFACES.find((one) => one === row.type)
      if (type !== undefined) return [{ ...row, type }]
      flags.push({ path: memberPath(path, index), why: 'unknown interface' })
      return []
    })
  const named = <Row extends { readonly interface: string }>(rows: readonly Row[]) =>
    rows.map(({ interface: type, ...rest }) => ({ ...rest, type }))
  const channelsAllowed = CHANNELS.filter((one) => wire.channelsAllowed.includes(one))
  if (channelsAllowed.length < new Set(wire.channelsAllowed).size) {
    flags.push({ path: 'channels_allowed', why: 'unknown channel' })
  }
  return ok({
    ...wire,
    interfaces: known(wire.interfaces, 'interfaces'),
    limits: known(named(wire.limits), 'limits'),
    closed: known(named(wire.closed), 'closed'),
    channelsAllowed,
    flags,
  })
}

/** What must hold between fields. */
const RULES: readonly {
  readonly path: string
  readonly why: string
  readonly holds: (grant: Wire) => boolean
}[] = [
  {
    path: 'store.region_code',
    why: 'not on the mainland',
    holds: ({ store }) => isMainlandRegion(store.regionCode),
  },
  {
    path: 'store.geo',
    why: 'not on the mainland',
    holds: ({ store }) => isMainlandPoint(store.geo.latE6, store.geo.lonE6),
  },
  {
    path: 'store.net.ip_cidrs',
    why: 'not a network',
    holds: ({ store }) =>
      (store.net.ipCidrs ?? []).every((cidr) => readNetwork(cidr) !== undefined),
  },
  {
    path: 'merchant.api_cert_sha256',
    why: 'names no certificate',
    holds: ({ merchant }) => merchant.apiCertSha256.length > 0,
  },
  {
    path: 'micro_credit',
    why: 'stands exactly when the kind is MICRO',
    holds: ({ merchant, microCredit }) =>
      (merchant.kind === 'MICRO') === (microCredit !== undefined),
  },
  {
    path: 'not_after',
    why: 'not after not_before',
    holds: ({ notBeforeMs, notAfterMs }) => notAfterMs > notBeforeMs,
  },
]

/** A grant as it was found: not there, unreadable, or read with the word whether it is signed. */
export type GrantInHand =
  | { readonly kind: 'none' }
  | { readonly kind: 'unreadable'; readonly flaw: Flaw }
  | {
      readonly kind: 'read'
      readonly grant: Grant
      /** Digest of its signed bytes, lower-case hex. */
      readonly sha256: string
      readonly isSigned: boolean
    }

const GRANT_ROLE: IssuerRole = 'scene-issuer'

/** Opens a grant from its envelope in canonical form; never throws, whatever the text is. */
export function openGrant(envelope: string, signatures: Signatures): GrantInHand {
  const opened = openSigned(envelope, GRANT_ROLE, signatures)
  if (!opened.ok) return { kind: 'unreadable', flaw: opened.error }
  const { document, sha256, isSigned } = opened.value
  const grant = readGrant(document)
  if (!grant.ok) return { kind: 'unreadable', flaw: grant.error }
  return { kind: 'read', grant: grant.value, sha256, isSigned }
}
