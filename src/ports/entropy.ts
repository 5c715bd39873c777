/** Unpredictable bytes. The only source of them; tests put a seeded one here. */
export interface Entropy {
  /** `count` bytes fit for keys and nonces. */
  bytes(count: number): Uint8Array
  /** A new identifier, unique for ever: lower-case UUID version 4. */
  uuid(): string
  /**
   * A keyed digest (HMAC) that says whether two texts are the same and nothing else. The key was drawn
   * when this source was made, is never kept, and ends with the process.
   */
  digest(text: string): string
}
