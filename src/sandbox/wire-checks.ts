import type { Answer } from './answers.ts'
import { emptyAnswer, refusalAnswer } from './answers.ts'
import { mchidOfBody } from './body-rules.ts'
import type { RefusalName } from './refusals.ts'
import { REFUSALS } from './refusals.ts'
import type { Authorization } from './wire-messages.ts'
import { readAuthorization, requestMessage } from './wire-messages.ts'

export type WireRequest = {
  readonly method: string
  /** Path and query exactly as received. */
  readonly url: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
  /** DER of the certificate the client showed, where the path asks for one. */
  readonly clientCertificate?: Uint8Array | undefined
}

/** What the gateway knows when it looks at a request. */
export type WireFacts = {
  readonly nowMs: number
  readonly merchantId: string
  readonly merchantSerial: string
  readonly merchantCertificateExpiresAtMs: number
  readonly platformSerials: readonly string[]
  readonly publicKeyId: string
  /** The scheme the merchant signs by. */
  readonly scheme: string
  /** Whether a base64 signature over a message was made with the merchant's key. */
  verify(message: string, signature: string): boolean
}

export type RouteName =
  | 'charge'
  | 'query'
  | 'query_id'
  | 'reverse'
  | 'close'
  | 'certificates'
  | 'refund'
  | 'refund_query'
  | 'tradebill'
  | 'bill_file'
  | 'not_built'

/**
 * `agent`: Accept and User-Agent are needed. `shy`: a missing Authorization is answered with the
 * short text and without Request-ID. Both as observed on the public host.
 */
type Route = {
  readonly name: RouteName
  readonly method: 'GET' | 'POST'
  readonly path: RegExp
  readonly agent: boolean
  readonly shy: boolean
}

const PAY = '/v3/pay/transactions'
const SHY = { agent: false, shy: true }
const BILL = { agent: false, shy: false }
const STRICT = { agent: true, shy: false }

const ROUTES: readonly Route[] = [
  { name: 'charge', method: 'POST', path: new RegExp(`^${PAY}/codepay$`), ...SHY },
  { name: 'query', method: 'GET', path: new RegExp(`^${PAY}/out-trade-no/([^/]+)$`), ...SHY },
  { name: 'query_id', method: 'GET', path: new RegExp(`^${PAY}/id/([^/]+)$`), ...SHY },
  {
    name: 'reverse',
    method: 'POST',
    path: new RegExp(`^${PAY}/out-trade-no/([^/]+)/reverse$`),
    ...SHY,
  },
  {
    name: 'close',
    method: 'POST',
    path: new RegExp(`^${PAY}/out-trade-no/([^/]+)/close$`),
    ...SHY,
  },
  { name: 'certificates', method: 'GET', path: /^\/v3\/certificates$/, ...STRICT },
  { name: 'refund', method: 'POST', path: /^\/v3\/refund\/domestic\/refunds$/, ...STRICT },
  {
    name: 'refund_query',
    method: 'GET',
    path: /^\/v3\/refund\/domestic\/refunds\/([^/]+)$/,
    ...STRICT,
  },
  {
    name: 'not_built',
    method: 'POST',
    path: /^\/v3\/refund\/domestic\/refunds\/([^/]+)\/apply-abnormal-refund$/,
    ...STRICT,
  },
  { name: 'tradebill', method: 'GET', path: /^\/v3\/bill\/tradebill$/, ...BILL },
  { name: 'bill_file', method: 'GET', path: /^\/v3\/billdownload\/file$/, ...BILL },
  { name: 'not_built', method: 'GET', path: /^\/v3\/bill\/fundflowbill$/, ...BILL },
]

/** Requests may be this far from the gateway's clock (interface rules: five minutes). */
const TIMESTAMP_TOLERANCE_MS = 300_000

export type Passed = {
  readonly ok: true
  readonly route: RouteName
  /** The order number or transaction id in the path, decoded; empty when there is none. */
  readonly argument: string
  readonly query: ReadonlyMap<string, string>
  readonly mchid: string
  /** The client asked for answers signed by the WeChat Pay public key. */
  readonly publicKeyMode: boolean
}
export type Stopped = { readonly ok: false; readonly verdict: string; readonly answer: Answer }

const stop = (verdict: string, answer: Answer): Stopped => ({ ok: false, verdict, answer })
const refuse = (name: RefusalName): Stopped => stop(name, refusalAnswer(REFUSALS[name]))

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const readQuery = (text: string): ReadonlyMap<string, string> => {
  const pairs = text === '' ? [] : text.split('&')
  return new Map(
    pairs.map((pair) => {
      const equals = pair.indexOf('=')
      const name = equals < 0 ? pair : pair.slice(0, equals)
      return [decode(name), equals < 0 ? '' : decode(pair.slice(equals + 1))]
    }),
  )
}

const signatureRefusal = (request: WireRequest, message: string): Stopped =>
  stop(
    'signature_wrong',
    refusalAnswer(REFUSALS.signature_wrong, {
      field: 'signature',
      location: 'authorization',
      detail: { issue: 'sign not match' },
      sign_information: {
        method: request.method,
        url: request.url,
        // The first three lines only: the body holds the payment code.
        truncated_sign_message: `${message.split('\n').slice(0, 3).join('\n')}\n`,
        sign_message_length: new TextEncoder().encode(message).length,
      },
    }),
  )

const checkAuthorization = (
  request: WireRequest,
  facts: WireFacts,
  shy: boolean,
): Stopped | Authorization => {
  const reading = readAuthorization(request.headers.authorization, facts.scheme)
  if (reading.kind === 'missing') {
    if (!shy) return refuse('authorization_malformed')
    const answer = refusalAnswer(REFUSALS.authorization_missing)
    return stop('authorization_missing', { ...answer, errno: null })
  }
  if (reading.kind === 'malformed') return refuse('authorization_malformed')
  if (reading.kind === 'other_scheme') return refuse('scheme_unknown')
  const auth = reading.value
  if (Math.abs(facts.nowMs - Number(auth.timestamp) * 1000) > TIMESTAMP_TOLERANCE_MS) {
    return refuse('timestamp_stale')
  }
  if (auth.mchid !== facts.merchantId || auth.serial.toUpperCase() !== facts.merchantSerial) {
    return refuse('serial_wrong')
  }
  if (facts.nowMs > facts.merchantCertificateExpiresAtMs) return refuse('certificate_expired')
  const message = requestMessage({ ...request, ...auth })
  return facts.verify(message, auth.signature) ? auth : signatureRefusal(request, message)
}

const checkMchid = (
  request: WireRequest,
  auth: Authorization,
  query: ReadonlyMap<string, string>,
): Stopped | undefined => {
  if (request.method === 'POST') {
    const inBody = mchidOfBody(request.body)
    return inBody !== undefined && inBody !== auth.mchid ? refuse('mchid_differs') : undefined
  }
  const inQuery = query.get('mchid')
  if (inQuery !== undefined) return inQuery === auth.mchid ? undefined : refuse('mchid_differs')
  const detail = { field: 'mchid', issue: 'is required', location: 'query' } as const
  return stop('mchid_missing', refusalAnswer(REFUSALS.mchid_missing, detail))
}

/**
 * Everything that is checked before a request means anything, in the order seen on the public host:
 * path, method, agent, Authorization, timestamp, serial, signature, merchant id.
 */
export function checkWire(request: WireRequest, facts: WireFacts): Passed | Stopped {
  const mark = request.url.indexOf('?')
  const path = mark < 0 ? request.url : request.url.slice(0, mark)
  const query = readQuery(mark < 0 ? '' : request.url.slice(mark + 1))
  const onPath = ROUTES.filter((route) => route.path.test(path))
  if (onPath.length === 0) return stop('path_unknown', emptyAnswer(404))
  const route = onPath.find(({ method }) => method === request.method)
  if (route === undefined) return stop('method_wrong', emptyAnswer(405))
  if (route.agent && !(request.headers.accept && request.headers['user-agent'])) {
    return refuse('agent_missing')
  }
  const auth = checkAuthorization(request, facts, route.shy)
  if ('ok' in auth) return auth
  const asked = request.headers['wechatpay-serial']
  const publicKeyMode = asked?.startsWith('PUB_KEY_ID_') ?? false
  const known = [...facts.platformSerials, facts.publicKeyId]
  if (asked !== undefined && !known.includes(asked)) return refuse('platform_serial_wrong')
  if (route.shy) {
    const mismatch = checkMchid(request, auth, query)
    if (mismatch) return mismatch
  }
  const argument = decode(route.path.exec(path)?.[1] ?? '')
  return { ok: true, route: route.name, argument, query, mchid: auth.mchid, publicKeyMode }
}
