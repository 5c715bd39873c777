import { type Period, shanghaiPeriod } from './shanghai.ts'
import type { Channel, InterfaceType, LimitChannel } from './words.ts'

/** What one limit counts: an interface's channel, an interface as a whole, or credit of them all. */
export type Bucket = `${InterfaceType}.${LimitChannel}` | 'micro_credit'

type Spent = { readonly dayFen: number; readonly monthFen: number }
type Reservation = {
  readonly interface: InterfaceType
  readonly buckets: readonly Bucket[]
  readonly amountFen: number
}

/**
 * What was collected this day and this month in Shanghai, fen, and what may still turn out to be.
 * A reservation counts in every period until it is settled, so nothing is ever counted too low.
 * Refunds give no room back.
 */
export type Counters = Period & {
  readonly spent: Readonly<Partial<Record<Bucket, Spent>>>
  /** By `out_trade_no`. */
  readonly reservations: Readonly<Record<string, Reservation>>
}

/** Counters that begin, with nothing spent. Only for a terminal that is new, or by what the service says. */
export function newCounters(nowMs: number): Counters {
  return { ...shanghaiPeriod(nowMs), spent: {}, reservations: {} }
}

/** Moves on to the period of `nowMs`; never back, whatever the time says. */
export function rollCounters(counters: Counters, nowMs: number): Counters {
  const now = shanghaiPeriod(nowMs)
  if (now.day <= counters.day) return counters
  const isNewMonth = now.month > counters.month
  const spent: Partial<Record<Bucket, Spent>> = {}
  for (const [bucket, { monthFen }] of spentEntries(counters)) {
    if (!isNewMonth) spent[bucket] = { dayFen: 0, monthFen }
  }
  return { ...counters, ...now, spent }
}

function spentEntries({ spent }: Counters): readonly (readonly [Bucket, Spent])[] {
  return Object.entries(spent) as [Bucket, Spent][]
}

/** What one charge may count against: credit only when it may be used. */
function bucketsOf(interfaceType: InterfaceType, channels: readonly Channel[]): readonly Bucket[] {
  const buckets: Bucket[] = [`${interfaceType}.ALL`]
  for (const channel of channels) buckets.push(`${interfaceType}.${channel}`)
  return channels.includes('CREDIT') ? [...buckets, 'micro_credit'] : buckets
}

/** One charge that is about to be sent. */
export type Reserve = {
  readonly outTradeNo: string
  readonly interface: InterfaceType
  readonly channels: readonly Channel[]
  readonly amountFen: number
}

/** Reserves room before a charge is sent, and durable before it; the same number again changes nothing. */
export function reserve(counters: Counters, charge: Reserve, nowMs: number): Counters {
  const rolled = rollCounters(counters, nowMs)
  if (Object.hasOwn(rolled.reservations, charge.outTradeNo)) return rolled
  const { amountFen, channels, interface: type } = charge
  const reservation = { amountFen, interface: type, buckets: bucketsOf(type, channels) }
  return {
    ...rolled,
    reservations: { ...rolled.reservations, [charge.outTradeNo]: reservation },
  }
}

/**
 * Counts a paid charge for good, in the period it became known in.
 *
 * @param paidBy the channel the result names; without one it counts against all it might have been
 */
export function commit(
  counters: Counters,
  { outTradeNo, paidBy }: { readonly outTradeNo: string; readonly paidBy?: Channel },
  nowMs: number,
): Counters {
  const rolled = rollCounters(counters, nowMs)
  const reservation = rolled.reservations[outTradeNo]
  if (reservation === undefined) return rolled
  const spent: Partial<Record<Bucket, Spent>> = { ...rolled.spent }
  // What the result names counts, even a channel that the order had excluded.
  const { buckets, interface: type } = reservation
  for (const bucket of paidBy === undefined ? buckets : bucketsOf(type, [paidBy])) {
    const { dayFen, monthFen } = spent[bucket] ?? { dayFen: 0, monthFen: 0 }
    spent[bucket] = {
      dayFen: dayFen + reservation.amountFen,
      monthFen: monthFen + reservation.amountFen,
    }
  }
  return { ...rolled, spent, reservations: without(rolled.reservations, outTradeNo) }
}

/** Gives the room back of a charge that was proven not paid. An unknown outcome keeps its room. */
export function release(counters: Counters, outTradeNo: string): Counters {
  return { ...counters, reservations: without(counters.reservations, outTradeNo) }
}

function without(
  reservations: Counters['reservations'],
  outTradeNo: string,
): Counters['reservations'] {
  return Object.fromEntries(Object.entries(reservations).filter(([key]) => key !== outTradeNo))
}

/** What is used of a bucket at `nowMs`, fen. A time before the counters' own gives nothing back. */
export function usedFen(counters: Counters, bucket: Bucket, nowMs: number): Spent {
  const now = shanghaiPeriod(nowMs)
  const { dayFen, monthFen } = counters.spent[bucket] ?? { dayFen: 0, monthFen: 0 }
  let reservedFen = 0
  for (const key in counters.reservations) {
    const reservation = counters.reservations[key]
    if (reservation?.buckets.includes(bucket)) reservedFen += reservation.amountFen
  }
  return {
    dayFen: (now.day > counters.day ? 0 : dayFen) + reservedFen,
    monthFen: (now.month > counters.month ? 0 : monthFen) + reservedFen,
  }
}
