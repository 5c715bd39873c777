const BEIJING_OFFSET_MS = 8 * 3_600_000

/** An instant as a clock in Beijing shows it, `YYYY-MM-DD hh:mm:ss`. @param atMs Unix milliseconds */
export function beijingTime(atMs: number): string {
  return new Date(atMs + BEIJING_OFFSET_MS).toISOString().slice(0, 19).replace('T', ' ')
}
