import type { CashierModel, SceneNote } from '../../src/screen/model.ts'
import { pageTimers } from '../connection/page-connection.ts'
import { useEverySecond } from '../shared/every-second.ts'
import { type Arrival, serverNowMs } from '../shared/server-clock.ts'
import { formatAmount } from '../text/amount.ts'
import type { Language } from '../text/language.ts'
import { translate } from '../text/translate.ts'
import { wordOf } from '../text/words.ts'
import { itemsOf, namedMeasures, nextDeadlineMs, stripLook, timeLeft } from './scene-table.ts'
import type { CashierState } from './state.ts'

/** What the scene says to staff, in a place of its own that is always kept. */
export function SceneStrip({ state }: { readonly state: CashierState }) {
  const { arrival, language, link } = state
  const scene = link === 'open' ? arrival?.model.cashier.scene : undefined
  const level = arrival && scene ? stripLook(arrival.model.cashier).level : 'none'
  return (
    <section class="scene-strip" data-level={level} aria-label={translate(language, 'scene.title')}>
      {arrival !== undefined && scene !== undefined && level !== 'none' && (
        <Said arrival={arrival} scene={scene} language={language} />
      )}
    </section>
  )
}

type SaidProps = {
  readonly arrival: Arrival<CashierModel>
  readonly scene: SceneNote
  readonly language: Language
}

/** What matters at the counter first and heavy, then what it is called and what to do. */
function Said({ arrival, scene, language }: SaidProps) {
  const { text } = stripLook(arrival.model.cashier)
  const words = namedMeasures(scene.measures).map((code) => wordOf(language, 'measure', code))
  const separator = language === 'en' ? ', ' : '、'
  const names = words.join(separator)
  const items = itemsOf(scene.measures).join(separator)
  const todo = items === '' ? '' : translate(language, 'scene.items', { items })
  const said = text === undefined ? '' : translate(language, text)
  const ceilingFen = isLimited(scene) ? scene.ceilingFen : undefined
  return (
    <>
      <p class="only-spoken" role="status">
        {[names, todo, said].filter((part) => part !== '').join('. ')}
      </p>
      <span class="scene-mark" aria-hidden="true" />
      <p class="scene-facts">
        {scene.noCredit && <strong>{translate(language, 'scene.no_credit')}</strong>}
        {ceilingFen !== undefined && (
          <strong>
            {translate(language, 'scene.ceiling_each', { amount: formatAmount(ceilingFen) })}
          </strong>
        )}
        <Deadline arrival={arrival} scene={scene} language={language} />
        {names !== '' && <span class="scene-names">{names}</span>}
        {/* Under several measures the facts and names are enough, and all there is room for. */}
        {words.length < 2 &&
          (todo !== '' ? <span class="scene-names">{todo}</span> : <span>{said}</span>)}
      </p>
    </>
  )
}

/** Whether a measure has changed the limits; the grant's own ceiling stands on the pad alone. */
function isLimited({ screen, measures }: SceneNote): boolean {
  return screen === 'ceiling_before_scan' || measures.some(({ code }) => code === 'M3')
}

/** Time left until the next deadline, by the time that measures are in. */
function Deadline({ arrival, scene, language }: SaidProps) {
  const deadlineMs = nextDeadlineMs(scene.measures)
  useEverySecond(deadlineMs !== undefined)
  if (deadlineMs === undefined) return null
  const passedMs = serverNowMs(arrival, pageTimers.nowMs()) - arrival.model.atMs
  const nowMs = (scene.trustedAtMs ?? arrival.model.atMs) + passedMs
  const { key, values } = timeLeft(deadlineMs - nowMs)
  return <strong class="scene-deadline">{translate(language, key, values)}</strong>
}
