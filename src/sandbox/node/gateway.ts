import { randomBytes, X509Certificate } from 'node:crypto'
import type { Answer } from '../answers.ts'
import { goodAnswer, PLAIN, refusalAnswer } from '../answers.ts'
import { beijingTime } from '../beijing-time.ts'
import { textAt } from '../body-rules.ts'
import type { SandboxClock } from '../clock.ts'
import { REFUSALS } from '../refusals.ts'
import type { Passed, WireFacts, WireRequest } from '../wire-checks.ts'
import { checkWire } from '../wire-checks.ts'
import { readAuthorization } from '../wire-messages.ts'
import type { Bills } from './bills.ts'
import type { Credentials } from './credentials.ts'
import { SANDBOX_MERCHANT } from './credentials.ts'
import type { Ledger } from './ledger.ts'
import type { Payments, Reply } from './payments.ts'
import type { Refunds } from './refunds.ts'
import type { Services } from './services/services.ts'
import type { Signer } from './signer.ts'
import { handleV2, isV2Request } from './v2-gateway.ts'

export type GatewaySettings = {
  readonly credentials: Credentials
  readonly ledger: Ledger
  readonly payments: Payments
  readonly refunds: Refunds
  readonly signer: Signer
  readonly bills: Bills
  readonly services: Services
  readonly clock: SandboxClock
}

export type Decision = { readonly reply: Reply; readonly publicKeyMode: boolean }

const withoutOrder = (answer: Answer, verdict: string): Reply => ({
  answer,
  delivery: PLAIN,
  verdict,
  outTradeNo: null,
})

/** `GET /v3/certificates`: the listed platform certificates, sealed with the merchant's APIv3 key. */
const certificates = (settings: GatewaySettings, algorithm: string): Reply => {
  const { suite, apiV3Key } = settings.credentials
  if (!suite.algorithmTypes.includes(algorithm)) {
    const detail = {
      field: 'algorithm_type',
      value: algorithm,
      issue: `is not ${suite.algorithmTypes.join(' or ')}`,
      location: 'query',
    } as const
    const answer = refusalAnswer(REFUSALS.algorithm_unsupported, detail)
    return withoutOrder(answer, 'algorithm_unsupported')
  }
  const data = settings.signer.listed().map((key) => {
    const binding = { nonce: randomBytes(6).toString('hex'), associatedData: 'certificate' }
    const sealed = suite.seal(key.certificate, apiV3Key, binding)
    return {
      serial_no: key.serial,
      effective_time: beijingTime(key.effectiveAtMs),
      expire_time: beijingTime(key.expiresAtMs),
      encrypt_certificate: {
        algorithm: suite.sealAlgorithm,
        nonce: sealed.nonce,
        associated_data: sealed.associatedData,
        ciphertext: sealed.ciphertext,
      },
    }
  })
  return withoutOrder(goodAnswer(200, { data }), 'certificates')
}

/** A text of a body that is not checked yet; empty when there is none. */
const peek = (body: string, pointer: string): string => {
  try {
    return textAt(JSON.parse(body), pointer) ?? ''
  } catch {
    return ''
  }
}

const dispatch = (settings: GatewaySettings, passed: Passed, request: WireRequest): Reply => {
  const { payments } = settings
  const header = request.headers['wechatpay-negative-test']
  switch (passed.route) {
    case 'charge':
      return payments.charge(
        request.body,
        header,
        settings.services.admitCharge(request, {
          hasAddress: peek(request.body, '/scene_info/device_ip') !== '',
        }),
      )
    case 'query':
      return payments.query(passed.argument, header)
    case 'query_id':
      return payments.queryTransaction(passed.argument, header)
    case 'reverse':
      return payments.reverse(passed.argument, request.body, header)
    case 'close': {
      const answer = refusalAnswer(REFUSALS.close_refused)
      return { ...withoutOrder(answer, 'close_refused'), outTradeNo: passed.argument }
    }
    case 'refund': {
      const { publicKeyMode } = passed
      const number = peek(request.body, '/out_refund_no')
      const barred = settings.services.gate.refuseRefund(request, number)
      if (barred) {
        const answer = refusalAnswer(REFUSALS[barred.name])
        const headers = { ...answer.headers, 'Guitai-Refusal': barred.reason }
        return withoutOrder({ ...answer, headers }, `gate ${barred.reason}`)
      }
      return settings.refunds.request(request.body, { header, publicKeyMode })
    }
    case 'refund_query':
      return settings.refunds.query(passed.argument, header)
    case 'certificates':
      return certificates(settings, passed.query.get('algorithm_type') ?? 'RSA')
    case 'tradebill':
    case 'bill_file':
      return settings.bills[passed.route](passed.query, request.headers.host ?? '')
    case 'not_built':
      return withoutOrder(refusalAnswer(REFUSALS.not_built), 'not_built')
  }
}

/** The certificate a request names, when the merchant has it in force; the first one otherwise. */
const merchantFacts = (
  { credentials, services }: GatewaySettings,
  request: WireRequest,
): Pick<WireFacts, 'merchantSerial' | 'merchantCertificateExpiresAtMs' | 'verify'> => {
  const { suite } = credentials
  const reading = readAuthorization(request.headers.authorization, suite.scheme)
  const serial = reading.kind === 'read' ? reading.value.serial.toUpperCase() : ''
  const known = services.certificates.lookUp(serial)
  if (known === undefined || (known !== 'revoked' && known.merchantId !== SANDBOX_MERCHANT.id)) {
    const { merchantSerial, merchantCertificateExpiresAtMs, merchantKey } = credentials
    const verify = (message: string, signature: string): boolean =>
      suite.verify(message, merchantKey, signature)
    return { merchantSerial, merchantCertificateExpiresAtMs, verify }
  }
  if (known === 'revoked') {
    return { merchantSerial: '', merchantCertificateExpiresAtMs: 0, verify: () => false }
  }
  const certificate = new X509Certificate(known.pem)
  return {
    merchantSerial: certificate.serialNumber,
    merchantCertificateExpiresAtMs: Date.parse(certificate.validTo),
    verify: (message, signature) => suite.verify(message, certificate.publicKey, signature),
  }
}

const decide = (settings: GatewaySettings, request: WireRequest): Decision => {
  const { credentials, clock, signer } = settings
  if (isV2Request(request)) {
    const reply = handleV2({ ...settings, merchant: SANDBOX_MERCHANT }, request)
    return { reply, publicKeyMode: false }
  }
  const wire = checkWire(request, {
    nowMs: clock.nowMs(),
    merchantId: SANDBOX_MERCHANT.id,
    scheme: credentials.suite.scheme,
    ...merchantFacts(settings, request),
    platformSerials: credentials.platform.map(({ serial }) => serial),
    publicKeyId: credentials.publicKey.serial,
  })
  if (!wire.ok) return { reply: withoutOrder(wire.answer, wire.verdict), publicKeyMode: false }
  const reply = dispatch(settings, wire, request)
  const { answer } = reply
  if (answer.signature !== 'good') return { reply, publicKeyMode: wire.publicKeyMode }
  const call = `${request.method} ${request.url} ${reply.outTradeNo ?? ''}`
  const signature = signer.kindFor(call)
  return {
    reply: { ...reply, answer: { ...answer, signature } },
    publicKeyMode: wire.publicKeyMode,
  }
}

/**
 * Decides about one request: what it changes and that it was seen are one durable transaction,
 * finished before any byte of the answer leaves.
 * @param receivedNs monotonic nanoseconds at which the body was complete
 */
export function handleRequest(
  settings: GatewaySettings,
  request: WireRequest,
  receivedNs: bigint,
): Decision {
  return settings.ledger.transaction(() => {
    const decision = decide(settings, request)
    settings.ledger.record({
      atMs: settings.clock.nowMs(),
      receivedNs: receivedNs.toString(),
      method: request.method,
      path: request.url,
      outTradeNo: decision.reply.outTradeNo,
      verdict: decision.reply.verdict,
      status: decision.reply.answer.status,
    })
    return decision
  })
}
