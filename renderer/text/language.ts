/** Languages a screen can be switched to while it runs. */
export const LANGUAGES = ['zh-CN', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

/** One text in every language. */
export type Text = { readonly [key in Language]: string }

/** Reads a language name from outside (a stored setting, an address); undefined when it is none. */
export function readLanguage(name: string | null | undefined): Language | undefined {
  return LANGUAGES.find((language) => language === name)
}

/** The language after this one, in a circle. */
export function nextLanguage(language: Language): Language {
  const index = LANGUAGES.indexOf(language)
  return LANGUAGES[(index + 1) % LANGUAGES.length] ?? LANGUAGES[0]
}
