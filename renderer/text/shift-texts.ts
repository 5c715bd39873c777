import type { Text } from './language.ts'

/** Sentences of the day-close view, in ICU message syntax. */
export const SHIFT_TEXTS = {
  'day.title': { 'zh-CN': '第 {number} 班', en: 'Shift {number}' },
  'day.since': { 'zh-CN': '{time} 起', en: 'since {time}' },
  'day.loading': { 'zh-CN': '正在读取班次', en: 'Reading the shift' },
  'day.net': { 'zh-CN': '本班净额', en: 'Net of this shift' },
  'day.payments': { 'zh-CN': '收款 {count} 笔', en: 'Payments ({count})' },
  'day.refunds': { 'zh-CN': '退款 {count} 笔', en: 'Refunds ({count})' },
  'day.by_operator': { 'zh-CN': '按操作人', en: 'By operator' },
  'day.nobody': { 'zh-CN': '（未记名）', en: '(nobody named)' },
  'day.unsettled': { 'zh-CN': '结果待确认 {count} 笔', en: 'Without a result ({count})' },
  'day.no_unsettled': {
    'zh-CN': '没有待确认的收款或退款',
    en: 'Nothing is without a result',
  },
  'day.sale': { 'zh-CN': '收款', en: 'Sale' },
  'day.refund': { 'zh-CN': '退款', en: 'Refund' },
  'day.carry': { 'zh-CN': '待确认的带到下一班', en: 'Carry over what has no result' },
  'day.operator': { 'zh-CN': '结束人姓名', en: 'Your name' },
  'day.close': { 'zh-CN': '结束班次', en: 'Close shift' },
  'day.close_again': { 'zh-CN': '确认结束', en: 'Yes, close it' },
  'day.closing': { 'zh-CN': '正在结束', en: 'Closing' },
  'day.closed': { 'zh-CN': '第 {number} 班已结束', en: 'Shift {number} is closed' },
  'day.closed_by': { 'zh-CN': '{time} 由 {operator} 结束', en: '{time}, by {operator}' },
  'day.report': { 'zh-CN': '班次结算单', en: 'Shift report' },
  'day.print': { 'zh-CN': '打印', en: 'Print' },
  'day.back': { 'zh-CN': '返回收款', en: 'Back' },
  'day.last': { 'zh-CN': '上一班', en: 'Last shift' },
  'day.current': { 'zh-CN': '本班', en: 'This shift' },
  'day.carry_key': { 'zh-CN': '带到下班', en: 'Carry over' },

  'day.ask': {
    'zh-CN': '班次结束后不能更改。再按一次 F4 确认结束。',
    en: 'A closed shift cannot be changed. Press F4 again to close it.',
  },
  'day.name_missing': {
    'zh-CN': '请先填写结束人姓名，班次没有结束。',
    en: 'Say who closes it first; the shift was not closed.',
  },
  'day.name_is_code': {
    'zh-CN': '这像是付款码，不是姓名，已清除。',
    en: 'That looks like a payment code, not a name; cleared.',
  },
  'day.carry_first': {
    'zh-CN': '还有结果待确认。请等待结果，或按 F7 带到下一班。',
    en: 'Something has no result yet. Wait for it, or press F7 to carry it over.',
  },
  'day.no_last': { 'zh-CN': '还没有结束过的班次。', en: 'No shift has been closed yet.' },
  'day.lost': {
    'zh-CN': '没有收到终端的答复。请按 F6 查看班次是否已结束。',
    en: 'The terminal did not answer. Press F6 to see whether the shift was closed.',
  },
} as const satisfies Record<string, Text>
