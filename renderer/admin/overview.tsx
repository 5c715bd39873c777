import { Icon } from '../shared/icons.tsx'
import { translate } from '../text/translate.ts'
import type { SectionProps } from './section.tsx'

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
          <p class="concerns-none">{translate(language, 'concern.none')}</p>
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
    </>
  )
}
