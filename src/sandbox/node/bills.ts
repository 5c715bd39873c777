import { createHash, randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { Answer } from '../answers.ts'
import { goodAnswer, PLAIN, refusalAnswer } from '../answers.ts'
import { beijingTime } from '../beijing-time.ts'
import type { BillFault } from '../bill-file.ts'
import { BILL_TYPES, billEntries, billText, entriesOfType } from '../bill-file.ts'
import type { SandboxClock } from '../clock.ts'
import type { Merchant } from '../orders.ts'
import type { RefusalDetail, RefusalName } from '../refusals.ts'
import { REFUSALS } from '../refusals.ts'
import type { Ledger } from './ledger.ts'
import type { Reply } from './payments.ts'

/** A download address is good for five minutes (download page). */
const TOKEN_MS = 300_000
const TOKENS_MAX = 100
/** Bills are kept for three months. */
const AGE_MAX_MS = 92 * 86_400_000
const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/

type Kept = { readonly bytes: Uint8Array; readonly untilMs: number }
type Query = ReadonlyMap<string, string>

const say = (answer: Answer, verdict: string): Reply => ({
  answer,
  delivery: PLAIN,
  verdict,
  outTradeNo: null,
})
const refuse = (name: RefusalName, detail?: RefusalDetail): Reply =>
  say(refusalAnswer(REFUSALS[name], detail), name)
const wrongField = (field: string, value: string): Reply =>
  refuse('param_error', { field, value, issue: 'is not allowed', location: 'query' })

/** Trade bills of types ALL, SUCCESS and REFUND, made from the ledger when asked for. */
export class Bills {
  readonly #ledger: Ledger
  readonly #clock: SandboxClock
  readonly #merchant: Merchant
  readonly #kept = new Map<string, Kept>()
  #fault: BillFault = 'none'

  constructor(use: {
    readonly ledger: Ledger
    readonly clock: SandboxClock
    readonly merchant: Merchant
  }) {
    this.#ledger = use.ledger
    this.#clock = use.clock
    this.#merchant = use.merchant
  }

  setFault(fault: BillFault): void {
    this.#fault = fault
  }

  /** `GET /v3/bill/tradebill`: the hash of the unpacked file, and where it can be had. */
  tradebill(query: Query, host: string): Reply {
    const date = query.get('bill_date') ?? ''
    const type = BILL_TYPES.find((name) => name === (query.get('bill_type') ?? 'ALL'))
    const packing = query.get('tar_type')
    if (!DAY.test(date)) return wrongField('bill_date', date)
    if (type === undefined) return wrongField('bill_type', query.get('bill_type') ?? '')
    if (packing !== undefined && packing !== 'GZIP') return wrongField('tar_type', packing)
    const nowMs = this.#clock.nowMs()
    const today = beijingTime(nowMs).slice(0, 10)
    const oldest = beijingTime(nowMs - AGE_MAX_MS).slice(0, 10)
    if (date >= today || date < oldest) return refuse('bill_date_refused')
    if (this.#fault === 'creating') return refuse('bill_creating')
    const all = billEntries(this.#ledger.orders(nowMs), this.#ledger.refunds.all(), date)
    const entries = entriesOfType(all, type)
    if (entries.length === 0) return refuse('bill_none')
    const how = { type, day: date, fault: this.#fault }
    const text = Buffer.from(billText(entries, this.#merchant, how), 'utf8')
    const sha1 = createHash('sha1').update(text).digest('hex')
    const packed = packing === undefined ? text : gzipSync(text)
    if (this.#fault === 'wrong_gzip') packed.fill(0, 10, 14)
    const token = this.#keep({ bytes: packed, untilMs: nowMs + TOKEN_MS })
    const value = {
      hash_type: 'SHA1',
      hash_value: this.#fault === 'wrong_hash' ? '0'.repeat(40) : sha1,
      download_url: `https://${host}/v3/billdownload/file?token=${token}`,
    }
    return say(goodAnswer(200, value), 'tradebill')
  }

  /** `GET /v3/billdownload/file`: the bytes, without a signature. */
  bill_file(query: Query): Reply {
    const kept = this.#kept.get(query.get('token') ?? '')
    if (!kept || this.#clock.nowMs() >= kept.untilMs) return refuse('bill_token_wrong')
    const answer = { ...goodAnswer(200, {}), body: '', signature: 'none' } as const
    const contentType = 'application/octet-stream'
    const delivery = { kind: 'file', bytes: kept.bytes } as const
    return { ...say({ ...answer, contentType }, 'bill_file'), delivery }
  }

  #keep(kept: Kept): string {
    const oldest = this.#kept.keys().next().value
    if (this.#kept.size >= TOKENS_MAX && oldest !== undefined) this.#kept.delete(oldest)
    const token = randomBytes(24).toString('base64url')
    this.#kept.set(token, kept)
    return token
  }
}
