/** The value below which `share` (0 to 1) of the sample lies; nearest rank. */
export function quantile(sample: readonly number[], share: number): number {
  const sorted = sample.toSorted((one, other) => one - other)
  const rank = Math.min(Math.max(Math.ceil(share * sorted.length), 1), sorted.length)
  return sorted[rank - 1] ?? Number.NaN
}

/** Milliseconds with two decimals. */
export function inMs(value: number): string {
  return `${value.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })} ms`
}
