import type { Text } from './language.ts'

/** Sentences of the cashier's screen, in ICU message syntax. */
export const CASHIER_TEXTS = {
  'cashier.title': { 'zh-CN': '收银', en: 'Cashier' },

  'state.ready.title': { 'zh-CN': '就绪', en: 'Ready' },
  'state.ready.action': { 'zh-CN': '输入金额，按 Enter 收款', en: 'Type the amount, press Enter' },
  'state.ready.armable': { 'zh-CN': '按 F8 开始扫码', en: 'Press F8 to take a code' },
  'state.waiting_code.title': { 'zh-CN': '等待付款码', en: 'Waiting for code' },
  'state.waiting_code.action': {
    'zh-CN': '请扫顾客的付款码',
    en: "Scan the customer's payment code",
  },
  'state.submitting.title': { 'zh-CN': '正在收款', en: 'Charging' },
  'state.submitting.action': { 'zh-CN': '已读到付款码，请稍候', en: 'Code accepted, please wait' },
  'state.on_phone.title': { 'zh-CN': '等顾客确认', en: 'Customer confirming' },
  'state.on_phone.action': {
    'zh-CN': '请顾客在手机上输入密码',
    en: 'The customer enters the password on the phone',
  },
  'state.checking.title': { 'zh-CN': '正在查询', en: 'Checking' },
  'state.reversing.title': { 'zh-CN': '正在撤销', en: 'Reversing' },
  'state.unknown.title': { 'zh-CN': '结果待确认', en: 'Result not known' },
  'state.hold': {
    'zh-CN': '不要交货，不要重复收款',
    en: 'Do not hand over goods, do not charge again',
  },
  'state.paid.title': { 'zh-CN': '收款成功', en: 'Paid' },
  'state.paid.action': {
    'zh-CN': '可以交货。直接输入下一笔金额',
    en: 'Hand over the goods. Type the next amount',
  },
  'state.not_paid.title': { 'zh-CN': '未收款', en: 'Not paid' },
  'state.not_paid.action': { 'zh-CN': '直接输入下一笔金额', en: 'Type the next amount' },
  'state.not_paid.armable': {
    'zh-CN': '按 F8 重新扫码，或输入下一笔金额',
    en: 'Press F8 to scan again, or type the next amount',
  },
  'state.stopped.title': { 'zh-CN': '已停用', en: 'Stopped' },
  'state.stopped.action': { 'zh-CN': '终端不收款，请联系安装人员', en: 'Call the installer' },

  'pad.amount': { 'zh-CN': '金额（元）', en: 'Amount (yuan)' },
  'pad.order': { 'zh-CN': '订单号（可不填）', en: 'Order number (optional)' },
  'pad.keys': { 'zh-CN': '金额键盘', en: 'Amount keys' },
  'pad.collect': { 'zh-CN': '收款', en: 'Collect' },
  'pad.backspace': { 'zh-CN': '退格', en: 'Delete the last digit' },
  'pad.clear': { 'zh-CN': '清除', en: 'Clear' },
  'pad.too_long': { 'zh-CN': '数字过长，已清除，请重新输入金额', en: 'Too many digits; cleared' },
  'pad.zero': { 'zh-CN': '请先输入金额', en: 'Type an amount first' },
  'pad.order_is_code': {
    'zh-CN': '这像是付款码，不是订单号，已清除',
    en: 'That looks like a payment code, not an order number; cleared',
  },
  'pad.order_characters': {
    'zh-CN': '订单号只能用英文字母、数字和半角符号，最多 64 个',
    en: 'An order number takes up to 64 letters, digits and ASCII signs',
  },

  'key.next': { 'zh-CN': '下一位', en: 'Next sale' },
  'key.cancel': { 'zh-CN': '取消', en: 'Cancel' },
  'key.reverse': { 'zh-CN': '撤销', en: 'Reverse' },
  'key.cancel_confirm': { 'zh-CN': '确认撤销', en: 'Yes, reverse' },
  'key.check': { 'zh-CN': '立即查询', en: 'Check now' },
  'key.check_pending': { 'zh-CN': '查待确认', en: 'Others' },
  'key.arm': { 'zh-CN': '扫码', en: 'Scan' },
  'key.arm_again': { 'zh-CN': '重新扫码', en: 'Scan again' },
  'key.language': { 'zh-CN': 'English', en: '中文' },
  'key.shift': { 'zh-CN': '交班', en: 'Shift' },
  'key.theme': { 'zh-CN': '深浅', en: 'Theme' },

  'ask.cancel': {
    'zh-CN': '这笔已提交。再按一次 F4 申请撤销；结果以屏幕为准。',
    en: 'This charge is on its way. Press F4 again to ask for a reversal; the screen shows the result.',
  },
  'answer.lost': {
    'zh-CN': '没有收到终端的答复，请以屏幕上的状态为准。',
    en: 'The terminal did not answer; go by the state on the screen.',
  },
  'answer.offline': {
    'zh-CN': '未连接终端，没有发送。',
    en: 'Not connected to the terminal; nothing was sent.',
  },

  'detail.order': { 'zh-CN': '订单 {order}', en: 'Order {order}' },
  'detail.gateway': { 'zh-CN': '网关：{text}', en: 'Gateway: {text}' },
  'detail.payer_total': { 'zh-CN': '顾客实付 ¥{amount}', en: 'Customer paid ¥{amount}' },
  'detail.transaction': { 'zh-CN': '交易号 {id}', en: 'Transaction {id}' },

  'recent.title': { 'zh-CN': '最近收款', en: 'Last sales' },
  'recent.none': { 'zh-CN': '还没有收款', en: 'No sales yet' },
  'pending.title': {
    'zh-CN': '{count, plural, other {另有 # 笔待确认}}',
    en: '{count, plural, one {# more unresolved} other {# more unresolved}}',
  },
  'pending.age': { 'zh-CN': '已 {time}', en: 'for {time}' },
  'pending.next': { 'zh-CN': '{seconds} 秒后查询', en: 'next check in {seconds} s' },
  'pending.asking': { 'zh-CN': '正在查询', en: 'checking' },
  'pending.must_act': {
    'zh-CN': '网关拒绝撤销，请负责人处理',
    en: 'reversal refused: call the manager',
  },
  'pending.overdue': { 'zh-CN': '超时，请负责人处理', en: 'overdue: call the manager' },
  'outcome.PAID': { 'zh-CN': '已收', en: 'Paid' },
  'outcome.NOT_PAID': { 'zh-CN': '未收', en: 'Not paid' },
  'outcome.UNKNOWN': { 'zh-CN': '待确认', en: 'Not known' },
} as const satisfies Record<string, Text>
