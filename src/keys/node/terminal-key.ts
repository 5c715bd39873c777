import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { err, ok, type Result } from '../../base/result.ts'
import { type Problem, problem } from '../../domain/errors.ts'
import type { Signer } from '../../ports/signer.ts'
import { syncFolder } from './private-files.ts'

const KEY_FILE = 'terminal.key'
const PUBLIC_FILE = 'terminal.pub'
const FORMER_FILE = /^terminal\.[0-9a-f]{16}\.pub$/
/** Hex digits of the digest that names a key. */
const KEY_ID_DIGITS = 16

/**
 * Reads the terminal's Ed25519 key (RFC 8032) from its data folder, or makes it at the first start.
 *
 * @returns the key, or `config.secret_exposed` when others than its owner may read it, or
 * `config.file_unreadable` when it is not an Ed25519 key or cannot be written
 */
export function openTerminalKey(dataDir: string): Result<Signer, Problem> {
  try {
    if (!existsSync(join(dataDir, KEY_FILE))) makeKey(dataDir)
    return readKey(dataDir)
  } catch (cause) {
    return unreadable(cause)
  }
}

/** As {@link openTerminalKey}, but makes none: undefined where no terminal has made one. */
export function readTerminalKey(dataDir: string): Result<Signer | undefined, Problem> {
  try {
    return existsSync(join(dataDir, KEY_FILE)) ? readKey(dataDir) : ok(undefined)
  } catch (cause) {
    return unreadable(cause)
  }
}

/**
 * As {@link openTerminalKey}, also when the key is gone and its public part is still there: that part is
 * put aside under the name of its key, and the terminal goes on with the key there is, or a new one.
 */
export function renewTerminalKey(dataDir: string): Result<Signer, Problem> {
  try {
    putAsideForeignPart(dataDir)
    return openTerminalKey(dataDir)
  } catch (cause) {
    return unreadable(cause)
  }
}

/** Checks signatures of keys that this terminal had before, by the public parts that were put aside. */
export function formerTerminalKeys(dataDir: string): Pick<Signer, 'verify'> {
  const names = readdirSync(dataDir).filter((name) => FORMER_FILE.test(name))
  const keys = names.map((name) => createPublicKey(readFileSync(join(dataDir, name))))
  const byId = new Map(keys.map((key) => [keyIdOf(key), key]))
  return {
    verify(keyId, bytes, signature) {
      const key = byId.get(keyId)
      return key !== undefined && verify(null, bytes, key, signature)
    },
  }
}

function putAsideForeignPart(dataDir: string): void {
  const path = join(dataDir, PUBLIC_FILE)
  if (!existsSync(path)) return
  const stored = createPublicKey(readFileSync(path))
  const keyPath = join(dataDir, KEY_FILE)
  if (existsSync(keyPath) && createPublicKey(readFileSync(keyPath)).equals(stored)) return
  renameSync(path, join(dataDir, `terminal.${keyIdOf(stored)}.pub`))
  syncFolder(dataDir)
}

function readKey(dataDir: string): Result<Signer, Problem> {
  const path = join(dataDir, KEY_FILE)
  const mode = statSync(path).mode & 0o777
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    const detail = `${path} has mode ${mode.toString(8)}; run chmod 600 on it`
    return err(problem('config.secret_exposed', { field: KEY_FILE, detail }))
  }
  const key = createPrivateKey(readFileSync(path))
  if (key.asymmetricKeyType !== 'ed25519') throw new Error(`${path} is not an Ed25519 key`)
  const publicKey = createPublicKey(key)
  keepPublicPart(dataDir, publicKey)
  return ok(signerOf(key, publicKey))
}

function signerOf(key: KeyObject, publicKey: KeyObject): Signer {
  const keyId = keyIdOf(publicKey)
  return {
    keyId,
    sign: (bytes) => sign(null, bytes, key),
    signAside: (bytes) =>
      new Promise((resolve, reject) => {
        sign(null, bytes, key, (error, signature) => {
          if (error) reject(error)
          else resolve(signature)
        })
      }),
    verify: (name, bytes, signature) => name === keyId && verify(null, bytes, publicKey, signature),
  }
}

function keyIdOf(publicKey: KeyObject): string {
  const bytes = publicKey.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(bytes).digest('hex').slice(0, KEY_ID_DIGITS)
}

/** The name of a file appears when all of it is on the disk: half a key would be a lost one. */
function makeKey(dataDir: string): void {
  const { privateKey } = generateKeyPairSync('ed25519')
  const path = join(dataDir, KEY_FILE)
  rmSync(`${path}.new`, { force: true })
  const text = privateKey.export({ type: 'pkcs8', format: 'pem' })
  writeFileSync(`${path}.new`, text, { mode: 0o600, flag: 'wx', flush: true })
  renameSync(`${path}.new`, path)
  syncFolder(dataDir)
}

/** Written again when it is missing; one that is another key's is somebody's mistake to look at. */
function keepPublicPart(dataDir: string, publicKey: KeyObject): void {
  const path = join(dataDir, PUBLIC_FILE)
  const text = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  if (!existsSync(path)) {
    writeFileSync(path, text, { mode: 0o644, flush: true })
    return
  }
  const stored = createPublicKey(readFileSync(path))
  if (!stored.equals(publicKey)) throw new Error(`${path} does not belong to ${KEY_FILE}`)
}

function unreadable(cause: unknown): Result<never, Problem> {
  const detail = cause instanceof Error ? cause.message : String(cause)
  return err(problem('config.file_unreadable', { field: KEY_FILE, detail }))
}
