import type { HttpRequest } from '../../src/gateway/node/exchange.ts'
import type { GatewayTransport } from '../../src/gateway/node/gateway.ts'
import type { Exchange } from '../../src/gateway/node/http.ts'
import type { ManualClock } from '../support/manual-clock.ts'
import type { Random } from '../support/seeded.ts'
import type { Fate, FaultKind } from './faults.ts'
import {
  callOf,
  MERCHANT,
  subjectOf,
  type WireAnswer,
  type WireCall,
  type WireGateway,
  type WireRequest,
} from './wire.ts'

/** One life of the terminal's process. What happens after its end has no effect on the world. */
export type Life = { isOver: boolean }

/** Told of every request of which a byte leaves the terminal. */
export type OnLeave = (call: WireCall, subject: string, body: string) => void

const decoder = new TextDecoder()

/** What a call of a dead process comes to. */
const NEVER = new Promise<never>(() => {})
/** A request that asks for nothing. */
const PING: WireRequest = { method: 'GET', target: '/', headers: {}, body: '' }
/** The terminal's own time limit for an answer. */
const CLIENT_LIMIT_MS = 12_000
/** No code dies in a refund: it arrives for as long as its signature is believed, and a little longer. */
export const LATEST_REFUND_MS = 400_000

type Failure = { readonly cause: 'gateway.unreachable' | 'gateway.timeout' | 'gateway.cut_off' }

type Spoiler = (answer: WireAnswer, lie: Lie, gateway: WireGateway) => WireAnswer

/** An answer that claims what the terminal would like to hear. */
type Lie = Readonly<Record<string, unknown>>

/**
 * What spoils an answer on its way. The first that strikes does. Those that lie claim that an order
 * is paid, or reversed, whatever is true, and must be believed for none of it.
 */
const SPOILERS: readonly (readonly [FaultKind, Spoiler])[] = [
  ['answer_unsigned', (_, lie, gateway) => withHeaders(gateway.claim(lie), undefined)],
  [
    'answer_wrongly_signed',
    (_, lie, gateway) => withHeaders(gateway.claim(lie), { 'wechatpay-signature': 'wrong' }),
  ],
  [
    'answer_of_unknown_serial',
    (_, lie, gateway) => withHeaders(gateway.claim(lie), { 'wechatpay-serial': 'PUB_KEY_ID_9' }),
  ],
  [
    'answer_of_other_order',
    (_, lie, gateway) => gateway.claim({ ...lie, out_trade_no: 'GT0000000000000000000000' }),
  ],
  ['answer_of_other_merchant', (_, lie, gateway) => gateway.claim({ ...lie, mchid: '1900000002' })],
  [
    'answer_probe',
    (answer) => withHeaders(answer, { 'wechatpay-signature': 'WECHATPAY/SIGNTEST/b2Zm' }),
  ],
  ['answer_unreadable', (_, _lie, gateway) => gateway.claim('{"trade_state":')],
  [
    'answer_unknown_state',
    (_, lie, gateway) => gateway.claim({ ...lie, trade_state: 'PARTLY_PAID' }),
  ],
]

/** Lies about money, where there is an amount to lie about. */
const MONEY_SPOILERS: readonly (readonly [FaultKind, Spoiler])[] = [
  [
    'answer_of_other_amount',
    (_, lie, gateway) => {
      // Never the amount itself: a sale may be of one fen.
      const { total = 0 } = lie.amount as { readonly total?: number }
      return gateway.claim({ ...lie, amount: { total: total + 1, currency: 'CNY' } })
    },
  ],
  ['answer_of_other_app', (_, lie, gateway) => gateway.claim({ ...lie, appid: 'wxother' })],
  ...SPOILERS,
]

/** An answer about a refund names neither merchant nor app. */
const REFUND_SPOILERS: readonly (readonly [FaultKind, Spoiler])[] = [
  [
    'answer_of_other_amount',
    (_, lie, gateway) => {
      const { total } = lie.amount as { readonly total: number }
      return gateway.claim({ ...lie, amount: { refund: total + 1, total, currency: 'CNY' } })
    },
  ],
  [
    'answer_of_other_refund',
    (_, lie, gateway) => gateway.claim({ ...lie, out_refund_no: 'GR0000000000000000000000' }),
  ],
  ...SPOILERS.filter(
    ([kind]) => kind !== 'answer_of_other_merchant' && kind !== 'answer_unknown_state',
  ),
  ['answer_unknown_state', (_, lie, gateway) => gateway.claim({ ...lie, status: 'PARTLY' })],
]

function spoilersOf(call: WireCall): readonly (readonly [FaultKind, Spoiler])[] {
  if (call === 'refund' || call === 'query_refund') return REFUND_SPOILERS
  return call === 'reverse' ? SPOILERS : MONEY_SPOILERS
}

function withHeaders(
  answer: WireAnswer,
  changed: Readonly<Record<string, string>> | undefined,
): WireAnswer {
  if (changed) return { ...answer, headers: { ...answer.headers, ...changed } }
  const kept = Object.entries(answer.headers).filter(([name]) => !name.startsWith('wechatpay-'))
  return { ...answer, headers: Object.fromEntries(kept) }
}

/** The way between the terminal and the gateway. It and the gateway go on when the terminal dies. */
export class Network {
  readonly #clock: ManualClock
  readonly #random: Random
  readonly #fate: Fate
  readonly #gateway: WireGateway
  readonly #onLeave: OnLeave
  readonly #amounts = new Map<string, number>()
  readonly #refunds = new Map<string, { readonly outTradeNo: string; readonly refund: number }>()
  /** True answers that were good news or bad, by what they are about, oldest first. */
  readonly #said = new Map<string, WireAnswer[]>()
  #lineOutUntilMs = 0
  #gatewayOutUntilMs = 0

  constructor(
    world: { readonly clock: ManualClock; readonly random: Random; readonly fate: Fate },
    gateway: WireGateway,
    onLeave: OnLeave,
  ) {
    this.#clock = world.clock
    this.#random = world.random
    this.#fate = world.fate
    this.#gateway = gateway
    this.#onLeave = onLeave
  }

  /** The transport of one life of the terminal. */
  connect(life: Life): GatewayTransport {
    return { send: (request) => this.#send(life, request), close: () => Promise.resolve() }
  }

  #send(life: Life, request: HttpRequest): Promise<Exchange> {
    if (life.isOver) return NEVER
    const subject = subjectOf(request)
    if (this.#isOut(subject)) return this.#fail(50, { cause: 'gateway.unreachable' }, false)
    const viaBackup = this.#fate.strikes('backup_host_answers', subject)
    const host = viaBackup ? 'backup' : 'primary'
    this.#onLeave(callOf(request), subject ?? '', request.body)
    this.#note(request, subject)
    return new Promise((resolve) => {
      const end = (made: Promise<Exchange> | Exchange) => {
        if (life.isOver) return
        if (this.#fate.strikes('crash_on_answer', subject)) life.isOver = true
        else void resolve(made)
      }
      const giveUp = this.#clock.after(CLIENT_LIMIT_MS, () => {
        end({
          kind: 'failed',
          cause: 'gateway.timeout',
          sent: true,
          detail: '',
          host,
          resent: viaBackup,
        })
      })
      this.#carry(request, (answer) => {
        giveUp()
        if (!this.#fate.strikes('answer_cut_off', subject)) {
          end({ kind: 'answered', answer, host, resent: viaBackup })
          return
        }
        end({
          kind: 'failed',
          cause: 'gateway.cut_off',
          sent: true,
          detail: '',
          host,
          resent: viaBackup,
        })
      })
    })
  }

  /** Remembers what a liar has to know. */
  #note(request: HttpRequest, subject: string | undefined): void {
    const call = callOf(request)
    if (subject === undefined || (call !== 'charge' && call !== 'refund')) return
    const number = (name: string) => new RegExp(`"${name}":(\\d+)`).exec(request.body)?.[1]
    this.#amounts.set(subject, Number(number('total')))
    if (call !== 'refund') return
    const outTradeNo = /"out_trade_no":"([^"]+)"/.exec(request.body)?.[1] ?? ''
    this.#refunds.set(subject, { outTradeNo, refund: Number(number('refund')) })
  }

  /** Brings a request to the gateway and its answer back, or not. */
  #carry(request: WireRequest, arrive: (answer: WireAnswer) => void): void {
    const subject = subjectOf(request)
    const fate = this.#fate
    if (fate.strikes('request_lost', subject)) return
    const isReverse = callOf(request) === 'reverse'
    if (isReverse && fate.strikes('reverse_lost', subject)) return
    const isRefund = callOf(request) === 'refund'
    const isLate =
      fate.strikes('request_late', subject) ||
      (isReverse && fate.strikes('reverse_late', subject)) ||
      (isRefund && fate.strikes('refund_late', subject))
    const latestMs = isRefund ? LATEST_REFUND_MS : 120_000
    const thereMs = isLate ? this.#random.integer(5_000, latestMs) : this.#random.integer(1, 300)
    if (isLate) fate.blame(subject, thereMs)
    this.#clock.after(thereMs, () => {
      const answer = this.#serve(request)
      if (fate.strikes('answer_lost', subject)) return
      const isSlow = fate.strikes('answer_late', subject)
      const backMs = isSlow ? this.#random.integer(3_000, 40_000) : this.#random.integer(5, 800)
      this.#clock.after(backMs, () => arrive(answer))
    })
    if (fate.strikes('request_doubled', subject)) {
      this.#clock.after(thereMs + this.#random.integer(0, 5_000), () => void this.#serve(request))
    }
  }

  /** What a sick gateway, or somebody on the way, makes of a request and its answer. */
  #serve(request: WireRequest): WireAnswer {
    const fate = this.#fate
    const gateway = this.#gateway
    const subject = subjectOf(request)
    const call = callOf(request)
    if (call === 'other') return gateway.serve(request)
    if (this.#isSick(subject)) return gateway.refuse(503, 'SERVICE_UNAVAILABLE')
    if (fate.strikes('too_many_requests', subject)) return gateway.refuse(429, 'FREQUENCY_LIMITED')
    const spoilers = spoilersOf(call)
    const spoiler = spoilers.find(([kind]) => fate.strikes(kind, subject))
    if (spoiler) {
      // Sometimes the true gateway never heard of it: the liar sits on the way.
      const answer = gateway.serve(this.#random.chance(0.7) ? request : PING)
      return spoiler[1](answer, this.#lie(call, subject ?? ''), gateway)
    }
    const answer = gateway.serve(request)
    if (call === 'charge' && fate.strikes('charge_done_but_server_error', subject)) {
      return gateway.refuse(500, 'SYSTEM_ERROR')
    }
    if (call === 'reverse' && fate.strikes('reverse_done_but_server_error', subject)) {
      return gateway.refuse(500, 'SYSTEM_ERROR')
    }
    if (call === 'refund' && fate.strikes('refund_taken_but_server_error', subject)) {
      return gateway.refuse(500, 'SYSTEM_ERROR')
    }
    if (fate.strikes('answer_unknown_code', subject)) return gateway.refuse(400, 'SOMETHING_NEW')
    return this.#stale(call, subject ?? '', answer)
  }

  /** What was true before: said anew by a machine that lags, or an old answer as it was. */
  #stale(call: WireCall, subject: string, answer: WireAnswer): WireAnswer {
    const said = this.#said.get(subject) ?? []
    const older = said.length > 0 ? this.#random.pick(said) : undefined
    const isQuestion = call === 'query' || call === 'query_refund'
    if (older && isQuestion && this.#fate.strikes('answer_stale', subject)) {
      return this.#random.chance(0.7) ? this.#gateway.claim(decoder.decode(older.body)) : older
    }
    if (answer.status === 200 && call !== 'reverse') this.#said.set(subject, [...said, answer])
    return answer
  }

  /** The whole of what a true answer would say, had the money moved. */
  #lie(call: Exclude<WireCall, 'other'>, subject: string): Lie {
    const total = this.#amounts.get(subject)
    if (call === 'refund' || call === 'query_refund') {
      const { outTradeNo, refund } = this.#refunds.get(subject) ?? { outTradeNo: '', refund: 0 }
      const ids = { out_refund_no: subject, out_trade_no: outTradeNo, refund_id: '503' }
      return { ...ids, status: 'SUCCESS', amount: { refund, total, currency: 'CNY' } }
    }
    const ids = { appid: MERCHANT.appId, mchid: MERCHANT.id, out_trade_no: subject }
    if (call === 'reverse') return ids
    const amount = { total, payer_total: total, currency: 'CNY' }
    return { ...ids, trade_state: 'SUCCESS', transaction_id: '42', amount }
  }

  #isSick(subject: string | undefined): boolean {
    const nowMs = this.#clock.monotonicMs()
    const forMs = this.#random.integer(20_000, 120_000)
    if (this.#fate.strikes('gateway_outage', undefined, forMs)) {
      this.#gatewayOutUntilMs = nowMs + forMs
    }
    if (nowMs < this.#gatewayOutUntilMs && !this.#fate.calm) return true
    return this.#fate.strikes('server_error', subject)
  }

  #isOut(subject: string | undefined): boolean {
    const nowMs = this.#clock.monotonicMs()
    const forMs = this.#random.integer(10_000, 300_000)
    if (this.#fate.strikes('line_outage', undefined, forMs)) this.#lineOutUntilMs = nowMs + forMs
    if (nowMs < this.#lineOutUntilMs && !this.#fate.calm) return true
    return this.#fate.strikes('connection_refused', subject)
  }

  #fail(delayMs: number, { cause }: Failure, sent: boolean): Promise<Exchange> {
    return new Promise((resolve) => {
      this.#clock.after(delayMs, () => {
        resolve({ kind: 'failed', cause, sent, detail: '', host: 'primary', resent: false })
      })
    })
  }
}
