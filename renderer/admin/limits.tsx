import { formatAmount } from '../text/amount.ts'
import type { Language } from '../text/language.ts'
import { type TextKey, translate } from '../text/translate.ts'
import { wordOf } from '../text/words.ts'
import { type CounterView, shareOf } from './facts.ts'
import { Empty, type SectionProps } from './section.tsx'

/** What was taken and is in flight against each limit, of the day and of the month. */
export function Limits({ view, language }: SectionProps) {
  const { counters } = view
  if (counters === undefined) {
    const isOpen = view.services.mode === 'open'
    return <Empty title={translate(language, isOpen ? 'admin.open_mode' : 'limits.lost')} />
  }
  if (counters.length === 0) return <Empty title={translate(language, 'limits.none')} />
  return (
    <ul class="limits">
      {counters.map((counter) => (
        <li key={`${counter.interface} ${counter.channel ?? ''}`}>
          <Counter counter={counter} language={language} />
        </li>
      ))}
    </ul>
  )
}

type CounterProps = { readonly counter: CounterView; readonly language: Language }

function Counter({ counter, language }: CounterProps) {
  const { channel, single, day, month, spentDayFen, spentMonthFen, reservedFen } = counter
  const isBlocked = [single, day, month].some((limit) => limit !== 'unlimited' && limit === 0)
  const shared = { language, reservedFen }
  return (
    <article class="limit">
      <h2>
        {wordOf(language, 'interface', counter.interface)}
        {channel !== undefined && <small>{wordOf(language, 'channel', channel)}</small>}
        {single !== undefined && !isBlocked && (
          <span class="limit-single">
            {translate(language, 'limits.single')} {limitText(language, single)}
          </span>
        )}
      </h2>
      {isBlocked ? (
        <p class="limit-blocked">{translate(language, 'limits.blocked')}</p>
      ) : (
        <>
          <Bar term="limits.day" limit={day} spentFen={spentDayFen} {...shared} />
          <Bar term="limits.month" limit={month} spentFen={spentMonthFen} {...shared} />
        </>
      )}
      {reservedFen > 0 && (
        <p class="limit-reserved">
          {translate(language, 'limits.reserved', { amount: formatAmount(reservedFen) })}
        </p>
      )}
    </article>
  )
}

function limitText(language: Language, limit: CounterView['day']): string {
  return limit === 'unlimited' ? translate(language, 'limits.no_limit') : `¥${formatAmount(limit)}`
}

type BarProps = {
  readonly term: TextKey
  readonly language: Language
  readonly limit: CounterView['day']
  readonly spentFen: number
  readonly reservedFen: number
}

/** A limit as a bar: what is certain, and after it what has no result yet. */
function Bar({ term, language, limit, spentFen, reservedFen }: BarProps) {
  const used = formatAmount(spentFen + reservedFen)
  const text =
    limit === 'unlimited'
      ? translate(language, 'limits.unlimited', { spent: used })
      : translate(language, 'limits.of', { spent: used, limit: formatAmount(limit) })
  const spent = shareOf(spentFen, limit)
  const whole = shareOf(spentFen + reservedFen, limit)
  return (
    <p class="limit-row" data-full={whole >= 1 && limit !== 'unlimited'}>
      <span class="limit-term">{translate(language, term)}</span>
      <span class="limit-track" aria-hidden="true" data-unlimited={limit === 'unlimited'}>
        <span class="limit-reserved-bar" style={{ '--share': String(whole) }} />
        <span class="limit-spent-bar" style={{ '--share': String(spent) }} />
      </span>
      <span class="limit-text">{text}</span>
    </p>
  )
}
