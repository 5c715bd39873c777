import { translate } from '../text/translate.ts'
import { wordOf } from '../text/words.ts'
import { ActButton, Facts, type SectionProps } from './section.tsx'
import { spanText, whenText } from './when.ts'

/** Where the terminal stands, and what it holds the time to be. */
export function PlaceAndTime(props: SectionProps) {
  return (
    <div class="halves">
      <Place {...props} />
      <Clock {...props} />
    </div>
  )
}

function Place({ view, language }: SectionProps) {
  const { place } = view
  const say = (key: Parameters<typeof translate>[1], values?: Record<string, string | number>) =>
    translate(language, key, values)
  const metres = (length: number | undefined) =>
    length === undefined ? undefined : say('place.metres', { metres: Math.round(length) })
  const network = [
    place.ip,
    place.isInStoreNetwork === undefined
      ? undefined
      : say(place.isInStoreNetwork ? 'place.in_network' : 'place.other_network'),
  ].filter((part) => part !== undefined)
  return (
    <section class="half" data-place={place.state}>
      <h2>{say('place.title')}</h2>
      <p class="half-state">{wordOf(language, 'place', place.state)}</p>
      <Facts
        rows={[
          [say('place.source'), wordOf(language, 'place_source', place.source)],
          [
            say('place.since'),
            place.sinceMs === undefined ? undefined : whenText(language, place.sinceMs, 'moment'),
          ],
          [
            say('place.tolerated'),
            place.toleratedMs === undefined ? undefined : spanText(language, place.toleratedMs),
          ],
          [say('place.distance'), metres(place.distanceM)],
          [say('place.accuracy'), metres(place.accuracyM)],
          [
            say('place.fix'),
            place.fixAtMs === undefined ? undefined : whenText(language, place.fixAtMs, 'moment'),
          ],
          [say('place.network'), network.length === 0 ? undefined : network.join(' · ')],
        ]}
      />
    </section>
  )
}

function Clock(props: SectionProps) {
  const { view, language } = props
  const { clock, services } = view
  const say = (key: Parameters<typeof translate>[1], values?: Record<string, string | number>) =>
    translate(language, key, values)
  const moment = (atMs: number | undefined) =>
    atMs === undefined ? undefined : whenText(language, atMs, 'second')
  const span = (lengthMs: number | undefined) =>
    lengthMs === undefined ? undefined : spanText(language, lengthMs)
  return (
    <section class="half" data-clock={clock.kind} data-wall-off={clock.isWallOff}>
      <h2>{say('clock.title')}</h2>
      <p class="half-state">{wordOf(language, 'clock', clock.kind)}</p>
      <Facts
        rows={[
          [say('clock.verified'), moment(clock.trustedMs)],
          [say('clock.wall'), `${whenText(language, clock.wallMs, 'second')} · ${skewText(props)}`],
          [say('clock.high'), clock.kind === 'rolled_back' ? moment(clock.highWaterMs) : undefined],
          [say('clock.contact'), moment(services.lastContactAtMs)],
          [say('clock.grace'), span(clock.graceLeftMs)],
          [say('clock.waiting'), String(services.waitingEvents)],
        ]}
      />
      {clock.kind === 'rolled_back' && (
        <p class="card-acts">
          <ActButton
            {...props}
            act="unlock"
            target=""
            label={wordOf(language, 'act', 'unlock')}
            spoken={wordOf(language, 'act', 'unlock')}
          />
        </p>
      )}
    </section>
  )
}

/** How far the machine's clock is from the verified time. */
function skewText({ view, language }: SectionProps): string {
  const { wallSkewMs } = view.clock
  if (wallSkewMs === undefined) return translate(language, 'admin.unknown')
  if (Math.abs(wallSkewMs) < 1_000) return translate(language, 'clock.exact')
  const key = wallSkewMs > 0 ? 'clock.ahead' : 'clock.behind'
  return translate(language, key, { span: spanText(language, wallSkewMs) })
}
