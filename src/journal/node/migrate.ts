import Database from 'better-sqlite3'
import { BEGIN } from '../migrations/0001-begin.ts'
import { MONEY } from '../migrations/0002-money.ts'
import { CHECKPOINTS } from '../migrations/0003-checkpoints.ts'
import { ABOUT_THE_TERMINAL } from '../migrations/0004-about-the-terminal.ts'
import { Damage } from './integrity.ts'

const MIGRATIONS: readonly string[] = [BEGIN, MONEY, CHECKPOINTS, ABOUT_THE_TERMINAL]

/** Tables that an older journal has not got, empty, so that what it has can be read. */
const STAND_INS: Readonly<Record<string, string>> = {
  money: 'kind, number, seq, sale_id, amount_fen, interface, operator',
  checkpoint: 'seq, hash, at_ms, key_id, signature',
  cut: 'seq, hash, at_ms, key_id, signature',
}

/**
 * Brings a journal to the schema of this program, one version in one transaction. Throws
 * {@link Damage} for content that no version wrote, and for a newer version than this program knows.
 */
export function migrate(db: Database.Database): void {
  const version = db.pragma('user_version', { simple: true }) as number
  if (version > MIGRATIONS.length) {
    throw new Error(`the journal is of a newer version (${version}) than this program knows`)
  }
  for (const [index, script] of MIGRATIONS.entries()) {
    if (index < version) continue
    try {
      db.transaction(() => {
        db.exec(script)
        db.pragma(`user_version = ${index + 1}`)
      })()
    } catch (cause) {
      throw isAboutContent(cause) ? unfit(index + 1, cause) : cause
    }
  }
}

/** Gives a damaged file, which is not migrated, the tables it lacks, in memory. */
export function standIn(db: Database.Database): void {
  const found = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all()
  for (const [name, columns] of Object.entries(STAND_INS)) {
    if (!found.includes(name)) db.exec(`CREATE TEMP TABLE ${name} (${columns})`)
  }
}

/** The scripts are known to be right: what they cannot take is wrong in the file. */
function isAboutContent(cause: unknown): cause is Error {
  if (!(cause instanceof Database.SqliteError)) return false
  return cause.code === 'SQLITE_ERROR' || cause.code.startsWith('SQLITE_CONSTRAINT')
}

function unfit(version: number, cause: Error): Damage {
  return new Damage(`it cannot be brought to version ${version}: ${cause.message}`, { cause })
}
