import { translate } from '../text/translate.ts'
import { wordOf } from '../text/words.ts'
import { Empty, Facts, type SectionProps } from './section.tsx'
import { whenText } from './when.ts'

/** The merchant's certificates: how long each lasts, and which one signs. */
export function Certificates({ view, language }: SectionProps) {
  const { certificates } = view
  if (certificates.length === 0) {
    return (
      <Empty
        title={translate(language, 'certificates.none')}
        action={translate(language, 'certificates.none.action')}
      />
    )
  }
  return (
    <>
      <ul class="cards">
        {certificates.map((one) => (
          <li key={one.serial}>
            <article class="card certificate" data-certificate={one.level}>
              <header>
                <h2>
                  {translate(language, 'certificates.days', { days: Math.max(0, one.daysLeft) })}
                  {one.signs && <small>{translate(language, 'certificates.signs')}</small>}
                </h2>
                <p class="chip" data-chip={one.level}>
                  {wordOf(language, 'certificate_level', one.level)}
                </p>
              </header>
              <Facts
                rows={[
                  [
                    translate(language, 'certificates.until'),
                    whenText(language, one.validUntilMs, 'moment'),
                  ],
                  [translate(language, 'certificates.serial'), one.serial],
                  [
                    translate(language, 'grant.merchant'),
                    `${one.merchantId} · ${wordOf(language, 'certificate_source', one.source)}`,
                  ],
                ]}
              />
            </article>
          </li>
        ))}
      </ul>
      {certificates.some(({ level }) => level !== 'ok') && (
        <p class="section-note">{translate(language, 'certificates.renew')}</p>
      )}
    </>
  )
}
