import type { Text } from './language.ts'

/** Sentences of the scene on the staff's screen, in ICU message syntax. Customers never read them. */
export const SCENE_TEXTS = {
  'scene.title': { 'zh-CN': '场景与处置', en: 'Scene and measures' },

  'scene.manager_note': { 'zh-CN': '有给负责人的通知', en: 'There is a note for the manager' },
  'scene.manager_banner': { 'zh-CN': '请负责人查看', en: 'The manager has to read it' },
  'scene.countdown': { 'zh-CN': '请负责人按期处理', en: 'The manager has to put it right in time' },
  'scene.ceiling': { 'zh-CN': '超过的用其他方式收', en: 'Above it, use another tender' },
  'scene.no_credit_first': { 'zh-CN': '付款前请告知顾客', en: 'Tell the customer before paying' },
  'scene.option_gone': { 'zh-CN': '受限的方式不显示', en: 'What is restricted is not shown' },
  'scene.way_closed': { 'zh-CN': '有支付方式已关闭', en: 'A way to pay is closed' },
  'scene.stopped': { 'zh-CN': '可用现金等其他方式收款', en: 'Use cash or another tender' },
  'scene.retired': { 'zh-CN': '请联系商户负责人', en: 'Talk to the person in charge' },

  'scene.items': { 'zh-CN': '须改正：{items}', en: 'To put right: {items}' },

  'scene.ceiling_each': { 'zh-CN': '单笔最多 ¥{amount}', en: 'At most ¥{amount} each' },
  'scene.ceiling_pad': { 'zh-CN': '单笔最多 ¥{amount}', en: 'At most ¥{amount}' },
  'scene.no_credit': { 'zh-CN': '不支持信用卡', en: 'No credit cards' },
  'scene.left_days': {
    'zh-CN': '还剩 {days} 天 {hours} 小时',
    en: '{days, plural, one {# day} other {# days}} {hours} h left',
  },
  'scene.left_time': { 'zh-CN': '还剩 {time}', en: '{time} left' },
  'scene.overdue': { 'zh-CN': '期限已过', en: 'Deadline passed' },
  'scene.above_ceiling': {
    'zh-CN': '超过单笔最多 ¥{amount}，未收款。请用其他方式收款，不要拆单。',
    en: 'Above ¥{amount}, the most one payment may be; nothing was charged. Use another tender; do not split it.',
  },

  'stop.not_set_up.title': { 'zh-CN': '未开通', en: 'Not set up' },
  'stop.not_set_up.action': {
    'zh-CN': '本机还不能收款，请联系安装人员',
    en: 'No payments here yet; call the installer',
  },
  'stop.suspended.title': { 'zh-CN': '暂停服务', en: 'Out of service' },
  'stop.suspended.action': {
    'zh-CN': '暂不收新款，原因消除后自动恢复',
    en: 'No new payments; resumes by itself once the cause is gone',
  },
  'stop.way_closed.title': { 'zh-CN': '该支付方式已关闭', en: 'Way to pay closed' },
  'stop.way_closed.action': {
    'zh-CN': '不收新款，重新开通需要审批',
    en: 'No new payments until it is approved again',
  },
  'stop.retired.title': { 'zh-CN': '已停用', en: 'Retired' },
  'stop.retired.action': {
    'zh-CN': '本机不再收款，请联系商户负责人',
    en: 'No more payments here; talk to the person in charge',
  },

  'stop.other_tender': { 'zh-CN': '可用现金或其他方式收款', en: 'Take cash or another tender' },
  'stop.pending': {
    'zh-CN': '{count, plural, =0 {已发出的收款照常查询} other {# 笔待确认继续查询：F7}}',
    en: '{count, plural, =0 {Payments already sent are still checked} one {# unresolved is still checked: F7} other {# unresolved are still checked: F7}}',
  },
  'stop.refund': { 'zh-CN': '退款：F3', en: 'Refunds: F3' },
  'stop.no_refund': { 'zh-CN': '本机暂不能退款', en: 'No refunds at this terminal now' },
  'stop.shift': { 'zh-CN': '交班：F12', en: 'Shift: F12' },

  'state.ready.blocked': {
    'zh-CN': '现在不能收款，按 F4 取消这笔',
    en: 'Nothing can be charged now; press F4 to cancel',
  },
  'state.paid.blocked': { 'zh-CN': '可以交货', en: 'Hand over the goods' },
  'state.not_paid.blocked': {
    'zh-CN': '请用其他方式收款，按 F2 结束',
    en: 'Use another tender; press F2 to end',
  },
} as const satisfies Record<string, Text>
