import { createCipheriv, createDecipheriv } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { err, ok, type Result } from '../../base/result.ts'
import { type Problem, problem } from '../../domain/errors.ts'
import type { OnFilePoint } from '../../domain/file-points.ts'
import type { Entropy } from '../../ports/entropy.ts'
import type { SealingKey, Secrets } from '../../ports/secrets.ts'
import { checkPrivate, privateFolder, syncFolder, writePrivate } from './private-files.ts'

/** The first bytes of a sealed file; the last one is the version of its layout. */
const HEADER = Buffer.from('GTSEAL\u0001', 'latin1')
const NONCE_BYTES = 12
const TAG_BYTES = 16
const ENDING = '.sealed'
const NAME = /^[0-9a-z-]{1,80}$/

/** What {@link openSealedFiles} needs. */
export type SealedFilesOptions = {
  readonly folder: string
  readonly sealingKey: SealingKey
  readonly entropy: Pick<Entropy, 'bytes'>
  readonly onPoint?: OnFilePoint | undefined
}

/**
 * Secrets as one file each: header, nonce (12 bytes), tag (16), then the bytes under AES-256-GCM
 * (NIST SP 800-38D), with header and name as additional data: a file under another name does not open.
 * Nothing is made before the first secret is sealed.
 */
export function openSealedFiles(options: SealedFilesOptions): Secrets {
  return new SealedFiles(options)
}

class SealedFiles implements Secrets {
  readonly #options: SealedFilesOptions

  constructor(options: SealedFilesOptions) {
    this.#options = options
  }

  seal(name: string, bytes: Uint8Array): Result<undefined, Problem> {
    return this.#guarded(() => {
      const path = this.#pathOf(name)
      const folder = privateFolder(this.#options.folder)
      if (!folder.ok) return folder
      const key = this.#keyToSeal()
      if (!key.ok) return key
      const nonce = Uint8Array.from(this.#options.entropy.bytes(NONCE_BYTES))
      const cipher = createCipheriv('aes-256-gcm', key.value, nonce)
      cipher.setAAD(additionalData(name))
      const sealed = Buffer.concat([cipher.update(bytes), cipher.final()])
      key.value.fill(0)
      const file = Buffer.concat([HEADER, nonce, cipher.getAuthTag(), sealed])
      writePrivate(path, file, this.#options.onPoint)
      return ok(undefined)
    })
  }

  open(name: string): Result<Uint8Array | undefined, Problem> {
    return this.#guarded(() => {
      const path = this.#pathOf(name)
      if (!existsSync(path)) return ok(undefined)
      const checked = this.#checkFiles(path)
      if (!checked.ok) return checked
      const key = this.#options.sealingKey.load()
      if (!key.ok) return key
      if (!key.value) return err(problem('keys.sealing_key_missing', { field: path }))
      const opened = unseal(readFileSync(path), name, key.value)
      key.value.fill(0)
      return opened ? ok(opened) : err(problem('keys.sealed_unreadable', { field: path }))
    })
  }

  remove(name: string): Result<boolean, Problem> {
    return this.#guarded(() => {
      const path = this.#pathOf(name)
      if (!existsSync(path)) return ok(false)
      rmSync(path)
      syncFolder(this.#options.folder)
      return ok(true)
    })
  }

  names(): Result<readonly string[], Problem> {
    return this.#guarded(() => ok(this.#names()))
  }

  #names(): string[] {
    const { folder } = this.#options
    if (!existsSync(folder)) return []
    return readdirSync(folder)
      .filter((file) => file.endsWith(ENDING))
      .map((file) => file.slice(0, -ENDING.length))
      .toSorted()
  }

  /** A new key beside secrets of an old one would make those look lost for good: it is not made. */
  #keyToSeal(): Result<Uint8Array, Problem> {
    const { sealingKey, folder } = this.#options
    const key = sealingKey.load()
    if (!key.ok) return key
    if (key.value) return ok(key.value)
    if (this.#names().length > 0) return err(problem('keys.sealing_key_missing', { field: folder }))
    return sealingKey.make()
  }

  #checkFiles(path: string): Result<undefined, Problem> {
    const folder = checkPrivate(this.#options.folder, 'folder')
    return folder.ok ? checkPrivate(path, 'file') : folder
  }

  #pathOf(name: string): string {
    if (!NAME.test(name)) throw new Error('not the name of a secret')
    return join(this.#options.folder, `${name}${ENDING}`)
  }

  #guarded<Value>(work: () => Result<Value, Problem>): Result<Value, Problem> {
    try {
      return work()
    } catch (cause) {
      const detail = cause instanceof Error ? cause.message : String(cause)
      return err(problem('config.file_unreadable', { field: this.#options.folder, detail }))
    }
  }
}

function additionalData(name: string): Buffer {
  return Buffer.concat([HEADER, Buffer.from(name, 'utf8')])
}

function unseal(file: Buffer, name: string, key: Uint8Array): Uint8Array | undefined {
  const nonceAt = HEADER.length
  const tagAt = nonceAt + NONCE_BYTES
  const bodyAt = tagAt + TAG_BYTES
  if (file.length < bodyAt || !file.subarray(0, nonceAt).equals(HEADER)) return undefined
  try {
    const nonce = file.subarray(nonceAt, tagAt)
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
    decipher.setAAD(additionalData(name))
    decipher.setAuthTag(file.subarray(tagAt, bodyAt))
    return Buffer.concat([decipher.update(file.subarray(bodyAt)), decipher.final()])
  } catch {
    return undefined
  }
}
