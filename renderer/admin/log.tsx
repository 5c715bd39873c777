import type { Language } from '../text/language.ts'
import { translate } from '../text/translate.ts'
import { wordOf } from '../text/words.ts'
import { Empty, type SectionProps } from './section.tsx'
import { whenText } from './when.ts'

/** The dotted name of an act in plain words, and what it was done to as it stands. */
function inWords(language: Language, what: string): string {
  const [name = '', ...rest] = what.split(' ')
  return [wordOf(language, 'what', name), ...rest].join(' ')
}

/** What was done to the terminal, newest first. */
export function Log({ view, language }: SectionProps) {
  if (view.acts.length === 0) return <Empty title={translate(language, 'log.none')} />
  return (
    <table class="log">
      <thead>
        <tr>
          {(['log.when', 'log.who', 'log.what', 'log.why'] as const).map((key) => (
            <th key={key} scope="col">
              {translate(language, key)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {view.acts.map(({ atMs, what, operator, reason }, index) => (
          <tr key={`${atMs} ${index}`}>
            <td class="log-when">{whenText(language, atMs, 'moment')}</td>
            <td class="log-who">{operator}</td>
            <td class="log-what">{inWords(language, what)}</td>
            <td>{reason}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
