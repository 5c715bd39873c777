import { formatYuan } from '../domain/money.ts'
import { SCENE_ERRORS } from '../domain/scene-errors.ts'
import type {
  AdministrationFacts,
  CounterFacts,
  GrantFacts,
  MeasureFacts,
} from '../ports/administration.ts'
import type { SceneGate, SceneRefusal } from '../ports/scene.ts'
import { type Bucket, type Counters, usedFen } from '../scene/counters.ts'
import type { Grant, GrantedInterface } from '../scene/grant.ts'
import { type Constraint, limitSet } from '../scene/limits.ts'
import type { Measure } from '../scene/measure.ts'
import type { LimitChannel } from '../scene/words.ts'
import type { SceneKeeper } from './scene-keeper.ts'
import { noteAbout, openNotes } from './scene-notes.ts'
import type { MeasureNote } from './scene-state.ts'

type RefusalFacts = NonNullable<AdministrationFacts['refusal']>

/** Why something is refused, with what staff read. */
export function refusalFacts({ code, check }: Omit<SceneRefusal, 'kind'>): RefusalFacts {
  return { code, check, staff: SCENE_ERRORS[code].staff }
}

/** The grant in hand as people read it; undefined when none can be read and believed. */
export function grantFacts(keeper: SceneKeeper, gate: SceneGate): GrantFacts | undefined {
  const grant = believed(keeper)
  if (grant === undefined) return undefined
  const { merchant, store, terminal } = grant
  return {
    grantId: grant.grantId,
    version: grant.version,
    policy: `${grant.policyId}/${grant.policyVersion}`,
    merchantId: merchant.id,
    merchantKind: merchant.kind,
    storeId: store.id,
    storeName: store.name,
    address: store.address,
    regionCode: store.regionCode,
    serial: terminal.serial,
    deviceType: terminal.deviceType,
    industryCategory: grant.industryCategory,
    riskLevel: grant.riskLevel,
    issuedAtMs: grant.issuedAtMs,
    notBeforeMs: grant.notBeforeMs,
    notAfterMs: grant.notAfterMs,
    offlineGraceMs: grant.offlineGraceS * 1_000,
    interfaces: [
      ...grant.interfaces.map((entry) => interfaceFacts(entry, gate)),
      ...closedFacts(grant, gate),
    ],
    channelsAllowed: grant.channelsAllowed,
    refund: grant.refund,
    flags: grant.flags.map(({ path, why }) => `${path}: ${why}`),
  }
}

function believed(keeper: SceneKeeper): Grant | undefined {
  const found = keeper.grantInHand()
  return found.kind === 'read' && found.isSigned ? found.grant : undefined
}

type InterfaceFacts = GrantFacts['interfaces'][number]
const STATES: Readonly<Record<string, InterfaceFacts['state']>> = {
  'scene.paused': 'paused',
  'scene.interface_closed': 'closed',
}

function interfaceFacts(
  { type, attended, approvalRef }: Pick<GrantedInterface, 'type' | 'attended' | 'approvalRef'>,
  gate: SceneGate,
): InterfaceFacts {
  const role = attended ? 'cashier' : 'customer'
  const decision = gate.decide({
    action: 'offer',
    interface: type,
    role,
    attended,
    currency: 'CNY',
  })
  const about = { interface: type, attended, approvalRef }
  if (decision.kind === 'allow') return { ...about, state: 'open' }
  const state = STATES[decision.code] ?? 'refused'
  return { ...about, state, refusal: refusalFacts(decision) }
}

/** What was closed is in the grant no more but by its closing. */
function closedFacts(grant: Grant, gate: SceneGate): readonly InterfaceFacts[] {
  const granted = new Set(grant.interfaces.map(({ type }) => type))
  return grant.closed
    .filter(({ type }) => !granted.has(type))
    .map(({ type }) => ({
      ...interfaceFacts({ type, attended: true, approvalRef: '' }, gate),
      state: 'closed',
    }))
}

/** What the parameters of a measure say, in short. */
function detailOf(one: Measure): string | undefined {
  switch (one.code) {
    case 'M3':
      return one.params.limits
        .map((row) => {
          const limits = [row.singleFen, row.dayFen, row.monthFen].map(formatYuan).join(' / ')
          return `${row.interface} ${row.channel}: ${limits}`
        })
        .join('; ')
    case 'M4':
      return one.params.cycle
    case 'M5':
      return one.params.channelsAllowed.join(', ')
    case 'M6':
      return one.params.interfacesAllowed.join(', ')
    case 'M7':
      return String(one.params.delayDays)
    default:
      return undefined
  }
}

/** The measures in force as people read them, oldest first. */
export function measureFacts(keeper: SceneKeeper): readonly MeasureFacts[] {
  return keeper
    .inForce()
    .toSorted((a, b) => a.seq - b.seq)
    .map((one) => {
      const detail = detailOf(one)
      const acknowledged = noteAbout(keeper, one.measureId, 'acknowledged')
      const reported = noteAbout(keeper, one.measureId, 'reported_done')
      return {
        measureId: one.measureId,
        seq: one.seq,
        code: one.code === 'unreadable' ? one.wireCode : one.code,
        interfaces: one.interfaces,
        effectiveAtMs: one.effectiveAtMs,
        ...(one.deadlineMs === undefined ? {} : { deadlineAtMs: one.deadlineMs }),
        ...(one.onDeadline === undefined ? {} : { onDeadline: one.onDeadline }),
        ...(one.ackDueMs === undefined ? {} : { ackDueAtMs: one.ackDueMs }),
        items: one.code === 'M2' ? one.params.items : [],
        ...(detail === undefined ? {} : { detail }),
        ...(acknowledged && { acknowledgement: noteFacts(acknowledged) }),
        ...(reported && { reportedDone: noteFacts(reported) }),
        may: openNotes(keeper, one).map((what) => MAY[what]),
      }
    })
}

const MAY = { acknowledged: 'acknowledge', reported_done: 'report_done' } as const

function noteFacts({ operator, atMs, state }: MeasureNote) {
  return { operator, atMs, isSent: state === 'sent' }
}

/** Every limit that holds with what is used of it; undefined when the counters are lost. */
export function counterFacts(keeper: SceneKeeper): readonly CounterFacts[] | undefined {
  const { counters } = keeper.scene().facts
  const grant = believed(keeper)
  if (counters === undefined) return undefined
  if (grant === undefined) return []
  const inForce = keeper.inForce()
  const types = [...new Set(grant.interfaces.map(({ type }) => type))]
  const least = new Map<Bucket, Constraint>()
  for (const type of types) {
    const { always, credit } = limitSet(grant, inForce, type)
    for (const one of [...always, ...credit]) {
      const before = least.get(one.bucket)
      least.set(one.bucket, before ? narrower(before, one) : one)
    }
  }
  const nowMs = keeper.time.nowMs() ?? 0
  return [...least.values()].map((one) => counted(one, counters, nowMs))
}

type Limit = Constraint['dayFen']

function lesser(one: Limit, other: Limit): Limit {
  if (one === 'unlimited') return other
  return other === 'unlimited' ? one : Math.min(one, other)
}

function narrower(one: Constraint, other: Constraint): Constraint {
  return {
    bucket: one.bucket,
    singleFen: lesser(one.singleFen, other.singleFen),
    dayFen: lesser(one.dayFen, other.dayFen),
    monthFen: lesser(one.monthFen, other.monthFen),
  }
}

function counted(limit: Constraint, counters: Counters, nowMs: number): CounterFacts {
  const { bucket, singleFen, dayFen, monthFen } = limit
  const used = usedFen(counters, bucket, nowMs)
  const reservedFen = Object.values(counters.reservations)
    .filter(({ buckets }) => buckets.includes(bucket))
    .reduce((sum, { amountFen }) => sum + amountFen, 0)
  const amounts = {
    day: dayFen,
    month: monthFen,
    spentDayFen: used.dayFen - reservedFen,
    spentMonthFen: used.monthFen - reservedFen,
    reservedFen,
  }
  if (bucket === 'micro_credit') return { interface: 'MICRO_CREDIT', ...amounts }
  const [type, channel] = bucket.split('.') as [Constraint['bucket'] & string, LimitChannel]
  return {
    interface: type as Exclude<CounterFacts['interface'], 'MICRO_CREDIT'>,
    channel,
    single: singleFen,
    ...amounts,
  }
}
