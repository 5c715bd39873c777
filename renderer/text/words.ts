import type { Language, Text } from './language.ts'

const word = (zh: string, en: string): Text => ({ 'zh-CN': zh, en })

/** Names that come over the wire, in plain words. A name that is not here is shown as it came. */
const WORDS = {
  role: {
    cashier: word('收银员', 'Cashier'),
    manager: word('店长', 'Manager'),
    installer: word('安装人员', 'Installer'),
  },
  interface: {
    MICROPAY: word('付款码', 'Payment code'),
    FACEPAY: word('刷脸', 'Face pay'),
    NATIVE: word('顾客扫码', 'Native code'),
    JSAPI: word('公众号支付', 'Official account'),
    MINIPROGRAM: word('小程序支付', 'Mini program'),
    APP: word('应用内支付', 'App'),
    H5: word('网页支付', 'Web page'),
    MICRO_CREDIT: word('小微商户信用支付', 'Credit of a micro merchant'),
    ALL: word('全部支付方式', 'Every way to pay'),
  },
  interface_state: {
    open: word('开通', 'Open'),
    paused: word('本机暂停', 'Paused here'),
    closed: word('已关闭', 'Closed'),
    refused: word('暂不能用', 'Refused now'),
  },
  channel: {
    ALL: word('合计', 'In all'),
    QUICK: word('快捷支付', 'Bank card'),
    BALANCE: word('余额', 'Balance'),
    CREDIT: word('信用', 'Credit'),
  },
  merchant_kind: {
    ENTERPRISE: word('企业', 'Company'),
    INDIVIDUAL: word('个体工商户', 'Sole trader'),
    MICRO: word('小微商户', 'Micro merchant'),
    OTHER: word('其他', 'Other'),
  },
  risk: {
    low: word('低', 'Low'),
    medium: word('中', 'Medium'),
    high: word('高', 'High'),
  },
  refund: {
    allowed: word('可在本机退款', 'On this terminal'),
    gateway_only: word('只能在商户平台退款', 'Merchant platform only'),
    blocked: word('不能退款', 'Blocked'),
  },
  measure: {
    M1: word('提醒警示', 'Warning'),
    M2: word('限期改正', 'Put right by a deadline'),
    M3: word('限额调整', 'Other limits'),
    M4: word('结算周期调整', 'Another settlement cycle'),
    M5: word('资金渠道限制', 'Fewer funding channels'),
    M6: word('场景限制', 'Fewer scenes'),
    M7: word('结算延后', 'Settlement delayed'),
    M8: word('服务暂停', 'Service suspended'),
    M9: word('权限关闭', 'Way to pay closed'),
    M10: word('协议终止', 'Agreement ended'),
    unreadable: word('无法识别的处置', 'A measure that cannot be read'),
  },
  measure_effect: {
    M1: word('收款照常。店长须确认已知悉。', 'Sales go on. A manager has to take note.'),
    M2: word(
      '到期前照常收款；到期后要有新的授权才能收款。',
      'Sales go on until the deadline; after it a new grant is needed.',
    ),
    M3: word('收款限额变了，见“限额”。', 'The limits have changed; see Limits.'),
    M4: word('收款照常，结算周期有变。', 'Sales go on; the settlement cycle has changed.'),
    M5: word('只能用还开放的资金渠道付款。', 'Only the funding channels still open can pay.'),
    M6: word('部分支付方式暂不能用。', 'Some ways to pay are not available.'),
    M7: word('收款照常，结算会延后。', 'Sales go on; settlement is delayed.'),
    M8: word(
      '不收新款。已发出的会查清，退款见授权。',
      'No new money. What was sent is settled; refunds as the grant says.',
    ),
    M9: word(
      '这些支付方式已关闭，重新开通要审批。',
      'These ways to pay are closed; opening them again needs an approval.',
    ),
    M10: word(
      '本机永久停用。已发出的会查清。',
      'This terminal is retired. What was sent is settled.',
    ),
    unknown: word(
      '本机不认识这项措施，按服务暂停处理。请更新程序。',
      'This program does not know the measure and stops as for M8. Update the program.',
    ),
  },
  place: {
    inside: word('在授权地点', 'At the approved place'),
    outside: word('不在授权地点', 'Not at the approved place'),
    unknown: word('位置不明', 'Place not known'),
  },
  place_source: {
    gnss: word('卫星定位', 'Satellite positioning'),
    installed: word('授权里登记的位置', 'Place in the grant'),
    configured: word('配置（仅限演练）', 'Configuration (rehearsal only)'),
    network: word('门店网络', 'Network of the store'),
    none: word('没有', 'None'),
  },
  clock: {
    trusted: word('时间已核对', 'Time is verified'),
    none: word('时间还没有核对', 'Time is not verified yet'),
    rolled_back: word('时间倒退，已锁定', 'Time went back: locked'),
  },
  certificate_level: {
    ok: word('有效', 'Valid'),
    soon: word('30 天内到期', 'Ends within 30 days'),
    urgent: word('7 天内到期', 'Ends within 7 days'),
    expired: word('已过期', 'Expired'),
  },
  certificate_source: {
    imported: word('已导入', 'Imported'),
    configured: word('来自配置文件', 'From the configuration'),
  },
  what: {
    'operator.sign_in': word('登录被拒', 'Sign-in refused'),
    'operator.add': word('添加人员', 'Operator added'),
    'operator.pin': word('修改密码', 'PIN changed'),
    'operator.remove': word('删除人员', 'Operator removed'),
    'interface.pause': word('暂停支付方式', 'Way to pay paused'),
    'interface.resume': word('恢复支付方式', 'Way to pay resumed'),
    'interface.close': word('申请关闭', 'Closing asked for'),
    'interface.closed': word('已关闭支付方式', 'Way to pay closed'),
    'interface.close_refused': word('关闭被拒', 'Closing refused'),
    'clock.unlock': word('解除时间锁定', 'Time unlocked'),
    'measure.acknowledged': word('确认知悉措施', 'Measure acknowledged'),
    'measure.reported_done': word('报告措施已改正', 'Measure reported as done'),
    'certificate.import': word('导入证书', 'Certificate imported'),
    'certificate.remove': word('删除证书', 'Certificate removed'),
    'secrets.move': word('更换密钥存放方式', 'Key store changed'),
    'terminal.enrol': word('登记终端', 'Terminal enrolled'),
    'terminal.retire': word('停用终端', 'Terminal retired'),
  },
  act: {
    acknowledge: word('确认已知悉', 'Take note'),
    report_done: word('报告已改正', 'Report as done'),
    pause: word('暂停', 'Pause'),
    resume: word('恢复', 'Resume'),
    close: word('关闭', 'Close'),
    unlock: word('解除时间锁定', 'Unlock the time'),
  },
} as const satisfies { readonly [table: string]: { readonly [name: string]: Text } }

/** The tables of names. */
export type WordTable = keyof typeof WORDS

/** A name of the wire in plain words; one that has none is shown as it came. */
export function wordOf(language: Language, table: WordTable, name: string): string {
  const words: { readonly [name: string]: Text } = WORDS[table]
  return Object.hasOwn(words, name) ? (words[name]?.[language] ?? name) : name
}
