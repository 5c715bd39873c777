const OFFSET_MS = 8 * 3_600_000
const DAY_MS = 24 * 3_600_000

/** A day and a month of the calendar in Shanghai, as numbers that rise by one. */
export type Period = { readonly day: number; readonly month: number }

/**
 * The day and month in Shanghai, UTC+8 the whole year. The machine's own time zone is no part of it.
 *
 * @param atMs Unix milliseconds, of trusted time
 */
export function shanghaiPeriod(atMs: number): Period {
  const there = new Date(atMs + OFFSET_MS)
  return {
    day: Math.floor((atMs + OFFSET_MS) / DAY_MS),
    month: there.getUTCFullYear() * 12 + there.getUTCMonth(),
  }
}
