import { ADMINISTRATION_ERRORS } from './administration-errors.ts'
import { BILL_ERRORS } from './bill-errors.ts'
import { CONFIG_ERRORS } from './config-errors.ts'
import { FACE_ERRORS } from './face-errors.ts'
import { KEY_ERRORS } from './key-errors.ts'
import { REFUND_ERRORS } from './refund-errors.ts'
import { SCENE_ERRORS } from './scene-errors.ts'
import { SERVICES_ERRORS } from './services-errors.ts'
import { SHIFT_ERRORS } from './shift-errors.ts'

/** Languages of the terminal's own texts. */
export type Language = 'zh-CN' | 'en'

/** One text in every language. */
export type Text = { readonly [key in Language]: string }

/** Whether money was taken when this is said. */
export type MoneyTaken = 'no' | 'yes' | 'unknown'

type ErrorEntry = {
  readonly moneyTaken: MoneyTaken
  /** HTTP status on the local API when a command ends in it. */
  readonly status: number
  /** What happened and what staff should do. */
  readonly staff: Text
  /** What a customer reads: what to do next, never a reason. */
  readonly customer: Text
}

const ASK_STAFF: Text = { 'zh-CN': '请联系店员', en: 'Please ask the staff' }
const SHOW_AGAIN: Text = {
  'zh-CN': '请重新打开付款码再出示',
  en: 'Please open your payment code again and show it',
}
const REFRESH: Text = {
  'zh-CN': '请刷新付款码后再出示',
  en: 'Please refresh your payment code and show it again',
}
const OTHER_METHOD: Text = {
  'zh-CN': '请更换付款方式后重新出示付款码',
  en: 'Please choose another way to pay and show a new code',
}
const PLEASE_WAIT: Text = { 'zh-CN': '请稍候，正在确认结果', en: 'Please wait, we are checking' }

function entry(
  moneyTaken: MoneyTaken,
  status: number,
  texts: { readonly zh: string; readonly en: string; readonly customer: Text },
): ErrorEntry {
  return {
    moneyTaken,
    status,
    staff: { 'zh-CN': texts.zh, en: texts.en },
    customer: texts.customer,
  }
}

/**
 * Every refusal and fault the terminal can name. A code is never renamed and never reused.
 * Codes under `gateway.` describe an attempt; the rest describe a command.
 */
export const ERRORS = {
  'amount.not_integer': entry('no', 400, {
    zh: '金额必须是整数分。未收款，请重新输入。',
    en: 'The amount must be a whole number of fen. Nothing was charged; enter it again.',
    customer: ASK_STAFF,
  }),
  'amount.not_positive': entry('no', 400, {
    zh: '金额必须大于零。未收款，请重新输入。',
    en: 'The amount must be more than zero. Nothing was charged; enter it again.',
    customer: ASK_STAFF,
  }),
  'amount.too_large': entry('no', 400, {
    zh: '金额超过上限。未收款，请核对金额。',
    en: 'The amount is over the limit. Nothing was charged; check the amount.',
    customer: ASK_STAFF,
  }),
  'amount.not_cny': entry('no', 400, {
    zh: '只支持人民币。未收款。',
    en: 'Only CNY can be collected. Nothing was charged.',
    customer: ASK_STAFF,
  }),
  'description.invalid': entry('no', 400, {
    zh: '商品描述过长或含有不支持的字符。未收款，请修改描述。',
    en: 'The description is too long or has characters the gateway does not take. Nothing was charged; change it.',
    customer: ASK_STAFF,
  }),
  'text.holds_a_code': entry('no', 400, {
    zh: '文字里有像付款码的数字，没有受理，没有动钱。请去掉它再试；订单号请在数字中间加字母或连字符。',
    en: 'The text holds digits that could be a payment code, so nothing was done and no money moved. Take them out and try again; in an order number, put a letter or a hyphen among the digits.',
    customer: ASK_STAFF,
  }),
  'code.alipay': entry('no', 409, {
    zh: '这是支付宝付款码，本机只收微信付款码。未收款，请顾客打开微信付款码。',
    en: 'This is an Alipay code; this terminal takes WeChat codes. Nothing was charged; ask for a WeChat code.',
    customer: { 'zh-CN': '请出示微信付款码', en: 'Please show a WeChat payment code' },
  }),
  'code.unionpay': entry('no', 409, {
    zh: '这是云闪付付款码，本机只收微信付款码。未收款，请顾客打开微信付款码。',
    en: 'This is a UnionPay code; this terminal takes WeChat codes. Nothing was charged; ask for a WeChat code.',
    customer: { 'zh-CN': '请出示微信付款码', en: 'Please show a WeChat payment code' },
  }),
  'code.not_a_payment_code': entry('no', 409, {
    zh: '这不是付款码。未收款，请顾客打开微信“收付款”页面。',
    en: 'This is not a payment code. Nothing was charged; ask the customer to open the WeChat payment code.',
    customer: { 'zh-CN': '请出示微信付款码', en: 'Please show a WeChat payment code' },
  }),
  'code.wrong_symbology': entry('no', 409, {
    zh: '扫到的码制不是二维码或 Code 128。未收款，请重新扫描付款码。',
    en: 'The label is neither a QR code nor Code 128. Nothing was charged; scan the payment code again.',
    customer: SHOW_AGAIN,
  }),
  'code.garbled': entry('no', 409, {
    zh: '扫描内容不完整。未收款，请重新扫描。',
    en: 'The scan was incomplete or garbled. Nothing was charged; scan again.',
    customer: SHOW_AGAIN,
  }),
  'code.used_before': entry('no', 409, {
    zh: '此付款码已经用过，可能是旧截图。本次未收款，请顾客刷新付款码。',
    en: 'This payment code was used before; it may be an old picture. Nothing was charged now; ask the customer to refresh it.',
    customer: REFRESH,
  }),
  'code.too_late': entry('no', 409, {
    zh: '付款码已超过使用时间，未发送。未收款，请重新扫描。',
    en: 'The code grew too old and was not sent. Nothing was charged; scan a fresh code.',
    customer: SHOW_AGAIN,
  }),
  'code.in_flight': entry('unknown', 409, {
    zh: '上一个付款码还在处理，本次扫描未使用。请等待结果。',
    en: 'Another code is being charged; this scan was not used. Wait for the result.',
    customer: PLEASE_WAIT,
  }),
  'gateway.code_expired': entry('no', 409, {
    zh: '付款码已过期。未收款，请顾客刷新付款码。',
    en: 'The payment code has expired. Nothing was charged; ask the customer to refresh it.',
    customer: SHOW_AGAIN,
  }),
  'gateway.code_invalid': entry('no', 409, {
    zh: '付款码无效或已使用。未收款，请顾客刷新付款码。',
    en: 'The payment code is invalid or was used before. Nothing was charged; ask the customer to refresh it.',
    customer: SHOW_AGAIN,
  }),
  'gateway.not_enough': entry('no', 409, {
    zh: '余额不足。未收款，请顾客更换支付方式。',
    en: 'The balance is too low. Nothing was charged; ask for another way to pay.',
    customer: OTHER_METHOD,
  }),
  'gateway.rule_limit': entry('no', 409, {
    zh: '被微信支付规则限制。未收款，请更换支付方式。',
    en: 'WeChat Pay refused it under its rules. Nothing was charged; use another way to pay.',
    customer: OTHER_METHOD,
  }),
  'gateway.account_error': entry('no', 409, {
    zh: '顾客账户异常。未收款，请更换支付方式。',
    en: "The customer's account cannot pay. Nothing was charged; use another way to pay.",
    customer: OTHER_METHOD,
  }),
  'gateway.trade_error': entry('no', 409, {
    zh: '交易失败。未收款，请更换支付方式。',
    en: 'The payment failed. Nothing was charged; use another way to pay.',
    customer: OTHER_METHOD,
  }),
  'gateway.order_closed': entry('no', 409, {
    zh: '该订单已关闭。未收款，请重新扫码。',
    en: 'The order is closed. Nothing was charged; scan again.',
    customer: SHOW_AGAIN,
  }),
  'gateway.bad_request': entry('no', 409, {
    zh: '请求被网关拒绝。未收款，请联系安装人员检查配置。',
    en: 'The gateway refused the request. Nothing was charged; have the installer check the configuration.',
    customer: ASK_STAFF,
  }),
  'gateway.not_authorised': entry('no', 409, {
    zh: '商户无权限或配置不符。未收款，请联系安装人员。',
    en: 'The merchant is not allowed to do this, or its settings differ. Nothing was charged; call the installer.',
    customer: ASK_STAFF,
  }),
  'gateway.terminal_suspended': entry('no', 409, {
    zh: '本终端已被网关停用。未收款，请改用其他终端收款，并联系服务商。',
    en: 'The gateway has suspended this terminal. Nothing was charged; use another terminal and call the service provider.',
    customer: ASK_STAFF,
  }),
  'gateway.terminal_not_proven': entry('no', 409, {
    zh: '网关不能确认本终端的身份。未收款；请稍后再试，仍不行请联系安装人员。',
    en: 'The gateway cannot tell that this is the terminal it knows. Nothing was charged; try again soon, and call the installer if it stays so.',
    customer: ASK_STAFF,
  }),
  'gateway.scene_refused': entry('no', 409, {
    zh: '网关按场景授权拒绝了这笔收款。未收款；授权正在更新，请稍后再试或联系店长。',
    en: 'The gateway refused this charge by the grant of this terminal. Nothing was charged; the grant is being fetched, try again soon or call the manager.',
    customer: ASK_STAFF,
  }),
  'gateway.sign_error': entry('no', 409, {
    zh: '网关不接受签名：请检查证书、密钥和系统时间。未收款。',
    en: 'The gateway does not accept our signature: check certificate, key and clock. Nothing was charged.',
    customer: ASK_STAFF,
  }),
  'gateway.customer_failed': entry('no', 409, {
    zh: '顾客未完成付款（取消、密码错误或超时），订单已撤销。未收款。',
    en: 'The customer did not finish (cancelled, wrong password or too late); the order was reversed. Nothing was charged.',
    customer: SHOW_AGAIN,
  }),
  'gateway.channel_forbidden': entry('no', 409, {
    zh: '顾客用信用卡付款，但本单不允许信用卡；已自动撤销，款项原路退回。未收款，请顾客换用零钱或借记卡重新付款。',
    en: 'The customer paid by credit card, which this order excluded; it was reversed and the money goes back. Nothing was kept; ask for balance or a debit card.',
    customer: OTHER_METHOD,
  }),
  'gateway.reversed': entry('no', 409, {
    zh: '订单已撤销。未收款；如有扣款会退回。',
    en: 'The order was reversed. Nothing was kept; any deduction is returned.',
    customer: SHOW_AGAIN,
  }),
  'gateway.never_arrived': entry('no', 409, {
    zh: '网关没有收到这笔订单。未收款，请重新扫码。',
    en: 'The gateway never received this order. Nothing was charged; scan again.',
    customer: SHOW_AGAIN,
  }),
  'gateway.unreachable': entry('unknown', 503, {
    zh: '连不上网关，结果待确认。不要交货，不要重复收款。',
    en: 'The gateway cannot be reached; the result is not known. Do not hand over goods, do not charge again.',
    customer: PLEASE_WAIT,
  }),
  'gateway.timeout': entry('unknown', 503, {
    zh: '网关没有按时回答，结果待确认。不要交货，不要重复收款。',
    en: 'The gateway did not answer in time; the result is not known. Do not hand over goods, do not charge again.',
    customer: PLEASE_WAIT,
  }),
  'gateway.cut_off': entry('unknown', 503, {
    zh: '与网关的连接中断，结果待确认。不要交货，不要重复收款。',
    en: 'The connection broke; the result is not known. Do not hand over goods, do not charge again.',
    customer: PLEASE_WAIT,
  }),
  'gateway.server_error': entry('unknown', 503, {
    zh: '网关出错，结果待确认。不要交货，不要重复收款。',
    en: 'The gateway had an error; the result is not known. Do not hand over goods, do not charge again.',
    customer: PLEASE_WAIT,
  }),
  'gateway.busy': entry('unknown', 503, {
    zh: '网关繁忙，结果待确认。不要交货，不要重复收款。',
    en: 'The gateway is busy; the result is not known. Do not hand over goods, do not charge again.',
    customer: PLEASE_WAIT,
  }),
  'gateway.bad_signature': entry('unknown', 503, {
    zh: '网关回答的签名不对，未采信，结果待确认。不要交货，不要重复收款。',
    en: "The answer's signature is missing or wrong, so it was not believed; the result is not known. Do not hand over goods, do not charge again.",
    customer: PLEASE_WAIT,
  }),
  'gateway.unreadable': entry('unknown', 503, {
    zh: '网关的回答无法识别，结果待确认。不要交货，不要重复收款。',
    en: 'The answer could not be read; the result is not known. Do not hand over goods, do not charge again.',
    customer: PLEASE_WAIT,
  }),
  'gateway.mismatch': entry('unknown', 503, {
    zh: '网关回答的订单、商户或金额与本单不符，未采信。不要交货，不要重复收款。',
    en: 'Order, merchant or amount of the answer differ from ours, so it was not believed. Do not hand over goods, do not charge again.',
    customer: PLEASE_WAIT,
  }),
  'gateway.unknown_code': entry('unknown', 503, {
    zh: '网关返回了未知代码，结果待确认。不要交货，不要重复收款。',
    en: 'The gateway answered with a code we do not know; the result is not known. Do not hand over goods, do not charge again.',
    customer: PLEASE_WAIT,
  }),
  'gateway.check_refused': entry('unknown', 503, {
    zh: '网关不受理查询或撤销：请检查证书、密钥、系统时间和配置。结果待确认，不要重复收款。',
    en: 'The gateway refused our query or reversal: check certificate, key, clock and settings. The result is not known; do not charge again.',
    customer: PLEASE_WAIT,
  }),
  'gateway.reverse_refused': entry('unknown', 503, {
    zh: '网关拒绝撤销这笔订单，钱可能已收，终端会继续查询。不要重复收款。请负责人到商户平台核对，处理后人工结案。',
    en: 'The gateway refuses to reverse this order, so the money may be taken; checking goes on. Do not charge again. A manager must look it up on the merchant platform, settle it there and close it by hand.',
    customer: PLEASE_WAIT,
  }),
  'gateway.not_settled': entry('unknown', 503, {
    zh: '结果待确认。不要交货，不要重复收款。',
    en: 'The result is not known. Do not hand over goods, do not charge again.',
    customer: PLEASE_WAIT,
  }),
  'terminal.restarted': entry('unknown', 503, {
    zh: '终端在收款途中重启，正在确认结果。不要交货，不要重复收款。',
    en: 'The terminal restarted during the payment and is checking. Do not hand over goods, do not charge again.',
    customer: PLEASE_WAIT,
  }),
  'terminal.stopped': entry('no', 503, {
    zh: '终端已停用，不再收款。本次未收款，请联系安装人员。',
    en: 'The terminal has stopped taking money. Nothing was charged; call the installer.',
    customer: ASK_STAFF,
  }),
  'terminal.overloaded': entry('no', 503, {
    zh: '终端忙，请求未受理。本次未收款，请稍后再试。',
    en: 'The terminal is busy and did not take the request. Nothing was charged; try again.',
    customer: ASK_STAFF,
  }),
  'journal.unavailable': entry('no', 503, {
    zh: '流水写不进磁盘，停止收款。本次未收款，请检查磁盘。',
    en: 'The journal cannot be written, so no money is taken. Nothing was charged; check the disk.',
    customer: ASK_STAFF,
  }),
  'journal.wish_not_taken': entry('unknown', 503, {
    zh: '流水写不进磁盘，这个请求没有受理。这笔收款的结果以屏幕为准，请检查磁盘。',
    en: 'The journal cannot be written, so the request was not taken. Go by the screen for what became of the sale; check the disk.',
    customer: PLEASE_WAIT,
  }),
  'journal.damaged': entry('no', 503, {
    zh: '流水文件已损坏，停止收款。本次未收款，请保留数据文件夹并联系安装人员。',
    en: 'The journal file is damaged, so no money is taken. Nothing was charged; keep the data folder and call the installer.',
    customer: ASK_STAFF,
  }),
  'journal.in_use': entry('no', 503, {
    zh: '另一台终端正在使用这份流水，本机不能启动。本次未收款，请先关闭另一台。',
    en: 'Another terminal is using this journal, so this one does not start. Nothing was charged; close the other one first.',
    customer: ASK_STAFF,
  }),
  'sale.busy': entry('no', 409, {
    zh: '另一笔收款正在进行。本次未收款，请先结束它。',
    en: 'Another sale is on the screen. Nothing was charged for this one; finish that one first.',
    customer: ASK_STAFF,
  }),
  'sale.not_found': entry('no', 404, {
    zh: '没有这笔收款单。',
    en: 'There is no such sale.',
    customer: ASK_STAFF,
  }),
  'sale.in_flight': entry('unknown', 409, {
    zh: '这笔收款还没有结果，不能重新收款。请等待。',
    en: 'This sale has no result yet and cannot be charged again. Wait.',
    customer: PLEASE_WAIT,
  }),
  'sale.already_paid': entry('yes', 409, {
    zh: '这笔收款已经支付成功。',
    en: 'This sale is already paid.',
    customer: { 'zh-CN': '已支付', en: 'Paid' },
  }),
  'sale.closed': entry('no', 409, {
    zh: '这笔收款已取消，未收款。请新建一笔。',
    en: 'This sale was cancelled; nothing was charged. Make a new one.',
    customer: ASK_STAFF,
  }),
  'sale.too_many_attempts': entry('no', 409, {
    zh: '这笔收款尝试次数过多，未收款。请新建一笔。',
    en: 'This sale was tried too often; nothing was charged. Make a new one.',
    customer: ASK_STAFF,
  }),
  'sale.request_in_flight': entry('unknown', 409, {
    zh: '正在向网关查询，此刻不能人工结案。请等这次查询结束再试。',
    en: 'The gateway is being asked right now, so the sale cannot be closed by hand. Try again when that has ended.',
    customer: PLEASE_WAIT,
  }),
  'sale.nothing_to_close': entry('no', 409, {
    zh: '这笔收款没有待确认的结果，不能人工结案。',
    en: 'This sale is not without a result, so it cannot be closed by hand.',
    customer: ASK_STAFF,
  }),
  'sale.closed_by_hand': entry('unknown', 409, {
    zh: '这笔收款已由负责人人工结案，结果未知。请到对账中核对。',
    en: 'A manager closed this sale by hand; its result is not known. Look for it in reconciliation.',
    customer: ASK_STAFF,
  }),
  'sale.nothing_to_check': entry('no', 409, {
    zh: '这笔收款没有待确认的结果。',
    en: 'This sale has nothing left to check.',
    customer: ASK_STAFF,
  }),
  'api.bad_request': entry('no', 400, {
    zh: '请求格式不对。未收款，请检查所列字段。',
    en: 'The request is malformed. Nothing was charged; check the named field.',
    customer: ASK_STAFF,
  }),
  'api.too_large': entry('no', 413, {
    zh: '请求过大。未收款。',
    en: 'The request is too large. Nothing was charged.',
    customer: ASK_STAFF,
  }),
  'api.no_such_operation': entry('no', 404, {
    zh: '没有这个接口。未收款。',
    en: 'There is no such operation. Nothing was charged.',
    customer: ASK_STAFF,
  }),
  'api.unauthorised': entry('no', 401, {
    zh: '令牌缺失或不对。未收款，请使用终端启动时给出的令牌。',
    en: 'The token is missing or wrong. Nothing was charged; use the token printed at start.',
    customer: ASK_STAFF,
  }),
  'api.forbidden': entry('no', 403, {
    zh: '该令牌无权做此操作。未收款。',
    en: 'This token may not do that. Nothing was charged.',
    customer: ASK_STAFF,
  }),
  'api.foreign_origin': entry('no', 403, {
    zh: '来源网页不被允许。未收款。',
    en: 'This web origin is not allowed. Nothing was charged.',
    customer: ASK_STAFF,
  }),
  'api.foreign_host': entry('no', 421, {
    zh: '请求的主机名不是本机地址。未收款。',
    en: 'The Host header is not a loopback address of this terminal. Nothing was charged.',
    customer: ASK_STAFF,
  }),
  'api.client_id_reused': entry('unknown', 409, {
    zh: '这个请求编号已用于内容不同的请求。请先查询原请求的结果。',
    en: 'This client id was used before with another body. Look up the first one before going on.',
    customer: ASK_STAFF,
  }),
  'api.internal': entry('unknown', 500, {
    zh: '终端内部错误，结果请以流水为准。',
    en: 'The terminal had an internal error; look in the journal for the result.',
    customer: ASK_STAFF,
  }),
  ...ADMINISTRATION_ERRORS,
  ...BILL_ERRORS,
  ...CONFIG_ERRORS,
  ...FACE_ERRORS,
  ...KEY_ERRORS,
  ...REFUND_ERRORS,
  ...SCENE_ERRORS,
  ...SERVICES_ERRORS,
  ...SHIFT_ERRORS,
} as const satisfies Record<string, ErrorEntry>

/** A dotted code of {@link ERRORS}. */
export type ErrorCode = keyof typeof ERRORS

/** Why an attempt stands where it stands. */
export type Cause = Extract<
  ErrorCode,
  | `gateway.${string}`
  | `terminal.${string}`
  | `code.${string}`
  | 'sale.closed_by_hand'
  | `refund.${string}`
  | `scene.${string}`
>

/** Whether `text` is a code of the table. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERRORS, text)
}

/** What a caller gets for a refusal or a fault. */
export type Problem = {
  readonly code: ErrorCode
  readonly moneyTaken: MoneyTaken
  readonly staff: Text
  readonly customer: Text
  /** Where in the input, as a path such as `amountFen`. */
  readonly field?: string
  /** What exactly, in English, for the integrator. */
  readonly detail?: string
  readonly traceId?: string
  /** How long every further try is refused, milliseconds. */
  readonly waitMs?: number
  /** Tries that are left before it locks. */
  readonly triesLeft?: number
}

/** Builds the answer for `code`; `more` names the field, the detail, the trace and what is left of tries. */
export function problem(
  code: ErrorCode,
  more: Partial<Omit<Problem, 'code' | 'moneyTaken' | 'staff' | 'customer'>> = {},
): Problem {
  const { moneyTaken, staff, customer } = ERRORS[code]
  return { code, moneyTaken, staff, customer, ...more }
}
