import { join, resolve } from 'node:path'
import type { Result } from '../base/result.ts'
import type { Problem } from '../domain/errors.ts'
import { formatYuan } from '../domain/money.ts'
import { isRefundOpen, type Refund } from '../domain/refund.ts'
import { lastAttempt, type Sale, saleOutcome } from '../domain/sale.ts'
import { openJournal } from '../journal/node/sqlite-journal.ts'
import type { Journal } from '../ports/journal.ts'
import { readConfig } from '../terminal/config.ts'
import { type ExportWish, exportJournal, wrongWish } from './journal-export.ts'
import { describeProblem, fail, readOptions } from './usage.ts'

/** `guitai journal`: looks into the journal of a terminal that is not running. */
export async function runJournal(argv: string[]): Promise<void> {
  const { values, positionals } = readOptions(argv, {
    config: { type: 'string' },
    limit: { type: 'string', default: '50' },
    json: { type: 'boolean', default: false },
    format: { type: 'string', default: 'jsonl' },
    from: { type: 'string' },
    to: { type: 'string' },
    out: { type: 'string' },
    bom: { type: 'boolean', default: false },
  })
  const [what = 'list'] = positionals
  if (values.config === undefined) fail('journal needs --config FILE')
  const config = readConfig(resolve(values.config))
  if (!config.ok) return give(config.error)
  const path = join(config.value.dataDir, 'journal.db')
  if (what === 'export') return writeExport(path, values as ExportWish)
  const journal = openReadable(path)
  if (!journal.ok) return give(journal.error)
  if (what === 'verify') verify(journal.value, values.json)
  else if (what === 'list') list(journal.value.recentSales(Number(values.limit)), values.json)
  else if (what === 'pending') list(pending(journal.value), values.json)
  else fail(`journal ${what}: choose verify, list, pending or export`)
  journal.value.close()
}

/** Only of a whole journal: a table with holes in it would be taken for all there is. */
async function writeExport(path: string, wish: ExportWish): Promise<void> {
  const wrong = wrongWish(wish)
  if (wrong !== undefined) fail(wrong)
  const journal = openJournal(path)
  if (!journal.ok) return give(journal.error)
  try {
    await exportJournal(journal.value, wish)
  } catch (cause) {
    console.error(`guitai: ${cause instanceof Error ? cause.message : String(cause)}`)
    process.exitCode = 1
  } finally {
    journal.value.close()
  }
}

/** Of a damaged journal, says so and opens what is left. */
function openReadable(path: string): Result<Journal, Problem> {
  const opened = openJournal(path)
  if (opened.ok || opened.error.code !== 'journal.damaged') return opened
  give(opened.error)
  return openJournal(path, { salvage: true })
}

function pending(journal: Journal): readonly Sale[] {
  return journal
    .openSales()
    .filter((sale) => saleOutcome(sale) === 'UNKNOWN' || sale.refunds?.some(isRefundOpen))
}

function verify(journal: Journal, json: boolean): void {
  const result = journal.verify()
  if (!result.ok) process.exitCode = 1
  if (json) console.log(JSON.stringify(result.ok ? result.value : { brokenAt: result.error.seq }))
  else if (result.ok) console.log(`the chain of ${result.value.rows} rows is whole`)
  else console.log(`the chain is broken at row ${result.error.seq}`)
}

function list(sales: readonly Sale[], json: boolean): void {
  for (const sale of sales) {
    const attempt = lastAttempt(sale)
    const line = {
      sale: sale.id,
      amountFen: sale.amountFen,
      outcome: saleOutcome(sale),
      outTradeNo: attempt?.outTradeNo,
      cause: attempt?.cause,
      transactionId: attempt?.transactionId,
      ...(sale.refunds === undefined ? {} : { refunds: sale.refunds.map(refundFacts) }),
    }
    if (json) console.log(JSON.stringify(line))
    else {
      const rest = [line.outTradeNo, line.cause ?? line.transactionId].filter(Boolean).join('  ')
      console.log(`${line.outcome.padEnd(9)}${formatYuan(sale.amountFen).padStart(12)}  ${rest}`)
      for (const refund of sale.refunds ?? []) console.log(refundLine(refund))
    }
  }
}

function refundFacts(refund: Refund) {
  const { outRefundNo, outTradeNo, amountFen, outcome, phase, cause, refundId } = refund
  return { outRefundNo, outTradeNo, amountFen, outcome, phase, cause, refundId }
}

/** Under its sale: what is given back stands with a minus. */
function refundLine(refund: Refund): string {
  const { outRefundNo, amountFen, outcome, phase, cause, refundId } = refund
  const state = outcome === 'UNKNOWN' ? phase : (cause ?? refundId)
  const rest = [outRefundNo, state].filter(Boolean).join('  ')
  return `  ${outcome.padEnd(13)}${`-${formatYuan(amountFen)}`.padStart(6)}  ${rest}`
}

function give(problem: Problem): void {
  console.error(`guitai: ${describeProblem(problem)}`)
  process.exitCode = 1
}
