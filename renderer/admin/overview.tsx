import { Icon } from '../shared/icons.tsx'
import type { Administration } from '../shared/operator-types.ts'
import type { Language } from '../text/language.ts'
import { translate } from '../text/translate.ts'
import { wordOf } from '../text/words.ts'
import type { Section } from './admin-types.ts'
import { shareOf } from './facts.ts'
import type { SectionProps } from './section.tsx'
import { spanText } from './when.ts'

type VerdictProps = SectionProps & { readonly isSmall?: boolean }

/** May new money be taken? If not: why, and what to do. */
export function Verdict({ view, language, isSmall = false }: VerdictProps) {
  const { refusal, services } = view
  const isOpen = refusal === undefined
  const action =
    services.mode === 'open'
      ? translate(language, 'admin.open_mode')
      : translate(language, 'verdict.yes.action')
  return (
    <section class={isSmall ? 'verdict verdict-small' : 'verdict'} data-open={isOpen}>
      <Icon name={isOpen ? 'check' : 'stop'} />
      <div>
        <p class="verdict-title">{translate(language, isOpen ? 'verdict.yes' : 'verdict.no')}</p>
        <p class="verdict-action">{refusal?.staff[language] ?? action}</p>
        {refusal !== undefined && !isSmall && (
          <p class="verdict-code">{translate(language, 'verdict.code', { code: refusal.code })}</p>
        )}
      </div>
    </section>
  )
}

/** The whole terminal in one glance: the verdict, and what wants somebody. */
export function Overview(props: SectionProps) {
  const { language, concerns, control } = props
  return (
    <>
      <Verdict {...props} />
      <section class="concerns" aria-label={translate(language, 'concern.title')}>
        {concerns.length === 0 ? (
          <p class="concerns-none" role="status">
            {translate(language, 'concern.none')}
          </p>
        ) : (
          <>
            <h2>{translate(language, 'concern.title')}</h2>
            <ul>
              {concerns.map(({ section, level, text }) => (
                <li key={`${section} ${text}`}>
                  <button
                    type="button"
                    class="concern"
                    data-level={level}
                    onClick={() => control.dispatch({ kind: 'section', section })}
                  >
                    <Icon name={level === 'bad' ? 'stop' : 'question'} />
                    <strong>{text}</strong>
                    <span>{translate(language, `section.${section}`)}</span>
                  </button>
                </li>
              ))}
            </ul>
          </>
        )}
      </section>
      <ul class="tiles">
        {tilesOf(props.view, language, props.nowMs).map(({ section, text }) => (
          <li key={section}>
            <button
              type="button"
              class="tile"
              onClick={() => control.dispatch({ kind: 'section', section })}
            >
              <span>{translate(language, `section.${section}`)}</span>
              <strong>{text}</strong>
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}

type Tile = { readonly section: Section; readonly text: string }

/** The figures that are asked for most, each leading to its section. */
function tilesOf(view: Administration, language: Language, nowMs: number): readonly Tile[] {
  const { grant, counters, certificates, place, clock, services } = view
  const unknown = translate(language, 'admin.unknown')
  const isOpen = services.mode === 'open'
  const open = grant?.interfaces.filter(({ state }) => state === 'open').length ?? 0
  const leftMs = (grant?.notAfterMs ?? nowMs) - nowMs
  const end = leftMs > 0 ? 'grant.left' : 'grant.over'
  const signing = certificates.find(({ signs }) => signs)
  const days = Math.max(0, signing?.daysLeft ?? 0)
  const whereAndWhen = `${wordOf(language, 'place', place.state)} · ${wordOf(language, 'clock', clock.kind)}`
  return [
    {
      section: 'interfaces',
      text: grant === undefined ? unknown : translate(language, 'tile.ways', { open }),
    },
    { section: 'limits', text: counters === undefined ? unknown : usedText(counters, language) },
    {
      section: 'grant',
      text:
        grant === undefined
          ? unknown
          : translate(language, end, { span: spanText(language, leftMs) }),
    },
    {
      section: 'certificates',
      text: signing === undefined ? unknown : translate(language, 'certificates.days', { days }),
    },
    { section: 'place', text: isOpen ? unknown : whereAndWhen },
  ]
}

/** How much of the day is used: the fullest of the limits that are not closed. */
function usedText(counters: NonNullable<Administration['counters']>, language: Language): string {
  const shares = counters
    .filter(({ day }) => day !== 'unlimited' && day > 0)
    .map(({ day, spentDayFen, reservedFen }) => shareOf(spentDayFen + reservedFen, day))
  if (shares.length === 0) return translate(language, 'tile.no_limit')
  return translate(language, 'tile.used', { share: Math.round(Math.max(...shares) * 100) })
}
