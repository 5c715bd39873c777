import { expect, test } from 'vitest'
import { oneAtATime } from '../../../renderer/shared/one-at-a-time.ts'

test('a drawing asked for inside a drawing comes right after it', () => {
  const told: string[] = []
  let asks = 2
  const draw = oneAtATime(() => {
    told.push('begin')
    if (asks > 0) {
      asks -= 1
      draw()
    }
    told.push('end')
  })
  draw()
  expect(told).toEqual(['begin', 'end', 'begin', 'end', 'begin', 'end'])
})

test('a drawing that failed does not stop the next', () => {
  let drawn = 0
  const draw = oneAtATime(() => {
    drawn += 1
    if (drawn === 1) throw new Error('broken')
  })
  expect(draw).toThrow('broken')
  draw()
  expect(drawn).toBe(2)
})
