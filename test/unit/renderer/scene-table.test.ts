import { expect, test } from 'vitest'
import {
  itemsOf,
  namedMeasures,
  nextDeadlineMs,
  RULE_LOOKS,
  stripLook,
  timeLeft,
} from '../../../renderer/cashier/scene-table.ts'
import { LANGUAGES } from '../../../renderer/text/language.ts'
import { wordOf } from '../../../renderer/text/words.ts'
import { SCREEN_RULES } from '../../../src/domain/screen-rules.ts'
import { MEASURES } from '../../../src/scene/measures.ts'
import { MEASURE_CODES } from '../../../src/scene/words.ts'
import type { CashierScreen, SceneNote } from '../../../src/screen/model.ts'

function screen(more: Partial<CashierScreen>, note?: Partial<SceneNote>): CashierScreen {
  const scene = { screen: 'as_usual' as const, measures: [], noCredit: false, ...note }
  return { state: 'ready', ...(note ? { scene } : {}), ...more } as CashierScreen
}

test('every row of the table of measures has a look', () => {
  expect(Object.keys(RULE_LOOKS)).toEqual([...SCREEN_RULES])
  const silent = SCREEN_RULES.filter((rule) => RULE_LOOKS[rule].text === undefined)
  expect(silent).toEqual(['as_usual'])
})

test('measures are called as their table calls them; settlement is not told at the counter', () => {
  for (const code of MEASURE_CODES) {
    expect(namedMeasures([{ code }])).toEqual(code === 'M4' || code === 'M7' ? [] : [code])
    for (const language of LANGUAGES) {
      expect(wordOf(language, 'measure', code)).toBe(MEASURES[code].name[language])
    }
  }
})

test('a warning is gone once a manager took note of it, a deadline is not', () => {
  expect(namedMeasures([{ code: 'M1', acknowledged: true }, { code: 'M3' }])).toEqual(['M3'])
  expect(namedMeasures([{ code: 'M2', acknowledged: true }])).toEqual(['M2'])
  expect(itemsOf([{ code: 'M2', items: ['a', 'b'] }, { code: 'M3' }])).toEqual(['a', 'b'])
})

test('a measure that is not known is named as such, and each once', () => {
  expect(namedMeasures([{ code: 'M77' }, { code: 'unreadable' }])).toEqual(['unreadable'])
  expect(wordOf('en', 'measure', 'unreadable')).not.toBe('unreadable')
  expect(namedMeasures([{ code: 'toString' }])).toEqual(['unreadable'])
  expect(namedMeasures([{ code: 'M3' }, { code: 'M3' }])).toEqual(['M3'])
})

test('the strip says a stop whatever the measures are, and leaves it to the panel where that does', () => {
  expect(stripLook(screen({})).level).toBe('none')
  expect(stripLook(screen({}, { screen: 'countdown' })).level).toBe('warn')
  expect(stripLook(screen({ state: 'paid', stop: 'suspended' }, {})).level).toBe('stop')
  expect(stripLook(screen({ state: 'stopped', stop: 'suspended' }, {})).level).toBe('none')
  const named = stripLook(
    screen({ state: 'stopped', stop: 'suspended' }, { measures: [{ code: 'M8' }] }),
  )
  expect(named).toEqual({ level: 'stop' })
  expect(stripLook(screen({ stop: 'terminal' }, { screen: 'countdown' })).level).toBe('warn')
})

test('the nearest deadline counts', () => {
  const measures = [
    { code: 'M1' },
    { code: 'M2', deadlineAtMs: 9 },
    { code: 'M2', deadlineAtMs: 4 },
  ]
  expect(nextDeadlineMs(measures)).toBe(4)
  expect(nextDeadlineMs([{ code: 'M1' }])).toBeUndefined()
})

test.each([
  [0, 'scene.overdue', {}],
  [-5, 'scene.overdue', {}],
  [1, 'scene.left_time', { time: '00:00:01' }],
  [11_564_000, 'scene.left_time', { time: '03:12:44' }],
  [48 * 3_600_000 - 1_000, 'scene.left_time', { time: '47:59:59' }],
  [48 * 3_600_000, 'scene.left_days', { days: 2, hours: 0 }],
  [76 * 3_600_000, 'scene.left_days', { days: 3, hours: 4 }],
])('%i ms left', (leftMs, key, values) => {
  expect(timeLeft(leftMs)).toEqual({ key, values })
})
