import { resolve } from 'node:path'
import type { Result } from '../base/result.ts'
import type { Problem } from '../domain/errors.ts'
import { actsOf } from '../engine/act-desk.ts'
import { compactJournal, KEEP_DAYS_MIN } from '../journal/node/compact.ts'
import { openJournal } from '../journal/node/sqlite-journal.ts'
import { openTerminalKey, readTerminalKey } from '../keys/node/terminal-key.ts'
import type { Backup, JournalFile } from '../ports/journal.ts'
import type { Signer } from '../ports/signer.ts'
import { backUpTo } from '../terminal/backup.ts'
import type { Config } from '../terminal/config.ts'
import { besideJournal, journalPath } from '../terminal/folders.ts'
import { readOwnConfig, type SystemKeys } from '../terminal/system-key.ts'
import { AUTHORISE_OPTIONS } from './authorise.ts'
import { acceptOwnJournal, describeSeam } from './journal-accept.ts'
import { type ExportWish, exportJournal, wrongWish } from './journal-export.ts'
import {
  type ActLine,
  describeAct,
  describeLine,
  describeWaiting,
  linesOfJournal,
  type SaleLine,
  waitingOfSale,
} from './journal-list.ts'
import { askRunning, backUpRunning, type Waiting } from './journal-running.ts'
import { progressLine } from './progress.ts'
import { describeProblem, fail, readOptions } from './usage.ts'

const OPTIONS = {
  config: { type: 'string' },
  limit: { type: 'string', default: '50' },
  json: { type: 'boolean', default: false },
  format: { type: 'string', default: 'jsonl' },
  from: { type: 'string' },
  to: { type: 'string' },
  out: { type: 'string' },
  bom: { type: 'boolean', default: false },
  'keep-days': { type: 'string' },
  ...AUTHORISE_OPTIONS,
} as const

/** What was asked for, and of which terminal. */
type Asked = {
  readonly dataDir: string
  readonly values: ReturnType<typeof readOptions<typeof OPTIONS>>['values']
  /** Absent in a data folder where no terminal has run since there are keys. */
  readonly signer: Signer | undefined
}

const COMMANDS: Readonly<Record<string, (asked: Asked) => void | Promise<void>>> = {
  verify,
  list: (asked) =>
    withReadable(asked, (journal) => {
      const limit = Number(asked.values.limit)
      const lines = linesOfJournal(journal.recentSales(limit), actsOf(journal, limit))
      const describe = (line: SaleLine | ActLine) =>
        'act' in line ? describeAct(line) : describeLine(line)
      print(lines, { json: asked.values.json, describe })
    }),
  pending,
  export: writeExport,
  backup,
  compact,
}

/** `guitai journal`: looks into the journal of a terminal, and keeps its file in order. */
export async function runJournal(argv: string[], host: SystemKeys = {}): Promise<void> {
  const { values, positionals } = readOptions(argv, OPTIONS)
  const [what = 'list'] = positionals
  const command = COMMANDS[what]
  if (!command && what !== 'accept')
    fail(`journal ${what}: choose ${[...Object.keys(COMMANDS), 'accept'].join(', ')}`)
  if (values.config === undefined) fail('journal needs --config FILE')
  // The only one that looks at sealed secrets: the others work where the key cannot be had.
  const keys = what === 'accept' ? host : {}
  const config = await readOwnConfig(resolve(values.config), keys)
  if (!config.ok) return give(config.error)
  if (what === 'accept') return accept(config.value, values)
  const { dataDir } = config.value
  const key = readTerminalKey(dataDir)
  if (!key.ok) return give(key.error)
  await command?.({ dataDir, values, signer: key.value })
}

function openWhole({ dataDir, signer }: Asked): Result<JournalFile, Problem> {
  return openJournal(journalPath(dataDir), { signer, ...besideJournal(dataDir) })
}

/** Of a damaged journal, says so and opens what is left. */
function openReadable(asked: Asked): Result<JournalFile, Problem> {
  const opened = openWhole(asked)
  if (opened.ok || opened.error.code !== 'journal.damaged') return opened
  give(opened.error)
  const { dataDir, signer } = asked
  const beside = besideJournal(dataDir)
  return openJournal(journalPath(dataDir), { salvage: true, signer, ...beside })
}

function withReadable(asked: Asked, use: (journal: JournalFile) => void): void {
  const journal = openReadable(asked)
  if (!journal.ok) {
    give(journal.error)
    return
  }
  use(journal.value)
  journal.value.close()
}

function verify(asked: Asked): void {
  withReadable(asked, (journal) => {
    const progress = progressLine('checking')
    const result = journal.verify(progress.show)
    progress.end()
    if (!result.ok) process.exitCode = 1
    const say = asked.values.json ? asJson : asWords
    console.log(say(result))
  })
}

type Verification = ReturnType<JournalFile['verify']>

function asJson(result: Verification): string {
  if (result.ok) return JSON.stringify(result.value)
  return JSON.stringify({ brokenAt: result.error.seq, detail: result.error.detail })
}

function asWords(result: Verification): string {
  if (!result.ok) return `the chain is broken at row ${result.error.seq}: ${result.error.detail}`
  const { rows, fromSeq, checkpoints, keyId } = result.value
  const begin = fromSeq > 1 ? ` from row ${fromSeq}, where it was cut` : ''
  const signed =
    keyId === undefined
      ? 'no terminal.key here: signatures were not checked'
      : `${checkpoints} checkpoints are signed by key ${keyId}`
  const lines = [`the chain of ${rows} rows is whole${begin}`, signed]
  return [...lines, ...result.value.seams.map(describeSeam)].join('\n')
}

/** Asks the running terminal, which knows what it does next; reads the file when none runs. */
async function pending(asked: Asked): Promise<void> {
  const told = await askRunning(asked.dataDir)
  if (told) return printWaiting(told, asked.values.json)
  withReadable(asked, (journal) => {
    const lines = journal.openSales().flatMap(waitingOfSale)
    printWaiting({ nowMs: Date.now(), lines }, asked.values.json)
  })
}

function printWaiting({ nowMs, lines }: Waiting, json: boolean): void {
  print(lines, { json, describe: (line) => describeWaiting(line, nowMs) })
}

function print<Line>(
  lines: readonly Line[],
  how: { readonly json: boolean; readonly describe: (line: Line) => string },
): void {
  for (const line of lines) console.log(how.json ? JSON.stringify(line) : how.describe(line))
}

/** Only of a whole journal: a table with holes in it would be taken for all there is. */
async function writeExport(asked: Asked): Promise<void> {
  const wish = asked.values as ExportWish
  const wrong = wrongWish(wish)
  if (wrong !== undefined) fail(wrong)
  const journal = openWhole(asked)
  if (!journal.ok) return give(journal.error)
  const progress = progressLine('exporting')
  try {
    await exportJournal(journal.value, wish, progress.show)
  } catch (cause) {
    console.error(`guitai: ${cause instanceof Error ? cause.message : String(cause)}`)
    process.exitCode = 1
  } finally {
    progress.end()
    journal.value.close()
  }
}

/** The running terminal makes it itself: a journal has one user. */
async function backup(asked: Asked): Promise<void> {
  const { to } = asked.values
  if (to === undefined) fail('journal backup needs --to FILE')
  const path = resolve(to)
  const made = (await backUpRunning(asked.dataDir, path)) ?? (await backUpHere(asked, path))
  if (!made.ok) return give(made.error)
  const { rows, bytes } = made.value
  console.log(
    asked.values.json
      ? JSON.stringify({ rows, bytes })
      : `wrote ${path}: ${rows} rows, ${bytes} bytes, read back and whole`,
  )
}

async function backUpHere(asked: Asked, path: string): Promise<Result<Backup, Problem>> {
  const journal = openWhole(asked)
  if (!journal.ok) return journal
  const progress = progressLine('copying')
  const made = await backUpTo(journal.value, path, progress.show)
  progress.end()
  journal.value.close()
  return made
}

function compact(asked: Asked): void {
  const keepDays = Number(asked.values['keep-days'] ?? Number.NaN)
  if (!Number.isInteger(keepDays) || keepDays < KEEP_DAYS_MIN) {
    fail(`journal compact needs --keep-days N, at least ${KEEP_DAYS_MIN}`)
  }
  const { dataDir } = asked
  const key = openTerminalKey(dataDir)
  if (!key.ok) {
    give(key.error)
    return
  }
  const progress = progressLine('checking')
  const done = compactJournal(journalPath(dataDir), {
    signer: key.value,
    ...besideJournal(dataDir),
    keepDays,
    nowMs: Date.now(),
    onProgress: progress.show,
  })
  progress.end()
  if (!done.ok) {
    give(done.error)
    return
  }
  const { droppedRows, droppedSales, fromSeq, bytesBefore, bytesAfter } = done.value
  if (asked.values.json) console.log(JSON.stringify(done.value))
  else if (droppedRows === 0) console.log('nothing to drop: no signed row is old enough')
  else {
    console.log(
      `dropped ${droppedRows} rows and ${droppedSales} sales; the chain begins at row ${fromSeq}; ` +
        `${bytesBefore} bytes before, ${bytesAfter} after`,
    )
  }
}

/** Says what is missing from now on, which is for recovery and reconciliation to find. */
async function accept(config: Config, values: Asked['values']): Promise<void> {
  const accepted = await acceptOwnJournal(config, values)
  if (!accepted.ok) return give(accepted.error)
  const seam = accepted.value
  if (values.json) console.log(JSON.stringify(seam ?? null))
  else if (!seam) console.log('nothing to accept: the journal and its key are what they were')
  else {
    console.log(
      `${describeSeam(seam)}\nstart the terminal, which asks about everything open; then run`,
    )
    console.log('guitai reconcile --repair for each day since, to bring back what is missing here')
  }
}

function give(problem: Problem): void {
  console.error(`guitai: ${describeProblem(problem)}`)
  process.exitCode = 1
}
