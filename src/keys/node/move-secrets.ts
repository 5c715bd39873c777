import { timingSafeEqual } from 'node:crypto'
import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { err, ok, type Result } from '../../base/result.ts'
import { type Problem, problem } from '../../domain/errors.ts'
import type { Entropy } from '../../ports/entropy.ts'
import type { SealingKey, Secrets } from '../../ports/secrets.ts'
import { syncFolder } from './private-files.ts'
import { openSealedFiles } from './sealed-files.ts'

/** A key and the file it is kept in. */
export type KeptKey = { readonly sealingKey: SealingKey; readonly path: string }

/** What is moved, from where to where. */
export type MoveOptions = {
  readonly folder: string
  readonly from: KeptKey
  readonly to: KeptKey
  readonly entropy: Pick<Entropy, 'bytes'>
}

/** Secrets on their way: some are sealed by the old key still, others by the new one already. */
export function secretsOnTheWay({ folder, from, to, entropy }: MoveOptions): Secrets {
  const old = openSealedFiles({ folder, sealingKey: from.sealingKey, entropy })
  const fresh = openSealedFiles({ folder, sealingKey: to.sealingKey, entropy })
  return {
    open(name) {
      const opened = old.open(name)
      if (opened.ok || !NOT_BY_THIS_KEY.has(opened.error.code)) return opened
      const again = fresh.open(name)
      // Before a new key is made only the old one has something to say.
      return !again.ok && again.error.code === 'keys.sealing_key_missing' ? opened : again
    },
    seal(name, bytes) {
      const key = to.sealingKey.load()
      if (!key.ok) return key
      const isBegun = key.value !== undefined
      key.value?.fill(0)
      return (isBegun ? fresh : old).seal(name, bytes)
    },
    remove: (name) => old.remove(name),
    names: () => old.names(),
  }
}

const NOT_BY_THIS_KEY: ReadonlySet<string> = new Set([
  'keys.sealed_unreadable',
  'keys.sealing_key_missing',
])

/**
 * Seals every secret with a new key and forgets the old one. Each secret stays readable all the time, by
 * one of the two keys; the old key goes when everything was read back by the new one. Stopped anywhere,
 * the same call goes on. Nobody else may seal meanwhile.
 *
 * @returns how many secrets there are, or the first error, with both keys left in place
 */
export function moveSecrets(options: MoveOptions): Result<number, Problem> {
  const { folder, from, to, entropy } = options
  const both = secretsOnTheWay(options)
  const names = both.names()
  if (!names.ok) return names
  const readable = openAll(both, names.value)
  if (!readable.ok) return readable
  const made = ensureKey(options, names.value.length > 0)
  if (!made.ok) return made
  if (!made.value) return ok(0)
  const fresh = openSealedFiles({ folder, sealingKey: to.sealingKey, entropy })
  for (const name of names.value) {
    const moved = moveOne(name, both, fresh)
    if (!moved.ok) return moved
  }
  const verified = openAll(fresh, names.value)
  if (!verified.ok) return verified
  const forgotten = forget(from.path)
  return forgotten.ok ? ok(names.value.length) : forgotten
}

/** Nothing is begun when something opens by neither key. */
function openAll(secrets: Secrets, names: readonly string[]): Result<undefined, Problem> {
  for (const name of names) {
    const opened = secrets.open(name)
    if (!opened.ok) return opened
    opened.value?.fill(0)
  }
  return ok(undefined)
}

/** Whether there is a new key now; false where there is no old one and nothing it could have sealed. */
function ensureKey({ from, to }: MoveOptions, hasSecrets: boolean): Result<boolean, Problem> {
  const present = to.sealingKey.load()
  if (!present.ok) return present
  if (present.value !== undefined) {
    present.value.fill(0)
    return ok(true)
  }
  const old = from.sealingKey.load()
  if (!old.ok) return old
  old.value?.fill(0)
  if (old.value === undefined && !hasSecrets) return ok(false)
  const made = to.sealingKey.make()
  if (!made.ok) return made
  made.value.fill(0)
  return ok(true)
}

function moveOne(name: string, both: Secrets, fresh: Secrets): Result<undefined, Problem> {
  const opened = both.open(name)
  if (!opened.ok) return opened
  if (opened.value === undefined) return ok(undefined)
  const sealed = fresh.seal(name, opened.value)
  if (!sealed.ok) return sealed
  const again = fresh.open(name)
  if (!again.ok) return again
  const isSame = again.value !== undefined && isEqual(again.value, opened.value)
  opened.value.fill(0)
  again.value?.fill(0)
  return isSame ? ok(undefined) : err(problem('keys.sealed_unreadable', { field: name }))
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other)
}

function forget(path: string): Result<undefined, Problem> {
  try {
    rmSync(path, { force: true })
    syncFolder(dirname(path))
    return ok(undefined)
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause)
    return err(problem('config.file_unreadable', { field: path, detail }))
  }
}
