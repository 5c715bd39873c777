import { distanceM, type Place } from './payment-gate.ts'

/** A place, and when a terminal said that it stands there, Unix milliseconds. */
export type SeenPlace = Place & { readonly atMs: number }

/** Faster than this nothing with a counter in it travels, and a machine is in two places. */
const SPEED_KMH_MAX = 150

/**
 * How far apart two places of one terminal are, whole metres, when it cannot have gone from one to the
 * other; undefined when it can. Coordinates of two data are not compared.
 */
export function leapM(before: SeenPlace | undefined, now: SeenPlace): number | undefined {
  if (before === undefined || before.datum !== now.datum) return undefined
  const apartM = distanceM(before, { lat_e6: now.latE6, lon_e6: now.lonE6 })
  const hours = Math.max(0, now.atMs - before.atMs) / 3_600_000
  const reachM = before.accuracyM + now.accuracyM + SPEED_KMH_MAX * 1_000 * hours
  return apartM > reachM ? Math.round(apartM) : undefined
}
