/** A refusal about a shift: it moves no money. */
function entry(status: number, texts: { readonly zh: string; readonly en: string }) {
  return {
    moneyTaken: 'no',
    status,
    staff: { 'zh-CN': texts.zh, en: texts.en },
    customer: { 'zh-CN': '请联系店员', en: 'Please ask the staff' },
  } as const
}

/** Why a shift is not closed. */
export const SHIFT_ERRORS = {
  'shift.unsettled': entry(409, {
    zh: '还有结果待确认的收款或退款，班次没有结束。请等待，或选择带到下一班。',
    en: 'Sales or refunds are still without a result, so the shift was not closed. Wait, or carry them over.',
  }),
  'shift.already_closed': entry(409, {
    zh: '这一班已经结束，没有再结束一次。请查看上一班的结算单。',
    en: 'That shift is closed already; nothing more was closed. Look at the report of the last shift.',
  }),
} as const
