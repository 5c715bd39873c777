import { AMOUNT_FEN_MAX } from '../domain/money.ts'
import type { SceneCode } from '../domain/scene-errors.ts'
import { type Bucket, type Counters, usedFen } from './counters.ts'
import type { Grant, GrantedLimit } from './grant.ts'
import { isFor, type Measure } from './measure.ts'
import { CHANNELS, type Channel, FIXED_CHANNELS, type InterfaceType } from './words.ts'

type LimitFen = number | 'unlimited'

/** One limit on one count, fen. All that apply hold at once, so the least wins. */
export type Constraint = {
  readonly bucket: Bucket
  readonly singleFen: LimitFen
  readonly dayFen: LimitFen
  readonly monthFen: LimitFen
}

/** The limits of an interface: those every charge must keep, and those only credit must keep. */
export type LimitSet = {
  readonly always: readonly Constraint[]
  readonly credit: readonly Constraint[]
  /** Whether credit may be used at all. */
  readonly isCreditOpen: boolean
}

/** Rows of the grant for an interface and a channel, or for the interface as a whole. */
function rowsFor(grant: Grant, type: InterfaceType, channel: Channel): GrantedLimit[] {
  return grant.limits.filter(
    (row) => row.type === type && (row.channel === channel || row.channel === 'ALL'),
  )
}

function isComplete({ singleFen, dayFen, monthFen }: GrantedLimit): boolean {
  return singleFen !== undefined && dayFen !== undefined && monthFen !== undefined
}

/**
 * Whether an interface has the limits it needs: a row for every channel its orders cannot exclude, and
 * no row with a number missing. Credit without a row is not used.
 */
export function hasLimits(grant: Grant, type: InterfaceType): boolean {
  const rows = grant.limits.filter((row) => row.type === type)
  return (
    rows.every(isComplete) &&
    FIXED_CHANNELS.every((channel) => rowsFor(grant, type, channel).length > 0)
  )
}

/** Channels that are open for an interface: what the grant leaves, less what measures close. */
export function openChannels(
  grant: Grant,
  measures: readonly Measure[],
  type: InterfaceType,
): readonly Channel[] {
  const lists = measures
    .filter((one) => one.code === 'M5' && isFor(one, type))
    .map((one) => (one.code === 'M5' ? one.params.channelsAllowed : []))
  return CHANNELS.filter(
    (channel) =>
      grant.channelsAllowed.includes(channel) && lists.every((open) => open.includes(channel)),
  )
}

/** Every limit that holds for an interface now: of the grant, of face pay, of M3, and micro credit. */
export function limitSet(
  grant: Grant,
  measures: readonly Measure[],
  type: InterfaceType,
): LimitSet {
  const all: Constraint[] = []
  for (const row of grant.limits) {
    const { singleFen, dayFen, monthFen } = row
    if (row.type !== type || singleFen === undefined) continue
    if (dayFen === undefined || monthFen === undefined) continue
    all.push({ bucket: `${type}.${row.channel}`, singleFen, dayFen, monthFen })
  }
  const faceFen = type === 'FACEPAY' ? grant.face?.perTxnFen : undefined
  if (faceFen !== undefined) {
    const dayFen = grant.face?.perDayFen ?? 'unlimited'
    all.push({ bucket: `${type}.ALL`, singleFen: faceFen, dayFen, monthFen: 'unlimited' })
  }
  for (const one of measures) {
    if (one.code !== 'M3' || !isFor(one, type)) continue
    for (const { interface: named, channel, ...limit } of one.params.limits) {
      if (named === type) all.push({ bucket: `${type}.${channel}`, ...limit })
    }
  }
  const ofCredit: Bucket = `${type}.CREDIT`
  const credit = all.filter(({ bucket }) => bucket === ofCredit)
  if (grant.microCredit !== undefined) {
    credit.push({ bucket: 'micro_credit', singleFen: 'unlimited', ...grant.microCredit })
  }
  return {
    always: all.filter(({ bucket }) => bucket !== ofCredit),
    credit,
    isCreditOpen:
      openChannels(grant, measures, type).includes('CREDIT') &&
      rowsFor(grant, type, 'CREDIT').length > 0,
  }
}

/** The counters, or that they are lost, at a trusted time. */
export type CountedAt = { readonly counters: Counters | undefined; readonly nowMs: number }

/** How much one more payment may be, fen, and which limit says so. */
export type Room = { readonly ceilingFen: number; readonly by: SceneCode }

const LARGEST: Room = { ceilingFen: AMOUNT_FEN_MAX, by: 'scene.above_single_limit' }

/** The room that constraints leave: the least of all; the single limit is named before day and month. */
function roomWithin(constraints: readonly Constraint[], counted: CountedAt): Room {
  let least = LARGEST
  const narrow = (ceilingFen: number, by: SceneCode): void => {
    if (ceilingFen < least.ceilingFen) least = { ceilingFen, by }
  }
  for (const { singleFen } of constraints) {
    if (singleFen !== 'unlimited') narrow(singleFen, 'scene.above_single_limit')
  }
  for (const { bucket, dayFen, monthFen } of constraints) {
    if (dayFen === 'unlimited' && monthFen === 'unlimited') continue
    // What was used cannot be told, so nothing fits.
    if (counted.counters === undefined) return { ceilingFen: 0, by: 'scene.counters_lost' }
    const used = usedFen(counted.counters, bucket, counted.nowMs)
    if (dayFen !== 'unlimited') narrow(Math.max(0, dayFen - used.dayFen), 'scene.above_day_limit')
    if (monthFen !== 'unlimited') {
      narrow(Math.max(0, monthFen - used.monthFen), 'scene.above_month_limit')
    }
  }
  return least
}

/** What the limits say to an amount. */
export type LimitVerdict =
  | { readonly ok: true; readonly sendWithoutCredit: boolean; readonly ceilingFen: number }
  | { readonly ok: false; readonly code: SceneCode }

/**
 * Holds an amount against the limits. The terminal cannot know what the customer pays with, so credit
 * is excluded from the order as soon as it would not fit; an interface that cannot exclude it refuses.
 *
 * @param amountFen anything but a whole number of at least 1 is refused
 */
export function judgeLimits(
  limits: LimitSet,
  counted: CountedAt,
  {
    amountFen,
    canExcludeCredit,
  }: { readonly amountFen: number; readonly canExcludeCredit: boolean },
): LimitVerdict {
  if (!Number.isSafeInteger(amountFen) || amountFen < 1) {
    return { ok: false, code: 'scene.amount_invalid' }
  }
  const room = roomWithin(limits.always, counted)
  if (amountFen > room.ceilingFen) return { ok: false, code: room.by }
  const isCreditUsable = limits.isCreditOpen && counted.counters !== undefined
  const creditFen = isCreditUsable ? roomWithin(limits.credit, counted).ceilingFen : 0
  const sendWithoutCredit = amountFen > creditFen
  if (sendWithoutCredit && !canExcludeCredit)
    return { ok: false, code: 'scene.credit_not_excluded' }
  const ceilingFen = canExcludeCredit ? room.ceilingFen : Math.min(room.ceilingFen, creditFen)
  return { ok: true, sendWithoutCredit, ceilingFen }
}
