/** The terminal's time of a picture, Unix ms. */
type Dated = { readonly atMs: number }

/** A picture and when it came, on the page's monotonic clock, milliseconds. */
export type Arrival<Model extends Dated = Dated> = {
  readonly model: Model
  readonly arrivedAtMs: number
}

/** The terminal's time now, Unix ms: the picture's own time plus its age on this page. */
export function serverNowMs(arrival: Arrival, pageNowMs: number): number {
  return arrival.model.atMs + Math.max(0, pageNowMs - arrival.arrivedAtMs)
}

/** Time left until a deadline: whole seconds begun, and the share left of the whole wait. */
export type Countdown = { readonly seconds: number; readonly share: number }

/**
 * @param deadlineAtMs when the state ends, Unix ms of the terminal
 * @param nowMs the terminal's time now
 * @param sinceMs when the state began; without it the share is 1 until the end
 */
export function countdown(deadlineAtMs: number, nowMs: number, sinceMs?: number): Countdown {
  const leftMs = Math.max(0, deadlineAtMs - nowMs)
  const wholeMs = sinceMs === undefined ? 0 : deadlineAtMs - sinceMs
  const share = wholeMs > 0 ? Math.min(1, leftMs / wholeMs) : Math.sign(leftMs)
  return { seconds: Math.ceil(leftMs / 1_000), share }
}
