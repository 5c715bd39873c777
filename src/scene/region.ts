/**
 * Where a store may be. The first two digits of a region code are the province (GB/T 2260); the ones
 * listed are those of the mainland.
 */
const MAINLAND_PROVINCES = [
  ...[11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41],
  ...[42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62, 63, 64, 65],
]

type Box = {
  readonly latE6: readonly [number, number]
  readonly lonE6: readonly [number, number]
}

/** Coarse boxes, degrees × 10⁶: they catch a wrong store, the region code says which country. */
const AROUND: Box = { latE6: [3_800_000, 53_600_000], lonE6: [73_000_000, 136_000_000] }
const NOT_WITHIN: readonly Box[] = [
  { latE6: [22_130_000, 22_430_000], lonE6: [113_830_000, 114_400_000] },
  { latE6: [22_110_000, 22_205_000], lonE6: [113_555_000, 113_600_000] },
  { latE6: [21_800_000, 25_350_000], lonE6: [119_950_000, 122_100_000] },
]

/** Whether a six-digit region code is one of the mainland. */
export function isMainlandRegion(code: string): boolean {
  return /^\d{6}$/.test(code) && MAINLAND_PROVINCES.includes(Number(code.slice(0, 2)))
}

/** Whether a point, degrees × 10⁶, can be on the mainland. Coarse. */
export function isMainlandPoint(latE6: number, lonE6: number): boolean {
  return isWithin(AROUND, latE6, lonE6) && !NOT_WITHIN.some((box) => isWithin(box, latE6, lonE6))
}

function isWithin(box: Box, latE6: number, lonE6: number): boolean {
  const [south, north] = box.latE6
  const [west, east] = box.lonE6
  return latE6 >= south && latE6 <= north && lonE6 >= west && lonE6 <= east
}
