import type { SceneCode } from '../domain/scene-errors.ts'
import type { BulletinsAnswer, GrantAnswer } from '../gateway/services/messages.ts'
import { addTombstone, admitGrant, noteBulletin, noteClosing } from '../scene/admit.ts'
import { type Bulletin, type BulletinState, openBulletin, takeBulletin } from '../scene/bulletin.ts'
import { type Grant, openGrant } from '../scene/grant.ts'
import { isFor } from '../scene/measure.ts'
import type { SealedState } from '../scene/request.ts'
import { openRevocation } from '../scene/revocation.ts'
import { INTERFACES, type InterfaceType } from '../scene/words.ts'
import type { Report } from './scene-events.ts'
import type { SceneKeeper } from './scene-keeper.ts'
import { envelopeOf, openTrust, signaturesOf, type Trust } from './scene-trust.ts'

/** What taking documents came to: whether the news is in use, and what is to be reported. */
export type Taken = { readonly isTaken: boolean; readonly reports: readonly Report[] }

const NOTHING: Taken = { isTaken: true, reports: [] }

function refused(kind: string, code: string, more: Report['facts'] = {}): Taken {
  const fit = code.replaceAll(/[^0-9A-Za-z_.:/-]/g, '_').slice(0, 64)
  return { isTaken: false, reports: [{ kind, facts: { code: fit, ...more } }] }
}

/** The key a document names; for telling whether the trust list is to be fetched first. */
export function issuerOf(wire: { readonly document: Record<string, unknown> }): string {
  const { issuer_kid: kid } = wire.document
  return typeof kid === 'string' ? kid : ''
}

/** Takes a trust list that is newer; one of the same version must be the same text. */
export function takeTrust(keeper: SceneKeeper, wire: unknown): Taken {
  const state = keeper.state()
  const current = keeper.trust()
  const envelope = envelopeOf(wire)
  if (state === undefined || current === undefined) return NOTHING
  if (envelope === undefined) return refused('trust.refused', 'unreadable')
  if (envelope === state.trust) return NOTHING
  const next = openTrust(envelope, state.enrolment.rootSha256Prefix)
  if (!next.ok) return refused('trust.refused', 'not_verified')
  if (!isNewer(next.value, current)) return refused('trust.refused', 'old')
  return { isTaken: keeper.adopt({ ...state, trust: envelope }), reports: [] }
}

function isNewer(next: Trust, current: Trust): boolean {
  return next.list.trustVersion > current.list.trustVersion
}

/** Takes what `GET grant` answered: revocations first, then the grant, if it may be used. */
export function takeGrant(keeper: SceneKeeper, answer: GrantAnswer): Taken {
  const state = keeper.state()
  const trust = keeper.trust()
  // A terminal that signs off has wiped its grant, and takes none again.
  if (state?.lifecycle !== 'enrolled' || trust === undefined) return NOTHING
  const signatures = signaturesOf(trust, () => keeper.time.nowMs())
  let sealed = withTombstones(state.sealed, answer.revocations, (envelope) => {
    const revocation = openRevocation(envelope, state.enrolment.serial, signatures)
    return revocation.ok ? revocation.value.revokedGrantId : undefined
  })
  const minimumVersion = Math.max(state.minimumVersion, answer.minimum_version)
  const noted = { ...state, sealed, minimumVersion }
  if (answer.grant === null) {
    return { isTaken: keeper.adopt({ ...noted, grant: null }), reports: [] }
  }
  const envelope = envelopeOf(answer.grant)
  const found = openGrant(envelope ?? '', signatures)
  const inHand = keeper.grantInHand()
  const current = inHand.kind === 'read' && inHand.isSigned ? inHand.grant : undefined
  const nowMs = keeper.time.nowMs()
  if (current !== undefined) {
    sealed = withClosings(sealed, current, [
      ...closedBy(keeper, current),
      ...shutIn(current, nowMs),
    ])
  }
  const admitted = admitGrant({ sealed, ...(current === undefined ? {} : { current }) }, found)
  if (!admitted.ok || envelope === undefined || found.kind !== 'read') {
    keeper.adopt({ ...noted, sealed })
    const code: SceneCode = admitted.ok ? 'scene.grant_unreadable' : admitted.error
    return refused('grant.refused', code, { grant_version: answer.minimum_version })
  }
  const { grant } = found
  const shut = shutIn(grant, nowMs)
  sealed = current === undefined ? admitted.value : withClosings(admitted.value, current, shut)
  return { isTaken: keeper.adopt({ ...noted, sealed, grant: envelope }), reports: [] }
}

/** Notes one revocation, as a refusal carries it. */
export function takeRevocation(keeper: SceneKeeper, wire: unknown): void {
  const state = keeper.state()
  const trust = keeper.trust()
  const envelope = envelopeOf(wire)
  if (state === undefined || trust === undefined || envelope === undefined) return
  const signatures = signaturesOf(trust, () => keeper.time.nowMs())
  const read = openRevocation(envelope, state.enrolment.serial, signatures)
  if (!read.ok) return
  keeper.adopt({ ...state, sealed: addTombstone(state.sealed, read.value.revokedGrantId) })
}

function withTombstones(
  sealed: SealedState,
  wires: readonly unknown[],
  idOf: (envelope: string) => string | undefined,
): SealedState {
  return wires.reduce<SealedState>((noted, wire) => {
    const envelope = envelopeOf(wire)
    const grantId = envelope === undefined ? undefined : idOf(envelope)
    return grantId === undefined ? noted : addTombstone(noted, grantId)
  }, sealed)
}

function withClosings(
  sealed: SealedState,
  grant: Grant,
  types: readonly InterfaceType[],
): SealedState {
  return types.reduce<SealedState>((noted, type) => noteClosing(noted, grant, type), sealed)
}

/** Interfaces that a grant says are closed by now; what it closes later is decided by when it comes. */
function shutIn({ closed }: Grant, nowMs: number | undefined): readonly InterfaceType[] {
  return closed
    .filter(({ closedAtMs }) => nowMs === undefined || closedAtMs <= nowMs)
    .map(({ type }) => type)
}

/** Interfaces that M9 closed under this grant; a grant that was issued later has opened them again. */
function closedBy(keeper: SceneKeeper, grant: Grant): readonly InterfaceType[] {
  const closing = keeper
    .inForce()
    .filter(({ code, effectiveAtMs }) => code === 'M9' && grant.issuedAtMs <= effectiveAtMs)
  return INTERFACES.filter((type) => closing.some((one) => isFor(one, type)))
}

/** Takes what `GET bulletins` answered, in order; what does not verify or follow changes nothing. */
export function takeBulletins(keeper: SceneKeeper, answer: BulletinsAnswer): Taken {
  const state = keeper.state()
  const trust = keeper.trust()
  if (state === undefined || trust === undefined) return NOTHING
  const signatures = signaturesOf(trust, () => keeper.time.nowMs())
  const { serial, merchantId, firstBulletinSeq } = state.enrolment
  const reports: Report[] = []
  let bulletins = state.bulletins
  for (const wire of answer.bulletins) {
    const opened = openBulletin(
      envelopeOf(wire) ?? '',
      { merchantId, terminalSerial: serial },
      signatures,
    )
    const next = opened.ok
      ? takeBulletin(anchored(bulletins, opened.value, firstBulletinSeq), opened.value)
      : opened
    // One that waits for an earlier one comes again until it has its turn: that is not news.
    const isKnown = opened.ok && isWaiting(bulletins, opened.value)
    if (!next.ok && !isKnown) {
      reports.push(...refused('bulletin.refused', next.error.kind).reports)
    }
    if (!next.ok || !opened.ok) continue
    bulletins = next.value
    reports.push(...unknownMeasures(opened.value))
  }
  // What the service says there is and this terminal has not, may hold a measure: no new money till then.
  const known = Math.max(answer.highest_seq, bulletins.seq)
  const sealed = noteBulletin(state.sealed, known)
  const minimumVersion = Math.max(state.minimumVersion, answer.minimum_version)
  const isSame =
    bulletins === state.bulletins &&
    known === state.sealed.maxBulletinSeq &&
    minimumVersion === state.minimumVersion
  const isKept = isSame || keeper.adopt({ ...state, bulletins, sealed, minimumVersion })
  return { isTaken: isKept && bulletins.seq >= answer.highest_seq, reports }
}

function isWaiting({ waiting }: BulletinState, { sha256 }: Bulletin): boolean {
  return waiting.some((one) => one.sha256 === sha256)
}

/** The service hears of measures that this program cannot read and takes for the strictest to be lifted. */
function unknownMeasures({ seq, measures }: Bulletin): readonly Report[] {
  return measures.flatMap((one) => {
    if (one.code !== 'unreadable') return []
    const { reports } = refused('measure.unknown', one.wireCode, { bulletin_seq: seq })
    return reports
  })
}

/**
 * A serial that served before goes on counting, so its first bulletin follows one that was another
 * enrolment's: that digest is taken from the signed bulletin itself.
 */
function anchored(state: BulletinState, bulletin: Bulletin, firstSeq: number): BulletinState {
  const isFirst = bulletin.seq === firstSeq && state.seq === firstSeq - 1 && firstSeq > 1
  return isFirst ? { ...state, sha256: bulletin.prevSha256 } : state
}
