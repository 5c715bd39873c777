/**
 * How a journal grows: bytes for each sale, the time it takes to open and to list what is pending, the
 * time of a full check, and durable steps per second against a bare insert on the same disk in the same
 * run. `node test/bench/journal.ts [SALES…]`.
 */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { Attempt, Sale } from '../../src/domain/sale.ts'
import { moneyOf } from '../../src/journal/money.ts'
import { openJournal } from '../../src/journal/node/sqlite-journal.ts'
import { canonicalRow, encodeSale, summarize } from '../../src/journal/row.ts'
import { openTerminalKey } from '../../src/keys/node/terminal-key.ts'
import type { JournalFile } from '../../src/ports/journal.ts'
import { inMs, quantile } from './statistics.ts'

const SIZES = process.argv.slice(2).map(Number)
const sizes = SIZES.length > 0 ? SIZES : [1_000, 100_000]
const BEGAN_MS = Date.UTC(2026, 0, 1)
/** Steps of one transaction while growing: grown by bulk, read by the real code. */
const BULK_SALES = 2_000
const COMMITS = 400
const ROUNDS = 5

const folder = mkdtempSync(join(tmpdir(), 'guitai-bench-journal-'))
const key = openTerminalKey(folder)
if (!key.ok) throw new Error(key.error.detail)
const signer = key.value

function attemptOf(index: number, more: Partial<Attempt>): Attempt {
  return {
    outTradeNo: `GT${index.toString(36).toUpperCase().padStart(26, '0')}`,
    amountFen: 1_230,
    merchantId: '1900000001',
    appId: 'wxsandbox00000001',
    storeId: 'S001',
    interface: 'MICROPAY',
    grantVersion: 'config-0123456789ab',
    submittedAtMs: BEGAN_MS + index * 1_000,
    phase: 'submitting',
    outcome: 'UNKNOWN',
    sent: true,
    queries: 0,
    reversals: 0,
    reversalsOutstanding: 0,
    reverseConfirmed: false,
    step: 1,
    awaits: 'answer',
    ...more,
  }
}

/** The steps of one sale that a customer pays at once: made, scanned, answered. */
function stepsOf(index: number): { kind: string; event: Record<string, unknown>; sale: Sale }[] {
  const saleId = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`
  const atMs = BEGAN_MS + index * 1_000
  const base: Sale = {
    id: saleId,
    amountFen: 1_230,
    description: '测试店',
    createdAtMs: atMs,
    traceId: saleId.slice(-12),
    phase: 'armed',
    attempts: [],
    cancelWanted: false,
  }
  const sent = attemptOf(index, {})
  const { outTradeNo } = sent
  const transactionId = `42000000${String(index).padStart(20, '0')}`
  const paidAt = '2026-01-01T00:00:00+08:00'
  const paid = attemptOf(index, { phase: 'paid', outcome: 'PAID', transactionId, paidAt })
  const closed = { phase: 'paid' as const, closedAtMs: atMs + 900 }
  const answer = { kind: 'paid', outTradeNo, transactionId, amountFen: 1_230, paidAt }
  return [
    { kind: 'sale_wanted', event: { kind: 'sale_wanted', atMs, saleId }, sale: base },
    {
      kind: 'code_scanned',
      event: { kind: 'code_scanned', atMs, saleId, outTradeNo, wallet: 'wechat' },
      sale: { ...base, phase: 'in_flight', attempts: [sent] },
    },
    {
      kind: 'gateway_answered',
      event: { kind: 'gateway_answered', atMs, saleId, answer },
      sale: { ...base, ...closed, attempts: [paid] },
    },
  ]
}

/**
 * Adds sales `from` to `to` in bulk, as the journal itself writes them: a million flushes of the disk
 * would measure the disk alone. What is measured afterwards opens and reads it with the real code.
 */
function grow(path: string, from: number, to: number): void {
  const opened = openJournal(path, { signer })
  if (!opened.ok) throw new Error(opened.error.detail)
  opened.value.close()
  const db = new Database(path)
  db.pragma('synchronous = OFF')
  const last = db.prepare('SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1').get() as
    | { seq: number; hash: Buffer }
    | undefined
  let { seq, hash } = last ?? { seq: 0, hash: Buffer.alloc(32) }
  const statements = {
    event: db.prepare('INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?)'),
    sale: db.prepare('INSERT INTO sale VALUES (?, ?, 0, ?)'),
    attempt: db.prepare('INSERT INTO attempt VALUES (?, ?, ?)'),
    money: db.prepare("INSERT INTO money VALUES ('payment', ?, ?, ?, ?, 'MICROPAY', NULL)"),
    command: db.prepare('INSERT INTO command VALUES (?, ?, ?, ?)'),
  }
  const add = (index: number) => {
    const firstSeq = seq + 1
    const steps = stepsOf(index)
    for (const { kind, event, sale } of steps) {
      seq += 1
      const body = JSON.stringify({ event, after: [summarize(sale)] })
      const text = canonicalRow({ seq, atMs: sale.createdAtMs, kind, body })
      hash = createHash('sha256').update(hash).update(text).digest()
      const number = sale.attempts[0]?.outTradeNo ?? null
      statements.event.run(seq, sale.createdAtMs, kind, sale.id, number, body, hash)
      if (kind === 'code_scanned') statements.attempt.run(number, sale.id, seq)
    }
    const [made, , done] = steps
    if (!made || !done) throw new Error('no steps')
    const answer = JSON.stringify({ ok: true, value: made.sale })
    statements.command.run(
      `register-${index}`,
      '["sale.create",{"amountFen":1230}]',
      answer,
      firstSeq,
    )
    statements.sale.run(done.sale.id, firstSeq, encodeSale(done.sale))
    for (const { number, saleId, amountFen } of moneyOf(done.sale)) {
      statements.money.run(number, seq, saleId, amountFen)
    }
  }
  for (let first = from; first < to; first += BULK_SALES) {
    db.transaction(() => {
      for (let index = first; index < Math.min(to, first + BULK_SALES); index += 1) add(index)
    })()
  }
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
}

function timed<Value>(run: () => Value): { readonly ms: number; readonly value: Value } {
  const began = performance.now()
  const value = run()
  return { ms: performance.now() - began, value }
}

function open(path: string): JournalFile {
  const opened = openJournal(path, { signer, checkpointFile: join(folder, 'checkpoints.jsonl') })
  if (!opened.ok) throw new Error(opened.error.detail)
  return opened.value
}

function measureSize(path: string, sales: number): void {
  const openings: number[] = []
  const queries: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const opened = timed(() => open(path))
    openings.push(opened.ms)
    queries.push(timed(() => opened.value.openSales()).ms)
    opened.value.close()
  }
  const journal = open(path)
  const verified = timed(() => journal.verify())
  journal.close()
  if (!verified.value.ok) throw new Error(verified.value.error.detail)
  const bytes = statSync(path).size
  const line = {
    sales,
    bytesPerSale: Math.round(bytes / sales),
    mib: Math.round(bytes / 1_048_576),
    openMs: inMs(quantile(openings, 0.5)),
    pendingMs: inMs(quantile(queries, 0.5)),
    verifyRowsPerSecond: Math.round((verified.value.value.rows / verified.ms) * 1_000),
    peakMib: Math.round(process.resourceUsage().maxRSS / 1_024),
  }
  console.log(JSON.stringify(line))
}

/** Durable steps through the journal, and bare inserts of as many bytes, turn and turn about. */
function measureCommits(path: string, firstSale: number): void {
  const journal = open(path)
  const bare = new Database(join(folder, 'bare.db'))
  bare.pragma('journal_mode = WAL')
  bare.pragma('synchronous = FULL')
  bare.exec('CREATE TABLE row (id INTEGER PRIMARY KEY, body TEXT NOT NULL)')
  const insert = bare.prepare('INSERT INTO row (body) VALUES (?)')
  const ours: number[] = []
  const floor: number[] = []
  let mostPages = 0
  for (let index = firstSale; index < firstSale + COMMITS / 2; index += 1) {
    for (const { kind, event, sale } of stepsOf(index)) {
      const entry = { atMs: sale.createdAtMs, kind, event, sales: [sale] }
      const step = timed(() => journal.append(entry))
      if (!step.value.ok) throw new Error(step.value.error.detail)
      ours.push(step.ms)
      floor.push(timed(() => insert.run(encodeSale(sale))).ms)
    }
    mostPages = Math.max(mostPages, statSync(`${path}-wal`).size / 4_096)
    if (journal.upkeepDue(BEGAN_MS)) journal.upkeep(BEGAN_MS)
  }
  journal.close()
  bare.close()
  const [own, least] = [quantile(ours, 0.5), quantile(floor, 0.5)]
  const line = {
    commits: ours.length,
    stepMs: inMs(own),
    bareInsertMs: inMs(least),
    ratio: Math.round((own / least) * 100) / 100,
    stepsPerSecond: Math.round(1_000 / own),
    mostPagesInTheLog: Math.round(mostPages),
  }
  console.log(JSON.stringify(line))
}

try {
  const path = join(folder, 'journal.db')
  let sales = 0
  for (const size of sizes.toSorted((one, other) => one - other)) {
    grow(path, sales, size)
    sales = size
    measureSize(path, sales)
  }
  measureCommits(path, sales)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
