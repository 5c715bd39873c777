import {
  createPublicKey,
  createSign,
  createVerify,
  randomBytes,
  X509Certificate,
} from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'
import type { Agent } from 'node:https'
import { request } from 'node:https'
import { join } from 'node:path'
import type { SandboxClock } from '../../src/sandbox/clock.ts'

/** A clock that moves only when told. */
export class VirtualClock implements SandboxClock {
  #nowMs: number
  readonly #timers = new Set<{ dueMs: number; delayMs: number; fire: () => void }>()
  #onTimer: (() => void) | undefined

  constructor(nowMs: number) {
    this.#nowMs = nowMs
  }

  nowMs(): number {
    return this.#nowMs
  }

  after(delayMs: number, fire: () => void): () => void {
    const timer = { dueMs: this.#nowMs + delayMs, delayMs, fire }
    this.#timers.add(timer)
    this.#onTimer?.()
    return () => this.#timers.delete(timer)
  }

  /** Whether a timer waits that was set for so long. */
  isWaiting(delayMs: number): boolean {
    return [...this.#timers].some((timer) => timer.delayMs === delayMs)
  }

  /** Resolves when the next timer is set. */
  nextTimer(): Promise<void> {
    return new Promise((resolve) => {
      this.#onTimer = () => {
        this.#onTimer = undefined
        resolve()
      }
    })
  }

  advance(byMs: number): void {
    const targetMs = this.#nowMs + byMs
    for (;;) {
      const due = [...this.#timers]
        .filter((timer) => timer.dueMs <= targetMs)
        .sort((left, right) => left.dueMs - right.dueMs)[0]
      if (due === undefined) break
      this.#timers.delete(due)
      this.#nowMs = Math.max(this.#nowMs, due.dueMs)
      due.fire()
    }
    this.#nowMs = targetMs
  }
}

export type WireAnswer = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** Code of the error that ended the exchange, when one did. */
  readonly error: string | undefined
  /** Whether the request went over a connection that had carried one before. */
  readonly reused: boolean
}

export type Sending = {
  readonly method: string
  readonly path: string
  readonly body?: string
  readonly headers?: Record<string, string>
  readonly agent?: Agent
  /** Replaces parts of what is signed or of the Authorization header. */
  readonly auth?: Partial<{
    mchid: string
    serial: string
    timestamp: string
    scheme: string
    signature: string
    whole: string | null
  }>
}

/** A client of the test's own: its own signing and verifying, over bare node:https. */
export class WireClient {
  readonly #dir: string
  readonly #clock: SandboxClock
  origin: string

  constructor(dir: string, origin: string, clock: SandboxClock) {
    this.#dir = dir
    this.origin = origin
    this.#clock = clock
  }

  #file(name: string): string {
    return readFileSync(join(this.#dir, name), 'utf8')
  }

  #authorization(sending: Sending): string {
    const auth = sending.auth ?? {}
    const nonce = randomBytes(16).toString('hex')
    const timestamp = auth.timestamp ?? String(Math.floor(this.#clock.nowMs() / 1000))
    const message = `${[sending.method, sending.path, timestamp, nonce, sending.body ?? ''].join('\n')}\n`
    const signature =
      auth.signature ??
      createSign('RSA-SHA256').update(message).sign(this.#file('apiclient_key.pem'), 'base64')
    const serial = auth.serial ?? new X509Certificate(this.#file('apiclient_cert.pem')).serialNumber
    const fields = [
      `mchid="${auth.mchid ?? '1900000001'}"`,
      `nonce_str="${nonce}"`,
      `signature="${signature}"`,
      `timestamp="${timestamp}"`,
      `serial_no="${serial}"`,
    ]
    return `${auth.scheme ?? 'WECHATPAY2-SHA256-RSA2048'} ${fields.join(',')}`
  }

  send(sending: Sending): Promise<WireAnswer> {
    const whole = sending.auth?.whole
    const authorization = whole === undefined ? this.#authorization(sending) : whole
    const body = Buffer.from(sending.body ?? '')
    return new Promise((resolve) => {
      const chunks: Buffer[] = []
      let status = 0
      let headers: IncomingHttpHeaders = {}
      const done = (error?: string): void =>
        resolve({
          status,
          headers,
          body: Buffer.concat(chunks),
          error,
          reused: outgoing.reusedSocket,
        })
      const outgoing = request(
        `${this.origin}${sending.path}`,
        {
          method: sending.method,
          ca: this.#file('ca.pem'),
          agent: sending.agent ?? false,
          headers: {
            Accept: 'application/json',
            'User-Agent': 'sandbox-test/1',
            ...(authorization === null ? {} : { Authorization: authorization }),
            ...(body.length > 0
              ? { 'Content-Type': 'application/json', 'Content-Length': String(body.length) }
              : {}),
            ...sending.headers,
          },
        },
        (response) => {
          status = response.statusCode ?? 0
          headers = response.headers
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('end', () => done())
          response.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message))
        },
      )
      outgoing.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message))
      outgoing.end(body)
    })
  }

  charge(outTradeNo: string, amountFen: number, more: ChargeMore = {}): Promise<WireAnswer> {
    const body = chargeBody(outTradeNo, amountFen, more)
    const { headers } = more
    return this.send({
      method: 'POST',
      path: '/v3/pay/transactions/codepay',
      body: JSON.stringify(body),
      ...(headers ? { headers } : {}),
    })
  }

  query(outTradeNo: string, headers: Record<string, string> = {}): Promise<WireAnswer> {
    const path = `/v3/pay/transactions/out-trade-no/${encodeURIComponent(outTradeNo)}?mchid=1900000001`
    return this.send({ method: 'GET', path, headers })
  }

  reverse(outTradeNo: string, headers: Record<string, string> = {}): Promise<WireAnswer> {
    return this.send({
      method: 'POST',
      path: `/v3/pay/transactions/out-trade-no/${encodeURIComponent(outTradeNo)}/reverse`,
      body: JSON.stringify({ appid: 'wxsandbox00000001', mchid: '1900000001' }),
      headers,
    })
  }

  refund(outTradeNo: string, outRefundNo: string, more: RefundMore): Promise<WireAnswer> {
    return this.send({
      method: 'POST',
      path: '/v3/refund/domestic/refunds',
      body: JSON.stringify(refundBody(outTradeNo, outRefundNo, more)),
      ...(more.headers ? { headers: more.headers } : {}),
    })
  }

  queryRefund(outRefundNo: string, headers: Record<string, string> = {}): Promise<WireAnswer> {
    const path = `/v3/refund/domestic/refunds/${encodeURIComponent(outRefundNo)}`
    return this.send({ method: 'GET', path, headers })
  }

  /** Whether an answer carries a right signature of a platform certificate or public key on disk. */
  signatureOf(answer: WireAnswer): 'good' | 'bad' | 'none' | 'stale' | 'unknown_serial' {
    const header = (name: string): string => String(answer.headers[name] ?? '')
    const serial = header('wechatpay-serial')
    if (serial === '') return 'none'
    const keys = new Map(
      ['platform_1_cert.pem', 'platform_2_cert.pem'].map((name) => {
        const certificate = new X509Certificate(this.#file(name))
        return [certificate.serialNumber, certificate.publicKey]
      }),
    )
    keys.set(this.#file('pub_key_id.txt'), createPublicKey(this.#file('pub_key.pem')))
    const key = keys.get(serial)
    if (key === undefined) return 'unknown_serial'
    const timestamp = header('wechatpay-timestamp')
    const verify = createVerify('RSA-SHA256')
    verify.update(`${timestamp}\n${header('wechatpay-nonce')}\n`)
    verify.update(answer.body)
    verify.update('\n')
    if (!verify.verify(key, header('wechatpay-signature'), 'base64')) return 'bad'
    const ageMs = Math.abs(this.#clock.nowMs() - Number(timestamp) * 1000)
    return ageMs < 300_000 ? 'good' : 'stale'
  }
}

export type ChargeMore = {
  readonly code?: string
  readonly headers?: Record<string, string>
  readonly patch?: Record<string, unknown>
}

export type RefundMore = {
  readonly refund: number
  readonly total: number
  readonly headers?: Record<string, string>
  readonly patch?: Record<string, unknown>
}

export function refundBody(
  outTradeNo: string,
  outRefundNo: string,
  more: RefundMore,
): Record<string, unknown> {
  return {
    out_trade_no: outTradeNo,
    out_refund_no: outRefundNo,
    reason: '商品退货',
    amount: { refund: more.refund, total: more.total, currency: 'CNY' },
    ...more.patch,
  }
}

let codesMade = 0
/** A code no other call has used and that chooses no scenario. */
export function freshCode(): string {
  codesMade += 1
  return `13${String(codesMade).padStart(16, '0')}`
}

export function chargeBody(
  outTradeNo: string,
  amountFen: unknown,
  more: ChargeMore = {},
): Record<string, unknown> {
  return {
    appid: 'wxsandbox00000001',
    mchid: '1900000001',
    description: '测试商品',
    out_trade_no: outTradeNo,
    payer: { auth_code: more.code ?? freshCode() },
    amount: { total: amountFen, currency: 'CNY' },
    scene_info: { device_id: 'POS01', store_info: { out_id: 'S001' } },
    ...more.patch,
  }
}

/** The JSON of a body; undefined when it is none. */
export function jsonOf(answer: WireAnswer): Record<string, unknown> | undefined {
  try {
    return JSON.parse(answer.body.toString('utf8'))
  } catch {
    return undefined
  }
}
