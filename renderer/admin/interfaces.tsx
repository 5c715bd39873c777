import type { Administration } from '../shared/operator-types.ts'
import { translate } from '../text/translate.ts'
import { wordOf } from '../text/words.ts'
import type { GrantInterface } from './facts.ts'
import { ActButton, Empty, type SectionProps } from './section.tsx'
import { whenText } from './when.ts'

type Row = {
  readonly name: string
  readonly granted: GrantInterface | undefined
  readonly pause: Administration['pauses'][number] | undefined
}

/** Ways to pay: what each may do now, and its pause and closing. */
export function Interfaces(props: SectionProps) {
  const { view, language } = props
  const rows = rowsOf(view)
  if (rows.length === 0) {
    return <Empty title={translate(language, 'interfaces.none')} />
  }
  const closable = rows.filter(({ granted }) => granted !== undefined && granted.state !== 'closed')
  return (
    <>
      <ul class="cards">
        {rows.map((row) => (
          <li key={row.name}>
            <Card {...props} row={row} />
          </li>
        ))}
      </ul>
      {closable.length > 1 && (
        <p class="card-acts">
          <ActButton
            {...props}
            act="close"
            target="ALL"
            label={translate(language, 'interfaces.close_all')}
            spoken={translate(language, 'interfaces.close_all')}
            isPlain
          />
        </p>
      )}
      <p class="section-note">{translate(language, 'interfaces.note')}</p>
    </>
  )
}

/** What a counter has comes first. */
const PLACES = ['MICROPAY', 'FACEPAY', 'NATIVE', 'JSAPI', 'MINIPROGRAM', 'APP', 'H5']

function byPlace(one: string, other: string): number {
  return PLACES.indexOf(one) - PLACES.indexOf(other)
}

/** Every way that is granted or paused; where nothing is enforced, the one the terminal has. */
function rowsOf({ grant, pauses, services }: Administration): readonly Row[] {
  const granted = grant?.interfaces ?? []
  const names = new Set<string>([
    ...(services.mode === 'open' && grant === undefined ? ['MICROPAY'] : []),
    ...granted.map((one) => one.interface),
    ...pauses.map((one) => one.interface),
  ])
  // In one order for ever, so that none moves when it is closed.
  return [...names].toSorted(byPlace).map((name) => ({
    name,
    granted: granted.find((one) => one.interface === name),
    pause: pauses.find((one) => one.interface === name),
  }))
}

function Card(props: SectionProps & { readonly row: Row }) {
  const { language, row } = props
  const { name, granted, pause } = row
  const state = pause === undefined ? (granted?.state ?? 'open') : 'paused'
  const shown = wordOf(language, 'interface', name)
  return (
    <article class="card interface" data-interface={name} data-interface-state={state}>
      <header>
        <h2>
          {shown} <small>{name}</small>
        </h2>
        <p class="chip" data-chip={state}>
          {wordOf(language, 'interface_state', state)}
        </p>
      </header>
      {granted !== undefined && granted.approvalRef !== '' && (
        <p class="interface-facts">
          {translate(language, granted.attended ? 'interfaces.attended' : 'interfaces.unattended')}
          {' · '}
          {translate(language, 'grant.approval', { ref: granted.approvalRef })}
        </p>
      )}
      {pause === undefined ? (
        granted?.refusal !== undefined && <p>{granted.refusal.staff[language]}</p>
      ) : (
        <p>
          {translate(language, 'interfaces.paused_by', {
            operator: pause.operator,
            time: whenText(language, pause.sinceMs, 'moment'),
            reason: pause.reason,
          })}
        </p>
      )}
      {state !== 'closed' && <Acts {...props} shown={shown} />}
    </article>
  )
}

function Acts(props: SectionProps & { readonly row: Row; readonly shown: string }) {
  const { language, row, shown } = props
  const act = row.pause === undefined ? 'pause' : 'resume'
  const key = act === 'pause' ? 'interfaces.pause' : 'interfaces.resume'
  const label = translate(language, key)
  const close = translate(language, 'interfaces.close')
  return (
    <p class="card-acts">
      <ActButton
        {...props}
        act={act}
        target={row.name}
        label={label}
        spoken={`${label} ${shown}`}
      />
      {row.granted !== undefined && (
        <ActButton
          {...props}
          act="close"
          target={row.name}
          label={close}
          spoken={`${close} ${shown}`}
          isPlain
        />
      )}
    </p>
  )
}
