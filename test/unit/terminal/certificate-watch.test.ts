import { expect, it } from 'vitest'
import { watchCertificate } from '../../../src/terminal/certificate-watch.ts'
import { createKeptLog } from '../../support/kept-log.ts'
import { createManualClock } from '../../support/manual-clock.ts'

const DAY_MS = 86_400_000

it('AC-13b: a certificate is warned about at the start and once a day, until it ended', () => {
  const clock = createManualClock()
  const log = createKeptLog()
  const end = watchCertificate(clock.nowMs() + 31 * DAY_MS - 1, { clock, log })
  expect(log.lines).toEqual([])
  for (let day = 0; day < 32; day += 1) clock.advance(DAY_MS)
  const said = log.lines.map((line) => JSON.parse(line) as { level: string; daysLeft?: number })
  expect(said).toHaveLength(32)
  expect(said.map(({ daysLeft }) => daysLeft ?? 0)).toEqual([
    ...Array.from({ length: 30 }, (_, day) => 29 - day),
    0,
    0,
  ])
  expect(said.slice(-3).map(({ level }) => level)).toEqual(['warn', 'error', 'error'])
  const texts = new Set(log.lines.map((line) => (JSON.parse(line) as { message: string }).message))
  expect(texts.size).toBe(4)
  end()
  expect(clock.pendingCount()).toBe(0)
})
