import type { InterfaceType } from './interface-types.ts'
import type { Channel, LimitChannel, Measure } from './measures.ts'
import { bears, suspends } from './measures.ts'

export type Amount = number | 'unlimited'
export type LimitRow = {
  readonly interface: InterfaceType
  readonly channel: LimitChannel
  readonly single: Amount
  readonly day: Amount
  readonly month: Amount
  readonly limits_version: number
}

/** What a terminal said of where it stands; distances in metres. */
export type Place = {
  readonly latE6: number
  readonly lonE6: number
  readonly accuracyM: number
  readonly datum: string
}
export type Geo = {
  readonly lat_e6: number
  readonly lon_e6: number
  readonly datum: 'WGS-84' | 'GCJ-02'
  readonly radius_m: number
}

/** A charge with all the gateway knows about whose it is. Amounts in fen. */
export type GatedCharge = {
  readonly type: InterfaceType
  readonly amountFen: number
  readonly creditOff: boolean
  readonly place: Place | 'malformed' | undefined
  readonly hasAddress: boolean
}
export type GateFacts = {
  readonly nowMs: number
  readonly merchantStatus: 'ACTIVE' | 'TERMINATED'
  readonly terminalStatus: 'LIVE' | 'SUSPENDED' | 'RELEASED'
  readonly grant: {
    readonly version: number
    readonly newest: number
    readonly minimum: number
    readonly revoked: boolean
    readonly notBeforeMs: number
    readonly notAfterMs: number
  }
  readonly granted: ReadonlyMap<InterfaceType, { readonly attended: boolean }>
  readonly closed: readonly InterfaceType[]
  readonly measures: readonly Measure[]
  readonly limits: readonly LimitRow[]
  readonly channelsAllowed: readonly Channel[]
  readonly micro: { readonly day: number; readonly month: number } | undefined
  readonly refund: 'allowed' | 'gateway_only' | 'blocked'
  readonly geo: Geo
  /** What was charged before this one and not given back by reversal. */
  readonly spent: {
    readonly dayFen: number
    readonly monthFen: number
    readonly creditDayFen: number
    readonly creditMonthFen: number
  }
}

/** Earth's mean radius, IUGG. */
const EARTH_RADIUS_M = 6_371_009
const radians = (degreesE6: number): number => (degreesE6 / 1e6) * (Math.PI / 180)

/** Great-circle distance by the haversine formula, in metres. */
export function distanceM(left: Place, right: Pick<Geo, 'lat_e6' | 'lon_e6'>): number {
  const latitude = radians(right.lat_e6 - left.latE6)
  const longitude = radians(right.lon_e6 - left.lonE6)
  const across = Math.cos(radians(left.latE6)) * Math.cos(radians(right.lat_e6))
  const half = Math.sin(latitude / 2) ** 2 + across * Math.sin(longitude / 2) ** 2
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(half)))
}

const PLACE = /^(-?\d{1,8}),(-?\d{1,9}),(\d{1,6}),(WGS-84|GCJ-02)$/

/** Reads `Guitai-Place`. */
export function readPlace(header: string | undefined): Place | 'malformed' | undefined {
  if (header === undefined) return undefined
  const match = PLACE.exec(header)
  if (match === null) return 'malformed'
  const [latE6, lonE6, accuracyM] = match.slice(1, 4).map(Number) as [number, number, number]
  if (Math.abs(latE6) > 90e6 || Math.abs(lonE6) > 180e6) return 'malformed'
  return { latE6, lonE6, accuracyM, datum: match[4] ?? '' }
}

type Check = (facts: GateFacts, charge: GatedCharge) => string | undefined

const inForce = (facts: GateFacts, type: InterfaceType): Measure[] =>
  facts.measures.filter((one) => bears(one, { nowMs: facts.nowMs, type }))

const isOverdue = (measure: Measure, nowMs: number): boolean =>
  measure.on_deadline === 'suspend' &&
  measure.deadline !== undefined &&
  nowMs >= Date.parse(measure.deadline)

const merchant: Check = (facts, { type }) => {
  if (facts.merchantStatus === 'TERMINATED') return 'merchant.terminated'
  const stopped = inForce(facts, type).some((one) => suspends(one) || isOverdue(one, facts.nowMs))
  return stopped ? 'merchant.suspended' : undefined
}

const terminal: Check = ({ terminalStatus, grant }) => {
  if (terminalStatus === 'RELEASED' || grant.revoked) return 'grant.revoked'
  return terminalStatus === 'SUSPENDED' ? 'terminal.suspended' : undefined
}

const version: Check = ({ grant, nowMs }) => {
  if (grant.version > grant.newest) return 'grant.version_unknown'
  if (grant.version < grant.minimum) return 'grant.version_too_low'
  const isValid = nowMs >= grant.notBeforeMs && nowMs < grant.notAfterMs
  return isValid ? undefined : 'grant.expired'
}

const place: Check = ({ geo }, charge) => {
  if (charge.place === 'malformed') return 'place.missing'
  if (charge.place === undefined) return charge.hasAddress ? undefined : 'place.missing'
  // Coordinates of two data cannot be compared; what cannot be decided is a refusal.
  if (charge.place.datum !== geo.datum) return 'place.outside'
  return distanceM(charge.place, geo) > geo.radius_m ? 'place.outside' : undefined
}

/** A payment code can be asked for without credit, and for nothing finer. */
const isExpressible = (channels: readonly Channel[]): boolean =>
  channels.includes('QUICK') && channels.includes('BALANCE')

const interfaces: Check = (facts, { type }) => {
  const own = facts.granted.get(type)
  const measures = inForce(facts, type)
  if (facts.closed.includes(type) || measures.some(({ code }) => code === 'M9')) {
    return 'interface.closed'
  }
  if (own === undefined) return 'interface.not_granted'
  const narrowed = measures.some((one) => {
    if (one.code === 'M5') return !isExpressible(one.params.channels_allowed)
    if (one.code !== 'M6') return false
    const { interfaces_allowed, attended_only } = one.params
    return !interfaces_allowed.includes(type) || (attended_only && !own.attended)
  })
  return narrowed ? 'interface.not_granted' : undefined
}

const least = (amounts: readonly Amount[]): number =>
  Math.min(...amounts.map((amount) => (amount === 'unlimited' ? Infinity : amount)))

/** The least of what the grant and every measure say, over the channels this charge may use. */
const ceilings = (facts: GateFacts, { type, creditOff }: GatedCharge) => {
  const usable = (row: { interface: InterfaceType; channel: LimitChannel }): boolean =>
    row.interface === type && !(creditOff && row.channel === 'CREDIT')
  const adjusted = inForce(facts, type).flatMap((one) =>
    one.code === 'M3' ? one.params.limits : [],
  )
  const own = facts.limits.filter(usable)
  const rows = [...own, ...adjusted.filter(usable)]
  return {
    delivered: own.length > 0,
    single: least(rows.map(({ single }) => single)),
    day: least(rows.map(({ day }) => day)),
    month: least(rows.map(({ month }) => month)),
  }
}

const limits: Check = (facts, charge) => {
  const { delivered, single, day, month } = ceilings(facts, charge)
  if (!delivered) return 'limit.undefined'
  if (charge.amountFen > single) return 'limit.single'
  if (facts.spent.dayFen + charge.amountFen > day) return 'limit.day'
  return facts.spent.monthFen + charge.amountFen > month ? 'limit.month' : undefined
}

/** What the wallet will pay with is not known before, so credit must be off when it is not allowed. */
const credit: Check = (facts, charge) => {
  if (charge.creditOff) return undefined
  const allows = (channels: readonly Channel[]): boolean => channels.includes('CREDIT')
  const restricted = inForce(facts, charge.type).some(
    (one) => one.code === 'M5' && !allows(one.params.channels_allowed),
  )
  if (restricted || !allows(facts.channelsAllowed)) return 'credit.must_be_off'
  if (facts.micro === undefined) return undefined
  const { creditDayFen, creditMonthFen } = facts.spent
  const room = Math.min(facts.micro.day - creditDayFen, facts.micro.month - creditMonthFen)
  return charge.amountFen > room ? 'credit.must_be_off' : undefined
}

/** First failure wins. */
const CHARGE_CHECKS: readonly Check[] = [
  merchant,
  terminal,
  version,
  place,
  interfaces,
  credit,
  limits,
]

/** Why a charge is refused; undefined when it is not. */
export function gateCharge(facts: GateFacts, charge: GatedCharge): string | undefined {
  for (const check of CHARGE_CHECKS) {
    const refusal = check(facts, charge)
    if (refusal !== undefined) return refusal
  }
  return undefined
}

/** Why a refund is refused: only measures and the end of the agreement stop one. */
export function gateRefund(facts: GateFacts, type: InterfaceType): string | undefined {
  if (facts.merchantStatus === 'TERMINATED' || facts.refund !== 'allowed') return 'refund.blocked'
  const blocked = inForce(facts, type).some(
    (one) =>
      one.code === 'M9' ||
      one.code === 'M10' ||
      (one.code === 'M8' && one.params.refund === 'blocked'),
  )
  return blocked ? 'refund.blocked' : undefined
}
