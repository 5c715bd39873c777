import { CODE_RULES } from './payment-code.ts'

/** Replaces every run of 12 to 27 digits: long enough for a payment code or a card, shorter than a transaction id. */
export function redactCodes(text: string): string {
  return text.replace(/(?<!\d)\d{12,27}(?!\d)/g, '[redacted]')
}

const PLAIN = /^\p{ASCII}*$/u
/** The fewest digits of a payment code. */
const CODE_DIGITS_MIN = 16
const RUNS = /\d{16,}/g

/** Whether some run of digits in a text, full-width ones too, could be a payment code of any wallet. */
export function holdsCode(text: string): boolean {
  // Most texts are short and plain, and NFKC leaves ASCII as it is; others may grow by it.
  const isPlain = PLAIN.test(text)
  if (isPlain && text.length < CODE_DIGITS_MIN) return false
  const runs = (isPlain ? text : text.normalize('NFKC')).match(RUNS) ?? []
  return runs.some((run) => CODE_RULES.some(({ pattern }) => pattern.test(run)))
}

/** Names that terminal and gateway make themselves; they must stay as they are. */
const IDENTIFIERS: ReadonlySet<string> = new Set([
  'id',
  'saleId',
  'openSales',
  'traceId',
  'outTradeNo',
  'outRefundNo',
  'transactionId',
  'refundId',
  'merchantId',
  'appId',
  'storeId',
  'grantVersion',
])

/**
 * A value of plain objects, arrays and texts with every payment code taken out of its texts, however
 * deep (P6). Identifiers stay; what holds no code is given back as it is, not copied.
 */
export function withoutCodes<Value>(value: Value): Value {
  return clean(value) as Value
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') {
    return holdsCode(value) ? redactCodes(value.normalize('NFKC')) : value
  }
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const items = value.map(clean)
    return items.some((item, index) => item !== value[index]) ? items : value
  }
  let changed: Record<string, unknown> | undefined
  for (const [key, found] of Object.entries(value)) {
    const kept = IDENTIFIERS.has(key) ? found : clean(found)
    if (kept !== found) changed = { ...(changed ?? value), [key]: kept }
  }
  return changed ?? value
}
