import { err, ok, type Result } from '../base/result.ts'
import type { Flaw, Json } from './canonical-json.ts'
import { type Measure, measure } from './measure.ts'
import {
  digest,
  field,
  instantMs,
  integer,
  list,
  oneOf,
  type ReadBy,
  record,
  text,
} from './reader.ts'
import { openSigned, type Signatures } from './signed-document.ts'

const BULLETIN = record({
  seq: field('seq', integer(1, Number.MAX_SAFE_INTEGER)),
  prevSha256: field('prev_sha256', digest),
  issuerKid: field('issuer_kid', text(64)),
  alg: field('alg', oneOf(['Ed25519'])),
  merchantId: field('merchant_id', text(64)),
  terminalSerial: field('terminal_serial', text(50)),
  policyId: field('policy_id', text(64)),
  policyVersion: field('policy_version', text(64)),
  issuedAtMs: field('issued_at', instantMs),
  measures: field('measures', list(measure, 64)),
  lifts: field('lifts', list(text(64), 64)),
})

/** Measures that begin and end, for one terminal (docs/gateway.md, Documents). */
export type Bulletin = ReadBy<typeof BULLETIN> & { readonly sha256: string }

/** Why a bulletin changed nothing. */
export type BulletinFlaw =
  | { readonly kind: 'unreadable'; readonly flaw: Flaw }
  | {
      readonly kind: 'not_signed' | 'other_terminal' | 'other_merchant' | 'old' | 'forked' | 'full'
    }

/** Whom a bulletin must be for. */
export type Addressee = { readonly merchantId: string; readonly terminalSerial: string }

/**
 * What the bulletins so far came to. The latest one taken in order is `seq`; those that came before
 * their turn wait, and their measures hold meanwhile, but nothing is lifted out of turn.
 */
export type BulletinState = {
  readonly seq: number
  /** Digest of that bulletin, 64 zeros before the first. */
  readonly sha256: string
  readonly measures: readonly Measure[]
  /** What was lifted; a grant issued before may still carry it. */
  readonly lifted: readonly string[]
  readonly waiting: readonly Bulletin[]
}

/** A terminal that has had no bulletin yet. */
export const NO_BULLETINS: BulletinState = {
  seq: 0,
  sha256: '0'.repeat(64),
  measures: [],
  lifted: [],
  waiting: [],
}

/** Bulletins that may wait for an earlier one: as many as one answer brings. */
const WAITING_MAX = 20

/** Measures that end by a new approval or never, and not by being lifted. */
const NOT_LIFTED: readonly Measure['code'][] = ['M9', 'M10']

/** Opens a bulletin from its envelope in canonical form and checks signer and addressee. */
export function openBulletin(
  envelope: string,
  addressee: Addressee,
  signatures: Signatures,
): Result<Bulletin, BulletinFlaw> {
  const opened = openSigned(envelope, 'risk-issuer', signatures)
  if (!opened.ok) return err({ kind: 'unreadable', flaw: opened.error })
  const read = readBulletin(opened.value.document, opened.value.sha256)
  if (!read.ok) return err({ kind: 'unreadable', flaw: read.error })
  if (!opened.value.isSigned) return err({ kind: 'not_signed' })
  if (read.value.merchantId !== addressee.merchantId) return err({ kind: 'other_merchant' })
  if (read.value.terminalSerial !== addressee.terminalSerial) return err({ kind: 'other_terminal' })
  return read
}

/** Reads the document of a bulletin; strict, as a grant is. */
export function readBulletin(document: Json, sha256: string): Result<Bulletin, Flaw> {
  const read = BULLETIN(document, '')
  if (!read.ok) return read
  const stray = read.value.measures.findIndex(({ seq }) => seq !== read.value.seq)
  if (stray >= 0) {
    return err({ path: `measures[${stray}].seq`, why: 'not the seq of its bulletin' })
  }
  return ok({ ...read.value, sha256 })
}

/**
 * Takes one bulletin. One that is old, or does not follow from the last by its digest, changes
 * nothing. The order in which bulletins arrive does not matter to the final state.
 */
export function takeBulletin(
  state: BulletinState,
  bulletin: Bulletin,
): Result<BulletinState, BulletinFlaw> {
  if (bulletin.seq <= state.seq) return err({ kind: 'old' })
  if (state.waiting.some(({ seq }) => seq === bulletin.seq)) return err({ kind: 'old' })
  if (bulletin.seq > state.seq + 1) {
    if (state.waiting.length >= WAITING_MAX) return err({ kind: 'full' })
    return ok({ ...state, waiting: [...state.waiting, bulletin] })
  }
  if (bulletin.prevSha256 !== state.sha256) return err({ kind: 'forked' })
  let now = fold(state, bulletin)
  for (;;) {
    const next = now.waiting.find(({ seq }) => seq === now.seq + 1)
    if (next === undefined) return ok(now)
    const others = now.waiting.filter((one) => one !== next)
    // One that does not follow is dropped, and asked for again.
    if (next.prevSha256 !== now.sha256) return ok({ ...now, waiting: others })
    now = fold({ ...now, waiting: others }, next)
  }
}

function fold(state: BulletinState, bulletin: Bulletin): BulletinState {
  const lifted = [...new Set([...state.lifted, ...bulletin.lifts])]
  return {
    ...state,
    seq: bulletin.seq,
    sha256: bulletin.sha256,
    measures: withoutLifted(state.measures, bulletin.lifts).concat(bulletin.measures),
    lifted,
  }
}

function withoutLifted(measures: readonly Measure[], lifts: readonly string[]): Measure[] {
  return measures.filter(
    ({ code, measureId }) => NOT_LIFTED.includes(code) || !lifts.includes(measureId),
  )
}

/** Every measure that was given and not lifted: by bulletins, and by the grant itself. */
export function measuresGiven(
  granted: readonly Measure[],
  { measures, lifted, waiting }: BulletinState,
): readonly Measure[] {
  if (granted.length === 0 && waiting.length === 0) return measures
  return [
    ...withoutLifted(granted, lifted),
    ...measures,
    ...waiting.flatMap((bulletin) => bulletin.measures),
  ]
}
