import { Icon } from '../shared/icons.tsx'
import { translate } from '../text/translate.ts'
import { SECTIONS } from './admin-types.ts'
import { levelOf } from './facts.ts'
import type { SectionProps } from './section.tsx'

/** The sections, each with its key and a mark where something wants somebody. */
export function Navigation({ state, language, concerns, control }: SectionProps) {
  return (
    <nav class="admin-nav" aria-label={translate(language, 'admin.sections')}>
      <ul>
        {SECTIONS.map((section, index) => {
          const level = levelOf(concerns, section)
          return (
            <li key={section}>
              <button
                type="button"
                class="nav-key"
                data-section={section}
                data-level={level}
                aria-current={state.section === section ? 'page' : undefined}
                aria-keyshortcuts={String(index + 1)}
                onClick={() => control.dispatch({ kind: 'section', section })}
              >
                <kbd>{index + 1}</kbd>
                <span>{translate(language, `section.${section}`)}</span>
                {level !== undefined && (
                  <span class="nav-mark" data-level={level}>
                    <Icon name={level === 'bad' ? 'stop' : 'question'} />
                    <span class="only-spoken">{translate(language, 'section.needs')}</span>
                  </span>
                )}
              </button>
            </li>
          )
        })}
      </ul>
    </nav>
  )
}
