/** Counters of one terminal key: the highest one seen, and which of the latest were. */
export type CounterWindow = {
  readonly highest: number
  /** Seen counters above `highest - WINDOW`, rising. */
  readonly seen: readonly number[]
}

/** So far may one request overtake another. */
const COUNTER_WINDOW = 64

export const NO_COUNTER: CounterWindow = { highest: 0, seen: [] }

/**
 * Takes a counter once. Undefined when it came before or lies below the window: then two hold the
 * same key, or one of them has gone back in time.
 */
export function takeCounter(window: CounterWindow, counter: number): CounterWindow | undefined {
  if (counter <= window.highest - COUNTER_WINDOW || window.seen.includes(counter)) return undefined
  const highest = Math.max(window.highest, counter)
  const seen = [...window.seen, counter]
    .filter((one) => one > highest - COUNTER_WINDOW)
    .sort((left, right) => left - right)
  return { highest, seen }
}
