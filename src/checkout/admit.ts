import { err, ok, type Result } from '../base/result.ts'
import { type Problem, problem } from '../domain/errors.ts'
import { LIMITS } from '../domain/limits.ts'
import { checkAmount } from '../domain/money.ts'
import { holdsCode } from '../domain/redact.ts'

/**
 * Checks what a register wants collected against what the wire can carry.
 * The description is at most 127 characters of one to three UTF-8 bytes each, without control
 * characters (codepay, `description`; general rules of APIv3).
 */
export function admit(wanted: {
  readonly amountFen: number
  readonly currency: string
  readonly description: string
}): Result<{ readonly amountFen: number }, Problem> {
  const amount = checkAmount(wanted.amountFen, wanted.currency)
  if (!amount.ok) {
    const field = amount.error === 'amount.not_cny' ? 'currency' : 'amountFen'
    return err(problem(amount.error, { field }))
  }
  const { description } = wanted
  const detail = faultOf(description, LIMITS.descriptionMax)
  if (detail) return err(problem('description.invalid', { field: 'description', detail }))
  return ok({ amountFen: amount.value })
}

/** The fields of a wish whose text is the caller's own. */
const CALLERS_TEXTS = ['orderRef', 'description', 'operator', 'reason'] as const

/**
 * Refuses a text that holds what could be a payment code: everything a caller writes is journalled and
 * shown, and a code must not be (P6). The problem names the field.
 */
export function admitTexts(wanted: object): Result<void, Problem> {
  const texts = wanted as Readonly<Record<string, unknown>>
  const field = CALLERS_TEXTS.find((name) => {
    const text = texts[name]
    return typeof text === 'string' && holdsCode(text)
  })
  return field === undefined ? ok(undefined) : err(problem('text.holds_a_code', { field }))
}

/**
 * Checks the words and the amount of a refund against what the wire can carry (APIv3 refund: `reason`,
 * string(80); amounts in whole fen). The amount itself is judged against the sale later.
 */
export function admitRefundTexts(wanted: {
  readonly amountFen?: number | undefined
  readonly reason: string
  readonly operator: string
}): Result<undefined, Problem> {
  if (wanted.amountFen !== undefined) {
    const amount = checkAmount(wanted.amountFen, 'CNY')
    if (!amount.ok) return err(problem(amount.error, { field: 'amountFen' }))
  }
  const detail = faultOf(wanted.reason, LIMITS.refundReasonMax)
  if (detail) return err(problem('refund.reason_invalid', { field: 'reason', detail }))
  const whose = faultOf(wanted.operator, LIMITS.operatorMax)
  if (whose) return err(problem('refund.operator_invalid', { field: 'operator', detail: whose }))
  return ok(undefined)
}

/** What keeps a text of at most `max` characters from being sent; undefined when nothing does. */
function faultOf(text: string, max: number): string | undefined {
  const { length } = [...text]
  if (length === 0 || text.trim() === '') return 'is empty'
  if (length > max) return `has ${length} characters, at most ${max} fit`
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0
    const control = point < 0x20 || (point >= 0x7f && point < 0xa0)
    if (control) return `has the control character U+${point.toString(16).padStart(4, '0')}`
    if (point > 0xffff) return 'has a character of four UTF-8 bytes, such as an emoji'
    if (point >= 0xd800 && point <= 0xdfff) return 'has half of a surrogate pair'
  }
  return undefined
}
