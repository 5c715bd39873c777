import { beforeEach, expect, it } from 'vitest'
import { LIMITS } from '../../../src/domain/limits.ts'
import { OperatorSessions } from '../../../src/terminal/operator-sessions.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'
import { createSeededEntropy } from '../../support/seeded.ts'

const LOCK_MS = 120_000
const WHO = { name: '李经理', role: 'manager' } as const

let clock: ManualClock
let sessions: OperatorSessions
beforeEach(() => {
  clock = createManualClock({ tellsSleep: true })
  sessions = new OperatorSessions({ clock, entropy: createSeededEntropy(3), lockAfterMs: LOCK_MS })
})

it('lives for as long as it is used, and not a millisecond longer', () => {
  const name = sessions.begin(WHO)
  for (const _use of [1, 2, 3]) {
    clock.advance(LOCK_MS - 1)
    expect(sessions.find(name, false)).toEqual(WHO)
  }
  clock.advance(LOCK_MS)
  expect(sessions.find(name, false)).toBeUndefined()
  expect(sessions.find(name, false)).toBeUndefined()
})

it('is not kept alive by a screen that asks by itself', () => {
  const name = sessions.begin(WHO)
  clock.advance(LOCK_MS - 1)
  expect(sessions.find(name, true)).toEqual(WHO)
  clock.advance(1)
  expect(sessions.find(name, true)).toBeUndefined()
})

it('ends while the machine sleeps, and stays when the date is set back or ahead', () => {
  const name = sessions.begin(WHO)
  clock.jumpWallTo(0)
  expect(sessions.find(name, false)).toEqual(WHO)
  clock.jumpWallTo(4_000_000_000_000)
  expect(sessions.find(name, false)).toEqual(WHO)
  clock.sleep(LOCK_MS)
  expect(sessions.find(name, false)).toBeUndefined()
})

it('ends by its own name or with all of somebody, and no other', () => {
  const [one, two] = [sessions.begin(WHO), sessions.begin(WHO)]
  const other = sessions.begin({ name: '王安装', role: 'installer' })
  sessions.end(one)
  expect(sessions.find(one, false)).toBeUndefined()
  expect(sessions.find(two, false)).toEqual(WHO)
  sessions.endOf(WHO.name)
  expect(sessions.find(two, false)).toBeUndefined()
  expect(sessions.find(other, false)).toBeDefined()
  expect(sessions.find('', false)).toBeUndefined()
})

it('has room for a few: the one that was idle longest makes it', () => {
  const names = Array.from({ length: LIMITS.operatorSessionsMax }, () => {
    clock.advance(1)
    return sessions.begin(WHO)
  })
  clock.advance(1)
  expect(sessions.find(names[0] ?? '', false)).toEqual(WHO)
  const last = sessions.begin(WHO)
  expect(new Set([...names, last]).size).toBe(names.length + 1)
  expect(names.map((name) => sessions.find(name, true) !== undefined)).toEqual(
    names.map((_name, index) => index !== 1),
  )
  expect(last).toMatch(/^[\w-]{32}$/)
})
