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

it('a note about a measure that the service does not know is not sent for ever', async () => {
  await world.measure('M1')
  await till.sync()
  keepNote(till.parts.keeper, note(99))
  await till.parts.link.acknowledge()
  expect(states()).toEqual(['refused'])
})
