import { IntlMessageFormat } from 'intl-messageformat'
import { ADMIN_TEXTS } from './admin-texts.ts'
import { CASHIER_TEXTS } from './cashier-texts.ts'
import { CUSTOMER_TEXTS } from './customer-texts.ts'
import { FACE_STAGE_TEXTS, FACE_TEXTS } from './face-texts.ts'
import type { Language } from './language.ts'
import { REFUND_TEXTS } from './refund-texts.ts'
import { SCENE_TEXTS } from './scene-texts.ts'
import { LIGHT_TEXTS, SHARED_TEXTS } from './shared-texts.ts'
import { SHIFT_TEXTS } from './shift-texts.ts'

/** Every sentence of the screens. */
export const TEXTS = {
  ...SHARED_TEXTS,
  ...LIGHT_TEXTS,
  ...CASHIER_TEXTS,
  ...CUSTOMER_TEXTS,
  ...FACE_TEXTS,
  ...FACE_STAGE_TEXTS,
  ...SHIFT_TEXTS,
  ...REFUND_TEXTS,
  ...SCENE_TEXTS,
  ...ADMIN_TEXTS,
}
export type TextKey = keyof typeof TEXTS
/** What a sentence's placeholders become. */
export type TextValues = { readonly [name: string]: string | number }

const compiled = new Map<string, IntlMessageFormat>()

/** The sentence of `key` in `language`, with its placeholders filled in. */
export function translate(language: Language, key: TextKey, values?: TextValues): string {
  const source = TEXTS[key][language]
  if (values === undefined) return source
  const name = `${language} ${key}`
  let message = compiled.get(name)
  if (message === undefined) {
    message = new IntlMessageFormat(source, language)
    compiled.set(name, message)
  }
  return String(message.format({ ...values }))
}

/** Whether there is a sentence of that name. */
export function isTextKey(name: string): name is TextKey {
  return Object.hasOwn(TEXTS, name)
}
