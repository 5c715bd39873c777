import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ok, type Result } from '../base/result.ts'
import { beijingDay, isDate } from '../bills/beijing-day.ts'
import { reconcile } from '../bills/node/reconcile.ts'
import { differenceLine, refundLine, summaryLines } from '../bills/report.ts'
import type { Language, Problem } from '../domain/errors.ts'
import { type Config, readConfig } from '../terminal/config.ts'
import { makeGateway } from '../terminal/gateway.ts'
import { openLog } from '../terminal/log.ts'
import { systemClock } from '../terminal/system.ts'
import { openOwnJournal } from '../terminal.ts'
import { describeProblem, fail, readOptions } from './usage.ts'

/**
 * `guitai reconcile`: compares a day's trade bill with the journal of a terminal that is not
 * running. Ends with 0 when all agree, 1 with differences, 2 when it could not be done.
 */
export async function runReconcile(argv: string[]): Promise<void> {
  const { values } = readOptions(argv, {
    config: { type: 'string' },
    date: { type: 'string' },
    bill: { type: 'string' },
    out: { type: 'string' },
    json: { type: 'boolean', default: false },
  })
  const { config: file, date, bill } = values
  if (!file || !date) fail('reconcile needs --config FILE --date YYYY-MM-DD')
  if (!isDate(date)) fail(`--date ${date}: not a date`)
  if (date >= beijingDay(Date.now()))
    fail(`--date ${date}: a bill is made for days that have ended`)
  const config = readConfig(resolve(file))
  if (!config.ok) return give(config.error)
  const { dataDir, terminalId, merchant } = config.value
  const journal = openOwnJournal(dataDir)
  if (!journal.ok) return give(journal.error)
  const out = openOut(values.out)
  const folder = join(dataDir, 'bills')
  const fetched = join(folder, `${date}.csv`)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const language: Language = (process.env.LANG ?? '').startsWith('zh') ? 'zh-CN' : 'en'
    const { json } = values
    const say = (kind: string, value: object, line: string): void =>
      out.write(json ? JSON.stringify({ event: kind, ...value }) : line)
    const billPath =
      bill === undefined ? await fetchBill(config.value, date, fetched) : ok(resolve(bill))
    if (!billPath.ok) return give(billPath.error)
    const done = reconcile({
      asked: { date, terminalId, merchantId: merchant.id },
      journal: journal.value,
      billPath: billPath.value,
      scratchPath: join(folder, 'comparison.db'),
      onDifference: (found) => say('difference', found, differenceLine(found, language)),
      onRefund: (refund) => say('refund', refund, refundLine(refund, language)),
      onProgress: (rows) => {
        if (process.stderr.isTTY) process.stderr.write(`\r${rows}`)
      },
    })
    if (!done.ok) return give(done.error)
    say('summary', done.value, summaryLines(done.value, language).join('\n'))
    process.exitCode = done.value.differences === 0 ? 0 : 1
  } catch (cause) {
    fail(cause instanceof Error ? cause.message : String(cause))
  } finally {
    // A bill names the people who paid: it is kept no longer than it is read.
    rmSync(fetched, { force: true })
    out.close()
    journal.value.close()
  }
}

/** The day's bill from the gateway; undefined when it had no trade. */
async function fetchBill(
  config: Config,
  date: string,
  path: string,
): Promise<Result<string | undefined, Problem>> {
  const { log, close } = openLog(join(config.dataDir, 'logs'))
  const context = { dataDir: config.dataDir, clock: systemClock, log }
  const gateway = await makeGateway(config, context)
  if (!gateway.ok) return gateway
  const bill = await gateway.value.downloadBill(date, path)
  await gateway.value.close()
  close()
  if (!bill.ok) return bill
  return ok(bill.value.kind === 'file' ? bill.value.path : undefined)
}

/** Where the report goes: a new file readable by its owner, or the terminal. */
function openOut(path: string | undefined) {
  if (path === undefined) return { write: (line: string) => console.log(line), close: () => {} }
  const file = openSync(resolve(path), 'w', 0o600)
  return {
    write: (line: string) => void writeSync(file, `${line}\n`),
    close: () => closeSync(file),
  }
}

function give(problem: Problem): undefined {
  console.error(`guitai: ${describeProblem(problem)}`)
  process.exitCode = 2
}
