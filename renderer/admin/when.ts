import type { Language } from '../text/language.ts'
import { type TextKey, translate } from '../text/translate.ts'

/** A shop's day is Beijing's, whatever the machine thinks. */
const ZONE = { timeZone: 'Asia/Shanghai' } as const
const CLOCK = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
const DAY = { year: 'numeric', month: 'short', day: 'numeric' } as const
const FORMS = {
  date: { ...DAY, ...ZONE },
  moment: { ...DAY, ...CLOCK, ...ZONE },
  second: { ...DAY, ...CLOCK, second: '2-digit', ...ZONE },
} as const
const clocks = new Map<string, Intl.DateTimeFormat>()

/** A time in Beijing with its year; `atMs` is Unix time. */
export function whenText(language: Language, atMs: number, form: keyof typeof FORMS): string {
  const name = `${language} ${form}`
  let clock = clocks.get(name)
  if (clock === undefined) {
    clock = new Intl.DateTimeFormat(language, FORMS[form])
    clocks.set(name, clock)
  }
  return clock.format(atMs)
}

const UNITS = [
  ['span.days', 86_400_000],
  ['span.hours', 3_600_000],
  ['span.minutes', 60_000],
  ['span.seconds', 1_000],
] as const satisfies readonly (readonly [TextKey, number])[]

/**
 * A length of time in its two largest units, rounded down: `2 days 3 hours`. Less than a second is
 * none.
 */
export function spanText(language: Language, lengthMs: number): string {
  let restMs = Math.abs(lengthMs)
  const first = UNITS.findIndex(([, unitMs]) => restMs >= unitMs)
  if (first < 0) return translate(language, 'span.seconds', { count: 0 })
  const parts: string[] = []
  for (const [key, unitMs] of UNITS.slice(first, first + 2)) {
    const count = Math.floor(restMs / unitMs)
    restMs -= count * unitMs
    if (count > 0) parts.push(translate(language, key, { count }))
  }
  return parts.join(' ')
}
