/** What this machine can say of the network it is in. */
export type NetworkFacts = {
  /** Its own address, IPv4 or IPv6, on the way to the gateway; absent where there is no way. */
  readonly ip?: string
  /** Link-layer address of its default router, lower-case with colons; absent where it cannot be had. */
  readonly routerMac?: string
}

/**
 * Looks at the network again and again. Obligations of every driver: what is told was measured on this
 * machine's interfaces, never read from a configuration; what can no longer be measured is gone with the
 * next look; nothing throws and no look takes longer than its bound.
 */
export interface NetworkWatch {
  /** Begins to look. `onChange` is called, never synchronously in here, when the facts have changed. */
  start(onChange: () => void): void
  /** The facts of the last look; none before the first. */
  facts(): NetworkFacts
  stop(): void
}
