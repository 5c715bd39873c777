import { err, ok, type Result } from '../base/result.ts'
import { admit, admitRefundTexts, admitTexts } from '../checkout/admit.ts'
import type { Binding, SaleWish } from '../checkout/events.ts'
import { type Problem, problem } from '../domain/errors.ts'
import { makeOutRefundNo } from '../domain/order-number.ts'
import type { Sale } from '../domain/sale.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { Wish } from '../ports/terminal.ts'

/** What a wish is stamped with. */
export type Stamps = {
  readonly atMs: number
  readonly entropy: Entropy
  /** Stands on the customer's bill when the caller gives no description. */
  readonly storeName: string
  /** The sale a wish is about, when it is closed and no longer in the state. */
  readonly archived: Sale | undefined
  /** For whom this terminal signs. */
  readonly merchant: Pick<Binding, 'merchantId' | 'appId'>
  /** The merchant certificate has run out: no money may move, and what did is still asked about. */
  readonly certificateEnded: boolean
  /** Since when this program runs. */
  readonly upSinceMs: number
}

/** Wishes that move money, or let a scan do so. */
const MOVES_MONEY: ReadonlySet<Wish['kind']> = new Set<Wish['kind']>([
  'sale_wanted',
  'arm_wanted',
  'refund_wanted',
])

/** Makes an event of a wish, or says why what it wants collected cannot be. */
export function stampWish(wish: Wish, stamps: Stamps): Result<SaleWish, Problem> {
  const { atMs, entropy, archived } = stamps
  const texts = admitTexts(wish)
  if (!texts.ok) return texts
  if (stamps.certificateEnded && MOVES_MONEY.has(wish.kind)) {
    return err(problem('keys.certificate_ended'))
  }
  if (wish.kind === 'refund_wanted') return stampRefund(wish, stamps)
  if (wish.kind !== 'sale_wanted') {
    const since = wish.kind === 'check_wanted' ? { upSinceMs: stamps.upSinceMs } : {}
    return ok({ ...wish, atMs, ...since, ...(archived ? { archived } : {}) })
  }
  const description = wish.description ?? stamps.storeName
  const admitted = admit({ ...wish, description })
  if (!admitted.ok) return admitted
  return ok({
    kind: 'sale_wanted',
    atMs,
    saleId: entropy.uuid(),
    amountFen: admitted.value.amountFen,
    description,
    ...(wish.orderRef === undefined ? {} : { orderRef: wish.orderRef }),
    ...(wish.operator === undefined ? {} : { operator: wish.operator }),
    traceId: entropy.uuid().slice(0, 8),
    arm: wish.arm,
  })
}

function stampRefund(
  wish: Extract<Wish, { kind: 'refund_wanted' }>,
  stamps: Stamps,
): Result<SaleWish, Problem> {
  const { atMs, entropy, archived, merchant } = stamps
  const admitted = admitRefundTexts(wish)
  if (!admitted.ok) return admitted
  const { amountFen, outTradeNo, saleId, reason, operator } = wish
  return ok({
    kind: 'refund_wanted',
    atMs,
    saleId,
    ...(amountFen === undefined ? {} : { amountFen }),
    ...(outTradeNo === undefined ? {} : { outTradeNo }),
    reason,
    operator,
    outRefundNo: makeOutRefundNo(atMs, entropy.bytes(12)),
    merchantId: merchant.merchantId,
    appId: merchant.appId,
    ...(archived ? { archived } : {}),
  })
}
