import { existsSync } from 'node:fs'
import Database from 'better-sqlite3'
import { journalProblem } from './integrity.ts'

/**
 * Whether a program has this journal open: it holds the only lock there is. A file that is not there, or
 * cannot be read, is held by nobody.
 */
export function isJournalHeld(path: string): boolean {
  if (!existsSync(path)) return false
  const db = new Database(path, { timeout: 0, fileMustExist: true })
  try {
    db.pragma('schema_version')
    return false
  } catch (cause) {
    return journalProblem(cause).code === 'journal.in_use'
  } finally {
    db.close()
  }
}
