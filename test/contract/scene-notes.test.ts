import { afterEach, beforeEach, expect, it } from 'vitest'
import { keepNote, openNotes } from '../../src/terminal/scene-notes.ts'
import { World } from './sandbox-services-client.ts'
import { SceneTerminal } from './scene-terminal.ts'

let world: World
let till: SceneTerminal
beforeEach(async () => {
  world = await World.start()
  till = await SceneTerminal.open(world)
})
afterEach(async () => {
  await till.stop()
  await world.stop()
})

const states = () => till.parts.keeper.state()?.notes?.map(({ state }) => state)

function note(seq?: number) {
  const [one] = till.parts.keeper.inForce()
  if (one === undefined) throw new Error('no measure')
  const { measureId, code } = one
  const atMs = till.clock.nowMs()
  const by = { what: 'acknowledged', operator: '李经理', atMs } as const
  return { measureId, code, seq: seq ?? one.seq, ...by }
}

it('a note is sent again, restarts or not, until the service has it, and then no more', async () => {
  await world.measure('M1')
  await till.sync()
  expect(keepNote(till.parts.keeper, note())).toBe(true)
  await world.done('faults', { fault: 'answer_garbled', times: 1 })
  await till.parts.link.acknowledge()
  expect(states()).toEqual(['waiting'])
  await till.restart()
  expect(states()).toEqual(['waiting'])
  await till.sync()
  expect(states()).toEqual(['sent'])
  const { value } = await world.control('overview')
  expect(value.acknowledgements).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ what: 'acknowledged', operator: '李经理', code: 'M1' }),
    ]),
  )
  const [one] = till.parts.keeper.inForce()
  expect(one && openNotes(till.parts.keeper, one)).toEqual([])
})

it.each(['M1', 'M4', 'M7'])('%s is said until a manager took note of it', async (code) => {
  const params = { M1: {}, M4: { cycle: 'T+3' }, M7: { delay_days: 3 } }[code]
  await world.measure(code, { params })
  await till.sync()
  const { keeper } = till.parts
  expect(keeper.status().screen).toBe(code === 'M1' ? 'manager_banner' : 'manager_note')
  const [one] = keeper.inForce()
  expect(one && openNotes(keeper, one)).toContain('acknowledged')
  keepNote(keeper, note())
  expect(keeper.status()).toMatchObject({
    screen: 'as_usual',
    measures: [{ code, acknowledged: true }],
  })
  await till.restart()
  await till.sync()
  expect(till.parts.keeper.status().screen).toBe('as_usual')
})

it('M2 says what has to be put right, and goes on saying so', async () => {
  const items = ['门头照片', '收银台照片']
  const deadline = '2099-06-30T00:00:00+08:00'
  await world.measure('M2', { params: { items }, deadline, on_deadline: 'none' })
  await till.sync()
  const { keeper } = till.parts
  expect(keeper.status().measures).toMatchObject([{ code: 'M2', items }])
  keepNote(keeper, note())
  expect(keeper.status()).toMatchObject({
    screen: 'countdown',
    measures: [{ code: 'M2', items, acknowledged: true }],
  })
})

it('a note about a measure that the service does not know is not sent for ever', async () => {
  await world.measure('M1')
  await till.sync()
  keepNote(till.parts.keeper, note(99))
  await till.parts.link.acknowledge()
  expect(states()).toEqual(['refused'])
})
