import type { SceneCode } from '../domain/scene-errors.ts'
import { SCREEN_RULES, type ScreenRule } from '../domain/screen-rules.ts'
import { isFor, type Measure } from './measure.ts'
import type { InterfaceType, MeasureCode } from './words.ts'

/** What a measure makes of new money. Each word is a rule in this file or in the decision. */
export type ChargeRule =
  | 'allowed'
  | 'until_deadline'
  | 'within_its_limits'
  | 'on_its_channels'
  | 'in_its_scenes'
  | 'refused'
  | 'refused_when_closed'
  | 'refused_for_good'
/** What it makes of giving money back. */
export type RefundRule =
  | 'allowed'
  | 'unless_blocked'
  | 'back_office_when_closed'
  | 'refused_for_good'
/** What it makes of reversals, and of queries. */
export type ReverseRule =
  | 'allowed'
  | 'in_flight_only'
  | 'in_flight_only_when_closed'
  | 'in_flight_seven_days'
export type QueryRule = 'allowed' | 'in_flight_seven_days'
/** What the customer reads: nothing special, or that another way to pay is needed. */
export type CustomerRule = 'as_usual' | 'other_way'

/** One row of the table: what the code obeys and docs/measures.md is written from. */
export type MeasureRow = {
  readonly name: { readonly 'zh-CN': string; readonly en: string }
  readonly charge: ChargeRule
  readonly refund: RefundRule
  readonly reverse: ReverseRule
  readonly query: QueryRule
  readonly screen: ScreenRule
  readonly customer: CustomerRule
  /** Whether charging goes on while the service that grants is silent, for the grace of the grant. */
  readonly hasGrace: boolean
  readonly endsBy: 'lift' | 'new_approval' | 'nothing'
}

const GIVE_BACK = { refund: 'allowed', reverse: 'allowed', query: 'allowed' } as const
const AS_USUAL = { customer: 'as_usual', hasGrace: false, endsBy: 'lift' } as const
const OTHER_WAY = { ...AS_USUAL, customer: 'other_way' } as const

/** The ten measures. */
export const MEASURES: Readonly<Record<MeasureCode, MeasureRow>> = {
  M1: {
    name: { 'zh-CN': '提醒警示', en: 'Warning' },
    charge: 'allowed',
    ...GIVE_BACK,
    screen: 'manager_banner',
    ...AS_USUAL,
    hasGrace: true,
  },
  M2: {
    name: { 'zh-CN': '限期改正', en: 'Put right by a deadline' },
    charge: 'until_deadline',
    ...GIVE_BACK,
    screen: 'countdown',
    ...AS_USUAL,
  },
  M3: {
    name: { 'zh-CN': '限额调整', en: 'Other limits' },
    charge: 'within_its_limits',
    ...GIVE_BACK,
    screen: 'ceiling_before_scan',
    ...AS_USUAL,
  },
  M4: {
    name: { 'zh-CN': '结算周期调整', en: 'Another settlement cycle' },
    charge: 'allowed',
    ...GIVE_BACK,
    screen: 'manager_note',
    ...AS_USUAL,
  },
  M5: {
    name: { 'zh-CN': '资金渠道限制', en: 'Fewer funding channels' },
    charge: 'on_its_channels',
    ...GIVE_BACK,
    screen: 'no_credit_before_payment',
    ...AS_USUAL,
  },
  M6: {
    name: { 'zh-CN': '场景限制', en: 'Fewer scenes' },
    charge: 'in_its_scenes',
    ...GIVE_BACK,
    screen: 'option_not_drawn',
    ...OTHER_WAY,
  },
  M7: {
    name: { 'zh-CN': '结算延后', en: 'Settlement delayed' },
    charge: 'allowed',
    ...GIVE_BACK,
    screen: 'manager_note',
    ...AS_USUAL,
  },
  M8: {
    name: { 'zh-CN': '服务暂停', en: 'Service suspended' },
    charge: 'refused',
    refund: 'unless_blocked',
    reverse: 'in_flight_only',
    query: 'allowed',
    screen: 'stopped',
    ...OTHER_WAY,
  },
  M9: {
    name: { 'zh-CN': '权限关闭', en: 'Way to pay closed' },
    charge: 'refused_when_closed',
    refund: 'back_office_when_closed',
    reverse: 'in_flight_only_when_closed',
    query: 'allowed',
    screen: 'way_closed',
    ...OTHER_WAY,
    endsBy: 'new_approval',
  },
  M10: {
    name: { 'zh-CN': '协议终止', en: 'Agreement ended' },
    charge: 'refused_for_good',
    refund: 'refused_for_good',
    reverse: 'in_flight_seven_days',
    query: 'in_flight_seven_days',
    screen: 'retired',
    ...OTHER_WAY,
    endsBy: 'nothing',
  },
}

/** After M10, how long money in flight is still settled here, milliseconds. */
const SETTLE_MS_MAX = 7 * 24 * 3_600_000

/** The row a measure acts as at a time. One that is not understood suspends, as a passed M2 may. */
export function rowOf(one: Measure, nowMs: number | undefined): MeasureRow {
  if (one.code === 'unreadable') return MEASURES.M8
  if (one.code === 'M2' && one.onDeadline === 'suspend' && isPast(one.deadlineMs, nowMs)) {
    return MEASURES.M8
  }
  return MEASURES[one.code]
}

/** Whether a deadline is past. Without a trusted time nobody can say that it is not. */
function isPast(deadlineMs: number | undefined, nowMs: number | undefined): boolean {
  return deadlineMs === undefined || nowMs === undefined || nowMs >= deadlineMs
}

/** Those that hold at a time; without a trusted time, all that were given. */
export function measuresInForce(
  given: readonly Measure[],
  nowMs: number | undefined,
): readonly Measure[] {
  if (nowMs === undefined || given.every(({ effectiveAtMs }) => effectiveAtMs <= nowMs))
    return given
  return given.filter(({ effectiveAtMs }) => effectiveAtMs <= nowMs)
}

/** What a rule may look at. */
export type MeasureContext = {
  readonly nowMs: number | undefined
  /** When the grant in hand was issued, Unix milliseconds. */
  readonly grantIssuedAtMs: number
  readonly interface: InterfaceType
  /** Whether the grant in hand grants that interface. */
  readonly isGranted: boolean
  /** Whether the grant lets the terminal refund while the service is suspended. */
  readonly refundWhileSuspended: boolean
}
type Rule = (one: Measure, context: MeasureContext) => SceneCode | undefined

/** Whether M9 closes this interface. A grant issued later that grants it has opened it again. */
function isClosedBy(one: Measure, context: MeasureContext): boolean {
  const isReopened = context.isGranted && context.grantIssuedAtMs > one.effectiveAtMs
  return isFor(one, context.interface) && !isReopened
}

const pass: Rule = () => undefined

/** New money, as far as the standing of the merchant goes; the rest is further down the decision. */
export const CHARGE_RULES: Readonly<Record<ChargeRule, Rule>> = {
  allowed: pass,
  until_deadline: (one, { nowMs, grantIssuedAtMs }) =>
    isPast(one.deadlineMs, nowMs) && grantIssuedAtMs <= (one.deadlineMs ?? grantIssuedAtMs)
      ? 'scene.deadline_passed'
      : undefined,
  within_its_limits: pass,
  on_its_channels: pass,
  in_its_scenes: pass,
  refused: () => 'scene.suspended',
  // Asked where interfaces are, so that a closed one is not called a suspension.
  refused_when_closed: pass,
  refused_for_good: () => 'scene.terminated',
}

/** Giving back what was paid. */
export const REFUND_RULES: Readonly<Record<RefundRule, Rule>> = {
  allowed: pass,
  unless_blocked: (one, { refundWhileSuspended }) => {
    const isBlockedByIt = one.code === 'M8' && one.params.refund === 'blocked'
    return refundWhileSuspended && !isBlockedByIt ? undefined : 'scene.refund_blocked'
  },
  back_office_when_closed: (one, context) =>
    isClosedBy(one, context) ? 'scene.refund_back_office' : undefined,
  refused_for_good: () => 'scene.terminated',
}

/** Reversing what is final already; what is in flight asks {@link isRecoveryOver}. */
export const REVERSE_RULES: Readonly<Record<ReverseRule, Rule>> = {
  allowed: pass,
  in_flight_only: () => 'scene.refund_blocked',
  in_flight_only_when_closed: REFUND_RULES.back_office_when_closed,
  in_flight_seven_days: () => 'scene.terminated',
}

/** Asking about what is final already. */
export const QUERY_RULES: Readonly<Record<QueryRule, Rule>> = {
  allowed: pass,
  in_flight_seven_days: () => 'scene.terminated',
}

/** Whether M9 closes an interface, by itself. */
export function isClosedByMeasure(measures: readonly Measure[], context: MeasureContext): boolean {
  return measures.some(
    (one) => rowOf(one, context.nowMs).charge === 'refused_when_closed' && isClosedBy(one, context),
  )
}

/** Whether money in flight is no longer settled here: only M10 ends that, and only by a trusted time. */
export function isRecoveryOver(measures: readonly Measure[], nowMs: number | undefined): boolean {
  return measures.some(
    (one) =>
      rowOf(one, nowMs).query === 'in_flight_seven_days' &&
      nowMs !== undefined &&
      nowMs > one.effectiveAtMs + SETTLE_MS_MAX,
  )
}

/** From least to most restrictive: of several refusals the last of these is the one recorded. */
const SEVERITY: readonly SceneCode[] = [
  'scene.deadline_passed',
  'scene.refund_back_office',
  'scene.refund_blocked',
  'scene.suspended',
  'scene.terminated',
]

/** The most restrictive of what several measures say. */
export function mostRestrictive(
  measures: readonly Measure[],
  says: (one: Measure) => SceneCode | undefined,
): SceneCode | undefined {
  let worst = -1
  for (const one of measures) {
    const code = says(one)
    if (code !== undefined) worst = Math.max(worst, SEVERITY.indexOf(code))
  }
  return SEVERITY[worst]
}

/** Only said until a manager has taken note. */
const SAID_UNTIL_NOTED: ReadonlySet<ScreenRule> = new Set(['manager_note', 'manager_banner'])

/**
 * What the screens show under several measures: the most restrictive of their rows.
 *
 * @param noted ids of the measures a manager has taken note of
 */
export function screenRule(
  measures: readonly Measure[],
  nowMs: number | undefined,
  noted: ReadonlySet<string> = new Set(),
): ScreenRule {
  const ranks = measures.map((one) => {
    const { screen } = rowOf(one, nowMs)
    const isOver = SAID_UNTIL_NOTED.has(screen) && noted.has(one.measureId)
    return isOver ? 0 : SCREEN_RULES.indexOf(screen)
  })
  return SCREEN_RULES[Math.max(0, ...ranks)] ?? 'retired'
}
