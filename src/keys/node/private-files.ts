import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { err, ok, type Result } from '../../base/result.ts'
import { type Problem, problem } from '../../domain/errors.ts'
import { atFilePoints, type OnFilePoint } from '../../domain/file-points.ts'

/** Makes a folder for its owner only; one that is there is checked instead. Throws when it cannot. */
export function privateFolder(path: string): Result<undefined, Problem> {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  return checkPrivate(path, 'folder')
}

/**
 * Whether nobody but this user may read or change what is there: a plain file or folder of our own, no
 * link. Where there are no such modes (Windows) only its kind is looked at, and the folder's access
 * list has to be set by the installer. Throws when it is not there.
 */
export function checkPrivate(path: string, kind: 'file' | 'folder'): Result<undefined, Problem> {
  const stat = lstatSync(path)
  const refuse = (detail: string) => err(problem('config.secret_exposed', { field: path, detail }))
  if (kind === 'file' ? !stat.isFile() : !stat.isDirectory()) return refuse(`it is not a ${kind}`)
  if (process.platform === 'win32') return ok(undefined)
  if (stat.uid !== process.getuid?.()) return refuse('it belongs to another user')
  const mode = stat.mode & 0o777
  if ((mode & 0o077) === 0) return ok(undefined)
  const wanted = kind === 'file' ? '600' : '700'
  return refuse(`it has mode ${mode.toString(8)}; run chmod ${wanted} on it`)
}

/** As {@link checkPrivate}, for a file and the folder it stands in. Throws when it is not there. */
export function checkPrivateFile(path: string): Result<undefined, Problem> {
  const folder = checkPrivate(dirname(path), 'folder')
  return folder.ok ? checkPrivate(path, 'file') : folder
}

/** Writes a file whole or not at all, readable by its owner only. Throws when the disk refuses. */
export function writePrivate(
  path: string,
  bytes: Uint8Array | string,
  onPoint?: OnFilePoint,
): void {
  const fresh = `${path}.${randomBytes(6).toString('hex')}.new`
  try {
    atFilePoints(onPoint, 'secret_write', () =>
      writeFileSync(fresh, bytes, { mode: 0o600, flag: 'wx', flush: true }),
    )
    atFilePoints(onPoint, 'secret_name', () => renameSync(fresh, path))
  } catch (cause) {
    rmSync(fresh, { force: true })
    throw cause
  }
  syncFolder(dirname(path))
}

/** A name is made or gone for good only when its folder is on the disk too. */
export function syncFolder(path: string): void {
  if (process.platform === 'win32') return
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
