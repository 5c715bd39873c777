import { isInNetwork, readAddress, readNetwork } from './address.ts'
import type { StorePlace } from './grant.ts'

/** The Earth's mean radius, metres (IUGG). */
const EARTH_RADIUS_M = 6_371_009

/** Degrees × 10⁶ in a datum. */
export type Point = {
  readonly latE6: number
  readonly lonE6: number
  readonly datum: 'WGS-84' | 'GCJ-02'
}

/** What a positioning source says at a time of the monotonic clock. */
export type Fix = Point & {
  /** How far the truth may be off, metres. */
  readonly accuracyM: number
  readonly atMonotonicMs: number
  /** The system says the position is made up. */
  readonly isMock: boolean
}

/** Where the terminal is. `unknown` is neither: it is bounded in time. */
export type Place =
  | { readonly kind: 'inside' }
  | { readonly kind: 'outside' }
  | { readonly kind: 'unknown'; readonly sinceMonotonicMs: number }

/** Before the first fix. */
export function unknownPlace(sinceMonotonicMs: number): Place {
  return { kind: 'unknown', sinceMonotonicMs }
}

/**
 * Distance over the globe, metres (haversine): right at the poles and across ±180°. NaN when one of
 * the coordinates is none.
 */
export function distanceM(one: Point, other: Point): number {
  if (!isPoint(one) || !isPoint(other)) return Number.NaN
  const lat = radians(other.latE6 - one.latE6)
  const lon = radians(other.lonE6 - one.lonE6)
  const half =
    Math.sin(lat / 2) ** 2 +
    Math.cos(radians(one.latE6)) * Math.cos(radians(other.latE6)) * Math.sin(lon / 2) ** 2
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(half)))
}

function radians(degreesE6: number): number {
  return (degreesE6 / 1_000_000) * (Math.PI / 180)
}

function isPoint({ latE6, lonE6 }: Point): boolean {
  // NaN fails both comparisons.
  return Math.abs(latE6) <= 90_000_000 && Math.abs(lonE6) <= 180_000_000
}

/** What is known of where the terminal was. */
export type PlaceState = { readonly place: Place; readonly lastFix?: Fix }

/**
 * Takes a fix. One that is no position, too coarse for the radius, or in another datum than the
 * store's says nothing, as if none had come: the two datums are not converted here. A made-up position,
 * or one that could only be reached faster than `speedKmhMax`, is outside, and is no place to have come
 * from: the next fix is held against the last one that was believed.
 */
export function takeFix(
  state: PlaceState,
  fix: Fix,
  { store, speedKmhMax }: { readonly store: StorePlace; readonly speedKmhMax: number },
): PlaceState {
  const { lastFix } = state
  const kept = lastFix === undefined ? {} : { lastFix }
  if (fix.isMock) return { place: { kind: 'outside' }, ...kept }
  const awayM = distanceM(fix, store)
  if (Number.isNaN(awayM) || fix.datum !== store.datum) return loseFix(state, fix.atMonotonicMs)
  if (!(fix.accuracyM >= 0 && fix.accuracyM <= store.radiusM)) {
    return loseFix(state, fix.atMonotonicMs)
  }
  if (lastFix !== undefined && isTooFast(lastFix, fix, speedKmhMax)) {
    return { place: { kind: 'outside' }, ...kept }
  }
  return { place: { kind: awayM <= store.radiusM ? 'inside' : 'outside' }, lastFix: fix }
}

/** The accuracies of both fixes are given to the doubt: what they may be off is no movement. */
function isTooFast(from: Fix, to: Fix, speedKmhMax: number): boolean {
  const movedM = distanceM(from, to) - from.accuracyM - to.accuracyM
  const hours = (to.atMonotonicMs - from.atMonotonicMs) / 3_600_000
  return movedM > 0 && movedM / 1_000 > speedKmhMax * Math.max(hours, 0)
}

/**
 * Says that no fix came: what was inside is unknown from the last fix that counted. What was outside stays
 * so until a fix says otherwise, or a receiver would only have to be covered.
 */
export function loseFix({ place, lastFix }: PlaceState, monotonicMs: number): PlaceState {
  if (place.kind !== 'inside') return { place, ...(lastFix === undefined ? {} : { lastFix }) }
  return {
    place: unknownPlace(lastFix?.atMonotonicMs ?? monotonicMs),
    ...(lastFix === undefined ? {} : { lastFix }),
  }
}

/** What the network says about where the terminal is. */
export type NetworkEvidence = {
  /** The terminal's address, IPv4 or IPv6. */
  readonly ip?: string
  /** Digest of the access point, made as the issuer makes it. */
  readonly bssidHash?: string
}

/** Whether one of the networks of the store is the one the terminal is in. None named: no evidence. */
export function isInStoreNetwork(
  { ip, bssidHash }: NetworkEvidence,
  store: {
    readonly ipCidrs: readonly string[] | undefined
    readonly bssidHash: string | undefined
  },
): boolean {
  if (bssidHash !== undefined && bssidHash === store.bssidHash) return true
  const address = ip === undefined ? undefined : readAddress(ip)
  if (address === undefined) return false
  return (store.ipCidrs ?? []).some((cidr) => {
    const network = readNetwork(cidr)
    return network !== undefined && isInNetwork(address, network)
  })
}
