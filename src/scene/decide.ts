import type { SceneCode } from '../domain/scene-errors.ts'
import { type BulletinState, measuresGiven } from './bulletin.ts'
import { faceTermsOf } from './face-terms.ts'
import type { Grant, GrantInHand } from './grant.ts'
import { hasLimits, judgeLimits, limitSet, openChannels } from './limits.ts'
import type { Measure } from './measure.ts'
import {
  CHARGE_RULES,
  isClosedByMeasure,
  isRecoveryOver,
  type MeasureContext,
  measuresInForce,
  mostRestrictive,
  QUERY_RULES,
  REFUND_RULES,
  REVERSE_RULES,
  rowOf,
} from './measures.ts'
import { isInStoreNetwork } from './place.ts'
import type { Facts, Request } from './request.ts'
import { FIXED_CHANNELS, type Role, UNDEFINED_INTERFACES } from './words.ts'

/** All that a decision rests on. */
export type Scene = {
  readonly grant: GrantInHand
  readonly bulletins: BulletinState
  readonly facts: Facts
}

/**
 * What is decided. `check` is the first that failed, and the reason to be recorded; `ceilingFen` is
 * the most that one payment may be now.
 */
export type Decision =
  | { readonly kind: 'allow'; readonly sendWithoutCredit: boolean; readonly ceilingFen: number }
  | { readonly kind: 'refuse'; readonly code: SceneCode; readonly check: CheckName }

export type CheckName =
  | 'integrity'
  | 'signature'
  | 'terminal'
  | 'merchant'
  | 'version'
  | 'time'
  | 'validity'
  | 'standing'
  | 'network'
  | 'place'
  | 'interface'
  | 'measures'
  | 'currency'
  | 'limits'
  | 'role'

/** What a request is about; every check says for which of these it is made. */
type Purpose = 'new_money' | 'give_back' | 'look_up' | 'recovery'

type Context = {
  readonly scene: Scene
  readonly request: Request
  readonly facts: Facts
  readonly inForce: readonly Measure[]
  readonly nowMs: number | undefined
}
type GrantContext = Context & { readonly grant: Grant; readonly sha256: string }

type Check = {
  readonly name: CheckName
  readonly for: readonly Purpose[]
  readonly fails: (context: Context) => SceneCode | undefined
}

const MONEY: readonly Purpose[] = ['new_money', 'give_back']
const NEW_MONEY: readonly Purpose[] = ['new_money']
const EVERYTHING: readonly Purpose[] = ['new_money', 'give_back', 'look_up', 'recovery']

/** Checks of what a grant says; without one that can be read, the first check has failed before. */
function ofGrant(
  fails: (context: GrantContext) => SceneCode | undefined,
): (context: Context) => SceneCode | undefined {
  return (context) => {
    const { grant: found } = context.scene
    if (found.kind !== 'read') return 'scene.no_grant'
    return fails({ ...context, grant: found.grant, sha256: found.sha256 })
  }
}

/** Every check, in the order they are made; the first that fails decides. */
export const CHECKS: readonly Check[] = [
  { name: 'integrity', for: MONEY, fails: checkIntegrity },
  { name: 'signature', for: MONEY, fails: checkSignature },
  { name: 'terminal', for: MONEY, fails: ofGrant(checkTerminal) },
  { name: 'merchant', for: MONEY, fails: ofGrant(checkMerchant) },
  { name: 'version', for: MONEY, fails: ofGrant(checkVersion) },
  { name: 'time', for: MONEY, fails: checkTime },
  { name: 'validity', for: MONEY, fails: ofGrant(checkValidity) },
  { name: 'standing', for: EVERYTHING, fails: checkStanding },
  { name: 'network', for: MONEY, fails: ofGrant(checkNetwork) },
  { name: 'place', for: NEW_MONEY, fails: ofGrant(checkPlace) },
  { name: 'interface', for: NEW_MONEY, fails: ofGrant(checkInterface) },
  { name: 'measures', for: NEW_MONEY, fails: ofGrant(checkMeasures) },
  { name: 'currency', for: NEW_MONEY, fails: ofGrant(checkCurrency) },
  { name: 'limits', for: NEW_MONEY, fails: ofGrant(checkLimits) },
  { name: 'role', for: MONEY, fails: checkRole },
]

/**
 * Decides one request. Whatever cannot be read, verified or decided is a refusal of new money and of
 * refunds; a query or reversal of money in flight is only refused after M10 has run its course.
 */
export function decide(scene: Scene, request: Request): Decision {
  const { facts, grant } = scene
  const nowMs = facts.time.kind === 'trusted' ? facts.time.nowMs : undefined
  const granted = grant.kind === 'read' && grant.isSigned ? grant.grant.measures : []
  const inForce = measuresInForce(measuresGiven(granted, scene.bulletins), nowMs)
  const context: Context = { scene, request, facts, inForce, nowMs }
  const purpose = purposeOf(request)
  for (const check of CHECKS) {
    if (!check.for.includes(purpose)) continue
    const code = check.fails(context)
    if (code !== undefined) return { kind: 'refuse', code, check: check.name }
  }
  return allow(context, purpose)
}

function allow(context: Context, purpose: Purpose): Decision {
  const found = context.scene.grant
  if (purpose !== 'new_money' || found.kind !== 'read') {
    return { kind: 'allow', sendWithoutCredit: false, ceilingFen: 0 }
  }
  const verdict = limitsOf(context, found.grant)
  if (!verdict.ok) return { kind: 'refuse', code: verdict.code, check: 'limits' }
  const { sendWithoutCredit, ceilingFen } = verdict
  return { kind: 'allow', sendWithoutCredit, ceilingFen }
}

function purposeOf(request: Request): Purpose {
  if (request.action === 'charge' || request.action === 'offer') return 'new_money'
  if (request.action === 'refund') return 'give_back'
  if (request.inFlight) return 'recovery'
  return request.action === 'query' ? 'look_up' : 'give_back'
}

function checkIntegrity({ scene: { grant }, facts }: Context): SceneCode | undefined {
  if (facts.sealed === undefined) return 'scene.state_lost'
  if (grant.kind === 'none') return 'scene.no_grant'
  if (grant.kind === 'unreadable') return 'scene.grant_unreadable'
  const policy = `${grant.grant.policyId}/${grant.grant.policyVersion}`
  return facts.policies.includes(policy) ? undefined : 'scene.policy_unknown'
}

function checkSignature({ scene: { grant } }: Context): SceneCode | undefined {
  return grant.kind === 'read' && grant.isSigned ? undefined : 'scene.grant_not_signed'
}

function checkTerminal({ grant, facts }: GrantContext): SceneCode | undefined {
  const { serial, deviceType, pubkeySha256, appMinVersion } = grant.terminal
  const isThisOne =
    serial === facts.terminal.serial &&
    pubkeySha256 === facts.terminal.keySha256 &&
    deviceType === facts.terminal.deviceType
  if (!isThisOne) return 'scene.other_terminal'
  return isAtLeast(facts.terminal.appVersion, appMinVersion) ? undefined : 'scene.program_too_old'
}

/** Compares dotted numbers; a version of another form is no version, and too old. */
function isAtLeast(version: string, least: string): boolean {
  if (!/^\d{1,6}(\.\d{1,6}){0,3}$/.test(version)) return false
  const ours = version.split('.').map(Number)
  const theirs = least.split('.').map(Number)
  for (let index = 0; index < 4; index += 1) {
    const difference = (ours[index] ?? 0) - (theirs[index] ?? 0)
    if (difference !== 0) return difference > 0
  }
  return true
}

function checkMerchant({ grant, facts }: GrantContext): SceneCode | undefined {
  const { id, apiCertSha256 } = grant.merchant
  const isOurs =
    id === facts.merchant.id && apiCertSha256.includes(facts.merchant.certificateSha256)
  return isOurs ? undefined : 'scene.other_merchant'
}

function checkVersion({ grant, sha256, facts, scene }: GrantContext): SceneCode | undefined {
  const { sealed } = facts
  if (sealed === undefined) return 'scene.state_lost'
  if (sealed.tombstones.includes(grant.grantId)) return 'scene.grant_revoked'
  if (grant.version < sealed.maxVersion) return 'scene.grant_old'
  if (grant.version === sealed.maxVersion && sha256 !== sealed.maxVersionSha256) {
    return 'scene.grant_forked'
  }
  if (grant.limits.some(({ limitsVersion }) => limitsVersion < sealed.maxLimitsVersion)) {
    return 'scene.limits_old'
  }
  return scene.bulletins.seq < sealed.maxBulletinSeq ? 'scene.bulletins_missing' : undefined
}

function checkTime({ facts: { time } }: Context): SceneCode | undefined {
  if (time.kind === 'rolled_back') return 'scene.clock_rollback'
  return time.kind === 'none' ? 'scene.time_untrusted' : undefined
}

function checkValidity({ grant, facts, nowMs, inForce, request }: GrantContext) {
  if (nowMs === undefined) return 'scene.time_untrusted'
  if (nowMs >= facts.merchant.certificateNotAfterMs) return 'scene.certificate_expired'
  // What was paid can be given back after the grant has run out.
  if (purposeOf(request) !== 'new_money') return undefined
  if (nowMs < grant.notBeforeMs) return 'scene.grant_not_yet_valid'
  if (nowMs >= grant.notAfterMs) return 'scene.grant_expired'
  return facts.offlineMs > graceMs(grant, inForce, nowMs) ? 'scene.offline_too_long' : undefined
}

/** For how long charging goes on while the service that grants is silent, milliseconds. */
export function graceMs(grant: Grant, inForce: readonly Measure[], nowMs: number): number {
  const isNone = grant.riskLevel === 'high' || inForce.some((one) => !rowOf(one, nowMs).hasGrace)
  return isNone ? 0 : grant.offlineGraceS * 1_000
}

/** Which columns of the measures' table a request is held against. */
function checkStanding(context: Context): SceneCode | undefined {
  const { request, inForce, nowMs } = context
  const purpose = purposeOf(request)
  if (purpose === 'recovery') {
    return isRecoveryOver(inForce, nowMs) ? 'scene.recovery_ended' : undefined
  }
  const about = measureContext(context)
  const byMeasures = mostRestrictive(inForce, (one) => {
    const row = rowOf(one, nowMs)
    if (purpose === 'look_up') return QUERY_RULES[row.query](one, about)
    if (purpose === 'new_money') return CHARGE_RULES[row.charge](one, about)
    if (request.action === 'refund') return REFUND_RULES[row.refund](one, about)
    return REVERSE_RULES[row.reverse](one, about)
  })
  if (byMeasures !== undefined || purpose !== 'give_back') return byMeasures
  return isClosedInGrant(context) ? 'scene.refund_back_office' : undefined
}

function measureContext({ scene: { grant: found }, request, nowMs }: Context): MeasureContext {
  const grant = found.kind === 'read' ? found.grant : undefined
  return {
    nowMs,
    grantIssuedAtMs: grant?.issuedAtMs ?? 0,
    interface: request.interface,
    isGranted: grant?.interfaces.some(({ type }) => type === request.interface) === true,
    refundWhileSuspended: grant?.refund === 'allowed',
  }
}

function isClosedInGrant({ scene: { grant: found }, request, nowMs }: Context): boolean {
  if (found.kind !== 'read') return false
  return found.grant.closed.some(
    ({ type, closedAtMs }) =>
      type === request.interface && (nowMs === undefined || closedAtMs <= nowMs),
  )
}

function checkNetwork({ grant, facts }: GrantContext): SceneCode | undefined {
  const { gatewayOrigin, caSha256 } = grant.store.net
  const isIt = gatewayOrigin === facts.gateway.origin && caSha256 === facts.gateway.caSha256
  return isIt ? undefined : 'scene.network_mismatch'
}

function checkPlace({ grant, facts }: GrantContext): SceneCode | undefined {
  const { place, network, monotonicMs, unknownPlaceMsMax } = facts
  if (place.kind === 'inside') return undefined
  if (place.kind === 'outside') return 'scene.location_mismatch'
  const unknownMs = monotonicMs - place.sinceMonotonicMs
  const isBorne = unknownMs >= 0 && unknownMs <= unknownPlaceMsMax
  return isBorne && isInStoreNetwork(network, grant.store.net)
    ? undefined
    : 'scene.location_unknown'
}

function checkInterface(context: GrantContext): SceneCode | undefined {
  const { grant, facts, request, inForce } = context
  const { interface: type } = request
  const attended = 'attended' in request && request.attended
  const entries = grant.interfaces.filter((entry) => entry.type === type)
  // What was closed also left the grant; that it was closed is the reason to be told.
  if (isClosedInGrant(context)) return 'scene.interface_closed'
  if (isClosedByMeasure(inForce, measureContext(context))) return 'scene.interface_closed'
  if (entries.length === 0 || UNDEFINED_INTERFACES.includes(type)) {
    return 'scene.interface_not_granted'
  }
  const closed = facts.sealed?.closedApprovals.filter((one) => one.interface === type) ?? []
  const open = entries.filter(
    ({ approvalRef }) => !closed.some((one) => one.approvalRef === approvalRef),
  )
  if (open.length === 0) return 'scene.interface_closed'
  if (!open.some((entry) => entry.attended === attended)) return 'scene.interface_not_granted'
  if (type === 'FACEPAY') {
    if (faceTermsOf(grant) === undefined) return 'scene.face_incomplete'
    if (!hasAlternative(grant, facts)) return 'scene.no_face_alternative'
  }
  return hasLimits(grant, type) ? undefined : 'scene.limits_missing'
}

function hasAlternative(grant: Grant, facts: Facts): boolean {
  return facts.hasOtherTender || grant.interfaces.some(({ type }) => type === 'MICROPAY')
}

/** M6 and M5, and channels that the grant itself leaves out. */
function checkMeasures({ grant, request, inForce }: GrantContext): SceneCode | undefined {
  const { interface: type } = request
  const attended = 'attended' in request && request.attended
  const isRemoved = inForce.some(
    (one) =>
      one.code === 'M6' &&
      (!one.params.interfacesAllowed.includes(type) || (one.params.attendedOnly && !attended)),
  )
  if (isRemoved) return 'scene.scene_removed'
  const open = openChannels(grant, inForce, type)
  const isExpressible = FIXED_CHANNELS.every((channel) => open.includes(channel))
  return isExpressible ? undefined : 'scene.channels_closed'
}

function checkCurrency({ grant, request }: GrantContext): SceneCode | undefined {
  const currency = 'currency' in request ? request.currency : undefined
  return currency === grant.currency ? undefined : 'scene.currency'
}

function checkLimits(context: GrantContext): SceneCode | undefined {
  const verdict = limitsOf(context, context.grant)
  return verdict.ok ? undefined : verdict.code
}

function limitsOf({ request, facts, inForce, nowMs }: Context, grant: Grant) {
  const { interface: type } = request
  // A way to pay is offered when the smallest amount would go through it.
  const amountFen = request.action === 'charge' ? request.amountFen : 1
  return judgeLimits(
    limitSet(grant, inForce, type),
    { counters: facts.counters, nowMs: nowMs ?? 0 },
    { amountFen, canExcludeCredit: facts.canExcludeCredit.includes(type) },
  )
}

/** Who may do what. Money in flight is settled whoever is there. */
const ROLES: Readonly<Record<'charge' | 'give_back', readonly Role[]>> = {
  charge: ['cashier', 'manager', 'customer'],
  give_back: ['cashier', 'manager'],
}

function checkRole({ request }: Context): SceneCode | undefined {
  const isNew = purposeOf(request) === 'new_money'
  const may = ROLES[isNew ? 'charge' : 'give_back'].includes(request.role)
  const attended = 'attended' in request && request.attended
  // Customers act for themselves only where nobody stands at the terminal.
  const isAlone = request.role === 'customer' && attended
  return may && !isAlone ? undefined : 'scene.role_not_allowed'
}
