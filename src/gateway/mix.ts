import type { Gateway, GatewayHealth } from '../ports/gateway.ts'

/** The calls that both APIs have. */
export type PayCalls = Pick<Gateway, 'signCharge' | 'query' | 'reverse' | 'refund' | 'queryRefund'>

/** A client of the v2 calls. It asks nothing by itself, and so knows of the line only what its calls met. */
export type V2Client = PayCalls & Pick<Gateway, 'health' | 'onHealth' | 'close'>

/** Which API a call goes by. An order made by one is known to the other. */
export type ApiVersion = 'v3' | 'v2'

/** Which API each kind of call goes by; `refund` is the question after a refund as well. */
export type CallRoutes = Readonly<Record<'charge' | 'query' | 'reverse' | 'refund', ApiVersion>>

/**
 * One gateway of two clients. A charge that rules out credit goes by APIv2 whatever `calls` says:
 * only there can it be asked for.
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
      (charge.noCredit === true ? v2 : clients[calls.charge]).signCharge(charge),
    query: (expected) => clients[calls.query].query(expected),
    reverse: (expected) => clients[calls.reverse].reverse(expected),
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
