/** Time. The only source of it; tests put their own here. */
export interface Clock {
  /** Wall clock, Unix milliseconds. May jump. For records and for the wire. */
  nowMs(): number
  /** Milliseconds since some start; never jumps back. For measuring and waiting. */
  monotonicMs(): number
  /**
   * Milliseconds since the machine started, counting the time it slept, which `monotonicMs` may leave
   * out; coarse. Absent: this clock cannot tell.
   */
  sinceBootMs?(): number
  /**
   * Calls `fire` once, not before `delayMs` have passed on the monotonic clock.
   * Never calls it synchronously. The returned function cancels it and may be called at any time.
   */
  after(delayMs: number, fire: () => void): () => void
}
