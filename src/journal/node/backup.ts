import { chmodSync, closeSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type Database from 'better-sqlite3'
import { atFilePoints, type OnFilePoint } from '../../domain/file-points.ts'
import type { Backup, Progress } from '../../ports/journal.ts'
import { Damage } from './integrity.ts'
import type { VerifySteps } from './verification.ts'

/** Pages copied between two turns of the event loop: a few milliseconds. */
const PAGES_PER_STEP = 64

/** A copy that can be checked. */
type Copy = { verifySteps(): VerifySteps; close(): void }

/** What a backup is made with. */
export type BackupParts = {
  readonly db: Database.Database
  readonly open: (path: string) => Copy
  readonly onProgress?: ((progress: Progress) => void) | undefined
  readonly onPoint?: OnFilePoint | undefined
}

/**
 * Copies an open database to `path`, by way of a file that has another name until it is whole, was
 * read back and is on the disk. Throws when it cannot be done; `path` is then as it was.
 */
export async function backUp(path: string, parts: BackupParts): Promise<Backup> {
  const { onPoint } = parts
  const part = `${path}.part`
  remove(part)
  try {
    onPoint?.('before_file:backup_copy')
    await copy(part, parts)
    onPoint?.('after_file:backup_copy')
    const rows = await check(parts.open(part))
    const bytes = statSync(part).size
    chmodSync(part, 0o600)
    atFilePoints(onPoint, 'backup_sync', () => syncFile(part, 'r+'))
    atFilePoints(onPoint, 'backup_name', () => renameSync(part, path))
    if (process.platform !== 'win32') syncFile(dirname(resolve(path)), 'r')
    return { rows, bytes }
  } finally {
    remove(part)
  }
}

async function copy(part: string, { db, onProgress }: BackupParts): Promise<void> {
  await db.backup(part, {
    progress({ totalPages, remainingPages }) {
      onProgress?.({ done: totalPages - remainingPages, total: totalPages })
      return PAGES_PER_STEP
    },
  })
}

async function check(made: Copy): Promise<number> {
  try {
    const steps = made.verifySteps()
    for (;;) {
      const { done, value } = steps.next()
      if (!done) {
        await nextTurn()
        continue
      }
      if (value.ok) return value.value.rows
      throw new Damage(`the copy: row ${value.error.seq}: ${value.error.detail}`)
    }
  } finally {
    made.close()
  }
}

/** Brings a file or a folder to the disk. */
export function syncFile(path: string, flags: string): void {
  const file = openSync(path, flags)
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function remove(part: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(`${part}${end}`, { force: true })
}
