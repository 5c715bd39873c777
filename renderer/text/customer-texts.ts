import type { Text } from './language.ts'

/** Sentences of the customer's screen: what to do, never why. */
export const CUSTOMER_TEXTS = {
  'customer.title': { 'zh-CN': '付款', en: 'Payment' },
  'customer.welcome': { 'zh-CN': '欢迎光临', en: 'Welcome' },
  'customer.amount': { 'zh-CN': '应付金额', en: 'Amount to pay' },
  'customer.amount_paid': { 'zh-CN': '已付金额', en: 'Amount paid' },
  'customer.show_code': { 'zh-CN': '请出示付款码', en: 'Please show your payment code' },
  'customer.show_code.how': {
    'zh-CN': '打开微信“收付款”，把屏幕对准扫码口',
    en: 'Open WeChat Pay, then hold your screen to the reader',
  },
  'customer.wait': { 'zh-CN': '请稍候', en: 'Please wait' },
  'customer.wait.charging': { 'zh-CN': '付款码已读到', en: 'We have read your code' },
  'customer.wait.checking': {
    'zh-CN': '正在确认付款结果',
    en: 'We are confirming your payment',
  },
  'customer.wait.staff': {
    'zh-CN': '还在确认付款结果，店员会协助您',
    en: 'Still confirming; the staff will help you',
  },
  'customer.soon': { 'zh-CN': '马上可以付款', en: 'Payment starts soon' },
  'customer.on_phone': {
    'zh-CN': '请在手机上输入密码',
    en: 'Please enter your password on your phone',
  },
  'customer.on_phone.how': { 'zh-CN': '完成后请稍等片刻', en: 'Then wait a moment' },
  'customer.paid': { 'zh-CN': '支付成功', en: 'Payment successful' },
  'customer.paid.thanks': { 'zh-CN': '谢谢惠顾', en: 'Thank you' },
  'customer.not_charged': { 'zh-CN': '本次没有扣款', en: 'You have not been charged' },
  'customer.closed': { 'zh-CN': '暂停服务', en: 'Out of service' },
  'customer.ask_staff': { 'zh-CN': '请联系店员', en: 'Please ask the staff' },
  'customer.no_credit': { 'zh-CN': '本单不支持信用卡', en: 'Credit cards cannot be used' },
  'customer.language': { 'zh-CN': 'English', en: '中文' },
} as const satisfies Record<string, Text>
