import type { CashierScreen, Light, RecentSale } from '../../src/screen/model.ts'
import { formatAmount } from '../text/amount.ts'
import type { Language } from '../text/language.ts'
import { isTextKey, type TextKey, translate } from '../text/translate.ts'

type ListProps = { readonly screen: CashierScreen; readonly language: Language }

const LEVEL_SHAPES: { readonly [level in Light['level']]: string } = {
  ok: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2z',
  busy: 'M8 2a6 6 0 1 0 6 6h-3a3 3 0 1 1-3-3z',
  bad: 'M8 1l7.5 13.5H.5z',
  off: 'M2 7h12v2H2z',
}

function lightWord(light: Light): TextKey {
  const named = `light.${light.device}.${light.detail}`
  return isTextKey(named) ? named : `light.level.${light.level}`
}

/** The devices, each with a shape, a word and a colour. */
export function Lights({ screen, language }: ListProps) {
  return (
    <ul class="lights">
      {screen.lights.map((light) => (
        <li key={light.device} class="light" data-level={light.level}>
          <svg viewBox="0 0 16 16" aria-hidden="true" focusable="false">
            <path d={LEVEL_SHAPES[light.level]} />
          </svg>
          <span>{translate(language, `light.${light.device}`)}</span>
          <strong>{translate(language, lightWord(light))}</strong>
        </li>
      ))}
    </ul>
  )
}

const OUTCOME_TEXTS: { readonly [outcome in RecentSale['outcome']]: TextKey } = {
  PAID: 'outcome.PAID',
  NOT_PAID: 'outcome.NOT_PAID',
  UNKNOWN: 'outcome.UNKNOWN',
}

const clocks = new Map<Language, Intl.DateTimeFormat>()

function clockTime(language: Language, atMs: number): string {
  let clock = clocks.get(language)
  if (clock === undefined) {
    clock = new Intl.DateTimeFormat(language, {
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    })
    clocks.set(language, clock)
  }
  return clock.format(atMs)
}

/** The last sales. */
export function Recent({ screen, language }: ListProps) {
  return (
    <section class="recent" aria-label={translate(language, 'recent.title')}>
      <h2>{translate(language, 'recent.title')}</h2>
      {screen.recent.length === 0 && (
        <p class="recent-none">{translate(language, 'recent.none')}</p>
      )}
      <ol class="recent-list">
        {screen.recent.map((sale) => (
          <li key={sale.saleId} data-outcome={sale.outcome}>
            <span class="recent-time">{clockTime(language, sale.atMs)}</span>
            <span class="recent-amount">{formatAmount(sale.amountFen)}</span>
            <span class="recent-outcome">{translate(language, OUTCOME_TEXTS[sale.outcome])}</span>
          </li>
        ))}
      </ol>
    </section>
  )
}
