const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS

/** Wrong tries that cost no pause: a finger slips. */
const FREE_TRIES = 3
/** The pause after each further one; the last goes on for ever. */
const PAUSES_MS = [
  30 * SECOND_MS,
  MINUTE_MS,
  2 * MINUTE_MS,
  5 * MINUTE_MS,
  15 * MINUTE_MS,
  60 * MINUTE_MS,
] as const

/** How long nobody may try after `failures` wrong tries in a row, milliseconds. */
export function pauseMs(failures: number): number {
  if (failures < FREE_TRIES) return 0
  return PAUSES_MS[Math.min(failures - FREE_TRIES, PAUSES_MS.length - 1)] ?? 0
}

/** Tries so far, and when the last of them was, Unix milliseconds. */
export type Tries = { readonly failures: number; readonly lastTryAtMs: number }

/**
 * What is left of the pause, milliseconds. A clock that was set back does not make a pause longer than
 * it is.
 */
export function waitMs(tries: Tries, nowMs: number): number {
  const pause = pauseMs(tries.failures)
  return Math.min(pause, Math.max(0, tries.lastTryAtMs + pause - nowMs))
}

/** Whether a PIN may be chosen: 6 to 12 digits, not all equal, not in sequence either way. */
export function isUsablePin(pin: string): boolean {
  if (!/^\d{6,12}$/.test(pin)) return false
  const steps = new Set([...pin].slice(1).map((digit, index) => Number(digit) - Number(pin[index])))
  return steps.size > 1 || ![0, 1, -1].some((step) => steps.has(step))
}
