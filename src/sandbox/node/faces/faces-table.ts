import type Database from 'better-sqlite3'
import { Rows } from '../services/services-table.ts'

/** Somebody made up who pays by face. Nothing here tells what they look like. */
export type PersonRow = {
  readonly personId: number
  /** Last four digits of the phone. */
  readonly digits: string
  /** Whole years. */
  readonly age: number
  readonly status: 'enrolled' | 'closed'
  /** Scenario of charges by their face; undefined leaves it to script, amount and code. */
  readonly scenario?: string | undefined
}

/** What one face code is good for. The code itself is not kept, only its keyed hash as the row's id. */
export type FaceCodeRow = {
  readonly outTradeNo: string
  readonly amountFen: number
  /** The terminal; null for a code of the official device, which knows no terminal. */
  readonly serial: string | null
  readonly consentId: string | null
  readonly personId: number | null
  readonly openid: string
  readonly expiresAtMs: number
  readonly scenario: string | null
}

/** One line of the audit log, chained by its MAC. */
export type FaceAuditRow = {
  readonly entry: Readonly<Record<string, string | number>>
  readonly mac: string
}

/** Captures and consents that have been used. */
export type UsedRow = { readonly outTradeNo: string; readonly atMs: number }

/** All that is kept of face pay, in the ledger's file. Every method expects a ledger transaction. */
export class FacesTable {
  readonly #db: Database.Database
  readonly people: Rows<PersonRow>
  readonly codes: Rows<FaceCodeRow>
  readonly captures: Rows<UsedRow>
  readonly consents: Rows<UsedRow>
  readonly audit: Rows<FaceAuditRow>

  constructor(db: Database.Database) {
    this.#db = db
    this.people = new Rows(db, 'face_person')
    this.codes = new Rows(db, 'face_code')
    this.captures = new Rows(db, 'face_capture')
    this.consents = new Rows(db, 'face_consent')
    this.audit = new Rows(db, 'face_audit')
  }

  /**
   * Every value of the whole file, of whatever table, that could hold a picture, a template or a part of
   * one: bytes, a run of base64 or hex longer than any signature or digest, a list of fractions.
   */
  biometricItems(): number {
    const tables = this.#db
      .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`)
      .pluck()
      .all() as string[]
    let found = 0
    for (const table of tables) {
      const rows = this.#db.prepare(`SELECT * FROM "${table}"`).raw().iterate()
      for (const row of rows) found += (row as unknown[]).filter(couldBeBiometric).length
    }
    return found
  }
}

const LONG_RUN = /[A-Za-z0-9+/=_-]{129,}/
const FRACTIONS = /\[\s*-?\d+\.\d+(?:\s*,\s*-?\d+(?:\.\d+)?){3,}/

/** Whether a stored value could hold something of a face. */
export function couldBeBiometric(value: unknown): boolean {
  if (value instanceof Uint8Array) return true
  return typeof value === 'string' && (LONG_RUN.test(value) || FRACTIONS.test(value))
}
