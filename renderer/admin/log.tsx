import { translate } from '../text/translate.ts'
import { Empty, type SectionProps } from './section.tsx'
import { whenText } from './when.ts'

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
            <td>{operator}</td>
            <td class="log-what">{what}</td>
            <td>{reason}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
