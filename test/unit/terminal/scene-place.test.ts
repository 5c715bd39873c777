import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { NetworkFacts } from '../../../src/ports/network.ts'
import type { PositionEvent, PositionFix } from '../../../src/ports/position.ts'
import { decide } from '../../../src/scene/decide.ts'
import type { Grant } from '../../../src/scene/grant.ts'
import type { Report } from '../../../src/terminal/scene-events.ts'
import { PLACE_NOT_ASKED, type PlaceReport, ScenePlace } from '../../../src/terminal/scene-place.ts'
import { createPlaceNotes } from '../../../src/terminal/scene-risk.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import {
  charge,
  goodFacts,
  goodScene,
  grantDocument,
  inHand,
  type Wire,
} from '../scene/documents.ts'

const STORE = { latE6: 31_230_000, lonE6: 121_470_000, datum: 'WGS-84', accuracyM: 20 } as const
const POSITION = { lat_e6: STORE.latE6, lon_e6: STORE.lonE6, datum: 'WGS-84', accuracy_m: 20 }
const FAR_E6 = STORE.latE6 + 10_000
const BOUNDS = { isGateway: true, unknownPlaceMsMax: 600_000 }

type Changes = { readonly terminal?: Wire; readonly net?: Wire; readonly geo?: Wire }

function grantOf({ terminal = {}, net = {}, geo = {} }: Changes = {}): Grant {
  const document = grantDocument()
  const store = document.store as { readonly net: Wire; readonly geo: Wire }
  const found = inHand({
    ...document,
    store: { ...store, net: { ...store.net, ...net }, geo: { ...store.geo, ...geo } },
    terminal: { ...(document.terminal as Wire), ...terminal },
  })
  if (found.kind !== 'read') throw new Error(JSON.stringify(found))
  return found.grant
}

function bench(options: { hasReceiver?: boolean; configured?: typeof STORE } = {}) {
  const clock = createManualClock()
  let facts: NetworkFacts = { ip: '192.0.2.7' }
  let tell: (event: PositionEvent) => void = () => {}
  const receiver = {
    open(onEvent: (event: PositionEvent) => void) {
      tell = onEvent
    },
    status: () => ({ phase: 'open' as const, fixes: 0, reconnects: 0 }),
    close: () => Promise.resolve(),
  }
  const place = new ScenePlace({
    clock,
    network: { start() {}, facts: () => facts, stop() {} },
    receiver: options.hasReceiver ? receiver : undefined,
    configured: options.configured,
  })
  let changes = 0
  place.start(() => {
    changes += 1
  })
  return {
    clock,
    place,
    changes: () => changes,
    network: (next: NetworkFacts) => {
      facts = next
    },
    fix: (more: Partial<PositionFix> = {}) => {
      const { datum: _datum, ...at } = STORE
      tell({ kind: 'fix', fix: { ...at, isMock: false, utcMs: 0, ...more } })
    },
  }
}
const kindIn = (place: ScenePlace, grant = grantOf()) => place.look(grant).place.kind

describe('P7: a position in the configuration', () => {
  it.each([
    ['https://127.0.0.1:8443', 'inside'],
    ['https://127.1.2.3', 'inside'],
    ['https://[::1]:8443', 'inside'],
    ['https://localhost:8443', 'inside'],
    ['https://gw.example', 'unknown'],
    ['https://localhost.example', 'unknown'],
    ['https://127.0.0.1.example', 'unknown'],
    ['https://10.0.0.1', 'unknown'],
    ['https://[::2]', 'unknown'],
  ])('AC-2a/terminal under a grant for %s the place is %s', (origin, kind) => {
    const { place } = bench({ configured: STORE })
    expect(kindIn(place, grantOf({ net: { gateway_origin: origin } }))).toBe(kind)
  })

  it('AC-2a/terminal counts for less than the word of the grant and than a receiver', () => {
    const net = { gateway_origin: 'https://127.0.0.1' }
    const far = { ...POSITION, lat_e6: FAR_E6 }
    const { place } = bench({ configured: STORE })
    expect(kindIn(place, grantOf({ net, terminal: { position: far } }))).toBe('outside')
    const other = bench({ configured: STORE, hasReceiver: true })
    expect(kindIn(other.place, grantOf({ net }))).toBe('unknown')
  })
})

describe('the word of the grant', () => {
  const granted = grantOf({ terminal: { position: POSITION } })

  it('AC-2a/terminal counts in the network of the store, and is unknown from its loss on', () => {
    const { place, clock, network } = bench()
    clock.advance(5_000)
    expect(place.look(granted)).toMatchObject({ place: { kind: 'inside' }, source: 'installed' })
    network({ ip: '198.51.100.7' })
    clock.advance(5_000)
    expect(place.look(granted)).toEqual({
      place: { kind: 'unknown', sinceMonotonicMs: 5_000 },
      source: 'installed',
    })
    network({})
    expect(kindIn(place, granted)).toBe('unknown')
    network({ ip: '::ffff:192.0.2.9' })
    expect(kindIn(place, granted)).toBe('inside')
  })

  it('AC-2a/terminal does not count where the grant names no network', () => {
    const { place } = bench()
    const net = { ip_cidrs: [], bssid_hash: 'none' }
    expect(kindIn(place, grantOf({ net, terminal: { position: POSITION } }))).toBe('unknown')
  })

  it('AC-2a/terminal knows the network by its router', () => {
    const text = 'GUITAI-BSSID-V1\nSTORE-1\n02:00:5e:00:53:01\n'
    const bssid_hash = createHash('sha256').update(text).digest('hex')
    const grant = grantOf({ net: { ip_cidrs: [], bssid_hash }, terminal: { position: POSITION } })
    const { place, network } = bench()
    expect(kindIn(place, grant)).toBe('unknown')
    network({ routerMac: '02:00:5e:00:53:01' })
    expect(kindIn(place, grant)).toBe('inside')
    network({ routerMac: '02:00:5e:00:53:02' })
    expect(kindIn(place, grant)).toBe('unknown')
  })
})

describe('a receiver', () => {
  it('AC-2a/terminal is the only one to say, also while it is silent', () => {
    const granted = grantOf({ terminal: { position: POSITION } })
    const { place, fix, clock } = bench({ hasReceiver: true })
    expect(kindIn(place, granted)).toBe('unknown')
    fix()
    expect(kindIn(place, granted)).toBe('inside')
    clock.advance(10_000)
    expect(kindIn(place, granted)).toBe('inside')
    clock.advance(1)
    expect(place.look(granted)).toEqual({
      place: { kind: 'unknown', sinceMonotonicMs: 0 },
      source: 'gnss',
    })
  })

  it('AC-2a/terminal that falls silent outside leaves the terminal outside', () => {
    const { place, fix, clock } = bench({ hasReceiver: true })
    kindIn(place)
    fix({ latE6: FAR_E6 })
    clock.advance(3_600_000)
    expect(kindIn(place)).toBe('outside')
    // Covered rather than pulled out: it still says something, but too coarsely.
    fix({ accuracyM: 301 })
    expect(kindIn(place)).toBe('outside')
  })

  it('AC-15c/terminal is held against the store of the grant in hand, and of no other', () => {
    const { place, fix, changes } = bench({ hasReceiver: true })
    const there = grantOf({ geo: { lat_e6: FAR_E6 } })
    fix({ latE6: FAR_E6 })
    expect(changes()).toBe(1)
    expect(kindIn(place, grantOf())).toBe('outside')
    expect(kindIn(place, there)).toBe('inside')
    expect(kindIn(place, grantOf())).toBe('outside')
  })

  it('AC-2a/terminal that makes its fixes up stays so for another store', () => {
    const { place, fix } = bench({ hasReceiver: true })
    fix({ isMock: true })
    expect(kindIn(place)).toBe('outside')
    expect(kindIn(place, grantOf({ geo: { radius_m: 301 } }))).toBe('outside')
  })
})

it('AC-2a/terminal unknown is borne in the network of the store, and to the millisecond', () => {
  const { place, fix, clock, network } = bench({ hasReceiver: true })
  kindIn(place)
  fix()
  const decideNow = () =>
    decide(
      goodScene({
        facts: goodFacts({
          monotonicMs: clock.monotonicMs(),
          place: place.look(grantOf()).place,
          network: place.evidence('STORE-1'),
          unknownPlaceMsMax: 600_000,
        }),
      }),
      charge(),
    )
  clock.advance(600_000)
  expect(kindIn(place)).toBe('unknown')
  expect(decideNow().kind).toBe('allow')
  expect(place.report(grantOf(), BOUNDS).unknownMsLeft).toBe(0)
  network({ ip: '198.51.100.7' })
  expect(decideNow()).toMatchObject({ code: 'scene.location_unknown' })
  network({ ip: '192.0.2.7' })
  clock.advance(1)
  expect(decideNow()).toMatchObject({ code: 'scene.location_unknown' })
})

it('reports for staff, without coordinates', () => {
  const { place, fix, clock, network } = bench({ hasReceiver: true })
  const nowMs = clock.nowMs()
  fix({ latE6: STORE.latE6 + 1_000 })
  clock.advance(3_000)
  network({ ip: '192.0.2.7', routerMac: '02:00:5e:00:53:01' })
  expect(place.report(grantOf(), BOUNDS)).toEqual({
    state: 'inside',
    source: 'gnss',
    accuracyM: 20,
    fixAtMs: nowMs,
    distanceM: 111,
    network: { isGateway: true, isStore: true, address: '192.0.2.7', hasRouter: true },
  })
  expect(place.report(undefined, BOUNDS)).toEqual({
    state: 'unknown',
    source: 'none',
    unknownMsLeft: 597_000,
    network: { isGateway: true, isStore: false, address: '192.0.2.7', hasRouter: true },
  })
  expect(PLACE_NOT_ASKED.report(undefined, BOUNDS).state).toBe('unknown')
})

it('AC-2a/terminal the service hears of outside, and of inside after it, not too often', () => {
  const clock = createManualClock()
  const reports: Report[] = []
  const note = createPlaceNotes(clock, (report) => reports.push(report))
  const be = (state: PlaceReport['state'], distanceM?: number) =>
    note({
      state,
      source: 'gnss',
      ...(distanceM === undefined ? {} : { distanceM }),
      network: { isGateway: true, isStore: true, hasRouter: false },
    })
  be('unknown')
  be('inside', 10)
  expect(reports).toEqual([])
  be('outside', 900)
  be('outside', 950)
  be('unknown')
  be('inside', 20)
  be('outside', 900)
  expect(reports).toEqual([
    { kind: 'place.changed', trigger: 1, facts: { place: 'outside', distance_m: 900 } },
    { kind: 'place.changed', facts: { place: 'inside', distance_m: 20 } },
  ])
  clock.advance(600_000)
  be('outside')
  expect(reports[2]).toEqual({ kind: 'place.changed', trigger: 1, facts: { place: 'outside' } })
})
