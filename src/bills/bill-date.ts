import { err, ok, type Result } from '../base/result.ts'
import { beijingDay, isDate } from './beijing-day.ts'

/** Why a day has no bill to be had. */
export type DateRefusal = 'not_a_date' | 'not_ended' | 'too_old'

/** How far back a bill can be fetched (APIv3 "申请交易账单": within three months). */
const MONTHS_MAX = 3
const DAY_MS = 86_400_000

/**
 * The day whose bill is meant, `YYYY-MM-DD` in Beijing: as asked for, or yesterday.
 *
 * @param nowMs Unix milliseconds
 * @param isFetched whether the gateway must still have it; a file at hand may be of any age
 */
export function billDate(
  asked: string | undefined,
  nowMs: number,
  isFetched: boolean,
): Result<string, DateRefusal> {
  if (asked === undefined) return ok(beijingDay(nowMs - DAY_MS))
  if (!isDate(asked)) return err('not_a_date')
  const today = beijingDay(nowMs)
  if (asked >= today) return err('not_ended')
  return isFetched && asked < monthsBefore(today) ? err('too_old') : ok(asked)
}

/** The same day three months earlier, or the last day of that month. */
function monthsBefore(day: string): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  const lastDate = new Date(Date.UTC(year, month - MONTHS_MAX, 0)).getUTCDate()
  const then = Date.UTC(year, month - 1 - MONTHS_MAX, Math.min(date, lastDate))
  return new Date(then).toISOString().slice(0, 10)
}

/** Beijing time of a bill, `YYYY-MM-DD hh:mm:ss`, as Unix milliseconds. */
export function billTimeMs(time: string): number {
  return Date.parse(`${time.replace(' ', 'T')}+08:00`)
}

/** Text of a merchant as it was before the bill escaped it, on one line. */
export function unescapeText(text: string): string {
  return text.replace(/\\([ n"])/g, (_whole, mark: string) => UNESCAPED[mark] ?? mark)
}

const UNESCAPED: Readonly<Record<string, string>> = { ' ': ',', n: ' ', '"': '"' }
