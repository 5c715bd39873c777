import type { NoticeOutcome, TakeNotice } from '../api/node/notices.ts'
import { LIMITS } from '../domain/limits.ts'
import { isRefundOpen, type Refund } from '../domain/refund.ts'
import type { Sale } from '../domain/sale.ts'
import { WAITS } from '../domain/waits.ts'
import type { RefundNotices } from '../gateway/node/notice-reader.ts'
import type { RefundNotice } from '../gateway/refund-notice.ts'
import type { Clock } from '../ports/clock.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { Log } from '../ports/log.ts'
import type { Terminal } from '../ports/terminal.ts'

/** What notifications are joined of. */
export type NoticeParts = {
  readonly notices: RefundNotices
  readonly terminal: Pick<Terminal, 'refunding' | 'command'>
  readonly clock: Clock
  readonly entropy: Entropy
  readonly log: Log
}

/**
 * Takes refund notifications. A verified one is a reason to ask the gateway now, and nothing more: what
 * it says of money is not used, so that one that comes twice, late, out of order or is held back by a
 * proxy changes no outcome.
 */
export function createNoticeDesk(parts: NoticeParts): TakeNotice {
  const { notices, terminal, log } = parts
  const known = createMemory(parts.clock)
  return async (arrived) => {
    const read = notices.readNotice(arrived)
    if (!read.ok) {
      log.warn('refund notice not believed', { fault: read.error })
      return read.error === 'unknown_serial' ? 'later' : 'refused'
    }
    const notice = read.value
    const found = findOpen(terminal.refunding(), notice.outRefundNo)
    const isRepeat = known.has(notice)
    const outcome = found && !isRepeat ? await ask(parts, found) : 'taken'
    if (found && outcome === 'taken') known.add(notice)
    const { outRefundNo, state } = notice
    const fields = { outRefundNo, state, outcome, isOpen: found !== undefined }
    if (found && !isAbout(notice, found.refund)) log.warn('refund notice of other facts', fields)
    else log.info('refund notice', fields)
    return outcome
  }
}

type Found = { readonly sale: Sale; readonly refund: Refund }

/** Only a refund under way can be asked about; any other number is of no concern here. */
function findOpen(sales: readonly Sale[], outRefundNo: string): Found | undefined {
  for (const sale of sales) {
    const refund = sale.refunds?.find((made) => made.outRefundNo === outRefundNo)
    if (refund && isRefundOpen(refund)) return { sale, refund }
  }
  return undefined
}

function isAbout(notice: RefundNotice, refund: Refund): boolean {
  return notice.outTradeNo === refund.outTradeNo && notice.refundFen === refund.amountFen
}

async function ask(parts: NoticeParts, found: Found): Promise<NoticeOutcome> {
  // The answer under way may be older than the notice: it has to come again after it.
  if (found.refund.awaits === 'answer') return 'later'
  const wish = { kind: 'check_wanted', saleId: found.sale.id } as const
  const clientId = `notice-${parts.entropy.uuid()}`
  const asked = await parts.terminal.command(wish, { clientId, digest: 'refund notice' })
  return asked.ok ? 'taken' : 'later'
}

/** Remembers for a while what was told of which refund, so that a repeat costs no question. */
function createMemory(clock: Clock) {
  const untilMs = new Map<string, number>()
  const keyOf = ({ refundId, state }: RefundNotice) => `${refundId} ${state}`
  return {
    has: (notice: RefundNotice) => clock.monotonicMs() < (untilMs.get(keyOf(notice)) ?? -1),
    add(notice: RefundNotice) {
      const key = keyOf(notice)
      if (clock.monotonicMs() < (untilMs.get(key) ?? -1)) return
      untilMs.delete(key)
      untilMs.set(key, clock.monotonicMs() + WAITS.noticeRepeatMs)
      const [oldest] = untilMs.keys()
      if (untilMs.size > LIMITS.noticesKnownMax && oldest !== undefined) untilMs.delete(oldest)
    },
  }
}
