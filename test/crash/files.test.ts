import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FILE_WORK, type FilePoint, filePointsOf } from '../../src/domain/file-points.ts'
import { openSealedFiles } from '../../src/keys/node/sealed-files.ts'
import { sealingKeyFile } from '../../src/keys/node/sealing-key-file.ts'
import { SceneStore } from '../../src/terminal/scene-state.ts'
import { append, type JournalFolder, makeJournalFolder, paidSale } from '../support/journal-file.ts'
import type { FileOrder } from './file-worker.ts'

vi.setConfig({ testTimeout: 60_000 })

const WORKER = join(import.meta.dirname, 'file-worker.ts')
const DAY_MS = 86_400_000
const [DAYS, TODAY] = [10, 405]
/** What day 405 keeps of ten days: those of the last 400. */
const KEPT_FROM = 5

let at: JournalFolder
beforeEach(() => {
  at = makeJournalFolder()
})
afterEach(() => at.remove())

function work(order: Pick<FileOrder, 'work' | 'dieAt' | 'after'>) {
  const { folder } = at
  const all: FileOrder = { folder, nowMs: TODAY * DAY_MS, ...order }
  const run = spawnSync(process.execPath, [WORKER, JSON.stringify(all)], { encoding: 'utf8' })
  const lines = run.stdout.split('\n').filter(Boolean)
  return { signal: run.signal, code: run.status, said: lines.map((line) => JSON.parse(line)) }
}

function killAt(order: Pick<FileOrder, 'work' | 'after'>, dieAt: FilePoint) {
  const killed = work({ ...order, dieAt })
  expect(killed.signal).toBe('SIGKILL')
  return killed.said
}

function days(from: number, to: number): void {
  for (let day = from; day <= to; day += 1) {
    const journal = at.open()
    append(journal, { atMs: day * DAY_MS, sales: [paidSale(String(day), day * DAY_MS)] })
    journal.close()
  }
}

function salesThere(): readonly number[] {
  const journal = at.open()
  expect(journal.verify().ok).toBe(true)
  const found = journal.recentSales(100).map(({ id }) => Number(id))
  journal.close()
  return found.toSorted((one, other) => one - other)
}

const daysFrom = (first: number) =>
  Array.from({ length: DAYS - first + 1 }, (_, index) => first + index)

describe('P5: a compaction killed', () => {
  it.each(filePointsOf('compact'))(
    'at %s leaves all or what is kept, and is done again',
    (point) => {
      days(1, DAYS)
      killAt({ work: 'compact' }, point)
      const left = salesThere()
      expect([daysFrom(1), daysFrom(KEPT_FROM)]).toContainEqual(left)
      expect(left).toEqual(daysFrom(point === 'before_file:cut_rows' ? 1 : KEPT_FROM))
      expect(work({ work: 'compact' })).toMatchObject({ code: 0, signal: null })
      expect(salesThere()).toEqual(daysFrom(KEPT_FROM))
      expect(readdirSync(at.folder).filter((name) => name.endsWith('.part'))).toEqual([])
    },
  )
})

describe('P5: an acceptance killed', () => {
  it.each(filePointsOf('accept'))('at %s never goes on in silence, and is done again', (point) => {
    days(1, 3)
    copyFileSync(at.file, `${at.file}.old`)
    days(4, 6)
    copyFileSync(`${at.file}.old`, at.file)
    killAt({ work: 'accept' }, point)
    const opened = at.tryOpen()
    if (opened.ok) {
      // It starts only with the row that says so.
      expect(opened.value.verify()).toMatchObject({ value: { seams: [{ missingTo: 6 }] } })
      opened.value.close()
    } else expect(opened.error.code).toBe('journal.damaged')
    expect(work({ work: 'accept' })).toMatchObject({ code: 0, signal: null })
    const journal = at.open()
    const verified = journal.verify()
    expect(verified).toMatchObject({ ok: true, value: { seams: [{ seq: 4, missingFrom: 4 }] } })
    journal.close()
    // What told of the missing rows is not lost either.
    expect(existsSync(`${at.checkpointFile}.before-4`)).toBe(true)
  })
})

describe('the sealed state of the scene', () => {
  function load() {
    const entropy = { bytes: (count: number) => new Uint8Array(randomBytes(count)) }
    const sealingKey = sealingKeyFile(join(at.folder, 'keys', 'sealing.json'), entropy)
    const secrets = openSealedFiles({ folder: join(at.folder, 'secrets'), sealingKey, entropy })
    const kept = new SceneStore(secrets).load()
    if (!kept.ok) throw new Error(kept.error.detail)
    return kept.value
  }

  /** Counters and state are sealed in turn; a kill meets the first or the second of a turn. */
  const turns = filePointsOf('scene').flatMap((point) =>
    [0, 1, 2, 3].map((passed) => ({ point, passed })),
  )

  it.each(turns)(
    'killed at $point passed $passed times is whole, and as new as it said',
    (turn) => {
      mkdirSync(at.folder, { recursive: true })
      expect(work({ work: 'scene' }).code).toBe(0)
      const said = killAt({ work: 'scene', after: turn.passed }, turn.point)
      const kept = load()
      if (kept.kind !== 'kept') throw new Error(`it is ${kept.kind}`)
      const savedTurn = said.findLast(({ event }) => event === 'saved')?.turn ?? 3
      expect(kept.state.highWaterMs).toBeGreaterThanOrEqual(savedTurn)
      expect(kept.counts.countedSeq).toBeGreaterThanOrEqual(savedTurn)
      expect(kept.counts.countedSeq - kept.state.highWaterMs).toBeLessThan(2)
      expect(work({ work: 'scene' }).code).toBe(0)
      expect(load().kind).toBe('kept')
    },
  )

  it.each([0, 1])('killed while it is begun, %s files in, is never taken for whole', (passed) => {
    rmSync(join(at.folder, 'secrets'), { recursive: true, force: true })
    killAt({ work: 'scene', after: passed }, 'before_file:secret_name')
    expect(load().kind).toBe(passed === 0 ? 'none' : 'lost')
    expect(work({ work: 'scene' }).code).toBe(0)
    expect(load().kind).toBe('kept')
  })
})

it('every piece of work on files is killed by one of these tests or by those of a terminal', () => {
  const tested = ['terminal', 'compact', 'accept', 'scene']
  expect(Object.values(FILE_WORK).filter((program) => !tested.includes(program))).toEqual([])
})
