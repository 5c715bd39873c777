import { noMoneyMoved } from './error-entry.ts'

/** Why a shift is not closed. */
export const SHIFT_ERRORS = {
  'shift.unsettled': noMoneyMoved(
    409,
    '还有结果待确认的收款或退款，班次没有结束。请等待，或选择带到下一班。',
    'Sales or refunds are still without a result, so the shift was not closed. Wait, or carry them over.',
  ),
  'shift.already_closed': noMoneyMoved(
    409,
    '这一班已经结束，没有再结束一次。请查看上一班的结算单。',
    'That shift is closed already; nothing more was closed. Look at the report of the last shift.',
  ),
} as const
