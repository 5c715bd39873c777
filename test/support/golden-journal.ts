/**
 * Makes the golden journals of test/unit/journal/golden: one of each earlier version, with sales in
 * every phase, as SQL text. They were made once, by the schemas of their day, and stay as they are;
 * a new version gets a new file: `node test/support/golden-journal.ts VERSION > journal-vVERSION.sql`.
 */
import { createHash } from 'node:crypto'
import Database from 'better-sqlite3'
import type { Refund, RefundPhase } from '../../src/domain/refund.ts'
import type { Attempt, AttemptPhase, Sale, SalePhase } from '../../src/domain/sale.ts'
import { BEGIN } from '../../src/journal/migrations/0001-begin.ts'
import { MONEY } from '../../src/journal/migrations/0002-money.ts'
import { moneyOf } from '../../src/journal/money.ts'
import { canonicalRow, encodeSale, summarize } from '../../src/journal/row.ts'

const SCHEMAS = [BEGIN, MONEY]
/** 2 March 2026, 08:00 in Beijing. */
const BEGAN_MS = Date.UTC(2026, 2, 2)

const ATTEMPT_PHASES: readonly AttemptPhase[] = [
  'submitting',
  'paying',
  'confirming',
  'checking',
  'reversing',
  'paid',
  'not_paid',
]
const REFUND_PHASES: readonly RefundPhase[] = [
  'submitting',
  'checking',
  'confirming',
  'processing',
  'abnormal',
  'refunded',
  'not_refunded',
]

function attempt(phase: AttemptPhase, index: number): Attempt {
  const isFinal = phase === 'paid' || phase === 'not_paid'
  return {
    outTradeNo: `GTGOLDEN${String(index).padStart(8, '0')}`,
    amountFen: 1_000 + index,
    merchantId: '1900000001',
    appId: 'wxsandbox00000001',
    storeId: 'S001',
    interface: 'MICROPAY',
    grantVersion: 'config-golden',
    submittedAtMs: BEGAN_MS + index,
    phase,
    outcome: phase === 'paid' ? 'PAID' : phase === 'not_paid' ? 'NOT_PAID' : 'UNKNOWN',
    sent: true,
    queries: 1,
    reversals: 0,
    reversalsOutstanding: 0,
    reverseConfirmed: false,
    step: 2,
    awaits: isFinal ? 'nothing' : 'timer',
    ...(phase === 'paid' ? { transactionId: `T${index}`, settledAtMs: BEGAN_MS + index } : {}),
  }
}

function sale(phase: SalePhase, index: number, attempts: readonly Attempt[] = []): Sale {
  return {
    id: `golden-${index}`,
    amountFen: 1_000 + index,
    description: '测试店',
    createdAtMs: BEGAN_MS + index,
    traceId: `trace-${index}`,
    phase,
    attempts,
    cancelWanted: false,
  }
}

function refund(phase: RefundPhase, of: Attempt): Refund {
  const isFinal = phase === 'refunded' || phase === 'not_refunded'
  return {
    outRefundNo: of.outTradeNo.replace('GT', 'GR'),
    outTradeNo: of.outTradeNo,
    amountFen: 100,
    reason: '测试',
    operator: 'manager',
    wantedAtMs: BEGAN_MS + 60_000,
    phase,
    outcome:
      phase === 'refunded' ? 'REFUNDED' : phase === 'not_refunded' ? 'NOT_REFUNDED' : 'UNKNOWN',
    submits: 1,
    queries: 0,
    step: 1,
    awaits: isFinal ? 'nothing' : 'timer',
  }
}

/** A sale in every phase, one with an attempt in every phase, and from version 2 with every refund. */
function goldenSales(version: number): readonly Sale[] {
  const plain = (['ready', 'armed', 'closed'] as const).map((phase, at) => sale(phase, at + 1))
  const tried = ATTEMPT_PHASES.map((phase, at) => {
    const index = at + 10
    const salePhase = phase === 'paid' ? 'paid' : phase === 'not_paid' ? 'closed' : 'in_flight'
    return sale(salePhase, index, [attempt(phase, index)])
  })
  const refunded = REFUND_PHASES.map((phase, at) => {
    const paid = attempt('paid', at + 20)
    return { ...sale('paid', at + 20, [paid]), refunds: [refund(phase, paid)] }
  })
  return [...plain, ...tried, ...(version >= 2 ? refunded : [])]
}

function isOpen(one: Sale): boolean {
  const waits = one.refunds?.some(({ awaits }) => awaits !== 'nothing') === true
  return waits || (one.phase !== 'paid' && one.phase !== 'closed')
}

function fill(db: Database.Database, version: number): void {
  let hash: Buffer = Buffer.alloc(32)
  for (const [index, one] of goldenSales(version).entries()) {
    const [seq, atMs] = [index + 1, BEGAN_MS + index]
    const body = JSON.stringify({ event: { kind: 'golden', atMs }, after: [summarize(one)] })
    const text = canonicalRow({ seq, atMs, kind: 'golden', body })
    hash = createHash('sha256').update(hash).update(text).digest()
    const number = one.attempts.at(-1)?.outTradeNo ?? null
    const event = db.prepare('INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?)')
    event.run(seq, atMs, 'golden', one.id, number, body, hash)
    const stored = db.prepare('INSERT INTO sale VALUES (?, ?, ?, ?)')
    stored.run(one.id, seq, isOpen(one) ? 1 : 0, encodeSale(one))
    if (number) db.prepare('INSERT INTO attempt VALUES (?, ?, ?)').run(number, one.id, seq)
    db.prepare('INSERT INTO command VALUES (?, ?, ?, ?)').run(`register-${seq}`, 'd', '{}', seq)
    if (version < 2) continue
    const money = db.prepare('INSERT INTO money VALUES (?, ?, ?, ?, ?, ?, ?)')
    for (const row of moneyOf(one)) {
      const { kind, number: moneyNumber, saleId, amountFen, operator } = row
      money.run(kind, moneyNumber, seq, saleId, amountFen, row.interface, operator)
    }
  }
}

function literal(value: unknown): string {
  if (value === null) return 'NULL'
  if (Buffer.isBuffer(value)) return `X'${value.toString('hex')}'`
  return typeof value === 'number' ? String(value) : `'${String(value).replaceAll("'", "''")}'`
}

/** Rows before triggers and indexes, as a dump does. */
function dump(db: Database.Database, version: number): string {
  const schema = db
    .prepare('SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid')
    .all() as { type: string; name: string; sql: string }[]
  const lines = [`PRAGMA user_version = ${version};`]
  const tables = schema.filter(({ type }) => type === 'table')
  lines.push(...tables.map(({ sql }) => `${sql};`))
  for (const { name } of tables) {
    const rows = db.prepare(`SELECT * FROM "${name}"`).raw().all() as unknown[][]
    lines.push(...rows.map((row) => `INSERT INTO ${name} VALUES (${row.map(literal).join(', ')});`))
  }
  lines.push(...schema.filter(({ type }) => type !== 'table').map(({ sql }) => `${sql};`))
  return `${lines.join('\n')}\n`
}

const version = Number(process.argv[2])
const db = new Database(':memory:')
for (const script of SCHEMAS.slice(0, version)) db.exec(script)
fill(db, version)
process.stdout.write(dump(db, version))
