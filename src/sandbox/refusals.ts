/** One way of saying no, as it stands on the wire. `errno` is the last number of Request-ID. */
export type Refusal = {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly errno: number
}

const SIGN_ERRNO = 268_443_699
const PARAM_ERRNO = 268_435_461

const refusal = (
  status: number,
  code: string,
  ...[message, errno = PARAM_ERRNO]: readonly [message: string, errno?: number]
): Refusal => ({ status, code, message, errno })

/**
 * Every refusal the sandbox gives. Codes and texts follow the public interface rules and error
 * tables; where v3 documents no spelling (payment code errors, reversing in mid-payment), the
 * spelling is the sandbox's choice.
 */
export const REFUSALS = {
  authorization_malformed: refusal(
    401,
    'SIGN_ERROR',
    'Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》',
    SIGN_ERRNO,
  ),
  authorization_missing: refusal(401, 'SIGN_ERROR', '签名信息错误，验签失败', SIGN_ERRNO),
  scheme_unknown: refusal(401, 'SIGN_ERROR', 'Http头Authorization认证类型不正确', SIGN_ERRNO),
  timestamp_stale: refusal(
    401,
    'SIGN_ERROR',
    'Http头Authorization中的timestamp与发起请求的时间不得超过5分钟',
    SIGN_ERRNO,
  ),
  serial_wrong: refusal(401, 'SIGN_ERROR', '商户证书序列号有误', SIGN_ERRNO),
  certificate_expired: refusal(401, 'SIGN_ERROR', '商户证书已过期', SIGN_ERRNO),
  signature_wrong: refusal(401, 'SIGN_ERROR', '签名错误', SIGN_ERRNO),
  agent_missing: refusal(400, 'INVALID_REQUEST', 'Http头缺少Accept或User-Agent'),
  mchid_differs: refusal(
    400,
    'PARAM_ERROR',
    'http header中的mchid与post payload中的mchid不匹配',
    268_445_527,
  ),
  /** The message is replaced by one about the field. */
  param_error: refusal(400, 'PARAM_ERROR', '参数错误'),
  mchid_missing: refusal(400, 'PARAM_ERROR', '参数错误：缺少mchid'),
  platform_serial_wrong: refusal(400, 'PARAM_ERROR', '平台证书序列号Wechatpay-Serial错误'),
  algorithm_unsupported: refusal(400, 'PARAM_ERROR', '不支持的algorithm_type'),
  appid_not_bound: refusal(400, 'APPID_MCHID_NOT_MATCH', 'appid和mch_id不匹配', 268_445_527),
  not_built: refusal(403, 'NO_AUTH', '沙箱未开通该产品', 268_443_715),
  bill_none: refusal(400, 'NO_STATEMENT_EXIST', '账单文件不存在'),
  bill_creating: refusal(400, 'STATEMENT_CREATING', '账单正在生成中，请稍后再试'),
  bill_date_refused: refusal(400, 'INVALID_REQUEST', '账单日期不在可查询的范围内'),
  bill_token_wrong: refusal(400, 'INVALID_REQUEST', '账单下载地址无效或已过期'),
  close_refused: refusal(
    400,
    'INVALID_REQUEST',
    '付款码订单不支持关单，请调用撤销接口',
    268_449_641,
  ),
  order_absent: refusal(404, 'ORDER_NOT_EXIST', '订单不存在', 268_512_771),
  order_closed: refusal(400, 'ORDER_CLOSED', '订单已撤销,请重新下单支付', 268_447_914),
  order_differs: refusal(400, 'INVALID_REQUEST', '请求重入时，参数与首次请求不一致', 268_498_688),
  reverse_too_late: refusal(400, 'INVALID_REQUEST', '订单已超过可撤销的时间', 268_447_914),
  reverse_refunded: refusal(400, 'INVALID_REQUEST', '订单已发生退款，不能撤销', 268_449_538),
  reverse_while_paying: refusal(400, 'USERPAYING', '正在支付中不能发起撤销', 268_449_538),
  refund_order_absent: refusal(404, 'RESOURCE_NOT_EXISTS', '订单不存在', 268_512_771),
  refund_absent: refusal(404, 'RESOURCE_NOT_EXISTS', '退款单不存在', 268_512_771),
  refund_differs: refusal(400, 'INVALID_REQUEST', '退款请求与之前的请求不一致', 268_498_688),
  refund_orders_differ: refusal(400, 'INVALID_REQUEST', '微信支付订单号与商户订单号不是同一笔订单'),
  refund_reversed: refusal(400, 'INVALID_REQUEST', '订单已撤销，不能退款', 268_447_914),
  refund_unpaid: refusal(400, 'INVALID_REQUEST', '订单未支付，不能退款'),
  refund_total_differs: refusal(400, 'INVALID_REQUEST', '订单金额与原订单不一致'),
  refund_too_late: refusal(400, 'INVALID_REQUEST', '订单已超过可退款的期限', 268_447_914),
  refund_too_much: refusal(400, 'INVALID_REQUEST', '退款金额大于订单剩余可退金额'),
  refund_too_many: refusal(400, 'INVALID_REQUEST', '订单退款次数已达50次上限'),
  refund_too_soon: refusal(429, 'FREQUENCY_LIMITED', '同一订单两次退款需间隔1分钟', 268_447_840),
  merchant_funds: refusal(403, 'NOT_ENOUGH', '商户可用退款余额不足，请充值后重试'),
  user_account_abnormal: refusal(403, 'USER_ACCOUNT_ABNORMAL', '用户账户异常或已注销'),
  code_expired: refusal(403, 'AUTH_CODE_EXPIRE', '101 付款码已过期,请退出重试'),
  code_used: refusal(403, 'AUTH_CODE_INVALID', '101 每个二维码仅限使用一次，请刷新再试'),
  code_invalid: refusal(403, 'AUTH_CODE_INVALID', '101 付款码无效，请重新扫码'),
  not_enough: refusal(403, 'NOT_ENOUGH', '用户账户余额不足'),
  not_enough_old: refusal(403, 'NOTENOUGH', '用户账户余额不足'),
  rule_limit: refusal(403, 'RULE_LIMIT', '该笔业务受到风控限制', 268_448_010),
  account_error: refusal(403, 'ACCOUNT_ERROR', '用户账户异常'),
  trade_error: refusal(403, 'TRADE_ERROR', '103 暂无可用的支付方式,请更换'),
  pay_error: refusal(403, 'TRADE_ERROR', '支付失败,请撤销订单'),
  no_auth: refusal(403, 'NO_AUTH', '商户无权限使用该付款码', 268_443_715),
  credit_refused: refusal(403, 'TRADE_ERROR', '103 不支持信用卡付款,请更换'),
  unknown_code: refusal(403, 'SANDBOX_NEVER_HEARD_OF', '沙箱专用的未知错误码'),
  rate_limited: refusal(429, 'FREQUENCY_LIMITED', '频率超限，请稍后重试', 268_447_840),
  system_error: refusal(500, 'SYSTEM_ERROR', '系统繁忙,请稍后重试'),
  bank_error: refusal(500, 'BANK_ERROR', '银行系统异常,请稍后重试'),
  unavailable: refusal(503, 'SERVICE_UNAVAILABLE', '服务暂不可用'),
} as const satisfies Record<string, Refusal>

export type RefusalName = keyof typeof REFUSALS

/** Where a refused value stands; `field` is a JSON Pointer when `location` is the body. */
export type RefusalDetail = {
  readonly field: string
  readonly value?: unknown
  readonly issue: string
  readonly location: 'body' | 'url' | 'query'
}
