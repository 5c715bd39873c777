const DAY_MS = 86_400_000
const BEIJING_OFFSET_MS = 8 * 3_600_000

const padded = (value: number, width: number): string => String(value).padStart(width, '0')

/** Year, month and day of a count of days since 1970-01-01 (proleptic Gregorian calendar). */
const civilFromDays = (days: number): { year: number; month: number; day: number } => {
  // Years are counted from 0000-03-01, so that the leap day is the last day of a year.
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1_460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day }
}

/**
 * An instant as the gateway writes it: RFC 3339 in Beijing time, whole seconds.
 * @param atMs Unix milliseconds
 */
export function beijingTime(atMs: number): string {
  const localMs = atMs + BEIJING_OFFSET_MS
  const days = Math.floor(localMs / DAY_MS)
  const secondOfDay = Math.floor((localMs - days * DAY_MS) / 1000)
  const { year, month, day } = civilFromDays(days)
  const hour = padded(Math.floor(secondOfDay / 3600), 2)
  const minute = padded(Math.floor(secondOfDay / 60) % 60, 2)
  const second = padded(secondOfDay % 60, 2)
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}T${hour}:${minute}:${second}+08:00`
}

/** The Beijing date of an instant, eight digits. @param atMs Unix milliseconds */
export function beijingDate(atMs: number): string {
  return beijingTime(atMs).slice(0, 10).replaceAll('-', '')
}
