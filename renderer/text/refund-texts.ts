import type { Text } from './language.ts'

/** Sentences of refunds, in ICU message syntax. */
export const REFUND_TEXTS = {
  'key.refund': { 'zh-CN': '退款', en: 'Refund' },

  'recent.refund.open': { 'zh-CN': '退款', en: 'Refund' },
  'recent.refund.under_way': { 'zh-CN': '退款中', en: 'Refunding' },
  'recent.refund.whole': { 'zh-CN': '已退款', en: 'Refunded' },
  'recent.refund.part': { 'zh-CN': '已退 {amount}', en: 'Back {amount}' },
  'recent.refund.not_given': { 'zh-CN': '没退成', en: 'No refund' },
  'recent.refund.needs_staff': { 'zh-CN': '退款异常', en: 'Needs staff' },
  'pending.payment': { 'zh-CN': '收款', en: 'Payment' },
  'pending.refund': { 'zh-CN': '退款', en: 'Refund' },
  'pending.refund_must_act': {
    'zh-CN': '钱没有到账，请负责人处理',
    en: 'did not arrive: call the manager',
  },
  'pending.refund_overdue': {
    'zh-CN': '超时，不要再退，请负责人处理',
    en: 'overdue, do not refund again: call the manager',
  },

  'refund.list.title': { 'zh-CN': '退哪一笔？', en: 'Refund which sale?' },
  'refund.search': {
    'zh-CN': '订单号或交易号的后几位',
    en: 'Last digits of the order or transaction number',
  },
  'refund.list.reading': { 'zh-CN': '正在读取…', en: 'Reading…' },
  'refund.list.none': { 'zh-CN': '没有已收款的订单', en: 'No paid sales' },
  'refund.list.not_found': {
    'zh-CN': '已读取的 {count} 笔里没有',
    en: 'Not among the {count} sales read so far',
  },
  'refund.list.count': { 'zh-CN': '共 {count} 笔', en: 'Sales: {count}' },
  'refund.older': { 'zh-CN': '更早的', en: 'Older' },
  'refund.leave': { 'zh-CN': '返回收款', en: 'Leave' },
  'refund.back': { 'zh-CN': '上一步', en: 'Back' },
  'refund.next': { 'zh-CN': '下一步', en: 'Next' },
  'refund.again': { 'zh-CN': '再退一笔', en: 'Refund more' },
  'refund.give': { 'zh-CN': '确认退款', en: 'Yes, refund' },
  'refund.sending': { 'zh-CN': '正在发送', en: 'Sending' },

  'refund.form.title': { 'zh-CN': '退款', en: 'Refund' },
  'refund.amount': { 'zh-CN': '退款金额（元）', en: 'Refund (yuan)' },
  'refund.all': { 'zh-CN': '全部', en: 'All' },
  'refund.sale': { 'zh-CN': '{time} 收款 ¥{amount}', en: '{time}, paid ¥{amount}' },
  'refund.left': { 'zh-CN': '可退 ¥{amount}', en: '¥{amount} left to refund' },
  'refund.reason': { 'zh-CN': '退款原因（顾客会看到）', en: 'Reason (the customer reads it)' },
  'refund.reason.returned': { 'zh-CN': '商品退货', en: 'Goods returned' },
  'refund.reason.out_of_stock': { 'zh-CN': '商品缺货', en: 'Out of stock' },
  'refund.reason.wrong_price': { 'zh-CN': '价格有误', en: 'Wrong price' },
  'refund.reason.charged_twice': { 'zh-CN': '重复收款', en: 'Charged twice' },
  'refund.words': { 'zh-CN': '其他原因', en: 'Another reason' },
  'refund.operator': { 'zh-CN': '操作人姓名', en: 'Your name' },

  'refund.confirm.title': { 'zh-CN': '确认退款？', en: 'Refund this?' },
  'refund.confirm.what': {
    'zh-CN': '钱原路退回顾客的微信支付，不能撤回。',
    en: 'The money goes back the way it was paid. This cannot be undone.',
  },
  'refund.confirm.sale': { 'zh-CN': '原收款', en: 'Sale' },
  'refund.confirm.reason': { 'zh-CN': '原因', en: 'Reason' },
  'refund.confirm.operator': { 'zh-CN': '操作人', en: 'By' },

  'refund.submitting.title': { 'zh-CN': '已申请退款', en: 'Refund asked for' },
  'refund.submitting.action': {
    'zh-CN': '正在发给网关，请稍候',
    en: 'Sending it to the gateway, please wait',
  },
  'refund.checking.title': { 'zh-CN': '退款结果待确认', en: 'Refund not known yet' },
  'refund.checking.action': {
    'zh-CN': '系统会继续查询。不要再次退款，不要另付现金',
    en: 'It is being checked. Do not refund again, do not pay cash instead',
  },
  'refund.processing.title': { 'zh-CN': '退款在途', en: 'Refund on its way' },
  'refund.processing.action': {
    'zh-CN': '网关已受理。退到银行卡要几个工作日',
    en: 'The gateway took it. To a bank card it takes some working days',
  },
  'refund.refunded.title': { 'zh-CN': '已退款', en: 'Refunded' },
  'refund.refunded.action': {
    'zh-CN': '钱已原路退回顾客',
    en: 'The customer has the money back',
  },
  'refund.not_refunded.title': { 'zh-CN': '没有退款', en: 'Not refunded' },
  'refund.not_refunded.action': { 'zh-CN': '钱没有退', en: 'No money was given back' },
  'refund.abnormal.title': { 'zh-CN': '退款异常', en: 'Needs staff' },
  'refund.abnormal.action': {
    'zh-CN': '钱没有到顾客账户。请负责人处理，这笔钱不要再退一次',
    en: 'It did not reach the customer. Call the manager; do not refund this amount again',
  },
  'refund.by_hand.title': { 'zh-CN': '退款结果未知', en: 'Refund not known' },
  'refund.by_hand.action': {
    'zh-CN': '负责人已停止等待，请在商户平台核对',
    en: 'A manager stopped waiting; see the merchant platform',
  },
  'refund.whole_list': { 'zh-CN': '这笔的全部退款', en: 'Refunds of this sale' },

  'refund.zero': { 'zh-CN': '退款金额不能是零。', en: 'The amount cannot be zero.' },
  'refund.too_much': {
    'zh-CN': '超过可退金额，没有退款，请改小。',
    en: 'More than what is left; nothing was refunded. Type less.',
  },
  'refund.reason_missing': { 'zh-CN': '请先选择退款原因。', en: 'Choose a reason first.' },
  'refund.name_missing': { 'zh-CN': '请先填写操作人姓名。', en: 'Say who gives it first.' },
  'refund.field_is_code': {
    'zh-CN': '这像是付款码，已清除。',
    en: 'That looks like a payment code; cleared.',
  },
  'refund.stale': {
    'zh-CN': '与终端的连接断了，状态可能已变。不要再次退款。',
    en: 'The terminal is not connected; this may be old. Do not refund again.',
  },
  'refund.lost': {
    'zh-CN': '没有收到终端的答复，不知道退款是否已申请。请看这笔的状态。',
    en: 'The terminal did not answer; the refund may have been asked for. Go by the state of the sale.',
  },
} as const satisfies Record<string, Text>
