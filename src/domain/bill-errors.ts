/** A fault of reconciliation: it reads, so nothing was charged and nothing is changed. */
function fault(zh: string, en: string) {
  return {
    moneyTaken: 'no',
    status: 502,
    staff: { 'zh-CN': `${zh}对账未完成。`, en: `${en} Nothing was reconciled.` },
    customer: { 'zh-CN': '请联系店员', en: 'Please ask the staff' },
  } as const
}

/** What can go wrong with a trade bill. */
export const BILL_ERRORS = {
  'bill.unreadable': fault(
    '账单文件不完整、格式不符或不是当日当商户的账单。',
    "The bill is cut, of another form, or not this merchant's of that day.",
  ),
  'bill.not_ready': fault(
    '网关还没有生成账单，请在上午十点以后再试。',
    'The gateway has not made the bill yet; try again after ten in the morning, Beijing time.',
  ),
  'bill.hash_mismatch': fault(
    '下载的账单与网关给出的摘要不符，请重新下载。',
    'The downloaded bill does not have the hash the gateway gave; fetch it again.',
  ),
  'bill.not_fetched': fault('账单没有取到。', 'The bill could not be fetched.'),
} as const
