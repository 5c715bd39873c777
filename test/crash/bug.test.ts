import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { Point } from '../../src/engine/points.ts'
import { type Hall, openHall } from './hall.ts'
import type { Till } from './till.ts'

/** How much faster time runs: the waits of a checkout are long beside the life of a test. */
const FACTOR = 30
const EXIT_BUG = 70

vi.setConfig({ testTimeout: 60_000 })

let hall: Hall
let till: Till
beforeAll(async () => {
  hall = await openHall(FACTOR)
  till = hall.till('buggy')
  await till.start()
})
afterAll(() => hall?.close())

/** Within the command that makes the sale. */
const IN_COMMAND: readonly Point[] = [
  'before_append:sale_wanted',
  'after_append:sale_wanted',
  'before_effect:enable_scanner',
]
const POINTS: readonly Point[] = [
  ...IN_COMMAND,
  'after_append:code_scanned',
  'before_effect:charge',
  'after_effect:charge',
  'before_append:charge_answered',
]

it.each(POINTS)('a bug at %s ends the process, and the next start settles it', async (point) => {
  till.breakAt(point)
  // No answer, not even a 500: nobody could say what it is about.
  const asked = till.takeMoney(1_000).then(
    () => 'answered',
    (cause: unknown) => String(cause),
  )
  await till.died()
  expect(till.exitCode()).toBe(EXIT_BUG)
  if (IN_COMMAND.includes(point)) expect(await asked).toContain('fetch failed')
  const log = readFileSync(join(till.dataDir, 'logs', 'terminal.log'), 'utf8')
  const last = JSON.parse(log.trimEnd().split('\n').at(-1) ?? '') as { msg: string; detail: string }
  expect(last.msg).toBe('a bug ends the terminal')
  expect(last.detail).toContain('an injected bug')
  till.live()
  await till.start()
  await till.settled()
  const { sales } = await till.get<{ sales: { saleId: string; phase: string }[] }>('/v1/sales')
  for (const { saleId, phase } of sales) {
    if (phase === 'ready') await till.command(`/v1/sales/${saleId}/cancel`)
  }
  const { saleId } = await till.takeMoney(1_000)
  await till.command(`/v1/sales/${saleId}/dismiss`)
})
