import { createHmac, randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { canonicalJson } from '../../services/canonical-json.ts'
import { writePrivate } from '../credentials.ts'
import type { FaceAuditRow, FacesTable } from './faces-table.ts'

/** Nothing as long as a picture, a template or a digest of one of 32 bytes can be in a word. */
const word = z.string().regex(/^[0-9A-Za-z_.:|*/+-]{1,50}$/)
const whole = z.number().int().min(0)

/** One capture in the audit log: who, when, which terminal, which consent, what came of it. */
export const faceAuditSchema = z.strictObject({
  at: word,
  terminal: word,
  store: word,
  out_trade_no: word,
  capture_id: word,
  consent_id: word,
  notice_version: z.string().max(50),
  result: word,
  /** From the consent to the answer. */
  duration_ms: whole,
  /** Of the sealed picture as it came. */
  sealed_bytes: whole,
})
export type FaceAuditEntry = z.infer<typeof faceAuditSchema>

const FIRST = '0'.repeat(64)

/** The gateway's log of captures, each line bound to the one before. Expects ledger transactions. */
export class FaceAudit {
  readonly #table: FacesTable
  readonly #key: Buffer

  constructor(dir: string, table: FacesTable) {
    this.#table = table
    const path = join(dir, 'services_face_audit.key')
    if (!existsSync(path)) writePrivate(path, randomBytes(32).toString('hex'))
    this.#key = Buffer.from(readFileSync(path, 'utf8'), 'hex')
  }

  /** Throws for an entry that holds what it must not. */
  append(entry: FaceAuditEntry): void {
    const checked = faceAuditSchema.parse(entry)
    const rows = this.#table.audit.all()
    const mac = this.#mac(rows.at(-1)?.mac ?? FIRST, checked)
    this.#table.audit.put(String(rows.length + 1), { entry: checked, mac })
  }

  entries(): FaceAuditRow['entry'][] {
    return this.#table.audit.all().map(({ entry }) => entry)
  }

  /** Whether every line is the one that was written, in its place. */
  isWhole(): boolean {
    let before = FIRST
    for (const { entry, mac } of this.#table.audit.all()) {
      if (this.#mac(before, entry) !== mac) return false
      before = mac
    }
    return true
  }

  #mac(before: string, entry: FaceAuditRow['entry']): string {
    return createHmac('sha256', this.#key)
      .update(`${before}\n${canonicalJson(entry)}`)
      .digest('hex')
  }
}
