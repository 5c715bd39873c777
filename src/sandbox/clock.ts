/** Time as the sandbox sees it. Tests and simulations put a virtual one here. */
export interface SandboxClock {
  /** Unix milliseconds. */
  nowMs(): number
  /** Calls `fire` once after `delayMs`, never synchronously; the returned function cancels it. */
  after(delayMs: number, fire: () => void): () => void
}
