import type { Administration } from '../shared/operator-types.ts'
import type { Language } from '../text/language.ts'
import { type TextKey, type TextValues, translate } from '../text/translate.ts'
import { wordOf } from '../text/words.ts'
import type { Section } from './admin-types.ts'
import { spanText, whenText } from './when.ts'

export type MeasureView = Administration['measures'][number]
export type CounterView = NonNullable<Administration['counters']>[number]
export type GrantInterface = NonNullable<Administration['grant']>['interfaces'][number]

/** How much a fact matters: `bad` stops or will soon stop something, `note` wants somebody. */
export type Level = 'bad' | 'note'

/** Something that somebody has to look at. */
export type Concern = { readonly section: Section; readonly level: Level; readonly text: string }

/** A day, in milliseconds. */
const DAY_MS = 86_400_000
/** A grant that ends this soon is worth a word. */
const GRANT_SOON_MS = 7 * DAY_MS

type Say = (key: TextKey, values?: TextValues) => string

/** All that wants somebody, worst first. `nowMs` is the terminal's time. */
export function concernsOf(
  view: Administration,
  language: Language,
  nowMs: number,
): readonly Concern[] {
  const say: Say = (key, values) => translate(language, key, values)
  const found = [
    ...ofMeasures(view, language, nowMs),
    ...ofInterfaces(view, language, say),
    ...ofCertificates(view, say),
    ...ofPlaceAndClock(view, language, say),
    ...ofGrant(view, language, { say, nowMs }),
  ]
  return found.toSorted((one, other) => rank(one) - rank(other))
}

function rank({ level }: Concern): number {
  return level === 'bad' ? 0 : 1
}

/** The worst level of a section; undefined when nothing is the matter there. */
export function levelOf(concerns: readonly Concern[], section: Section): Level | undefined {
  const own = concerns.filter((concern) => concern.section === section)
  if (own.length === 0) return undefined
  return own.some(({ level }) => level === 'bad') ? 'bad' : 'note'
}

function ofMeasures(view: Administration, language: Language, nowMs: number): Concern[] {
  return view.measures.map((measure) => {
    const isWaiting = measure.may.includes('acknowledge')
    const wait = measure.deadlineAtMs === undefined ? undefined : measure.deadlineAtMs - nowMs
    const state = translate(language, measureStateKey(isWaiting, wait), {
      span: spanText(language, wait ?? 0),
    })
    const name = wordOf(language, 'measure', measure.code)
    const isBad = (wait !== undefined && wait < DAY_MS) || isStopping(measure.code)
    return { section: 'measures', level: isBad ? 'bad' : 'note', text: `${name} · ${state}` }
  })
}

function measureStateKey(isWaiting: boolean, waitMs: number | undefined): TextKey {
  if (waitMs !== undefined) return waitMs > 0 ? 'measure.left' : 'measure.over'
  return isWaiting ? 'measure.unread' : 'measure.in_force'
}

/** Whether a measure takes new money away; one that is not known does. */
export function isStopping(code: string): boolean {
  return !['M1', 'M2', 'M3', 'M4', 'M5', 'M6', 'M7'].includes(code)
}

function ofInterfaces(view: Administration, language: Language, say: Say): Concern[] {
  return view.pauses.map(({ interface: name, operator }) => ({
    section: 'interfaces',
    level: 'note',
    text: say('concern.paused', { name: wordOf(language, 'interface', name), operator }),
  }))
}

function ofCertificates({ certificates }: Administration, say: Say): Concern[] {
  return certificates
    .filter(({ level, signs }) => level !== 'ok' && signs)
    .map(({ level, daysLeft }) => ({
      section: 'certificates',
      level: level === 'soon' ? 'note' : 'bad',
      text:
        level === 'expired'
          ? say('concern.certificate_expired')
          : say('concern.certificate', { days: daysLeft }),
    }))
}

function ofPlaceAndClock(view: Administration, language: Language, say: Say): Concern[] {
  if (view.services.mode === 'open') return []
  const { place, clock } = view
  const found: Concern[] = []
  if (place.state !== 'inside') {
    const level = place.state === 'outside' ? 'bad' : 'note'
    found.push({ section: 'place', level, text: wordOf(language, 'place', place.state) })
  }
  if (clock.kind !== 'trusted') {
    found.push({ section: 'place', level: 'bad', text: wordOf(language, 'clock', clock.kind) })
  } else if (clock.isWallOff) {
    const span = spanText(language, clock.wallSkewMs ?? 0)
    found.push({ section: 'place', level: 'note', text: say('concern.wall_off', { span }) })
  }
  if (view.counters === undefined) {
    found.push({ section: 'limits', level: 'bad', text: say('concern.counters_lost') })
  }
  return found
}

function ofGrant(
  { grant, services }: Administration,
  language: Language,
  { say, nowMs }: { readonly say: Say; readonly nowMs: number },
): Concern[] {
  if (services.mode === 'open') return []
  if (grant === undefined) return [{ section: 'grant', level: 'bad', text: say('grant.none') }]
  if (grant.notAfterMs - nowMs > GRANT_SOON_MS) return []
  const time = whenText(language, grant.notAfterMs, 'moment')
  return [{ section: 'grant', level: 'note', text: say('concern.grant_ends', { time }) }]
}

/** A share of a limit, 0 to 1; 1 when nothing may be used. */
export function shareOf(amountFen: number, limit: CounterView['day']): number {
  if (limit === 'unlimited') return 0
  return limit <= 0 ? 1 : Math.min(1, Math.max(0, amountFen / limit))
}
