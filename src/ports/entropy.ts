/** Unpredictable bytes. The only source of them; tests put a seeded one here. */
export interface Entropy {
  /** `count` bytes fit for keys and nonces. */
  bytes(count: number): Uint8Array
  /** A new identifier, unique for ever: lower-case UUID version 4. */
  uuid(): string
}
