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
  const length = [...description].length
  const detail = describeFault(description, length)
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

function describeFault(description: string, length: number): string | undefined {
  if (length === 0 || description.trim() === '') return 'is empty'
  if (length > LIMITS.descriptionMax) {
    return `has ${length} characters, at most ${LIMITS.descriptionMax} fit`
  }
  for (const character of description) {
    const point = character.codePointAt(0) ?? 0
    const control = point < 0x20 || (point >= 0x7f && point < 0xa0)
    if (control) return `has the control character U+${point.toString(16).padStart(4, '0')}`
    if (point > 0xffff) return 'has a character of four UTF-8 bytes, such as an emoji'
    if (point >= 0xd800 && point <= 0xdfff) return 'has half of a surrogate pair'
  }
  return undefined
}
