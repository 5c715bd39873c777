/**
 * The terminal's own key. What it signs can be checked later to be this terminal's word; whoever can
 * read the key can sign in its name.
 */
export interface Signer {
  /** Names the key: the first 16 hex digits of the SHA-256 of its public part (SPKI, DER). */
  readonly keyId: string
  /** A signature over the bytes. */
  sign(bytes: Uint8Array): Uint8Array
  /** The same on another thread, for when the disk is waited for meanwhile. */
  signAside(bytes: Uint8Array): Promise<Uint8Array>
  /** Whether the key of that name signed the bytes; false also for a key that is not known here. */
  verify(keyId: string, bytes: Uint8Array, signature: Uint8Array): boolean
}
