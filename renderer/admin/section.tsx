import type { ComponentChildren } from 'preact'
import type { Administration } from '../shared/operator-types.ts'
import type { Language } from '../text/language.ts'
import { translate } from '../text/translate.ts'
import type { AdminControl } from './admin-control.ts'
import { mayAct } from './admin-state.ts'
import type { ActName, AdminState } from './admin-types.ts'
import type { Concern } from './facts.ts'

/** What every section is given. */
export type SectionProps = {
  readonly state: AdminState
  readonly view: Administration
  readonly language: Language
  /** The terminal's time now, Unix ms. */
  readonly nowMs: number
  readonly concerns: readonly Concern[]
  readonly control: AdminControl
}

type FactsProps = {
  /** Term and fact; a fact that is undefined is left out. */
  readonly rows: readonly (readonly [term: string, fact: ComponentChildren])[]
}

/** Facts in two columns. */
export function Facts({ rows }: FactsProps) {
  return (
    <dl class="facts">
      {rows
        .filter(([, fact]) => fact !== undefined)
        .map(([term, fact]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{fact}</dd>
          </div>
        ))}
    </dl>
  )
}

type EmptyProps = { readonly title: string; readonly action?: string }

/** A section that has nothing to show, and what to do about it. */
export function Empty({ title, action }: EmptyProps) {
  return (
    <div class="section-empty">
      <p class="section-empty-title">{title}</p>
      {action !== undefined && <p>{action}</p>}
    </div>
  )
}

type ActButtonProps = Pick<SectionProps, 'state' | 'language' | 'control'> & {
  readonly act: ActName
  readonly target: string
  readonly label: string
  /** What is read out: the act and what it is done to. */
  readonly spoken: string
  readonly isPlain?: boolean
}

/** Opens the form of an act; whoever may not do it reads who may. */
export function ActButton(props: ActButtonProps) {
  const { state, language, control, act, target, label, spoken, isPlain = false } = props
  if (!mayAct(state, act)) {
    const isInstaller = act === 'close' || act === 'unlock'
    const who = isInstaller ? 'admin.installer_only' : 'admin.manager_only'
    return (
      <span class="act-not-yours">
        {label.replace('…', '')} · {translate(language, who)}
      </span>
    )
  }
  return (
    <button
      type="button"
      class={isPlain ? 'act-button act-plain' : 'act-button'}
      data-act={act}
      aria-label={spoken}
      onClick={() => control.dispatch({ kind: 'open', act, target })}
    >
      {label}
    </button>
  )
}
