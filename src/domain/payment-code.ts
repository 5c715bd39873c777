/** The wallets whose payment codes we can tell apart. */
export type Wallet = 'wechat' | 'alipay' | 'unionpay'

/** What a scanned label turned out to be. */
export type CodeReading =
  | { readonly kind: 'accepted'; readonly wallet: 'wechat' }
  | { readonly kind: 'refused'; readonly cause: CodeRefusal; readonly wallet?: Wallet }

/** Why a label is not charged; each is a code of the error table. */
export type CodeRefusal =
  | 'code.alipay'
  | 'code.unionpay'
  | 'code.not_a_payment_code'
  | 'code.wrong_symbology'

type CodeRule = {
  readonly wallet: Wallet
  /** Matches the whole label, after the AIM identifier and framing are gone. */
  readonly pattern: RegExp
  /** Absent: the terminal charges it. */
  readonly refusal?: CodeRefusal
}

/**
 * The grammar of payment codes, first match wins.
 * WeChat: 18 digits, first two 10 to 15 (micropay, `auth_code`).
 * Alipay: 16 to 24 digits, first two 25 to 30 (alipay.trade.pay, `auth_code`).
 * UnionPay: 19 digits beginning with 62.
 */
export const CODE_RULES: readonly CodeRule[] = [
  { wallet: 'wechat', pattern: /^1[0-5]\d{16}$/ },
  { wallet: 'alipay', pattern: /^(?:2[5-9]|30)\d{14,22}$/, refusal: 'code.alipay' },
  { wallet: 'unionpay', pattern: /^62\d{17}$/, refusal: 'code.unionpay' },
]

/** Symbologies a payment code may arrive as; `unknown` is a scanner that sends no AIM identifier. */
const PAYMENT_SYMBOLOGIES: ReadonlySet<Symbology> = new Set(['qr', 'code128', 'unknown'])

/** The symbology of a label, from its AIM identifier. */
export type Symbology = 'qr' | 'code128' | 'gs1' | 'retail' | 'other' | 'unknown'

/**
 * Reads a label as a payment code. Pure and total: any text gives an answer.
 *
 * @param label decoded text without framing and AIM identifier
 * @param symbology what the scanner says it was printed as
 */
export function readCode(label: string, symbology: Symbology): CodeReading {
  const rule = CODE_RULES.find(({ pattern }) => pattern.test(label))
  if (!PAYMENT_SYMBOLOGIES.has(symbology)) {
    return { kind: 'refused', cause: rule ? 'code.wrong_symbology' : 'code.not_a_payment_code' }
  }
  if (!rule) return { kind: 'refused', cause: 'code.not_a_payment_code' }
  if (rule.refusal) return { kind: 'refused', cause: rule.refusal, wallet: rule.wallet }
  return { kind: 'accepted', wallet: 'wechat' }
}
