import type { Language } from '../text/language.ts'

/** A shop's day is Beijing's, whatever the machine thinks. */
const HOURS = {
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
  timeZone: 'Asia/Shanghai',
} as const
const FORMS = { time: HOURS, day: { month: 'short', day: 'numeric', ...HOURS } } as const
const clocks = new Map<string, Intl.DateTimeFormat>()

/** The time of day in Beijing, or with `day` also the day; `atMs` is Unix time. */
export function clockTime(language: Language, atMs: number, form: keyof typeof FORMS): string {
  const name = `${language} ${form}`
  let clock = clocks.get(name)
  if (clock === undefined) {
    clock = new Intl.DateTimeFormat(language, FORMS[form])
    clocks.set(name, clock)
  }
  return clock.format(atMs)
}
