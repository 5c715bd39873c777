import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { LogFile } from '../../../src/terminal/log-file.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'

const DAY_MS = 86_400_000
let dir: string
let path: string
let clock: ManualClock
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'guitai-log-file-'))
  path = join(dir, 'terminal.log')
  clock = createManualClock()
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

function openFile(more: { bytesMax?: number; filesMax?: number } = {}): LogFile {
  return new LogFile({ path, clock, bytesMax: 100, filesMax: 3, ...more })
}

/** Every line that is kept, oldest first. */
function kept(): string[] {
  const indexOf = (name: string) => Number(/\.(\d+)$/.exec(name)?.[1] ?? 0)
  return readdirSync(dir)
    .toSorted((one, other) => indexOf(other) - indexOf(one))
    .flatMap((name) => readFileSync(join(dir, name), 'utf8').trimEnd().split('\n'))
}

it('turns over while running, by size, and loses no line', () => {
  const file = openFile({ filesMax: 50 })
  const lines = Array.from({ length: 200 }, (_, index) => `line ${index}`)
  for (const line of lines) file.write(`${line}\n`)
  file.close()
  expect(kept()).toEqual(lines)
  const sizes = readdirSync(dir).map((name) => statSync(join(dir, name)).size)
  expect(sizes.length).toBeGreaterThan(10)
  expect(Math.max(...sizes)).toBeLessThanOrEqual(100)
})

it('keeps no more files than it may, and the newest lines', () => {
  const file = openFile()
  for (let index = 0; index < 200; index += 1) file.write(`line ${index}\n`)
  file.close()
  expect(readdirSync(dir).toSorted()).toEqual(['terminal.log', 'terminal.log.1', 'terminal.log.2'])
  expect(kept().at(-1)).toBe('line 199')
})

it('turns over at midnight in Beijing, and not when the clock is set back', () => {
  clock.jumpWallTo(Date.UTC(2026, 4, 1, 15, 59))
  const file = openFile()
  file.write('before\n')
  clock.advance(60_000)
  file.write('after\n')
  clock.jumpWallTo(Date.UTC(2026, 3, 1))
  file.write('set back\n')
  file.close()
  expect(readFileSync(`${path}.1`, 'utf8')).toBe('before\n')
  expect(readFileSync(path, 'utf8')).toBe('after\nset back\n')
})

it('turns over at the start when what is there is of an earlier day', () => {
  writeFileSync(path, 'yesterday\n')
  const yesterday = (clock.nowMs() - DAY_MS) / 1_000
  utimesSync(path, yesterday, yesterday)
  const file = openFile()
  file.write('today\n')
  file.close()
  expect(readFileSync(`${path}.1`, 'utf8')).toBe('yesterday\n')
  expect(readFileSync(path, 'utf8')).toBe('today\n')
})

it('writes on in the old file while it cannot be turned over, and turns over later', () => {
  const file = openFile()
  // Something that is no file stands where the old one would go.
  mkdirSync(join(`${path}.1`, 'taken'), { recursive: true })
  mkdirSync(join(`${path}.2`, 'taken'), { recursive: true })
  const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`)
  for (const line of lines) file.write(`${line}\n`)
  expect(readFileSync(path, 'utf8').trimEnd().split('\n')).toEqual(lines)
  rmSync(`${path}.1`, { recursive: true })
  rmSync(`${path}.2`, { recursive: true })
  clock.advance(60_000)
  file.write('one more\n')
  file.close()
  expect(kept()).toEqual([...lines, 'one more'])
  expect(readFileSync(path, 'utf8')).toBe('one more\n')
})

it('goes on in a file that another process began', () => {
  const file = openFile()
  const other = openFile()
  const lines = Array.from({ length: 12 }, (_, index) => `of two processes ${index}`)
  for (const [index, line] of lines.entries()) (index % 2 ? file : other).write(`${line}\n`)
  file.close()
  other.close()
  expect(kept().toSorted()).toEqual(lines.toSorted())
})

it('is silent when there is no file, and begins when there is one', () => {
  rmSync(dir, { recursive: true })
  const file = openFile()
  expect(() => file.write('lost\n')).not.toThrow()
  mkdirSync(dir, { recursive: true })
  clock.advance(60_000)
  file.write('kept\n')
  file.close()
  file.write('after the end\n')
  expect(kept()).toEqual(['kept'])
})
