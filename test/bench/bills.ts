import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { COLUMNS, SUM_COLUMNS } from '../../src/bills/columns.ts'
import { reconcile } from '../../src/bills/node/reconcile.ts'
import type { Refund } from '../../src/domain/refund.ts'
import type { Attempt, Sale } from '../../src/domain/sale.ts'
import { entryLine, refundEntry } from '../unit/bills/bill-text.ts'

/** Reconciles a million orders, and a refund of every tenth: rows per second and peak memory. */
const ROWS = Number(process.argv[2] ?? 1_000_000)
const REFUND_EVERY = 10
const REFUNDS = Math.ceil(ROWS / REFUND_EVERY)
const MEMORY_MAX_MIB = 200
const folder = mkdtempSync(join(tmpdir(), 'guitai-bills-'))
const path = join(folder, 'bill.csv')
const numberOf = (index: number): string => `BENCH${String(index * 7_919).padStart(20, '0')}`

function writeBill(): void {
  const file = openSync(path, 'w')
  writeSync(file, `\u{feff}${COLUMNS.join(',')}\r\n`)
  for (let from = 0; from < ROWS; from += 1_000) {
    const lines = Array.from({ length: Math.min(1_000, ROWS - from) }, (_, at) => {
      const outTradeNo = numberOf(from + at)
      const numbers = { 商户订单号: outTradeNo, 微信订单号: `T${outTradeNo}` }
      const lines = [entryLine(numbers)]
      if ((from + at) % REFUND_EVERY === 0) {
        lines.push(entryLine(refundEntry({ ...numbers, 商户退款单号: `R${outTradeNo}` })))
      }
      return lines.map((line) => `${line}\r\n`).join('')
    })
    writeSync(file, lines.join(''))
  }
  writeSync(
    file,
    `${SUM_COLUMNS.join(',')}\r\n\`${ROWS + REFUNDS}.0,\`${ROWS}.00,\`${REFUNDS}.00,\`0.0,\`0.0,\`${ROWS}.00,\`${REFUNDS}.00\r\n`,
  )
  closeSync(file)
}

function saleAt(index: number): Sale {
  const outTradeNo = numberOf(index)
  const attempt: Partial<Attempt> = {
    outTradeNo,
    amountFen: 100,
    merchantId: '1900000001',
    outcome: 'PAID',
    submittedAtMs: 0,
    paidAt: '2026-03-04T10:00:00+08:00',
    transactionId: `T${outTradeNo}`,
  }
  const at = '2026-03-04T11:00:00+08:00'
  const refund: Partial<Refund> = {
    ...{ outTradeNo, outRefundNo: `R${outTradeNo}`, amountFen: 100, outcome: 'REFUNDED' },
    ...{ wantedAtMs: Date.parse(at), refundedAt: at },
  }
  const refunds = index % REFUND_EVERY === 0 ? { refunds: [refund] } : {}
  return { id: String(index), attempts: [attempt], ...refunds } as unknown as Sale
}

function recentSales(limit: number, beforeId?: string): Sale[] {
  const from = beforeId === undefined ? 0 : Number(beforeId) + 1
  return Array.from({ length: Math.min(limit, ROWS - from) }, (_, at) => saleAt(from + at))
}

// As the command does.
setFlagsFromString('--semi-space-growth-factor=1')
try {
  writeBill()
  const sizeMib = Math.round(statSync(path).size / 1_048_576)
  const startedMs = performance.now()
  const done = reconcile({
    asked: { date: '2026-03-04', terminalId: 'POS01', merchantId: '1900000001' },
    journal: { recentSales },
    billPath: path,
    scratchPath: join(folder, 'comparison.db'),
    onDifference: () => {},
    onSumDifference: (found) => console.error(JSON.stringify(found)),
    onDoublePayment: () => {},
    onRefundDifference: () => {},
    onProgress: () => {},
  })
  const seconds = (performance.now() - startedMs) / 1_000
  const peakMib = Math.round(process.resourceUsage().maxRSS / 1_024)
  const matched = done.ok ? (done.value.totals.matched?.count ?? 0) : 0
  const refunds = done.ok ? (done.value.refundTotals.matched?.count ?? 0) : 0
  const rowsPerSecond = Math.round((ROWS + REFUNDS) / seconds)
  const rows = ROWS + REFUNDS
  console.log(JSON.stringify({ rows, matched, refunds, sizeMib, rowsPerSecond, peakMib }))
  const isWhole = matched === ROWS && refunds === REFUNDS
  if (!isWhole || peakMib > MEMORY_MAX_MIB) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
