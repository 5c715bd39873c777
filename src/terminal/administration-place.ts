import type { ClockFacts, PlaceFacts } from '../ports/administration.ts'
import type { Clock } from '../ports/clock.ts'
import { graceMs } from '../scene/decide.ts'
import { distanceM, isInStoreNetwork } from '../scene/place.ts'
import { isWallClockOff, SILENCE_MS_ALL } from '../scene/trusted-time.ts'
import type { Config } from './config.ts'
import type { SceneKeeper } from './scene-keeper.ts'

type Services = NonNullable<Config['services']>

/** Where the terminal is, as far as anything tells. */
export function placeFacts(
  keeper: SceneKeeper,
  position: Services['position'],
  nowMs: number,
): PlaceFacts {
  const { grant: found, facts } = keeper.scene()
  const { place, network, monotonicMs, unknownPlaceMsMax } = facts
  const store = found.kind === 'read' ? found.grant.store : undefined
  const isInNetwork = store && isInStoreNetwork(network, store.net)
  const awayM = position && store?.geo.datum === position.datum && distanceM(position, store.geo)
  const byNetwork = isInNetwork ? ('network' as const) : ('none' as const)
  const unknownMs = place.kind === 'unknown' ? monotonicMs - place.sinceMonotonicMs : undefined
  return {
    state: place.kind,
    source: position === undefined ? byNetwork : 'configured',
    ...(unknownMs === undefined ? {} : { sinceMs: nowMs - unknownMs }),
    ...(unknownMs === undefined || !isInNetwork
      ? {}
      : { toleratedMs: Math.max(0, unknownPlaceMsMax - unknownMs) }),
    ...(typeof awayM === 'number' ? { distanceM: Math.round(awayM) } : {}),
    ...(position === undefined ? {} : { accuracyM: position.accuracyM }),
    ...(network.ip === undefined ? {} : { ip: network.ip }),
    ...(isInNetwork === undefined ? {} : { isInStoreNetwork: isInNetwork }),
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
