import { mkdtempSync, rmSync, symlinkSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createSerialPosition } from '../../src/devices/node/serial-position.ts'
import type { PositionEvent, PositionSource } from '../../src/ports/position.ts'
import type { Grant } from '../../src/scene/grant.ts'
import { ScenePlace } from '../../src/terminal/scene-place.ts'
import { createKeptLog, type KeptLog } from '../support/kept-log.ts'
import { createManualClock, type ManualClock } from '../support/manual-clock.ts'
import { moment } from '../support/nmea.ts'
import { createPseudoTerminal, type PseudoTerminal } from '../support/pseudo-terminal.ts'
import { grantDocument, inHand } from '../unit/scene/documents.ts'

const STORE = { latE6: 31_230_000, lonE6: 121_470_000 }
const METRE_LAT_E6 = 1_000_000 / ((Math.PI * 6_371_009) / 180)
const REOPEN_DELAY_MS = 250

function grantOf(): Grant {
  const found = inHand(grantDocument())
  if (found.kind !== 'read') throw new Error(found.kind)
  return found.grant
}

let folder: string
let link: string
let line: PseudoTerminal
let clock: ManualClock
let log: KeptLog
let receiver: PositionSource
let place: ScenePlace
let events: PositionEvent[]
let wake: () => void
let second: number

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'guitai-position-'))
  link = join(folder, 'receiver')
  line = createPseudoTerminal()
  symlinkSync(line.path, link)
  clock = createManualClock()
  log = createKeptLog()
  events = []
  wake = () => {}
  second = 0
  const driver = createSerialPosition({ path: link, clock, log, reopenDelayMs: REOPEN_DELAY_MS })
  // What the place is told is also kept here.
  receiver = {
    ...driver,
    open: (onEvent) =>
      driver.open((event) => {
        onEvent(event)
        events.push(event)
        wake()
      }),
    status: () => driver.status(),
    close: () => driver.close(),
  }
  const network = { start() {}, facts: () => ({}), stop() {} }
  place = new ScenePlace({ clock, network, receiver })
  place.look(grantOf())
  place.start(() => {})
  await heard(({ kind, ...rest }) => kind === 'phase' && 'phase' in rest && rest.phase === 'open')
})
afterEach(async () => {
  await place.stop()
  await line.unplug()
  rmSync(folder, { recursive: true, force: true })
})

/** Waits for the first event of this kind after those there were at the last such wait. */
let seen = 0
function heard(wanted: (event: PositionEvent) => boolean): Promise<PositionEvent> {
  if (events.length < seen) seen = 0
  return new Promise((resolve) => {
    wake = () => {
      const index = events.findIndex((event, at) => at >= seen && wanted(event))
      const found = events[index]
      if (found === undefined) return
      seen = index + 1
      wake = () => {}
      resolve(found)
    }
    wake()
  })
}

/** The receiver says where it is, a second after it last did. */
async function says(northM: number, more: object = {}): Promise<void> {
  clock.advance(1_000)
  second += 1
  const time = `10${String(Math.floor(second / 60)).padStart(2, '0')}${String(second % 60).padStart(2, '0')}`
  const latE6 = Math.round(STORE.latE6 + northM * METRE_LAT_E6)
  line.write(moment({ ...STORE, latE6, time, ...more }))
  await heard(({ kind }) => kind !== 'phase')
}
const kind = () => place.look(grantOf()).place.kind

it('AC-2a/terminal a fix says inside, and what payment calls say of it', async () => {
  expect(kind()).toBe('unknown')
  await says(10)
  expect(kind()).toBe('inside')
  expect(place.look(grantOf())).toMatchObject({
    source: 'gnss',
    fix: { lonE6: STORE.lonE6, accuracyM: 9, datum: 'WGS-84' },
  })
})

it('AC-3.6/terminal one metre within the radius is inside, one beyond is outside', async () => {
  await says(299)
  expect(kind()).toBe('inside')
  await says(301)
  expect(kind()).toBe('outside')
})

it('AC-2a/terminal without a fix the place is unknown from the last one on', async () => {
  await says(0)
  const atMs = clock.monotonicMs()
  for (let count = 0; count < 10; count += 1) await says(0, { quality: '0' })
  expect(kind()).toBe('inside')
  await says(0, { quality: '0' })
  expect(place.look(grantOf())).toEqual({
    place: { kind: 'unknown', sinceMonotonicMs: atMs },
    source: 'gnss',
  })
})

it('AC-2a/terminal a receiver that is pulled out is no fix, and one plugged in again is', async () => {
  await says(0)
  await line.unplug()
  unlinkSync(link)
  await heard((event) => event.kind === 'phase' && event.phase === 'lost')
  clock.advance(10_001)
  expect(kind()).toBe('unknown')
  line = createPseudoTerminal()
  symlinkSync(line.path, link)
  const opened = heard((event) => event.kind === 'phase' && event.phase === 'open')
  clock.advance(REOPEN_DELAY_MS * 8)
  await opened
  await says(0)
  expect(kind()).toBe('inside')
  expect(receiver.status()).toMatchObject({ phase: 'open', fixes: 2, reconnects: 1 })
})

it('AC-2a/terminal garbage before and in between changes nothing', async () => {
  line.write('\u0001\u00fe$GNGGA,10')
  line.write('$GNGGA,101500.00,9999.9*00\r\n,,,*47\r\n')
  await says(0)
  expect(kind()).toBe('inside')
})

it('AC-2a/terminal a jump is outside until it could have been driven', async () => {
  await says(50_000)
  expect(kind()).toBe('outside')
  await says(0)
  await says(0)
  expect(kind()).toBe('outside')
  // 50 km at 150 km/h.
  clock.advance(20 * 60_000)
  await says(0)
  expect(kind()).toBe('inside')
  // A stray fix is over with the next one.
  await says(250)
  expect(kind()).toBe('outside')
  await says(0)
  expect(kind()).toBe('inside')
})

it('AC-2a/terminal what a simulator makes up is outside, and stays so when it falls silent', async () => {
  await says(0)
  await says(0, { quality: '8', mode: 'S' })
  expect(kind()).toBe('outside')
  expect(place.look(grantOf()).fix).toBeUndefined()
  clock.advance(3_600_000)
  expect(kind()).toBe('outside')
  await says(0)
  expect(kind()).toBe('inside')
})

it('logs no coordinates', async () => {
  await says(0)
  await line.unplug()
  await heard((event) => event.kind === 'phase' && event.phase === 'lost')
  expect(log.lines.length).toBeGreaterThan(2)
  expect(log.lines.join('\n')).not.toMatch(/3113|12128|3123|12147/)
})
