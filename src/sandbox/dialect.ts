import type { Answer } from './answers.ts'
import { goodAnswer, refusalAnswer } from './answers.ts'
import type { FaultName, FaultSettings, FaultyReply } from './faults.ts'
import { applyFault } from './faults.ts'
import type { Merchant, Order } from './orders.ts'
import { orderAnswer } from './orders.ts'
import type { RefusalName } from './refusals.ts'
import { REFUSALS } from './refusals.ts'

/** How one version of the interface words what the ledger knows. */
export interface Dialect {
  /** A charge whose order is paid, and the `bank_type` it was paid with. */
  paid(order: Order, bankType: string): Answer
  /** A charge whose customer is asked for the password. */
  waiting(order: Order): Answer
  /** A charge under a number that another charge has used. */
  differs(order: Order): Answer
  /** A query. */
  found(order: Order, bankType: string): Answer
  reversed(order: Order): Answer
  refused(name: RefusalName): Answer
  faulty(name: FaultName, answer: Answer, settings: FaultSettings): FaultyReply
}

/** The wording of APIv3. */
export function v3Dialect(merchant: Merchant): Dialect {
  return {
    paid: (order, bankType) =>
      goodAnswer(200, orderAnswer({ ...order, state: 'SUCCESS' }, merchant, bankType)),
    waiting: () => goodAnswer(202, { trade_state: 'USERPAYING' }),
    differs: () => refusalAnswer(REFUSALS.order_differs),
    found: (order, bankType) => goodAnswer(200, orderAnswer(order, merchant, bankType)),
    reversed: ({ outTradeNo }) =>
      goodAnswer(200, { appid: merchant.appId, mchid: merchant.id, out_trade_no: outTradeNo }),
    refused: (name) => refusalAnswer(REFUSALS[name]),
    faulty: applyFault,
  }
}
