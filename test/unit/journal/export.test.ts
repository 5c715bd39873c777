import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { exportJournal, wrongWish } from '../../../src/cli/journal-export.ts'
import type { Refund } from '../../../src/domain/refund.ts'
import type { Attempt, Sale } from '../../../src/domain/sale.ts'
import { csvOfSale, daysBetween } from '../../../src/journal/export.ts'
import { openJournal } from '../../../src/journal/node/sqlite-journal.ts'
import { canonicalRow } from '../../../src/journal/row.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guitai-export-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** 00:00 of 2 March 2026 in Beijing. */
const MIDNIGHT_MS = Date.UTC(2026, 2, 1, 16)
const always = () => true

function sale(index: number, more: Partial<Sale> = {}): Sale {
  const attempt: Attempt = {
    outTradeNo: `GT${String(index).padStart(12, '0')}`,
    amountFen: 1205,
    merchantId: '1900000001',
    appId: 'wx1',
    storeId: 'store-1',
    interface: 'MICROPAY',
    grantVersion: '1',
    submittedAtMs: MIDNIGHT_MS,
    phase: 'paid',
    outcome: 'PAID',
    sent: true,
    queries: 0,
    reversals: 0,
    reversalsOutstanding: 0,
    reverseConfirmed: false,
    step: 1,
    awaits: 'nothing',
  }
  const text = { description: 'test', traceId: 't', cancelWanted: false }
  const base = {
    id: `s${index}`,
    amountFen: 1205,
    createdAtMs: MIDNIGHT_MS,
    phase: 'closed' as const,
  }
  return { ...base, ...text, attempts: [attempt], ...more }
}

function written(count: number) {
  const opened = openJournal(join(folder, 'journal.db'))
  if (!opened.ok) throw new Error(opened.error.detail)
  for (let index = 0; index < count; index += 1) {
    const entry = { atMs: MIDNIGHT_MS + index, kind: 'test', event: { kind: 'test' } }
    const appended = opened.value.append({ ...entry, sales: [sale(index)] })
    if (!appended.ok) throw new Error(appended.error.detail)
  }
  return opened.value
}

it('quotes as RFC 4180 says and disarms formulas', () => {
  expect(csvOfSale(sale(1, { orderRef: 'a,"b"\r\nc' }), always)).toContain(',"a,""b""\r\nc",')
  for (const start of ['=', '+', '-', '@', '\t']) {
    expect(csvOfSale(sale(1, { orderRef: `${start}1` }), always)).toContain(`,'${start}1,`)
  }
})

it('writes the time of Beijing and the amount in yuan and fen', () => {
  const line = csvOfSale(sale(1), always)
  expect(line).toMatch(
    /^2026-03-02T00:00:00\.000\+08:00,payment,s1,,GT000000000001,,12\.05,1205,PAID,/,
  )
})

it('writes a line for each refund, of its own day, with the payment it belongs to', () => {
  const [paid] = sale(1).attempts
  const refund: Refund = {
    outRefundNo: 'GR000000000001',
    outTradeNo: paid?.outTradeNo ?? '',
    amountFen: 200,
    reason: 'broken',
    operator: 'manager-1',
    wantedAtMs: MIDNIGHT_MS + 86_400_000,
    phase: 'refunded',
    outcome: 'REFUNDED',
    submits: 1,
    queries: 0,
    step: 1,
    awaits: 'nothing',
    refundId: 'R1',
  }
  const lines = csvOfSale(sale(1, { refunds: [refund] }), always)
    .trimEnd()
    .split('\r\n')
  expect(lines).toHaveLength(2)
  expect(lines[1]).toMatch(
    /^2026-03-03T00:00:00\.000\+08:00,refund,s1,,GT000000000001,GR000000000001,2\.00,200,REFUNDED,/,
  )
  expect(lines[1]).toContain(',R1,MICROPAY,store-1,manager-1,')
  const within = daysBetween({ from: '2026-03-03' })
  expect(csvOfSale(sale(1, { refunds: [refund] }), within)).toBe(`${lines[1]}\r\n`)
})

it('can be checked again from its lines alone', async () => {
  const journal = written(20)
  const out = join(folder, 'rows.jsonl')
  await exportJournal(journal, { format: 'jsonl', out, bom: false })
  journal.close()
  const lines = readFileSync(out, 'utf8').trimEnd().split('\n')
  expect(lines[0]).toContain('"after":[["s0","closed",1205,"GT000000000000","paid","PAID",null]]')
  let previous = Buffer.alloc(32)
  for (const line of lines) {
    const { seq, atMs, kind, event, after, hash } = JSON.parse(line)
    const text = canonicalRow({ seq, atMs, kind, body: JSON.stringify({ event, after }) })
    previous = createHash('sha256').update(previous).update(text).digest()
    expect([seq, previous.toString('hex')]).toEqual([seq, hash])
  }
})

it('tells how far it is, for rows to the last', async () => {
  const journal = written(501)
  const seen: unknown[] = []
  const out = join(folder, 'rows.jsonl')
  await exportJournal(journal, { format: 'jsonl', out, bom: false }, (done) => seen.push(done))
  journal.close()
  expect(seen).toEqual([
    { done: 500, total: 501 },
    { done: 501, total: 501 },
  ])
})

it('counts days as Beijing does, both ends included', () => {
  const within = daysBetween({ from: '2026-03-02', to: '2026-03-02' })
  const day = 86_400_000
  const found = [-1, 0, day - 1, day].map((later) => within(MIDNIGHT_MS + later))
  expect(found).toEqual([false, true, true, false])
})

it('writes every row and every attempt once over more pages than one', async () => {
  const journal = written(1_001)
  const json = join(folder, 'rows.jsonl')
  const csv = join(folder, 'attempts.csv')
  await exportJournal(journal, { format: 'jsonl', out: json, bom: false })
  await exportJournal(journal, { format: 'csv', out: csv, bom: true })
  journal.close()
  const rows = readFileSync(json, 'utf8').trimEnd().split('\n')
  expect(rows.map((row) => JSON.parse(row).seq)).toEqual(
    Array.from({ length: 1_001 }, (_, i) => i + 1),
  )
  const lines = readFileSync(csv, 'utf8').trimEnd().split('\r\n')
  expect(lines[0]).toMatch(/^\uFEFFtime,kind,sale,/)
  expect(new Set(lines.slice(1).map((line) => line.split(',')[2])).size).toBe(1_001)
  expect(lines).toHaveLength(1_002)
})

it('leaves the last file as it was, and nothing else, when it fails half way', async () => {
  const journal = written(1)
  const broken = Object.assign(Object.create(journal), {
    recentSales: () => {
      throw new Error('the disk is gone')
    },
    status: () => journal.status(),
  })
  const out = join(folder, 'attempts.csv')
  writeFileSync(out, 'of yesterday')
  await expect(exportJournal(broken, { format: 'csv', out, bom: false })).rejects.toThrow('gone')
  journal.close()
  expect(readFileSync(out, 'utf8')).toBe('of yesterday')
  const left = readdirSync(folder).filter((name) => name.startsWith('attempts'))
  expect(left).toEqual(['attempts.csv'])
})

it('says what is wrong with a wish', () => {
  expect(wrongWish({ format: 'xml' })).toContain('--format')
  expect(wrongWish({ format: 'csv', from: '2026-02-30' })).toContain('--from')
  expect(wrongWish({ format: 'csv', from: '2026-02-28' })).toBeUndefined()
})
