import { translate } from '../text/translate.ts'
import { wordOf } from '../text/words.ts'
import { isStopping, type MeasureView } from './facts.ts'
import { ActButton, Empty, Facts, type SectionProps } from './section.tsx'
import { spanText, whenText } from './when.ts'

/** The measures in force, in plain words, with what somebody may still do about each. */
export function Measures(props: SectionProps) {
  const { view, language } = props
  if (view.measures.length === 0) return <Empty title={translate(language, 'measure.none')} />
  return (
    <ol class="cards">
      {view.measures.map((measure) => (
        <li key={measure.measureId}>
          <MeasureCard {...props} measure={measure} />
        </li>
      ))}
    </ol>
  )
}

type MeasureProps = SectionProps & { readonly measure: MeasureView }

function MeasureCard(props: MeasureProps) {
  const { language, nowMs, measure } = props
  const { code, deadlineAtMs } = measure
  const name = wordOf(language, 'measure', code)
  const effect = wordOf(language, 'measure_effect', code)
  const leftMs = deadlineAtMs === undefined ? undefined : deadlineAtMs - nowMs
  return (
    <article class="card measure" data-measure={code} data-stopping={isStopping(code)}>
      <header>
        <h2>
          {name} <small>{code}</small>
        </h2>
        {leftMs !== undefined && (
          <p class="measure-left" role="timer" data-over={leftMs <= 0}>
            {leftMs > 0
              ? translate(language, 'measure.left', { span: spanText(language, leftMs) })
              : translate(language, 'measure.over')}
          </p>
        )}
      </header>
      <p class="measure-effect">
        {effect === code ? wordOf(language, 'measure_effect', 'unknown') : effect}
      </p>
      {measure.items.length > 0 && (
        <section class="measure-items">
          <h3>{translate(language, 'measure.items')}</h3>
          <ul>
            {measure.items.map((item) => (
              <li key={item}>{item}</li>
            ))}
          </ul>
        </section>
      )}
      <Facts rows={factsOf(props)} />
      <Acts {...props} name={name} />
    </article>
  )
}

function factsOf({ language, measure }: MeasureProps) {
  const { interfaces, effectiveAtMs, deadlineAtMs, onDeadline, ackDueAtMs, detail } = measure
  const deadline = deadlineAtMs === undefined ? '' : whenText(language, deadlineAtMs, 'moment')
  const then = onDeadline === 'suspend' ? translate(language, 'measure.then_suspend') : undefined
  const all = translate(language, 'measure.scope_all')
  return [
    [
      translate(language, 'measure.scope'),
      interfaces.map((name) => wordOf(language, 'interface', name)).join(' · ') || all,
    ],
    [translate(language, 'measure.since'), whenText(language, effectiveAtMs, 'moment')],
    [
      translate(language, 'measure.deadline'),
      deadlineAtMs === undefined
        ? undefined
        : [deadline, then].filter((part) => part !== undefined).join(' · '),
    ],
    [
      translate(language, 'measure.ack_due'),
      ackDueAtMs === undefined ? undefined : whenText(language, ackDueAtMs, 'moment'),
    ],
    [translate(language, 'measure.detail'), detail],
    [translate(language, 'measure.acknowledged'), mark(language, measure.acknowledgement)],
    [translate(language, 'measure.reported'), mark(language, measure.reportedDone)],
  ] as const
}

/** Who did it and when, and whether the service has it. */
function mark(language: SectionProps['language'], given: MeasureView['acknowledgement']) {
  if (given === undefined) return undefined
  const { operator, atMs, isSent } = given
  const time = whenText(language, atMs, 'moment')
  return (
    <>
      {translate(language, 'measure.by', { operator, time })}
      <span class="mark" data-sent={isSent}>
        {translate(language, isSent ? 'measure.sent' : 'measure.not_sent')}
      </span>
    </>
  )
}

function Acts(props: MeasureProps & { readonly name: string }) {
  const { language, measure, name } = props
  if (measure.may.length === 0) return null
  return (
    <p class="card-acts">
      {measure.may.map((act) => (
        <ActButton
          key={act}
          {...props}
          act={act}
          target={measure.measureId}
          label={wordOf(language, 'act', act)}
          spoken={`${wordOf(language, 'act', act)} · ${name}`}
        />
      ))}
    </p>
  )
}
