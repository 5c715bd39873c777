import type { Clock } from '../ports/clock.ts'
import type { NetworkFacts, NetworkWatch } from '../ports/network.ts'
import type { PositionEvent, PositionSource } from '../ports/position.ts'
import type { Grant } from '../scene/grant.ts'
import {
  distanceM,
  type Fix,
  isInStoreNetwork,
  loseFix,
  type NetworkEvidence,
  type Place,
  type PlaceState,
  takeFix,
  unknownPlace,
} from '../scene/place.ts'
import { isOnThisMachine } from '../scene/rehearsal.ts'
import { steadyMs } from './scene-time.ts'
import { sha256 } from './scene-trust.ts'

/** A position that somebody measured. */
export type MeasuredPosition = Pick<Fix, 'latE6' | 'lonE6' | 'datum' | 'accuracyM'>

/**
 * What says where the terminal is: a receiver, the grant's word of where it was installed, the
 * configuration (only where the grant is for a rehearsal), or nothing.
 */
export type PlaceSource = 'gnss' | 'installed' | 'configured' | 'none'

/** The place at one moment, and what it rests on. */
export type PlaceView = {
  readonly place: Place
  readonly source: PlaceSource
  /** What payment calls say; only what is believed and fresh. */
  readonly fix?: MeasuredPosition
  readonly fixAtMonotonicMs?: number
}

/** The place for staff: plain data, without coordinates. */
export type PlaceReport = {
  readonly state: Place['kind']
  readonly source: PlaceSource
  readonly accuracyM?: number
  /** When that was measured, Unix milliseconds; absent for what does not change. */
  readonly fixAtMs?: number
  /** From the store of the grant, whole metres. */
  readonly distanceM?: number
  /** For how long an unknown place is still borne, milliseconds; only while it is unknown. */
  readonly unknownMsLeft?: number
  readonly network: {
    /** Gateway and certificate authority are those of the grant. */
    readonly isGateway: boolean
    /** One of the networks that the grant names is the one the terminal is in. */
    readonly isStore: boolean
    /** The terminal's own address towards the gateway. */
    readonly address?: string
    /** Whether the router's link-layer address could be read. */
    readonly hasRouter: boolean
  }
}

export type ScenePlaceOptions = {
  readonly clock: Clock
  readonly network: NetworkWatch
  /** The receiver; absent where none is configured. */
  readonly receiver?: PositionSource | undefined
  readonly configured?: MeasuredPosition | undefined
}

/** A movement that is faster is none. */
const SPEED_KMH_MAX = 150
/** A receiver says where it is every second; after this long without, it does not know, milliseconds. */
const FIX_FRESH_MS = 10_000

/** What the gate asks of the place. */
export type PlaceJudge = Pick<ScenePlace, 'evidence' | 'look' | 'report'>

/** For looking at a grant on a machine that is asked for nothing: as if it stood in its store. */
export const PLACE_NOT_ASKED: PlaceJudge = {
  evidence: () => ({}),
  look: () => ({ place: { kind: 'inside' }, source: 'none' }),
  report: (_grant, { isGateway }) => ({
    state: 'unknown',
    source: 'none',
    network: { isGateway, isStore: false, hasRouter: false },
  }),
}

/** Knows where the terminal is, by the best source there is (docs/decisions/0016). */
export class ScenePlace {
  readonly #options: ScenePlaceOptions
  readonly #startedMs: number
  #state: PlaceState
  /** The latest fix, believed or not; for another store it is judged again. */
  #latest: Fix | undefined
  #store: Grant['store']['geo'] | undefined
  /** When the network was last that of the store. */
  #inNetworkMs: number
  /** What is asked again and again before a charge, and seldom changes. */
  #evidence:
    | { readonly facts: NetworkFacts; readonly storeId: string; readonly of: NetworkEvidence }
    | undefined
  #isInStore:
    | { readonly facts: NetworkFacts; readonly store: Grant['store']; readonly is: boolean }
    | undefined
  #isRehearsal: { readonly store: Grant['store']; readonly is: boolean } | undefined

  constructor(options: ScenePlaceOptions) {
    this.#options = options
    this.#startedMs = steadyMs(options.clock)
    this.#state = { place: unknownPlace(this.#startedMs) }
    this.#inNetworkMs = this.#startedMs
  }

  /** Begins to look. `onChange` is called whenever the place may have become another one. */
  start(onChange: () => void): void {
    this.#options.network.start(onChange)
    this.#options.receiver?.open((event) => this.#take(event, onChange))
  }

  async stop(): Promise<void> {
    this.#options.network.stop()
    await this.#options.receiver?.close()
  }

  /** What the network says of the place, in the words of a grant. */
  evidence(storeId: string | undefined): NetworkEvidence {
    const facts = this.#options.network.facts()
    const { ip, routerMac } = facts
    const plain = ip === undefined ? {} : { ip }
    if (routerMac === undefined || storeId === undefined) return plain
    const known = this.#evidence
    if (known?.facts === facts && known.storeId === storeId) return known.of
    const of = { ...plain, bssidHash: bssidHash(storeId, routerMac) }
    this.#evidence = { facts, storeId, of }
    return of
  }

  /** Where the terminal is, seen from the store of a grant. */
  look(grant: Grant): PlaceView {
    const nowMs = steadyMs(this.#options.clock)
    if (this.#options.receiver !== undefined) return this.#byReceiver(grant, nowMs)
    const { position } = grant.terminal
    if (position !== undefined) return this.#installed(grant, position, nowMs)
    const { configured } = this.#options
    if (configured !== undefined && this.#isForRehearsal(grant)) {
      return { place: placeAt(grant, configured, nowMs), source: 'configured', fix: configured }
    }
    return { place: unknownPlace(this.#startedMs), source: 'none' }
  }

  /** The place for staff. */
  report(
    grant: Grant | undefined,
    bounds: { readonly isGateway: boolean; readonly unknownPlaceMsMax: number },
  ): PlaceReport {
    const nowMs = steadyMs(this.#options.clock)
    const view: PlaceView =
      grant === undefined
        ? { place: unknownPlace(this.#startedMs), source: 'none' }
        : this.look(grant)
    const { place, source, fix, fixAtMonotonicMs: atMs } = view
    const awayM =
      grant && fix?.datum === grant.store.geo.datum ? distanceM(fix, grant.store.geo) : undefined
    const msLeft =
      place.kind === 'unknown'
        ? Math.max(0, place.sinceMonotonicMs + bounds.unknownPlaceMsMax - nowMs)
        : undefined
    return {
      state: place.kind,
      source,
      ...(fix === undefined ? {} : { accuracyM: fix.accuracyM }),
      ...(atMs === undefined
        ? {}
        : { fixAtMs: Math.round(this.#options.clock.nowMs()) - (nowMs - atMs) }),
      ...(awayM === undefined ? {} : { distanceM: Math.round(awayM) }),
      ...(msLeft === undefined ? {} : { unknownMsLeft: msLeft }),
      network: this.#networkOf(grant, bounds.isGateway),
    }
  }

  #networkOf(grant: Grant | undefined, isGateway: boolean): PlaceReport['network'] {
    const { ip, routerMac }: NetworkFacts = this.#options.network.facts()
    return {
      isGateway,
      isStore: grant !== undefined && this.#isInStoreNetwork(grant),
      ...(ip === undefined ? {} : { address: ip }),
      hasRouter: routerMac !== undefined,
    }
  }

  #isInStoreNetwork({ store }: Grant): boolean {
    const facts = this.#options.network.facts()
    const known = this.#isInStore
    if (known?.facts === facts && known.store === store) return known.is
    const is = isInStoreNetwork(this.evidence(store.id), store.net)
    this.#isInStore = { facts, store, is }
    return is
  }

  #isForRehearsal({ store }: Grant): boolean {
    if (this.#isRehearsal?.store !== store)
      this.#isRehearsal = { store, is: isOnThisMachine(store.net.gatewayOrigin) }
    return this.#isRehearsal.is
  }

  #take(event: PositionEvent, onChange: () => void): void {
    // A receiver that does not know where it is soon has no fresh fix.
    if (event.kind !== 'fix') return
    const { utcMs: _atMs, ...fix } = event.fix
    const atMonotonicMs = steadyMs(this.#options.clock)
    this.#lose(atMonotonicMs)
    this.#latest = { ...fix, datum: 'WGS-84', atMonotonicMs }
    if (this.#store !== undefined) {
      const settings = { store: this.#store, speedKmhMax: SPEED_KMH_MAX }
      this.#state = takeFix(this.#state, this.#latest, settings)
    }
    onChange()
  }

  #byReceiver(grant: Grant, nowMs: number): PlaceView {
    this.#turnTo(grant)
    this.#lose(nowMs)
    const { place, lastFix } = this.#state
    const isFresh = lastFix !== undefined && nowMs - lastFix.atMonotonicMs <= FIX_FRESH_MS
    if (!isFresh || lastFix !== this.#latest) return { place, source: 'gnss' }
    return { place, source: 'gnss', fix: lastFix, fixAtMonotonicMs: lastFix.atMonotonicMs }
  }

  /** Another store is another question about the same fix. */
  #turnTo({ store: { geo } }: Grant): void {
    const before = this.#store
    const isSame =
      before?.latE6 === geo.latE6 &&
      before.lonE6 === geo.lonE6 &&
      before.datum === geo.datum &&
      before.radiusM === geo.radiusM
    if (isSame) return
    this.#store = geo
    const { lastFix } = this.#state
    const since = unknownPlace(lastFix?.atMonotonicMs ?? this.#startedMs)
    this.#state = { place: since, ...(lastFix === undefined ? {} : { lastFix }) }
    if (this.#latest === undefined) return
    this.#state = takeFix(this.#state, this.#latest, { store: geo, speedKmhMax: SPEED_KMH_MAX })
  }

  #lose(nowMs: number): void {
    const latestMs = this.#latest?.atMonotonicMs ?? this.#startedMs
    if (nowMs - latestMs > FIX_FRESH_MS) this.#state = loseFix(this.#state, nowMs)
  }

  /** A place that was measured once is one only while the network says that the terminal is still there. */
  #installed(grant: Grant, position: MeasuredPosition, nowMs: number): PlaceView {
    if (this.#isInStoreNetwork(grant)) {
      this.#inNetworkMs = nowMs
      return { place: placeAt(grant, position, nowMs), source: 'installed', fix: position }
    }
    return { place: unknownPlace(this.#inNetworkMs), source: 'installed' }
  }
}

function placeAt(grant: Grant, position: MeasuredPosition, nowMs: number): Place {
  const fix = { ...position, isMock: false, atMonotonicMs: nowMs }
  const settings = { store: grant.store.geo, speedKmhMax: SPEED_KMH_MAX }
  return takeFix({ place: unknownPlace(nowMs) }, fix, settings).place
}

/** As docs/gateway.md, Documents: of the router's link-layer address, bound to the store. */
function bssidHash(storeId: string, mac: string): string {
  return sha256(`GUITAI-BSSID-V1\n${storeId}\n${mac}\n`)
}
