import type { Text } from './language.ts'

/** Sentences of every screen. */
export const SHARED_TEXTS = {
  'link.connecting': { 'zh-CN': '正在连接…', en: 'Connecting…' },
  'link.lost': { 'zh-CN': '正在重新连接…', en: 'Reconnecting…' },
  'link.lost.action': {
    'zh-CN': '连上之前不要交货，不要重复收款',
    en: 'Until then do not hand over goods, do not charge again',
  },
  'countdown.seconds': { 'zh-CN': '{seconds} 秒', en: '{seconds} s' },
  'countdown.next': { 'zh-CN': '{seconds} 秒后再次查询', en: 'Next check in {seconds} s' },
  'countdown.label': { 'zh-CN': '剩余时间', en: 'Time left' },
  'amount.spoken': { 'zh-CN': '{amount} 元', en: '{amount} yuan' },
} as const satisfies Record<string, Text>

/**
 * Words of the device lights, `light.<device>.<detail>`. A detail that is not here is shown with
 * the word of its level.
 */
export const LIGHT_TEXTS = {
  'light.scanner': { 'zh-CN': '扫码枪', en: 'Scanner' },
  'light.gateway': { 'zh-CN': '网关', en: 'Gateway' },
  'light.journal': { 'zh-CN': '流水', en: 'Journal' },
  'light.certificate': { 'zh-CN': '证书', en: 'Certificate' },

  'light.level.ok': { 'zh-CN': '正常', en: 'OK' },
  'light.level.busy': { 'zh-CN': '进行中', en: 'busy' },
  'light.level.bad': { 'zh-CN': '异常', en: 'fault' },
  'light.level.off': { 'zh-CN': '未启用', en: 'off' },

  'light.scanner.open': { 'zh-CN': '就绪', en: 'ready' },
  'light.scanner.searching': { 'zh-CN': '查找中', en: 'searching' },
  'light.scanner.opening': { 'zh-CN': '连接中', en: 'connecting' },
  'light.scanner.lost': { 'zh-CN': '已断开', en: 'unplugged' },
  'light.scanner.closed': { 'zh-CN': '已关闭', en: 'closed' },
  'light.scanner.none': { 'zh-CN': '未配置', en: 'none' },
  'light.gateway.unknown': { 'zh-CN': '未联络', en: 'not tried' },
  'light.gateway.ok': { 'zh-CN': '正常', en: 'online' },
  'light.gateway.primary': { 'zh-CN': '正常', en: 'online' },
  'light.gateway.backup': { 'zh-CN': '备用线路', en: 'backup line' },
  'light.gateway.failing': { 'zh-CN': '连不上', en: 'unreachable' },
  'light.journal.ok': { 'zh-CN': '正常', en: 'OK' },
  'light.journal.failing': { 'zh-CN': '写不进', en: 'not writable' },
  'light.certificate.good': { 'zh-CN': '有效', en: 'valid' },
  'light.certificate.last_month': {
    'zh-CN': '剩 {days} 天',
    en: '{days, plural, one {# day left} other {# days left}}',
  },
  'light.certificate.last_week': {
    'zh-CN': '仅剩 {days} 天',
    en: '{days, plural, one {only # day left} other {only # days left}}',
  },
  'light.certificate.last_day': { 'zh-CN': '一天内到期', en: 'ends within a day' },
  'light.certificate.ended': { 'zh-CN': '已过期', en: 'expired' },
} as const satisfies Record<string, Text>
