import { existsSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { err, ok, type Result } from '../../base/result.ts'
import { type Problem, problem } from '../../domain/errors.ts'
import type { Entropy } from '../../ports/entropy.ts'
import type { SealingKey } from '../../ports/secrets.ts'
import { checkPrivateFile, privateFolder, writePrivate } from './private-files.ts'

const KEY_BYTES = 32

const keyFileSchema = z.strictObject({
  format: z.literal('guitai-sealing-key'),
  version: z.literal(1),
  algorithm: z.literal('aes-256-gcm'),
  key: z.base64(),
})

/**
 * The sealing key in a file of its own folder: file 0600, folder 0700, both this user's; anything looser
 * is refused. Whoever can read as this user can read it: it protects a copy of the sealed files, not an
 * open machine.
 *
 * @param path of the key file; its folder should hold nothing else
 */
export function sealingKeyFile(path: string, entropy: Pick<Entropy, 'bytes'>): SealingKey {
  return {
    load: () =>
      guarded<Uint8Array | undefined>(path, () =>
        existsSync(path) ? readKey(path) : ok(undefined),
      ),
    make: () =>
      guarded(path, () => {
        const folder = privateFolder(dirname(path))
        if (!folder.ok) return folder
        if (existsSync(path)) throw new Error('there is a sealing key already')
        const key = Uint8Array.from(entropy.bytes(KEY_BYTES))
        const text = {
          format: 'guitai-sealing-key',
          version: 1,
          algorithm: 'aes-256-gcm',
          key: Buffer.from(key).toString('base64'),
        }
        writePrivate(path, `${JSON.stringify(text)}\n`)
        return ok(key)
      }),
  }
}

function readKey(path: string): Result<Uint8Array, Problem> {
  const checked = checkPrivateFile(path)
  if (!checked.ok) return checked
  const { key } = keyFileSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  const bytes = Buffer.from(key, 'base64')
  if (bytes.length !== KEY_BYTES) throw new Error('it does not hold a key of 32 bytes')
  return ok(bytes)
}

function guarded<Value>(path: string, work: () => Result<Value, Problem>): Result<Value, Problem> {
  try {
    return work()
  } catch (cause) {
    // What a parser says may quote what it read, and what it read is the key.
    const isOurs = cause instanceof Error && !(cause instanceof SyntaxError || 'issues' in cause)
    const detail = isOurs ? cause.message : 'it is not a sealing key of a version known here'
    return err(problem('config.file_unreadable', { field: path, detail }))
  }
}
