import type { Expected, Gateway, GatewayAnswer, GatewayHealth } from '../ports/gateway.ts'

/** The calls that both APIs have. */
export type PayCalls = Pick<Gateway, 'signCharge' | 'query' | 'reverse' | 'refund' | 'queryRefund'>

/** A client of the v2 calls. It asks nothing by itself, and so knows of the line only what its calls met. */
export type V2Client = PayCalls & Pick<Gateway, 'health' | 'onHealth' | 'close'>

/** Which API a call goes by. An order made by one is known to the other. */
export type ApiVersion = 'v3' | 'v2'

/** Which API each kind of call goes by; `refund` is the question after a refund as well. */
export type CallRoutes = Readonly<Record<'charge' | 'query' | 'reverse' | 'refund', ApiVersion>>

/** An order made with a face code is known to the face calls of APIv2 alone (APIv2 刷脸支付). */
function isFaceCall({ face }: Expected): boolean {
  return face === 'face_code'
}

/**
 * One gateway of two clients. A charge that rules out credit goes by APIv2 whatever `calls` says:
 * only there can it be asked for; and so does every call about an order of a face code.
 *
 * Line, host, clock and certificate are those of the APIv3 client, which asks regularly and of the same
 * hosts. When the v2 client is not dealt with for its key, its certificate or its standing, that shows
 * as failing until one of its calls is answered well; a passing trouble of it does not, because its
 * next call may be days away.
 */
export function mixGateways(v3: Gateway, v2: V2Client, calls: CallRoutes): Gateway {
  const clients: Readonly<Record<ApiVersion, PayCalls>> = { v3, v2 }
  const health = () => mixHealth(v3.health(), v2.health())
  return {
    signCharge: (charge) =>
      (charge.noCredit === true || isFaceCall(charge) ? v2 : clients[calls.charge]).signCharge(
        charge,
      ),
    query: (expected) => (isFaceCall(expected) ? v2 : clients[calls.query]).query(expected),
    reverse: (expected) => (isFaceCall(expected) ? v2 : clients[calls.reverse]).reverse(expected),
    refund: (request) => clients[calls.refund].refund(request),
    queryRefund: (request) => clients[calls.refund].queryRefund(request),
    expectCharge: () => v3.expectCharge(),
    health,
    onHealth(listener) {
      const ends = [v3, v2].map((client) => client.onHealth(() => listener(health())))
      return () => {
        for (const end of ends) end()
      }
    },
    async close() {
      await Promise.all([v3.close(), v2.close()])
    },
  }
}

/**
 * The gateway of a merchant without an APIv2 key: orders of face codes are neither charged nor asked
 * about, since another API may well not know them, and would then be believed.
 */
export function withoutFaceCalls(v3: Gateway): Gateway {
  return {
    signCharge: (charge) =>
      isFaceCall(charge) ? { send: () => notSent('gateway.bad_request') } : v3.signCharge(charge),
    query: (expected) =>
      isFaceCall(expected) ? notSent('gateway.check_refused') : v3.query(expected),
    reverse: (expected) =>
      isFaceCall(expected) ? notSent('gateway.check_refused') : v3.reverse(expected),
    refund: (request) => v3.refund(request),
    queryRefund: (request) => v3.queryRefund(request),
    expectCharge: () => v3.expectCharge(),
    health: () => v3.health(),
    onHealth: (listener) => v3.onHealth(listener),
    close: () => v3.close(),
  }
}

function notSent(cause: 'gateway.bad_request' | 'gateway.check_refused'): Promise<GatewayAnswer> {
  const wireText = 'not sent: face codes need an APIv2 key'
  return Promise.resolve({ kind: 'unknown', cause, sent: false, wireText })
}

/** Causes that stand until somebody changes a key, a certificate or a contract. */
const STANDING_CAUSES: ReadonlySet<string> = new Set([
  'gateway.bad_signature',
  'gateway.certificate_expired',
  'gateway.check_refused',
  'gateway.not_authorised',
  'gateway.sign_error',
  'gateway.terminal_not_proven',
  'gateway.terminal_suspended',
  'refund.sign_error',
])

function mixHealth(v3: GatewayHealth, v2: GatewayHealth): GatewayHealth {
  const { lastCause } = v2
  const isStanding = lastCause !== undefined && STANDING_CAUSES.has(lastCause)
  return v3.state === 'ok' && isStanding ? { ...v3, state: 'failing', lastCause } : v3
}
