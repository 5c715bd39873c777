import { err, ok, type Result } from '../base/result.ts'
import type { SceneCode } from '../domain/scene-errors.ts'
import { canonicalJson } from './canonical-json.ts'
import type { Grant, GrantedInterface, GrantInHand } from './grant.ts'
import type { SealedState } from './request.ts'
import type { InterfaceType } from './words.ts'

/** Of a terminal that was just enrolled. Lost state is never replaced by this one. */
export const NEW_SEALED_STATE: SealedState = {
  maxVersion: 0,
  maxVersionSha256: '0'.repeat(64),
  maxBulletinSeq: 0,
  maxLimitsVersion: 0,
  tombstones: [],
  closedApprovals: [],
}

/** What the terminal has when a grant comes: its sealed state and the grant in use, if any. */
export type Holding = { readonly sealed: SealedState; readonly current?: Grant }

/**
 * Admits a grant that came in, and gives the sealed state that must be durable before it is used.
 * Only a signed one of a higher version is taken (the same one again changes nothing), one that
 * follows from the last by its digest, and one whose changes were approved.
 */
export function admitGrant(
  { sealed, current }: Holding,
  next: GrantInHand,
): Result<SealedState, SceneCode> {
  if (next.kind === 'none') return err('scene.no_grant')
  if (next.kind === 'unreadable') return err('scene.grant_unreadable')
  const { grant, sha256, isSigned } = next
  if (!isSigned) return err('scene.grant_not_signed')
  if (sealed.tombstones.includes(grant.grantId)) return err('scene.grant_revoked')
  if (grant.version < sealed.maxVersion) return err('scene.grant_old')
  if (grant.version === sealed.maxVersion) {
    return sha256 === sealed.maxVersionSha256 ? ok(sealed) : err('scene.grant_forked')
  }
  const follows = grant.version === sealed.maxVersion + 1
  if (follows && grant.prevSha256 !== sealed.maxVersionSha256) return err('scene.grant_forked')
  const limitsVersions = grant.limits.map(({ limitsVersion }) => limitsVersion)
  if (limitsVersions.some((one) => one < sealed.maxLimitsVersion)) return err('scene.limits_old')
  if (current !== undefined && !isApproved(current, grant)) {
    return err('scene.change_not_approved')
  }
  return ok({
    ...sealed,
    maxVersion: grant.version,
    maxVersionSha256: sha256,
    maxLimitsVersion: Math.max(sealed.maxLimitsVersion, ...limitsVersions),
  })
}

/** What is bound to the approval of every interface. */
function boundFields({ merchant, store, terminal }: Grant): string {
  const { address, geo, id, net, regionCode } = store
  const bound = { merchant: merchant.id, address, geo, id, net, regionCode }
  const { deviceType, position } = terminal
  return text({ ...bound, deviceType, position })
}

function text(value: unknown): string {
  const written = canonicalJson(JSON.parse(JSON.stringify(value)))
  return written.ok ? written.value : ''
}

/** Whether every interface that is new or changed has an approval of its own. */
function isApproved(current: Grant, next: Grant): boolean {
  const hasMoved = boundFields(current) !== boundFields(next)
  const used = new Set(current.interfaces.map(({ approvalRef }) => approvalRef))
  return next.interfaces.every((entry) => {
    const before = current.interfaces.some((one) => isSameEntry(one, entry))
    return (before && !hasMoved) || !used.has(entry.approvalRef)
  })
}

function isSameEntry(one: GrantedInterface, other: GrantedInterface): boolean {
  return (
    one.type === other.type &&
    one.attended === other.attended &&
    text(one.evidenceRefs) === text(other.evidenceRefs)
  )
}

/** Notes for good that a grant was revoked. */
export function addTombstone(sealed: SealedState, grantId: string): SealedState {
  if (sealed.tombstones.includes(grantId)) return sealed
  return { ...sealed, tombstones: [...sealed.tombstones, grantId] }
}

/** Notes for good that an interface was closed: the approvals it had open nothing any more. */
export function noteClosing(sealed: SealedState, grant: Grant, type: InterfaceType): SealedState {
  const closed = grant.interfaces
    .filter((entry) => entry.type === type)
    .map(({ approvalRef }) => ({ interface: type, approvalRef }))
    .filter(({ approvalRef }) => !hasClosed(sealed, type, approvalRef))
  return { ...sealed, closedApprovals: [...sealed.closedApprovals, ...closed] }
}

function hasClosed(sealed: SealedState, type: InterfaceType, approvalRef: string): boolean {
  return sealed.closedApprovals.some(
    (one) => one.interface === type && one.approvalRef === approvalRef,
  )
}

/** Notes the highest bulletin that was taken. */
export function noteBulletin(sealed: SealedState, seq: number): SealedState {
  return { ...sealed, maxBulletinSeq: Math.max(sealed.maxBulletinSeq, seq) }
}
