import type { State } from '../checkout/state.ts'
import { isRefundOpen, type Refund } from '../domain/refund.ts'
import type { Sale } from '../domain/sale.ts'
import { WAITS } from '../domain/waits.ts'
import type { CashierScreen, PendingSale } from './model.ts'
import { optional } from './optional.ts'

/** How many sales without a result the cashier's screen lists; the number tells of the rest. */
const PENDING_SHOWN_MAX = 4

/**
 * What has no result and is not on the screen, in the order of the journal. A refund that the gateway took is not in
 * it: its money is on its way, and nobody has to do anything.
 */
export function pendingOf(
  state: State,
  atMs: number,
): Pick<CashierScreen, 'pending' | 'pendingSales'> {
  const waiting = [...state.sales.values()].flatMap((sale) =>
    pendingSale(sale, { onScreen: state.onScreen, atMs }),
  )
  return { pending: waiting.length, pendingSales: waiting.slice(0, PENDING_SHOWN_MAX) }
}

function pendingSale(
  sale: Sale,
  now: { readonly onScreen: string | null; readonly atMs: number },
): readonly PendingSale[] {
  const about = {
    saleId: sale.id,
    amountFen: sale.amountFen,
    ...optional('orderRef', sale.orderRef),
  }
  if (sale.phase === 'in_flight') {
    if (sale.id === now.onScreen) return []
    const attempt = sale.attempts.at(-1)
    return [
      {
        ...about,
        what: 'payment',
        sinceMs: attempt?.submittedAtMs ?? sale.createdAtMs,
        ...optional('nextTryAtMs', attempt?.nextTryAtMs),
        overdue: attempt?.overdue ?? false,
        ...(attempt?.cause === 'gateway.reverse_refused' ? { mustAct: true as const } : {}),
      },
    ]
  }
  const refund = sale.refunds?.find((made) => needsEyes(made, now.atMs))
  if (!refund) return []
  return [
    {
      ...about,
      what: 'refund',
      amountFen: refund.amountFen,
      sinceMs: refund.wantedAtMs,
      ...optional('nextTryAtMs', refund.nextTryAtMs),
      overdue: now.atMs - refund.wantedAtMs >= WAITS.overdueMs,
      ...(refund.phase === 'abnormal' ? { mustAct: true as const } : {}),
    },
  ]
}

/** Not known yet to have been taken, known not to have arrived, or on its way for too long. */
function needsEyes(refund: Refund, atMs: number): boolean {
  if (!isRefundOpen(refund)) return false
  if (refund.phase !== 'processing') return true
  return atMs - refund.wantedAtMs >= WAITS.refundStuckMs
}
