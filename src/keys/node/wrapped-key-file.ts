import { existsSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { err, ok, type Result } from '../../base/result.ts'
import type { ErrorCode, Problem } from '../../domain/errors.ts'
import { problem } from '../../domain/errors.ts'
import type { Entropy } from '../../ports/entropy.ts'
import type { KeyWrapAnswer, KeyWrapper, KeyWrapRefusal, SealingKey } from '../../ports/secrets.ts'
import { checkPrivateFile, privateFolder, writePrivate } from './private-files.ts'

const KEY_BYTES = 32

const wrappedSchema = z.strictObject({
  format: z.literal('guitai-wrapped-sealing-key'),
  version: z.literal(1),
  algorithm: z.literal('aes-256-gcm'),
  store: z.literal('electron'),
  wrapped: z.base64().min(1),
})

const REFUSALS: Readonly<Record<KeyWrapRefusal, ErrorCode>> = {
  no_store: 'keys.system_store_missing',
  elsewhere: 'keys.wrapped_elsewhere',
  busy: 'keys.system_store_busy',
}

/** What {@link openWrappedKey} needs. */
export type WrappedKeyOptions = {
  /** Of the file with the wrapped key; its folder should hold nothing but keys. */
  readonly path: string
  readonly wrapper: KeyWrapper
  readonly entropy: Pick<Entropy, 'bytes'>
}

type Held = { readonly key: Uint8Array; readonly wrapped: Uint8Array; readonly isKept: boolean }

/**
 * The sealing key, kept in a file that only the operating system's key store can make sense of (0600 in
 * a folder 0700). The store is asked here and never again: the key that is kept, or a new one with its
 * wrapping in case it will be made, is ready afterwards.
 *
 * @returns the key, or `keys.system_store_missing`, `keys.system_store_busy`, `keys.wrapped_elsewhere`,
 *   `config.secret_exposed`, `config.file_unreadable`
 */
export async function openWrappedKey(
  options: WrappedKeyOptions,
): Promise<Result<SealingKey, Problem>> {
  const { path, wrapper, entropy } = options
  const read = readWrapped(path)
  if (!read.ok) return read
  if (read.value !== undefined) return unwrapped(options, read.value)
  const key = Uint8Array.from(entropy.bytes(KEY_BYTES))
  const answer = await wrapper.wrap(Uint8Array.from(key))
  if (answer.kind === 'refused') return refused(path, answer)
  return ok(new WrappedKey(path, { key, wrapped: answer.bytes, isKept: false }))
}

async function unwrapped(
  { path, wrapper }: WrappedKeyOptions,
  wrapped: Uint8Array,
): Promise<Result<SealingKey, Problem>> {
  const answer = await wrapper.unwrap(Uint8Array.from(wrapped))
  if (answer.kind === 'refused') return refused(path, answer)
  const { bytes: key, again } = answer
  if (key.length !== KEY_BYTES) return err(problem('keys.wrapped_elsewhere', { field: path }))
  if (again !== undefined) {
    const renewed = guarded(path, () => ok(write(path, again)))
    if (!renewed.ok) return renewed
  }
  return ok(new WrappedKey(path, { key, wrapped: again ?? wrapped, isKept: true }))
}

class WrappedKey implements SealingKey {
  readonly #path: string
  #held: Held

  constructor(path: string, held: Held) {
    this.#path = path
    this.#held = held
  }

  load(): Result<Uint8Array | undefined, Problem> {
    return guarded<Uint8Array | undefined>(this.#path, () => {
      if (!existsSync(this.#path)) return ok(undefined)
      const checked = checkPrivateFile(this.#path)
      if (!checked.ok) return checked
      if (this.#held.isKept) return ok(Uint8Array.from(this.#held.key))
      return err(problem('keys.made_meanwhile', { field: this.#path }))
    })
  }

  make(): Result<Uint8Array, Problem> {
    return guarded(this.#path, () => {
      const folder = privateFolder(dirname(this.#path))
      if (!folder.ok) return folder
      if (this.#held.isKept || existsSync(this.#path)) {
        throw new Error('there is a sealing key already')
      }
      write(this.#path, this.#held.wrapped)
      this.#held = { ...this.#held, isKept: true }
      return ok(Uint8Array.from(this.#held.key))
    })
  }
}

function readWrapped(path: string): Result<Uint8Array | undefined, Problem> {
  return guarded<Uint8Array | undefined>(path, () => {
    if (!existsSync(path)) return ok(undefined)
    const checked = checkPrivateFile(path)
    if (!checked.ok) return checked
    const { wrapped } = wrappedSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
    return ok(Buffer.from(wrapped, 'base64'))
  })
}

function write(path: string, wrapped: Uint8Array): undefined {
  const text = {
    format: 'guitai-wrapped-sealing-key',
    version: 1,
    algorithm: 'aes-256-gcm',
    store: 'electron',
    wrapped: Buffer.from(wrapped).toString('base64'),
  }
  writePrivate(path, `${JSON.stringify(text)}\n`)
}

function refused(
  field: string,
  { why }: Extract<KeyWrapAnswer, { kind: 'refused' }>,
): Result<never, Problem> {
  return err(problem(REFUSALS[why], { field }))
}

function guarded<Value>(path: string, work: () => Result<Value, Problem>): Result<Value, Problem> {
  try {
    return work()
  } catch (cause) {
    const isOurs = cause instanceof Error && !(cause instanceof SyntaxError || 'issues' in cause)
    const detail = isOurs ? cause.message : 'it is not a wrapped key of a version known here'
    return err(problem('config.file_unreadable', { field: path, detail }))
  }
}
