import { X509Certificate } from 'node:crypto'
import { err, ok, type Result } from '../../../base/result.ts'
import { type Problem, problem } from '../../../domain/errors.ts'
import type {
  Charge,
  Expected,
  GatewayAnswer,
  GatewayHealth,
  RefundAnswer,
  RefundRequest,
  SignedCharge,
} from '../../../ports/gateway.ts'
import type { V2Client } from '../../mix.ts'
import type { GatewayTransport } from '../../node/gateway.ts'
import { HealthBook } from '../../node/health.ts'
import {
  type ClientCertificate,
  type Exchange,
  Transport,
  type TransportOptions,
} from '../../node/http.ts'
import { checkSettings, type GatewayOptions } from '../../node/settings.ts'
import { classifyV2Order, classifyV2Refund } from '../classify.ts'
import {
  type Encoded,
  encodeV2Charge,
  encodeV2Order,
  encodeV2Refund,
  encodeV2RefundQuery,
  type Stamp,
  type V2Call,
  v2CallRow,
} from '../requests.ts'
import type { MessageSigner, SignType } from '../sign-text.ts'
import { type Fields, writeXml } from '../xml.ts'
import { createSigner, isApiV2Key } from './signer.ts'

/** What the client of the v2 calls is made of: the same merchant, hosts and limits as APIv3. */
export type V2Options = GatewayOptions & {
  /** 32 characters. */
  readonly apiV2Key?: string
  /** How requests are signed and answers checked; HMAC-SHA256 when absent. */
  readonly signType?: SignType
  /**
   * Certificates to present where the wire wants one: the first that is valid at that moment. Absent:
   * the one that signs.
   */
  readonly clients?: readonly ClientCertificate[]
}

/** Connections under one merchant certificate, and when it is valid, Unix milliseconds. */
type ClientLine = {
  readonly transport: GatewayTransport
  readonly validFromMs: number
  readonly validUntilMs: number
}

/** What carries requests to the gateway: connections without the merchant certificate, and with it. */
type V2Transports = {
  readonly plain: GatewayTransport
  readonly withCertificate: readonly ClientLine[]
  /** Those that end with the client. */
  readonly own: readonly GatewayTransport[]
}

/** Sent with every request. */
const USER_AGENT = 'guitai/0.1'

/**
 * Makes the client of the v2 calls. Checks key, certificate and addresses, and needs no network. An
 * error is a problem under `config.`.
 *
 * @param shared connections to the same hosts without the merchant certificate, kept by somebody else;
 *   absent: the client makes its own, which nobody keeps warm
 */
export function openV2Gateway(
  options: V2Options,
  shared?: GatewayTransport,
): Result<V2Client, Problem> {
  const checked = checkSettings(options)
  if (!checked.ok) return checked
  const { apiV2Key, signType = 'HMAC-SHA256' } = options
  if (apiV2Key === undefined || !isApiV2Key(apiV2Key)) {
    const detail = apiV2Key === undefined ? { detail: 'missing' } : {}
    return err(problem('config.api_v2_key_invalid', { field: 'apiV2Key', ...detail }))
  }
  const { primary, backup } = checked.value
  const { caPem, timeouts, clock, log, certificatePem, privateKeyPem } = options
  const { prove, onGrantRefused } = options
  const common = {
    primary,
    ...(prove === undefined ? {} : { prove }),
    ...(onGrantRefused === undefined ? {} : { onGrantRefused }),
    ...(backup === undefined ? {} : { backup }),
    ...(caPem === undefined ? {} : { caPem }),
    timeouts,
    clock,
    log,
  }
  const plain = shared ?? new Transport(common)
  const clients = options.clients ?? [{ certificatePem, privateKeyPem }]
  const withCertificate = clients.map((client) => clientLine(client, common))
  const lines = withCertificate.map(({ transport }) => transport)
  const transports = { plain, withCertificate, own: shared ? lines : [plain, ...lines] }
  const signers = {
    plain: createSigner(apiV2Key, signType),
    face: createSigner(apiV2Key, 'HMAC-SHA256'),
  }
  return ok(new V2Gateway(options, signers, transports))
}

function clientLine(client: ClientCertificate, common: TransportOptions): ClientLine {
  const certificate = new X509Certificate(client.certificatePem)
  return {
    transport: new Transport({ ...common, client }),
    validFromMs: certificate.validFromDate.getTime(),
    validUntilMs: certificate.validToDate.getTime(),
  }
}

/** What is asked about: enough to name it in the log. */
type Subject = {
  readonly outTradeNo: string
  readonly outRefundNo?: string
  readonly face?: Expected['face']
}

/** Why nothing was sent, in words that fit what was asked. */
type UnsentCause = 'gateway.bad_request' | 'gateway.check_refused' | 'refund.not_known'

const UNFIT_CAUSES: Readonly<Record<V2Call, UnsentCause>> = {
  charge: 'gateway.bad_request',
  query: 'gateway.check_refused',
  reverse: 'gateway.check_refused',
  refund: 'refund.not_known',
  refund_query: 'refund.not_known',
}

/** One request that may go out, or the reason why nothing did. */
type Sent =
  | { readonly kind: 'exchanged'; readonly end: Exchange }
  | {
      readonly kind: 'unknown'
      readonly cause: UnsentCause
      readonly sent: false
      readonly wireText: string
    }

type Signers = { readonly plain: MessageSigner; readonly face: MessageSigner }

/** The client over the transports it is given; {@link openV2Gateway} makes the real ones. */
class V2Gateway implements V2Client {
  readonly #options: GatewayOptions
  readonly #signer: MessageSigner
  /** Of the calls about face codes, which know one way to sign. */
  readonly #faceSigner: MessageSigner
  readonly #transports: V2Transports
  readonly #health: HealthBook

  constructor(options: GatewayOptions, signers: Signers, transports: V2Transports) {
    this.#options = options
    this.#signer = signers.plain
    this.#faceSigner = signers.face
    this.#transports = transports
    const certificate = new X509Certificate(options.certificatePem)
    this.#health = new HealthBook(options.clock, certificate.validToDate.getTime())
  }

  signCharge(charge: Charge): SignedCharge {
    const encoded = encodeV2Charge(charge, this.#options, this.#stamp(charge.face))
    return {
      send: async () =>
        this.#validLine() ? this.#askOrder('charge', charge, encoded) : this.#refuseExpired(charge),
    }
  }

  query(expected: Expected): Promise<GatewayAnswer> {
    return this.#askOrder('query', expected, this.#encodeOrder(expected))
  }

  reverse(expected: Expected): Promise<GatewayAnswer> {
    return this.#askOrder('reverse', expected, this.#encodeOrder(expected))
  }

  refund(request: RefundRequest): Promise<RefundAnswer> {
    const encoded = encodeV2Refund(request, this.#options, this.#stamp())
    return this.#askRefund('refund', request, encoded)
  }

  queryRefund(request: RefundRequest): Promise<RefundAnswer> {
    const encoded = encodeV2RefundQuery(request, this.#options, this.#stamp())
    return this.#askRefund('refund_query', request, encoded)
  }

  health(): GatewayHealth {
    return this.#health.current()
  }

  onHealth(listener: (health: GatewayHealth) => void): () => void {
    return this.#health.onChange(listener)
  }

  async close(): Promise<void> {
    await Promise.all(this.#transports.own.map((transport) => transport.close()))
  }

  #stamp(face?: Expected['face']): Stamp {
    const nonce = Buffer.from(this.#options.entropy.bytes(16)).toString('hex').toUpperCase()
    return { nonce, signType: this.#signerFor(face).type }
  }

  #signerFor(face: Expected['face']): MessageSigner {
    return face === 'face_code' ? this.#faceSigner : this.#signer
  }

  #encodeOrder(expected: Expected): Encoded {
    return encodeV2Order(expected, this.#options, this.#stamp(expected.face))
  }

  /** The charge itself needs no certificate, but whatever would undo it does. */
  #refuseExpired({ outTradeNo }: Charge): GatewayAnswer {
    const wireText = 'not sent: the merchant certificate is not valid at this time'
    const answer = { kind: 'refused', cause: 'gateway.certificate_expired', wireText } as const
    this.#note(answer, { outTradeNo, call: 'charge', tookMs: 0 })
    return answer
  }

  async #askOrder(
    call: 'charge' | 'query' | 'reverse',
    expected: Expected,
    encoded: Encoded,
  ): Promise<GatewayAnswer> {
    const startedAtMs = this.#options.clock.monotonicMs()
    const { outTradeNo, face } = expected
    const subject = { outTradeNo, face }
    const sent = await this.#send(call, subject, encoded)
    const { resent } = sent.kind === 'exchanged' ? sent.end : { resent: false }
    const question = { call, expected, resent, signer: this.#signerFor(face) }
    const answer = sent.kind === 'unknown' ? sent : classifyV2Order(sent.end, question)
    this.#note(answer, { ...subject, call, tookMs: this.#since(startedAtMs) })
    return answer
  }

  async #askRefund(
    call: 'refund' | 'refund_query',
    request: RefundRequest,
    encoded: Encoded,
  ): Promise<RefundAnswer> {
    const startedAtMs = this.#options.clock.monotonicMs()
    const { outTradeNo, outRefundNo } = request
    const subject = { outTradeNo, outRefundNo }
    const sent = await this.#send(call, subject, encoded)
    const { resent } = sent.kind === 'exchanged' ? sent.end : { resent: false }
    const question = { call, request, resent, signer: this.#signer }
    const answer = sent.kind === 'unknown' ? sent : classifyV2Refund(sent.end, question)
    this.#note(answer, { ...subject, call, tookMs: this.#since(startedAtMs) })
    return answer
  }

  /** Sends one request once, unless something is wrong with it or with our certificate. */
  async #send(call: V2Call, subject: Subject, encoded: Encoded): Promise<Sent> {
    if (!encoded.ok) return notSent(UNFIT_CAUSES[call], encoded.error)
    const { path, needsCertificate } = v2CallRow(call, subject.face)
    const line = this.#validLine()
    if (needsCertificate && !line) {
      return notSent('gateway.check_refused', 'the merchant certificate is not valid at this time')
    }
    const { plain } = this.#transports
    const transport = needsCertificate && line ? line.transport : plain
    const { outTradeNo, face } = subject
    const onMark = call === 'charge' ? this.#options.onMark : undefined
    const body = writeXml(this.#withSignature(encoded.value, this.#signerFor(face)))
    onMark?.('signed', outTradeNo)
    const end = await transport.send({
      method: 'POST',
      target: path,
      headers: { 'user-agent': USER_AGENT, 'content-type': 'text/xml; charset=utf-8' },
      body,
      ...(call === 'charge' && face ? { interface: 'FACEPAY' } : {}),
      ...(onMark ? { onSent: () => onMark('sent', outTradeNo) } : {}),
    })
    onMark?.('answered', outTradeNo)
    this.#health.noteExchange(end)
    return { kind: 'exchanged', end }
  }

  #withSignature(fields: Fields, signer: MessageSigner): Fields {
    return new Map([...fields, ['sign', signer.sign(fields)]])
  }

  /** Looked at before every use: a terminal runs for longer than a certificate may last. */
  #validLine(): ClientLine | undefined {
    const nowMs = this.#options.clock.nowMs()
    return this.#transports.withCertificate.find(
      ({ validFromMs, validUntilMs }) => nowMs >= validFromMs && nowMs < validUntilMs,
    )
  }

  #since(startedAtMs: number): number {
    return Math.round(this.#options.clock.monotonicMs() - startedAtMs)
  }

  #note(
    answer: GatewayAnswer | RefundAnswer,
    about: Subject & { readonly call: V2Call; readonly tookMs: number },
  ): void {
    this.#health.noteAnswer(answer)
    const { log } = this.#options
    const fields = {
      ...about,
      api: 'v2',
      kind: answer.kind,
      status: answer.status,
      wireCode: answer.wireCode,
      cause: 'cause' in answer ? answer.cause : undefined,
      sent: answer.kind === 'unknown' ? answer.sent : undefined,
    }
    if (answer.kind !== 'unknown') log.info('gateway answered', fields)
    else if (answer.sent) log.warn('gateway answer not known', fields)
    else log.error('gateway request not sent', { ...fields, reason: answer.wireText })
  }
}

function notSent(cause: UnsentCause, reason: string): Sent & { readonly kind: 'unknown' } {
  return { kind: 'unknown', cause, sent: false, wireText: `not sent: ${reason}` }
}
