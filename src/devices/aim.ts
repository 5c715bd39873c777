import type { Symbology } from '../domain/payment-code.ts'
import { CODE_RULES } from '../domain/payment-code.ts'

/** A label without its AIM identifier, and what the identifier said. */
export type AimLabel = { readonly label: string; readonly symbology: Symbology }

type AimRule = {
  /** The letter after `]`. */
  readonly letter: string
  /** What the letter means when no modifier below says more. */
  readonly symbology: Symbology
  readonly modifiers?: Readonly<Record<string, Symbology>>
}

/**
 * AIM identifiers (ISO/IEC 15424): `]`, a letter for the symbology, a modifier. Only what decides
 * whether a payment code may be charged is told apart; the rest is `other`.
 * X is "another symbology": makers put retail codes there under modifiers of their own.
 */
const AIM_RULES: readonly AimRule[] = [
  {
    letter: 'Q',
    symbology: 'qr',
    modifiers: { '3': 'gs1', '4': 'gs1', '5': 'gs1', '6': 'gs1' },
  },
  { letter: 'C', symbology: 'other', modifiers: { '0': 'code128', '1': 'gs1' } },
  { letter: 'E', symbology: 'retail' },
  {
    letter: 'X',
    symbology: 'other',
    modifiers: { '0': 'retail', '9': 'retail', C: 'retail', g: 'retail', k: 'retail' },
  },
  { letter: 'e', symbology: 'gs1' },
  { letter: 'd', symbology: 'other', modifiers: { '2': 'gs1' } },
  ...['A', 'B', 'D', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P', 'R', 'S', 'T'].map(
    (letter): AimRule => ({ letter, symbology: 'other' }),
  ),
  ...['U', 'h', 'o', 'z'].map((letter): AimRule => ({ letter, symbology: 'other' })),
]

const RULE_OF_LETTER: ReadonlyMap<string, AimRule> = new Map(
  AIM_RULES.map((rule) => [rule.letter, rule]),
)

const IDENTIFIER = /^\]([A-Za-z])([0-9A-Za-z])/

/**
 * Takes the AIM identifier off a label. Pure and total. A label without one is `unknown`; so is one
 * with an identifier we do not know, which is then left on, so that nothing after it can pass for a
 * payment code.
 *
 * @param text the whole label as framed
 */
export function splitAim(text: string): AimLabel {
  const [identifier, letter, modifier] = IDENTIFIER.exec(text) ?? []
  if (identifier === undefined || letter === undefined || modifier === undefined) {
    return { label: text, symbology: 'unknown' }
  }
  const rule = RULE_OF_LETTER.get(letter)
  if (rule === undefined) return { label: text, symbology: 'unknown' }
  return {
    label: text.slice(identifier.length),
    symbology: rule.modifiers?.[modifier] ?? rule.symbology,
  }
}

/** Whether the text, with or without an AIM identifier, is a payment code from end to end. */
export function isWholeCode(text: string): boolean {
  const { label } = splitAim(text)
  return CODE_RULES.some(({ pattern }) => pattern.test(label))
}
