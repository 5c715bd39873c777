/** What the gateway answers, before anybody signs it. */
export type Reply = { readonly status: number; readonly body: Readonly<Record<string, unknown>> }

/** A charge as the gateway reads it. */
export type WireCharge = {
  readonly appid: string
  readonly mchid: string
  readonly out_trade_no: string
  readonly payer: { readonly auth_code: string }
  readonly amount: { readonly total: number; readonly currency: string }
}

type OrderState = 'NOTPAY' | 'USERPAYING' | 'SUCCESS' | 'PAYERROR' | 'REVOKED'

/** An order as the gateway's own ledger has it. */
export type Order = {
  readonly charge: WireCharge
  readonly madeAtMs: number
  state: OrderState
  /** Unknown to queries and reversals until this is false: a commit that is late. */
  invisible: boolean
  timesTaken: number
  timesReturned: number
}

/** A refusal as the wire has it. */
export function fail(status: number, code: string, message: string): Reply {
  return { status, body: { code, message } }
}
