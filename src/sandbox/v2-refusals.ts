import type { RefusalName } from './refusals.ts'

/** The calls of v2 that the sandbox serves. */
export type V2Call = 'charge' | 'query' | 'reverse' | 'refund' | 'refund_query'

/** `result_code` FAIL in its two fields. */
export type V2Refusal = { readonly code: string; readonly description: string }

const say = (code: string, description: string): V2Refusal => ({ code, description })

/**
 * How v2 spells a refusal (error tables of the v2 micropay, orderquery, reverse, refund and
 * refundquery pages). What v2
 * has no spelling for keeps the nearest code of its table and says the rest in the description.
 */
const SPELLINGS: Readonly<Partial<Record<RefusalName, V2Refusal>>> = {
  param_error: say('PARAM_ERROR', '参数错误'),
  appid_not_bound: say('APPID_MCHID_NOT_MATCH', 'appid和mch_id不匹配'),
  order_absent: say('ORDERNOTEXIST', '此交易订单号不存在'),
  order_closed: say('ORDERREVERSED', '订单已撤销,请重新下单支付'),
  order_differs: say('OUT_TRADE_NO_USED', '商户订单号重复'),
  reverse_too_late: say('REVERSE_EXPIRE', '订单已超过可撤销的时间'),
  reverse_refunded: say('TRADE_STATE_ERROR', '订单已发生退款，不能撤销'),
  reverse_while_paying: say('USERPAYING', '正在支付中不能发起撤销'),
  refund_order_absent: say('ORDERNOTEXIST', '订单号不存在'),
  refund_absent: say('REFUNDNOTEXIST', '退款单不存在'),
  refund_differs: say('REFUND_FEE_MISMATCH', '退款请求与之前的请求不一致'),
  refund_reversed: say('ERROR', '订单已撤销，不能退款'),
  refund_unpaid: say('ORDERNOTEXIST', '订单未支付，不能退款'),
  refund_total_differs: say('REFUND_FEE_MISMATCH', '订单金额与原订单不一致'),
  refund_too_late: say('TRADE_OVERDUE', '订单已超过可退款的期限'),
  refund_too_much: say('INVALID_REQUEST', '退款金额大于订单剩余可退金额'),
  refund_too_many: say('INVALID_REQUEST', '订单退款次数已达50次上限'),
  refund_too_soon: say('FREQUENCY_LIMITED', '同一订单两次退款需间隔1分钟'),
  merchant_funds: say('NOTENOUGH', '商户可用退款余额不足，请充值后重试'),
  user_account_abnormal: say('USER_ACCOUNT_ABNORMAL', '用户账户异常或已注销'),
  code_expired: say('AUTHCODEEXPIRE', '101 付款码已过期,请退出重试'),
  code_used: say('AUTH_CODE_INVALID', '101 每个二维码仅限使用一次，请刷新再试'),
  code_invalid: say('AUTH_CODE_INVALID', '101 付款码无效，请重新扫码'),
  not_enough: say('NOTENOUGH', '用户账户余额不足'),
  not_enough_old: say('NOTENOUGH', '用户账户余额不足'),
  rule_limit: say('RULELIMIT', '该笔业务受到风控限制'),
  account_error: say('TRADE_ERROR', '用户账户异常'),
  trade_error: say('TRADE_ERROR', '103 暂无可用的支付方式,请更换'),
  pay_error: say('TRADE_ERROR', '支付失败,请撤销订单'),
  credit_refused: say('NOTSUPORTCARD', '订单不支持信用卡付款,请更换'),
  no_auth: say('NOAUTH', '商户无权限使用该付款码'),
  unknown_code: say('SANDBOX_NEVER_HEARD_OF', '沙箱专用的未知错误码'),
  rate_limited: say('FREQUENCY_LIMITED', '频率超限，请稍后重试'),
  bank_error: say('BANKERROR', '银行系统异常,请稍后重试'),
  system_error: say('SYSTEMERROR', '系统繁忙,请稍后重试'),
}

/** The number of an order that was paid, sent again with another request. */
export const ORDER_PAID = say('ORDERPAID', '该订单已支付')
export const USER_PAYING = say('USERPAYING', '需要用户输入支付密码')

/** Codes after which a reversal is to be called again (`recall` Y). */
const RECALLED = ['SYSTEMERROR', 'USERPAYING', 'FREQUENCY_LIMITED']

/** The fields of a refusal, for the call it answers. */
export function refusalFields(refusal: V2Refusal, call: V2Call): [string, string][] {
  const fields: [string, string][] = [
    ['result_code', 'FAIL'],
    ['err_code', refusal.code],
    ['err_code_des', refusal.description],
  ]
  if (call === 'reverse') fields.push(['recall', RECALLED.includes(refusal.code) ? 'Y' : 'N'])
  return fields
}

/** The v2 spelling of a refusal. A name without one is a bug of the sandbox: SYSTEMERROR. */
export function spellRefusal(name: RefusalName, call: V2Call): V2Refusal {
  // The reverse page lists no ORDERNOTEXIST; an order that is not there has a wrong number.
  if (name === 'order_absent' && call === 'reverse') {
    return say('INVALID_TRANSACTIONID', '无效的订单号')
  }
  return SPELLINGS[name] ?? say('SYSTEMERROR', '系统繁忙,请稍后重试')
}
