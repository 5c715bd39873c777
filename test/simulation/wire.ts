import type { Fate } from './faults.ts'
import type { Ledger } from './ledger.ts'
import { fail, type Reply, type WireCharge } from './order.ts'
import type { WireRefund } from './refund-book.ts'

/** A request as it arrives. */
export type WireRequest = {
  readonly method: string
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** An answer as it leaves. */
export type WireAnswer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

export const MERCHANT = { id: '1900000001', appId: 'wxsimulated0000001', serial: 'C0FFEE' }
export const PLATFORM_SERIAL = 'PUB_KEY_ID_0001'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/**
 * Stands for a signature: whoever holds `key` can make and check it, and one changed byte changes
 * it. Not a secret and not strong; nothing in this world forges.
 */
export function seal(key: string, message: string): string {
  let high = 0x811c9dc5
  let low = 0x01000193
  for (const text of [key, message]) {
    for (let index = 0; index < text.length; index += 1) {
      high = Math.imul(high ^ text.charCodeAt(index), 0x01000193)
      low = Math.imul(low ^ high, 0x85ebca6b) ^ (low >>> 13)
    }
  }
  return `${(high >>> 0).toString(36)}+${(low >>> 0).toString(36)}`
}

/** What the terminal checks the gateway's answers with. */
export function isSealed(message: Uint8Array, signature: string): boolean {
  return seal('platform', decoder.decode(message)) === signature
}

/** What of a request tells which order or refund it is about. */
export function subjectOf(request: WireRequest): string | undefined {
  const asked = /^\/v3\/refund\/domestic\/refunds\/([^/?]+)/.exec(request.target)?.[1]
  if (asked !== undefined) return asked
  const refund = /"out_refund_no":"([^"]+)"/.exec(request.body)?.[1]
  if (refund !== undefined) return refund
  const path = /^\/v3\/pay\/transactions\/out-trade-no\/([^/?]+)/.exec(request.target)?.[1]
  if (path !== undefined) return path
  return /"out_trade_no":"([^"]+)"/.exec(request.body)?.[1]
}

/** The calls of the gateway, and everything else. */
export type WireCall = 'charge' | 'query' | 'reverse' | 'refund' | 'query_refund' | 'other'

/** Which call a request is. */
export function callOf(request: WireRequest): WireCall {
  if (request.target === '/v3/refund/domestic/refunds') return 'refund'
  if (request.target.startsWith('/v3/refund/domestic/refunds/')) return 'query_refund'
  if (request.target === '/v3/pay/transactions/codepay') return 'charge'
  if (!request.target.startsWith('/v3/pay/transactions/out-trade-no/')) return 'other'
  return request.target.endsWith('/reverse') ? 'reverse' : 'query'
}

/** The gateway's face: checks who asks, asks the ledger, signs what it says. */
export class WireGateway {
  readonly #ledger: Ledger
  readonly #fate: Fate
  /** The gateway's own clock, Unix milliseconds; always right. */
  readonly #trueMs: () => number

  constructor(ledger: Ledger, fate: Fate, trueMs: () => number) {
    this.#ledger = ledger
    this.#fate = fate
    this.#trueMs = trueMs
  }

  /** Carries one request out. */
  serve(request: WireRequest): WireAnswer {
    const call = callOf(request)
    if (call === 'other') return this.#bare(404, '')
    return this.#dress(this.#checked(request) ?? this.#carryOut(call, request))
  }

  /** An answer that the ledger had no part in. */
  refuse(status: number, code: string): WireAnswer {
    return this.#dress(fail(status, code, '模拟'))
  }

  /** An answer that says what it is told to say, signed as if it were true. */
  claim(body: Readonly<Record<string, unknown>> | string): WireAnswer {
    return this.#signed(200, typeof body === 'string' ? body : JSON.stringify(body))
  }

  #checked(request: WireRequest): Reply | undefined {
    const header = request.headers.authorization ?? ''
    const field = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(header)?.[1] ?? ''
    const timestamp = field('timestamp')
    if (Math.abs(Number(timestamp) * 1_000 - this.#trueMs()) > 300_000) {
      this.#fate.met('clock_refused_by_gateway')
      return fail(401, 'SIGN_ERROR', '时间不得超过5分钟')
    }
    const lines = [request.method, request.target, timestamp, field('nonce_str'), request.body]
    const message = lines.map((line) => `${line}\n`).join('')
    const isRight =
      header.startsWith('WECHATPAY2-SHA256-RSA2048 ') &&
      field('mchid') === MERCHANT.id &&
      field('serial_no') === MERCHANT.serial &&
      field('signature') === seal('merchant', message)
    return isRight ? undefined : fail(401, 'SIGN_ERROR', '签名错误')
  }

  #carryOut(call: Exclude<WireCall, 'other'>, request: WireRequest): Reply {
    const ledger = this.#ledger
    const subject = subjectOf(request) ?? ''
    switch (call) {
      case 'charge':
        return ledger.charge(JSON.parse(request.body) as WireCharge)
      case 'query':
        return ledger.query(subject)
      case 'reverse':
        return ledger.reverse(subject)
      case 'refund': {
        const wire = JSON.parse(request.body) as WireRefund
        return ledger.refunds.submit(wire, ledger.orders.get(wire.out_trade_no))
      }
      case 'query_refund':
        return ledger.refunds.query(subject)
    }
  }

  #dress({ status, body }: Reply): WireAnswer {
    const text = JSON.stringify(body)
    return status < 300 ? this.#signed(status, text) : this.#bare(status, text)
  }

  #bare(status: number, text: string): WireAnswer {
    const date = new Date(this.#trueMs()).toUTCString()
    const headers = { date, 'keep-alive': 'timeout=8', 'request-id': '08F2-0' }
    return { status, headers, body: encoder.encode(text) }
  }

  #signed(status: number, text: string): WireAnswer {
    const bare = this.#bare(status, text)
    const timestamp = String(Math.floor(this.#trueMs() / 1_000))
    const nonce = 'simulated'
    const headers = {
      ...bare.headers,
      'wechatpay-timestamp': timestamp,
      'wechatpay-nonce': nonce,
      'wechatpay-serial': PLATFORM_SERIAL,
      'wechatpay-signature': seal('platform', `${timestamp}\n${nonce}\n${text}\n`),
    }
    return { ...bare, headers }
  }
}
