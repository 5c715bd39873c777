import type { GatewayAnswer, RefundAnswer } from '../../ports/gateway.ts'
import type { LogFields } from '../../ports/log.ts'
import type { Arrival } from '../classify.ts'
import type { Call, RefundCall } from '../code-table.ts'

/** What came of one request, and how long it took with the one that may have followed it. */
export type Heard = {
  readonly arrival: Arrival
  readonly resent: boolean
  readonly tookMs: number
}

/** What a call was about. */
export type About =
  | { readonly call: Call; readonly outTradeNo: string }
  | { readonly call: RefundCall; readonly outTradeNo: string; readonly outRefundNo: string }

/** The fields of the log line of one answer: nothing of the payer, and none of the gateway's words. */
export function logFields(
  about: About,
  answer: GatewayAnswer | RefundAnswer,
  heard: Heard,
): LogFields {
  return {
    ...about,
    tookMs: heard.tookMs,
    kind: answer.kind,
    state: answer.kind === 'refund' ? answer.state : undefined,
    status: answer.status,
    requestId: answer.requestId,
    wireCode: answer.wireCode,
    cause: 'cause' in answer ? answer.cause : undefined,
    sent: answer.kind === 'unknown' ? answer.sent : undefined,
    fault: faultOf(heard.arrival),
  }
}

/** Whether an answer met a signature that only tests whether signatures are checked. */
export function isProbe(arrival: Arrival): boolean {
  return (
    arrival.kind === 'answered' &&
    arrival.verdict.kind === 'failed' &&
    arrival.verdict.fault === 'probe'
  )
}

function faultOf(arrival: Arrival): string | undefined {
  if (arrival.kind === 'failed') return arrival.cause
  return arrival.verdict.kind === 'failed' ? arrival.verdict.fault : undefined
}
