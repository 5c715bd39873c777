import type { CashierScreen, SceneNote, StopKind } from '../../src/screen/model.ts'
import type { TextKey } from '../text/translate.ts'

/** How much a strip wants to be noticed. */
export type StripLevel = 'none' | 'quiet' | 'warn' | 'stop'

type RuleLook = { readonly level: StripLevel; readonly text?: TextKey }

/** What staff do under each row of the measures' table. */
export const RULE_LOOKS: { readonly [rule in SceneNote['screen']]: RuleLook } = {
  as_usual: { level: 'none' },
  manager_note: { level: 'quiet', text: 'scene.manager_note' },
  manager_banner: { level: 'warn', text: 'scene.manager_banner' },
  countdown: { level: 'warn', text: 'scene.countdown' },
  ceiling_before_scan: { level: 'warn', text: 'scene.ceiling' },
  no_credit_before_payment: { level: 'warn', text: 'scene.no_credit_first' },
  option_not_drawn: { level: 'warn', text: 'scene.option_gone' },
  way_closed: { level: 'warn', text: 'scene.way_closed' },
  stopped: { level: 'stop', text: 'scene.stopped' },
  retired: { level: 'stop', text: 'scene.retired' },
}

/** What is named at the counter. M4 and M7 are about settlement: the manager reads of them, nobody there. */
const NAMED: { readonly [code: string]: boolean } = {
  M1: true,
  M2: true,
  M3: true,
  M4: false,
  M5: true,
  M6: true,
  M7: false,
  M8: true,
  M9: true,
  M10: true,
}

/** Which measures are named to staff, each once; one that is not known is never left out. */
export function namedMeasures(measures: SceneNote['measures']): readonly string[] {
  const names = measures.flatMap(({ code, acknowledged }) => {
    // A warning that was taken note of has nothing left to say.
    if (code === 'M1' && acknowledged === true) return []
    if (!Object.hasOwn(NAMED, code)) return ['unreadable']
    return NAMED[code] === true ? [code] : []
  })
  return [...new Set(names)]
}

/**
 * How the strip looks: a stop is said whatever the measures are. Where the whole panel says it, the strip
 * is left with the names of the measures, if there are any.
 */
export function stripLook({ state, stop, scene }: CashierScreen): RuleLook {
  const look = RULE_LOOKS[scene?.screen ?? 'as_usual']
  if (stop === undefined || stop === 'terminal') return look
  const isNamed = namedMeasures(scene?.measures ?? []).length > 0
  if (state === 'stopped') return { level: isNamed ? 'stop' : 'none' }
  return look.level === 'stop' ? look : RULE_LOOKS[STOP_RULES[stop]]
}

const STOP_RULES: { readonly [stop in Exclude<StopKind, 'terminal'>]: SceneNote['screen'] } = {
  not_set_up: 'stopped',
  suspended: 'stopped',
  way_closed: 'stopped',
  retired: 'retired',
}

/** What has to be put right, of all measures. */
export function itemsOf(measures: SceneNote['measures']): readonly string[] {
  return measures.flatMap(({ items }) => items ?? [])
}

/** The next deadline of a measure in force, Unix ms of trusted time. */
export function nextDeadlineMs(measures: SceneNote['measures']): number | undefined {
  const deadlines = measures.flatMap(({ deadlineAtMs }) => deadlineAtMs ?? [])
  return deadlines.length === 0 ? undefined : Math.min(...deadlines)
}

/** Time left as it is said: days and hours, then hours, minutes and seconds, then that it is over. */
export function timeLeft(leftMs: number): {
  readonly key: 'scene.left_days' | 'scene.left_time' | 'scene.overdue'
  readonly values: { readonly [name: string]: string | number }
} {
  const seconds = Math.ceil(leftMs / 1_000)
  if (seconds <= 0) return { key: 'scene.overdue', values: {} }
  const hours = Math.floor(seconds / 3_600)
  if (hours >= 48) {
    return { key: 'scene.left_days', values: { days: Math.floor(hours / 24), hours: hours % 24 } }
  }
  const two = (value: number) => String(value).padStart(2, '0')
  const time = `${two(hours)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
  return { key: 'scene.left_time', values: { time } }
}
