import type {
  Charge,
  Expected,
  Gateway,
  GatewayAnswer,
  GatewayHealth,
  RefundAnswer,
  RefundRequest,
} from '../../src/ports/gateway.ts'

/** A call that waits for its answer. */
export type Call = {
  readonly kind: 'charge' | 'query' | 'reverse'
  readonly expected: Expected
  /** The code of a charge. */
  readonly code?: string
  answer(answer: GatewayAnswer): Promise<void>
}

/** A call about a refund that waits for its answer. */
export type RefundCall = {
  readonly kind: 'refund' | 'query_refund'
  readonly request: RefundRequest
  answer(answer: RefundAnswer): Promise<void>
}

/** A gateway that answers only what and when a test says. */
export type ScriptedGateway = Gateway & {
  /** Every call so far, in order. */
  readonly calls: readonly Call[]
  /** Every call about a refund so far, in order. */
  readonly refundCalls: readonly RefundCall[]
  /** What the light shows from now on; tells the listeners. */
  setHealth(health: GatewayHealth): void
  /** The last call; throws when there was none. */
  last(): Call
}

/** Makes a {@link ScriptedGateway}. `onCall` is told before the call is on the list. */
export function createScriptedGateway(onCall?: (kind: Call['kind']) => void): ScriptedGateway {
  const calls: Call[] = []
  const refundCalls: RefundCall[] = []
  const takeRefund = (kind: RefundCall['kind'], request: RefundRequest): Promise<RefundAnswer> => {
    const { promise, resolve } = Promise.withResolvers<RefundAnswer>()
    refundCalls.push({
      kind,
      request,
      async answer(answer) {
        resolve(answer)
        await settle()
      },
    })
    return promise
  }
  const listeners = new Set<(health: GatewayHealth) => void>()
  let health: GatewayHealth = { state: 'ok', host: 'primary' }
  const take = (kind: Call['kind'], expected: Expected, code?: string): Promise<GatewayAnswer> => {
    onCall?.(kind)
    let resolve: (answer: GatewayAnswer) => void = () => undefined
    const promise = new Promise<GatewayAnswer>((done) => {
      resolve = done
    })
    calls.push({
      kind,
      expected,
      ...(code === undefined ? {} : { code }),
      async answer(answer) {
        resolve(answer)
        await settle()
      },
    })
    return promise
  }
  return {
    calls,
    refundCalls,
    last() {
      const call = calls.at(-1)
      if (!call) throw new Error('the gateway was not called')
      return call
    },
    signCharge: ({ code, ...expected }: Charge) => ({
      send: () => take('charge', expected, code),
    }),
    query: (expected) => take('query', expected),
    reverse: (expected) => take('reverse', expected),
    refund: (request) => takeRefund('refund', request),
    queryRefund: (request) => takeRefund('query_refund', request),
    expectCharge: () => undefined,
    setHealth(next) {
      health = next
      for (const listener of listeners) listener(next)
    },
    health: () => health,
    onHealth(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: () => Promise.resolve(),
  }
}

/** Lets every promise that is ready run to its end. */
export function settle(): Promise<void> {
  return new Promise((done) => setImmediate(done))
}

/** A payment of `call` as a gateway that is honest would confirm it. */
export function paidAnswer(call: { readonly expected: Expected }): GatewayAnswer {
  return {
    kind: 'paid',
    outTradeNo: call.expected.outTradeNo,
    amountFen: call.expected.amountFen,
    transactionId: `42000${call.expected.outTradeNo}`,
    refunded: false,
  }
}
