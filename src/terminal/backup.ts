import { existsSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { err, type Result } from '../base/result.ts'
import { type Problem, problem } from '../domain/errors.ts'
import type { Backup, JournalFile, Progress } from '../ports/journal.ts'

/** Copies the journal to a path that is free: nothing is ever written over, least of all a journal. */
export async function backUpTo(
  journal: JournalFile,
  path: string,
  onProgress?: (progress: Progress) => void,
): Promise<Result<Backup, Problem>> {
  const detail = isAbsolute(path)
    ? existsSync(path)
      ? 'there is a file of that name'
      : undefined
    : 'not an absolute path'
  if (detail !== undefined) return err(problem('api.bad_request', { field: 'path', detail }))
  return journal.backup(path, onProgress)
}
