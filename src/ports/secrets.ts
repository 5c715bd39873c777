import type { Result } from '../base/result.ts'
import type { Problem } from '../domain/errors.ts'

/** Where the key that seals the secrets can be kept. `file` and `electron` are built. */
export const SEALING_KEY_PLACES = ['file', 'electron', 'pkcs11', 'tpm'] as const

/**
 * Keeps the one key that seals all secrets: 32 bytes, made once. An implementation may keep it in a
 * file, or wrapped by the operating system or by a chip.
 */
export interface SealingKey {
  /** The key; undefined when none was made yet. Refuses a key that others may read. */
  load(): Result<Uint8Array | undefined, Problem>
  /** Makes the key and keeps it. An existing key is never replaced: that is an error. */
  make(): Result<Uint8Array, Problem>
}

/**
 * Why a key store did not do what it was asked: there is none that protects anything (`no_store`), it
 * does not know what it is shown, as of another machine or user (`elsewhere`), or it cannot say now
 * and may later (`busy`).
 */
export type KeyWrapRefusal = 'no_store' | 'elsewhere' | 'busy'

/** What a key store answers; `again`: the same wrapped anew, to be kept in place of what was shown. */
export type KeyWrapAnswer =
  | { readonly kind: 'done'; readonly bytes: Uint8Array; readonly again?: Uint8Array }
  | { readonly kind: 'refused'; readonly why: KeyWrapRefusal }

/**
 * The key store of the operating system, which gives out no key of its own but wraps one and unwraps it
 * for this user on this machine. What is wrapped was unwrapped once and compared before it is answered.
 */
export interface KeyWrapper {
  wrap(key: Uint8Array): Promise<KeyWrapAnswer>
  unwrap(wrapped: Uint8Array): Promise<KeyWrapAnswer>
}

/**
 * Small secrets by name, on this disk only sealed. A secret survives a power cut whole or not at all.
 * Names are lower-case letters, digits and `-`, at most 80 characters. What is opened is the caller's:
 * it stays in memory, is written nowhere, and is overwritten after use where that is possible.
 *
 * Errors: `config.secret_exposed` when others may read the files, `keys.sealing_key_missing` and
 * `keys.sealed_unreadable` when a secret is there and cannot be opened, `config.file_unreadable` when
 * the disk refuses.
 */
export interface Secrets {
  /** Keeps the bytes under the name, in place of what was there. */
  seal(name: string, bytes: Uint8Array): Result<undefined, Problem>
  /** The bytes; undefined when there is no such secret. */
  open(name: string): Result<Uint8Array | undefined, Problem>
  /** Forgets the secret; false when there was none. */
  remove(name: string): Result<boolean, Problem>
  /** Names that are kept, in order. */
  names(): Result<readonly string[], Problem>
}
