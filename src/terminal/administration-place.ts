import type { ClockFacts, PlaceFacts } from '../ports/administration.ts'
import type { Clock } from '../ports/clock.ts'
import { graceMs } from '../scene/decide.ts'
import { isWallClockOff, SILENCE_MS_ALL } from '../scene/trusted-time.ts'
import type { SceneKeeper } from './scene-keeper.ts'

/** Where the terminal is, as far as anything tells. */
export function placeFacts(keeper: SceneKeeper, nowMs: number): PlaceFacts {
  const { place, monotonicMs } = keeper.scene().facts
  const { source, network, unknownMsLeft, accuracyM, fixAtMs, distanceM } = keeper.placeReport()
  const unknownMs = place.kind === 'unknown' ? monotonicMs - place.sinceMonotonicMs : undefined
  return {
    state: place.kind,
    source: source === 'none' && network.isStore ? 'network' : source,
    ...(unknownMs === undefined ? {} : { sinceMs: nowMs - unknownMs }),
    ...(unknownMsLeft === undefined || !network.isStore ? {} : { toleratedMs: unknownMsLeft }),
    ...(distanceM === undefined ? {} : { distanceM }),
    ...(accuracyM === undefined ? {} : { accuracyM }),
    ...(fixAtMs === undefined ? {} : { fixAtMs }),
    ...(network.address === undefined ? {} : { ip: network.address }),
    isInStoreNetwork: network.isStore,
  }
}

/** What is known of the time. */
export function clockFacts(keeper: SceneKeeper, clock: Pick<Clock, 'nowMs'>): ClockFacts {
  const { grant: found, facts } = keeper.scene()
  const { time, offlineMs } = facts
  const wallMs = clock.nowMs()
  const isKnown = offlineMs < SILENCE_MS_ALL
  const grant = found.kind === 'read' && found.isSigned ? found.grant : undefined
  const leftMs =
    grant && time.kind === 'trusted'
      ? Math.max(0, graceMs(grant, keeper.inForce(), time.nowMs) - offlineMs)
      : undefined
  return {
    kind: time.kind,
    ...(time.kind === 'trusted' ? { trustedMs: time.nowMs, wallSkewMs: wallMs - time.nowMs } : {}),
    wallMs,
    isWallOff: isWallClockOff(wallMs, time),
    highWaterMs: keeper.time.count().highWaterMs,
    ...(isKnown ? { offlineMs } : {}),
    ...(leftMs === undefined ? {} : { graceLeftMs: leftMs }),
  }
}
