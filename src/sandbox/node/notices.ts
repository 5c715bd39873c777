import { randomBytes } from 'node:crypto'
import type { ClientRequest } from 'node:http'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { goodAnswer } from '../answers.ts'
import type { SandboxClock } from '../clock.ts'
import {
  NOTICE_ANSWER_MS,
  NOTICE_REPEATS_SECONDS,
  noticeEnvelope,
  noticeResource,
  noticeSignature,
  plannedNotices,
} from '../notices.ts'
import type { Merchant } from '../orders.ts'
import type { Refund } from '../refunds.ts'
import type { Ledger } from './ledger.ts'
import type { Notice } from './notice-table.ts'
import type { NoticeWish } from './refunds.ts'
import type { Signer } from './signer.ts'
import type { Suite } from './suite.ts'

export type NoticeSettings = {
  readonly ledger: Ledger
  readonly clock: SandboxClock
  readonly signer: Signer
  readonly merchant: Merchant
  readonly apiV3Key: string
  readonly suite: Suite
  /** Calls back once unless the returned function cancels it; all ends with the sandbox. */
  readonly after: (delayMs: number, fire: () => void) => () => void
  readonly log: (line: string) => void
}

type Sending = { readonly headers: Record<string, string>; readonly body: string }

/**
 * Sends refund notices, and again when they are not taken. What is to be sent stands in the ledger,
 * so that a sandbox that was killed goes on where it was.
 */
export class Notices {
  readonly #settings: NoticeSettings
  readonly #underWay = new Map<number, ClientRequest>()
  #closed = false
  #cancelTimer: () => void = () => undefined

  constructor(settings: NoticeSettings) {
    this.#settings = settings
  }

  /** Plans the notices of a new refund, inside the transaction that takes it. */
  plan(refund: Refund, wish: NoticeWish): void {
    const { ledger } = this.#settings
    for (const { step, dueAtMs } of plannedNotices(refund, wish.manner)) {
      ledger.notices.add({
        eventId: `EV-${step.status}-${refund.refundId.slice(5, 29)}`,
        outRefundNo: refund.outRefundNo,
        status: step.status,
        ...wish,
        changedAtMs: step.atMs,
        dueAtMs,
      })
    }
    this.wake()
  }

  /** Sets a timer for the earliest notice that waits; also how a sandbox goes on after a start. */
  wake(): void {
    const next = this.#settings.ledger.notices.waiting().find(({ id }) => !this.#underWay.has(id))
    this.#cancelTimer()
    if (next === undefined) return
    const delayMs = Math.max(0, next.dueAtMs - this.#settings.clock.nowMs())
    this.#cancelTimer = this.#settings.after(delayMs, () => this.#sendDue())
  }

  #sendDue(): void {
    if (this.#closed) return
    const nowMs = this.#settings.clock.nowMs()
    for (const notice of this.#settings.ledger.notices.waiting()) {
      if (notice.dueAtMs <= nowMs && !this.#underWay.has(notice.id)) this.#send(notice)
    }
    this.wake()
  }

  #prepare(notice: Notice): Sending {
    const { ledger, clock, signer, merchant, apiV3Key, suite } = this.#settings
    const refund = ledger.refunds.byNumber(notice.outRefundNo)
    const order = refund && ledger.order(refund.outTradeNo, clock.nowMs())
    if (!refund || !order) throw new Error(`no refund ${notice.outRefundNo} for its notice`)
    const step = { status: notice.status, atMs: notice.changedAtMs }
    const resource = JSON.stringify(noticeResource(refund, order, { merchant, step }))
    const binding = { nonce: randomBytes(6).toString('hex'), associatedData: 'refund' }
    const sealed = {
      ...suite.seal(resource, apiV3Key, binding),
      algorithm: suite.sealAlgorithm,
    }
    const answer = {
      ...goodAnswer(200, noticeEnvelope(notice.eventId, step, sealed)),
      signature: noticeSignature(notice.manner, notice.attempts),
    }
    const signed = signer.headers(answer, { publicKeyMode: notice.publicKeyMode, blanks: 0 })
    const headers = {
      'Content-Type': 'application/json',
      'Content-Length': String(Buffer.byteLength(answer.body)),
      ...signed,
    }
    return { headers, body: answer.body }
  }

  #send(notice: Notice): void {
    const { headers, body } = this.#settings.ledger.transaction(() => this.#prepare(notice))
    const url = new URL(notice.url)
    // Loopback only, where a receiver's certificate is of its own making.
    const options = { method: 'POST', headers, agent: false, rejectUnauthorized: false }
    const outgoing =
      url.protocol === 'https:' ? httpsRequest(url, options) : httpRequest(url, options)
    this.#underWay.set(notice.id, outgoing)
    let told = false
    const cancelLimit = this.#settings.after(NOTICE_ANSWER_MS, () =>
      outgoing.destroy(new Error('no answer in time')),
    )
    const done = (how: string, taken: boolean): void => {
      if (told) return
      told = true
      cancelLimit()
      this.#done(notice, how, taken)
    }
    outgoing.on('response', (response) => {
      response.resume()
      response.on('error', () => undefined)
      const { statusCode = 0 } = response
      done(String(statusCode), statusCode === 200 || statusCode === 204)
    })
    outgoing.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message, false))

    outgoing.end(body)
  }

  #done(notice: Notice, how: string, taken: boolean): void {
    this.#underWay.delete(notice.id)
    if (this.#closed) return
    const { ledger, clock, log } = this.#settings
    const repeatSeconds = NOTICE_REPEATS_SECONDS[notice.attempts]
    const repeats = !taken && repeatSeconds !== undefined
    const outcome = taken ? 'delivered' : repeats ? 'waiting' : 'given_up'
    const dueAtMs = repeats ? clock.nowMs() + repeatSeconds * 1000 : notice.dueAtMs
    ledger.transaction(() => ledger.notices.attempted(notice.id, { outcome, dueAtMs }))
    log(`notice REFUND.${notice.status} of ${notice.outRefundNo} ${how} ${outcome}`)
    this.wake()
  }

  /** Ends what is under way; what waits stays in the ledger. */
  close(): void {
    this.#closed = true
    for (const outgoing of this.#underWay.values()) outgoing.destroy()
    this.#underWay.clear()
  }
}
