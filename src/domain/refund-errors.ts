type Texts = { readonly zh: string; readonly en: string }

/** A customer of a refund reads where to ask, never why. */
const ASK_STAFF = { 'zh-CN': '请联系店员', en: 'Please ask the staff' } as const

/** A refusal or a fault of a refund: the sale itself stays paid. */
function entry(status: number, texts: Texts) {
  return {
    moneyTaken: 'yes',
    status,
    staff: { 'zh-CN': texts.zh, en: texts.en },
    customer: ASK_STAFF,
  } as const
}

/** Why a refund is not made, or was not given. All of them speak of a sale that was paid. */
export const REFUND_ERRORS = {
  'refund.not_paid': {
    ...entry(409, {
      zh: '这笔收款没有支付成功，不能退款。',
      en: 'This sale was not paid, so there is nothing to refund.',
    }),
    moneyTaken: 'no',
  },
  'refund.outcome_unknown': {
    ...entry(409, {
      zh: '这笔收款还没有结果，不能退款。请等结果，或取消收款。',
      en: 'This sale has no result yet and cannot be refunded. Wait for the result, or cancel it.',
    }),
    moneyTaken: 'unknown',
  },
  'refund.above_remainder': entry(409, {
    zh: '退款金额超过可退余额。没有退款，请核对金额。',
    en: 'The amount is more than what is left to refund. Nothing was refunded; check the amount.',
  }),
  'refund.one_at_a_time': entry(409, {
    zh: '上一笔退款还没有结果。没有退款，请等待。',
    en: 'The last refund of this sale has no result yet. Nothing more was refunded; wait for it.',
  }),
  'refund.too_soon': entry(409, {
    zh: '同一笔订单两次退款要间隔一分钟。没有退款，请稍后再试。',
    en: 'Two refunds of one order need a minute between them. Nothing was refunded; try again in a minute.',
  }),
  'refund.too_many': entry(409, {
    zh: '这笔订单的退款次数已满，没有退款。请在商户平台处理。',
    en: 'This order has had all the refunds it takes; nothing was refunded. Settle it on the merchant platform.',
  }),
  'refund.too_old': entry(409, {
    zh: '这笔订单支付已超过一年，不能退款。请另行处理。',
    en: 'This order was paid more than a year ago and takes no refund. Settle it another way.',
  }),
  'refund.other_merchant': entry(409, {
    zh: '这笔收款属于另一个商户号或应用，本机不能退款。',
    en: 'This sale belongs to another merchant or app; this terminal cannot refund it.',
  }),
  'refund.reason_invalid': entry(400, {
    zh: '退款原因过长或含有不支持的字符。没有退款，请修改。',
    en: 'The reason is too long or has characters the gateway does not take. Nothing was refunded; change it.',
  }),
  'refund.operator_invalid': entry(400, {
    zh: '操作人为空或过长。没有退款，请填写操作人。',
    en: 'The operator is missing or too long. Nothing was refunded; say who gives it.',
  }),
  'refund.no_such_attempt': entry(404, {
    zh: '这笔收款里没有这个订单号。没有退款。',
    en: 'This sale has no such order number. Nothing was refunded.',
  }),
  'refund.merchant_funds': entry(409, {
    zh: '商户账户余额不足，退款未受理。请充值后重新退款。',
    en: 'The merchant account has too little money; the refund was not taken. Top it up and refund again.',
  }),
  'refund.refused': entry(409, {
    zh: '网关不受理这笔退款。请核对可退金额和商户平台。',
    en: 'The gateway refused this refund. Check what is left to refund, and the merchant platform.',
  }),
  'refund.not_authorised': entry(409, {
    zh: '商户无权限退款，或配置不符，退款未受理。请联系安装人员。',
    en: 'The merchant may not refund, or its settings differ; the refund was not taken. Call the installer.',
  }),
  'refund.sign_error': entry(409, {
    zh: '网关不接受签名，退款未受理。请检查证书、密钥和系统时间。',
    en: 'The gateway does not accept our signature; the refund was not taken. Check certificate, key and clock.',
  }),
  'refund.account_abnormal': entry(409, {
    zh: '顾客账户异常，退款未受理。请在商户平台处理。',
    en: "The customer's account cannot take the refund. Settle it on the merchant platform.",
  }),
  'refund.closed': entry(409, {
    zh: '网关已关闭这笔退款，钱没有退。可以重新退款。',
    en: 'The gateway closed this refund; the money was not given back. It may be refunded again.',
  }),
  'refund.never_arrived': entry(409, {
    zh: '网关没有收到这笔退款，钱没有退。可以重新退款。',
    en: 'The gateway never received this refund; the money was not given back. It may be refunded again.',
  }),
  'refund.abnormal': entry(409, {
    zh: '退款异常：钱已从订单退出，但没有到顾客账户。请在商户平台处理异常退款。',
    en: 'The refund left the order but did not reach the customer. Settle it on the merchant platform.',
  }),
  'refund.not_known': entry(503, {
    zh: '退款结果待确认，系统会继续查询。不要再次退款。',
    en: 'The result of the refund is not known and is being checked. Do not refund again.',
  }),
} as const
