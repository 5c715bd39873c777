import { join } from 'node:path'
import { ok, type Result } from '../../base/result.ts'
import type { Problem } from '../../domain/errors.ts'
import { WAITS } from '../../domain/waits.ts'
import type { BillSource, FetchedBill } from '../../ports/bill-source.ts'
import type {
  Charge,
  Expected,
  Gateway,
  GatewayAnswer,
  GatewayHealth,
  RefundAnswer,
  RefundRequest,
  SignedCharge,
} from '../../ports/gateway.ts'
import { authorizationHeader, requestMessage, type SignedRequest } from '../canonical.ts'
import { type Arrival, classify } from '../classify.ts'
import { classifyRefund } from '../classify-refund.ts'
import type { Call, RefundCall } from '../code-table.ts'
import { encodeCharge, encodeQuery, encodeReverse, type WireRequest } from '../codec.ts'
import { encodeRefund, encodeRefundQuery } from '../refund-codec.ts'
import { type PlatformKeys, type Verdict, verify } from '../verify.ts'
import { type About, type Heard, isProbe, logFields } from './answer-log.ts'
import { fetchBill } from './bill-download.ts'
import { CertificateStore } from './certificates.ts'
import type { HttpRequest } from './exchange.ts'
import { beginProof } from './grant-proof.ts'
import { HealthBook } from './health.ts'
import { type Exchange, makePool, Transport } from './http.ts'
import { PING_AFTER_MS, pingAfterMs } from './keep-alive.ts'
import type { NodeSuite } from './node-suite.ts'
import { type ArrivedNotice, createNoticeReader, type RefundNotices } from './notice-reader.ts'
import { checkSettings, type GatewayOptions, type GatewaySettings } from './settings.ts'
import { RSA } from './signatures.ts'
import { loadSuite } from './suites.ts'

/** What carries requests to the gateway and answers back. */
export type GatewayTransport = Pick<Transport, 'send' | 'close'>

/** Sent with every request; the gateway wants one (interface rules, "基本规则"). */
const USER_AGENT = 'guitai/0.1'

const EXPIRED_TEXT = 'not sent: the merchant certificate has expired'

/** With no charge expected, only the light on the screen wants to know how the line is. */
const IDLE_PING_MS = 60_000

/**
 * Makes the client of the pay gateway. Checks all settings and makes all keys, and needs no network:
 * the connection is warmed and platform certificates are fetched in the background.
 * An error is a problem under `config.`.
 */
export async function openGateway(options: GatewayOptions): Promise<Result<PayGateway, Problem>> {
  const checked = checkSettings(options, await loadSuite(options.signature ?? 'rsa'))
  if (!checked.ok) return checked
  const { primary, backup } = checked.value
  const second = backup === undefined ? {} : { backup }
  const transport = new Transport({ ...options, primary, ...second })
  const gateway = new PayGateway(options, checked.value, transport)
  await gateway.start()
  return ok(gateway)
}

/** The client over the transport and the keys it is given; {@link openGateway} makes the real ones. */
export class PayGateway implements Gateway, BillSource, RefundNotices {
  readonly #options: GatewayOptions
  readonly #settings: GatewaySettings
  readonly #suite: NodeSuite
  readonly #transport: GatewayTransport
  readonly #store: CertificateStore | undefined
  readonly #keys: PlatformKeys
  readonly #health: HealthBook
  readonly #notices: RefundNotices
  #cancelPing: () => void = () => {}
  #pingAfterMs = PING_AFTER_MS
  #inFlight = 0
  #closed = false
  #expectedUntilMs = Number.NEGATIVE_INFINITY
  #lastExchangeAtMs = Number.NEGATIVE_INFINITY

  constructor(options: GatewayOptions, settings: GatewaySettings, transport: GatewayTransport) {
    this.#options = options
    this.#settings = settings
    this.#suite = settings.suite ?? RSA
    this.#transport = transport
    this.#health = new HealthBook(options.clock, settings.certificateExpiresAtMs)
    this.#store = this.#makeStore()
    this.#keys = this.#makeKeys()
    this.#notices = createNoticeReader({
      keys: this.#keys,
      suite: this.#suite,
      apiV3Key: settings.apiV3Key,
      merchantId: options.merchantId,
      clock: options.clock,
      refresh: () => this.#store?.refresh(),
    })
  }

  async start(): Promise<void> {
    await this.#store?.load()
    if (this.#options.verification.mode === 'certificates') this.#store?.start()
    void this.#ping()
  }

  /** For calls of another API to the same hosts: they find the connections that are kept warm here. */
  get transport(): GatewayTransport {
    return this.#transport
  }

  signCharge(charge: Charge): SignedCharge {
    const encoded = encodeCharge(charge, this.#options)
    if (encoded.ok) {
      const signed = this.#signAside(encoded.value)
      return {
        send: async () =>
          this.#isExpired() ? this.#refuseCharge() : this.#ask('charge', charge, await signed),
      }
    }
    this.#options.log.error('charge not sent', { field: encoded.error })
    const wireText = `not sent: ${encoded.error}`
    return {
      send: () =>
        Promise.resolve({ kind: 'unknown', cause: 'gateway.bad_request', sent: false, wireText }),
    }
  }

  query(expected: Expected): Promise<GatewayAnswer> {
    return this.#ask('query', expected, this.#sign(encodeQuery(expected)))
  }

  reverse(expected: Expected): Promise<GatewayAnswer> {
    if (this.#isExpired()) return Promise.resolve(this.#refuseExpired('reverse'))
    return this.#ask('reverse', expected, this.#sign(encodeReverse(expected)))
  }

  refund(request: RefundRequest): Promise<RefundAnswer> {
    if (this.#isExpired()) return Promise.resolve(this.#refuseExpired('refund'))
    return this.#askRefund('refund', request, encodeRefund(request, this.#options))
  }

  queryRefund(request: RefundRequest): Promise<RefundAnswer> {
    return this.#askRefund('refund_query', request, encodeRefundQuery(request, this.#options))
  }

  async downloadBill(date: string, path: string): Promise<Result<FetchedBill, Problem>> {
    const sign = (target: string) => this.#sign({ method: 'GET', target, body: '' })
    const { primary, backup } = this.#settings
    const origins = backup === undefined ? [primary] : [primary, backup]
    const dispatchers = origins.map((origin) => makePool(origin, this.#options))
    const ask = async (target: string) => {
      const read = async () =>
        this.#verify(await this.#send({ ...sign(target), isRepeatable: true }))
      const arrival = await read()
      return isProbe(arrival) ? read() : arrival
    }
    try {
      return await fetchBill(date, path, { ask, sign, dispatchers, clock: this.#options.clock })
    } finally {
      await Promise.all(dispatchers.map((dispatcher) => dispatcher.destroy()))
    }
  }

  readNotice(notice: ArrivedNotice) {
    return this.#notices.readNotice(notice)
  }

  expectCharge(): void {
    const nowMs = this.#options.clock.monotonicMs()
    this.#expectedUntilMs = nowMs + WAITS.armedMs
    if (this.#inFlight > 0) return
    if (nowMs - this.#lastExchangeAtMs >= this.#pingAfterMs) void this.#ping()
    else this.#schedulePing()
  }

  health(): GatewayHealth {
    return this.#health.current()
  }

  onHealth(listener: (health: GatewayHealth) => void): () => void {
    return this.#health.onChange(listener)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#cancelPing()
    // The connections first, so that a download under way ends at once.
    const stored = this.#store?.close()
    await this.#transport.close()
    await stored
  }

  async #ask(call: Call, expected: Expected, request: HttpRequest): Promise<GatewayAnswer> {
    const { outTradeNo } = expected
    // A read may be repeated; a charge that met a probe is settled by the queries that follow.
    const again = call === 'query' ? () => this.#sign(encodeQuery(expected)) : undefined
    const heard = await this.#hear(request, { outTradeNo, ...(again ? { again } : {}) })
    const answer = classify(heard.arrival, { call, expected, resent: heard.resent })
    this.#note({ call, outTradeNo }, answer, heard)
    return answer
  }

  async #askRefund(
    call: RefundCall,
    request: RefundRequest,
    encoded: Result<WireRequest, string>,
  ): Promise<RefundAnswer> {
    const { outTradeNo, outRefundNo } = request
    if (!encoded.ok) {
      this.#options.log.error('refund call not sent', { call, outRefundNo, field: encoded.error })
      const wireText = `not sent: ${encoded.error}`
      return { kind: 'unknown', cause: 'refund.not_known', sent: false, wireText }
    }
    const sign = () => this.#sign(encoded.value)
    const heard = await this.#hear(sign(), call === 'refund_query' ? { again: sign } : {})
    const answer = classifyRefund(heard.arrival, { call, request, resent: heard.resent })
    this.#note({ call, outTradeNo, outRefundNo }, answer, heard)
    return answer
  }

  /** One request and what came of it; `again` makes the one that may follow a probe signature. */
  async #hear(
    request: HttpRequest,
    about: { readonly outTradeNo?: string; readonly again?: () => HttpRequest },
  ): Promise<Heard> {
    const startedAtMs = this.#options.clock.monotonicMs()
    let end = await this.#send(request, about.outTradeNo)
    let arrival = await this.#verify(end)
    if (about.again && isProbe(arrival)) {
      end = await this.#send(about.again(), about.outTradeNo)
      arrival = await this.#verify(end)
    }
    const tookMs = Math.round(this.#options.clock.monotonicMs() - startedAtMs)
    return { arrival, resent: end.resent, tookMs }
  }

  #isExpired(): boolean {
    return this.#options.clock.nowMs() >= this.#settings.certificateExpiresAtMs
  }

  /**
   * Money is neither taken nor given back under a certificate that has run out. Questions are left to
   * the gateway, whose answer is worth more than our clock.
   */
  #refuseExpired(call: 'reverse' | 'refund') {
    return this.#notSent(call, {
      kind: 'unknown',
      cause: 'gateway.check_refused',
      sent: false,
      wireText: EXPIRED_TEXT,
    } as const)
  }

  #refuseCharge(): GatewayAnswer {
    const cause = 'gateway.certificate_expired'
    return this.#notSent('charge', { kind: 'refused', cause, wireText: EXPIRED_TEXT })
  }

  #notSent<Answer extends GatewayAnswer & RefundAnswer>(call: string, answer: Answer): Answer {
    this.#options.log.error('call not sent', { call, detail: 'merchant certificate expired' })
    this.#health.noteAnswer(answer)
    return answer
  }

  async #send(request: HttpRequest, outTradeNo?: string): Promise<Exchange> {
    const { onMark } = this.#options
    const marked = onMark !== undefined && outTradeNo !== undefined
    if (marked) onMark('signed', outTradeNo)
    this.#inFlight += 1
    this.#cancelPing()
    const end = await this.#transport.send(
      marked ? { ...request, onSent: () => onMark('sent', outTradeNo) } : request,
    )
    this.#inFlight -= 1
    if (marked) onMark('answered', outTradeNo)
    this.#noteExchange(end)
    return end
  }

  #sign(request: WireRequest): HttpRequest {
    const stamped = this.#stamp(request)
    const signature = this.#settings.signer.sign(requestMessage(stamped))
    return this.#withSignature(stamped, signature)
  }

  async #signAside(request: WireRequest): Promise<HttpRequest> {
    const stamped = this.#stamp(request)
    const message = requestMessage(stamped)
    const signature = this.#settings.signer.signAside(message)
    // While the other thread signs, and before the caller waits for the disk.
    const proof = beginProof(request, this.#options.prove)
    const signed = this.#withSignature(stamped, await signature)
    return proof === undefined ? signed : { ...signed, proof }
  }

  #stamp(request: WireRequest): SignedRequest {
    const { clock, entropy } = this.#options
    const timestampS = Math.floor(clock.nowMs() / 1_000)
    const nonce = Buffer.from(entropy.bytes(16)).toString('hex').toUpperCase()
    return { ...request, timestampS, nonce }
  }

  #withSignature(stamped: SignedRequest, signature: string): HttpRequest {
    const { merchantSerial, publicKey } = this.#settings
    const { method, target, body } = stamped
    const { merchantId } = this.#options
    const { scheme } = this.#suite
    const signer = { merchantId, certificateSerial: merchantSerial, scheme }
    return {
      method,
      target,
      body,
      headers: {
        accept: 'application/json',
        'user-agent': USER_AGENT,
        authorization: authorizationHeader(signer, stamped, signature),
        ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
        ...(publicKey === undefined ? {} : { 'wechatpay-serial': publicKey.id }),
      },
    }
  }

  /** Checks the signature; fetches certificates once when its serial is not known. */
  async #verify(end: Exchange): Promise<Arrival> {
    if (end.kind === 'failed') return end
    const { answer } = end
    let verdict = this.#verdictOf(end)
    const { serial } = verdict.kind === 'failed' ? verdict : { serial: undefined }
    if (serial !== undefined && this.#store && !serial.startsWith('PUB_KEY_ID_')) {
      await this.#store.refreshFor(serial)
      verdict = this.#verdictOf(end)
    }
    return { kind: 'answered', answer, verdict }
  }

  #verdictOf(end: Exchange & { kind: 'answered' }): Verdict {
    return verify(end.answer, this.#keys, this.#options.clock.nowMs())
  }

  #makeStore(): CertificateStore | undefined {
    const { apiV3Key } = this.#settings
    if (!apiV3Key) return undefined
    const { cacheDir, clock, log, merchantId, verification } = this.#options
    const rootPem = verification.mode === 'certificates' ? verification.rootPem : undefined
    const { name, certificatesTarget: target } = this.#suite
    const owner = name === 'rsa' ? merchantId : `${name}-${merchantId}`
    return new CertificateStore({
      apiV3Key,
      cacheFile: join(cacheDir, `platform-certificates-${owner}.json`),
      suite: this.#suite,
      ...(rootPem === undefined ? {} : { rootPem }),
      clock,
      log,
      download: () => this.#send(this.#sign({ method: 'GET', target, body: '' })),
    })
  }

  #makeKeys(): PlatformKeys {
    const { publicKey } = this.#settings
    // A merchant that moves to the public key may still get answers signed by a certificate.
    return {
      suite: this.#suite,
      find: (serial) => (serial === publicKey?.id ? publicKey.check : this.#store?.find(serial)),
    }
  }

  #noteExchange(end: Exchange): void {
    this.#health.noteExchange(end)
    this.#lastExchangeAtMs = this.#options.clock.monotonicMs()
    if (end.kind === 'answered') {
      this.#pingAfterMs = pingAfterMs(end.answer.headers) ?? this.#pingAfterMs
    }
    this.#schedulePing()
  }

  #schedulePing(): void {
    this.#cancelPing()
    if (this.#closed) return
    const isExpected = this.#options.clock.monotonicMs() < this.#expectedUntilMs
    const isWatched = isExpected || this.#health.current().state === 'failing'
    const delayMs = isWatched ? this.#pingAfterMs : IDLE_PING_MS
    this.#cancelPing = this.#options.clock.after(delayMs, () => {
      if (this.#inFlight === 0) void this.#ping()
    })
  }

  /** Keeps a connection open, so that a charge does not wait for a handshake. Unsigned: asks nothing. */
  async #ping(): Promise<void> {
    const headers = { 'user-agent': USER_AGENT }
    const end = await this.#transport.send({ method: 'GET', target: '/', headers, body: '' })
    if (!this.#closed) this.#noteExchange(end)
  }

  /** Keeps an answer in health and log. */
  #note(about: About, answer: GatewayAnswer | RefundAnswer, heard: Heard): void {
    this.#health.noteAnswer(answer)
    const fields = logFields(about, answer, heard)
    if (answer.kind === 'unknown') this.#options.log.warn('gateway answer not known', fields)
    else this.#options.log.info('gateway answered', fields)
  }
}
