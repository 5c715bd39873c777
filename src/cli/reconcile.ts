import { closeSync, mkdirSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ok, type Result } from '../base/result.ts'
import { billDate } from '../bills/bill-date.ts'
import { type Candidate, candidateOf, refundCandidateOf } from '../bills/candidates.ts'
import { reconcile } from '../bills/node/reconcile.ts'
import {
  differenceLine,
  doublePaymentLine,
  refundLine,
  type Summary,
  sumLine,
  summaryLines,
} from '../bills/report.ts'
import type { Language, Problem } from '../domain/errors.ts'
import type { Journal } from '../ports/journal.ts'
import type { Config } from '../terminal/config.ts'
import { configurationVersion } from '../terminal/identity.ts'
import { systemClock, systemEntropy } from '../terminal/system.ts'
import { readOwnConfig, type SystemKeys } from '../terminal/system-key.ts'
import { openOwnJournal } from '../terminal.ts'
import { openClient } from './reconcile-client.ts'
import { repairAll } from './reconcile-repair.ts'
import { candidateLine, DATE_WORDS, REPAIR_WORDS, resultLine } from './reconcile-words.ts'
import { describeProblem, fail, readOptions, systemLanguage } from './usage.ts'

/** Questions of one run; the rest waits for the next. */
const CANDIDATES_MAX = 1_000

/** One run of the command. */
type Run = {
  readonly config: Config
  readonly date: string
  readonly bill: string | undefined
  readonly isRepair: boolean
  readonly language: Language
  /** Writes one line of the report: the value with --json, or else the text. */
  say(kind: string, value: object, line: string): void
}

/**
 * `guitai reconcile`: compares a day's trade bill with the journal of a terminal that is not
 * running, and with --repair asks the gateway about what the journal lacks. Ends with 0 when all
 * agree, 1 with differences, 2 when it could not be done.
 */
export async function runReconcile(argv: string[], host: SystemKeys = {}): Promise<void> {
  const { values } = readOptions(argv, {
    config: { type: 'string' },
    date: { type: 'string' },
    bill: { type: 'string' },
    out: { type: 'string' },
    language: { type: 'string', default: systemLanguage() },
    repair: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  })
  const { config: file, bill, language, json } = values
  if (!file) fail('reconcile needs --config FILE')
  if (language !== 'zh-CN' && language !== 'en') fail('--language is zh-CN or en')
  const date = billDate(values.date, systemClock.nowMs(), bill === undefined)
  if (!date.ok) fail(`--date ${values.date}: ${DATE_WORDS[date.error][language]}`)
  const config = await readOwnConfig(resolve(file), host)
  if (!config.ok) return give(config.error, language)
  const journal = openOwnJournal(config.value.dataDir)
  if (!journal.ok) {
    if (journal.error.code !== 'journal.in_use') return give(journal.error, language)
    return fail(`${REPAIR_WORDS.running[language]} [${journal.error.code}]`)
  }
  try {
    const out = openOut(values.out)
    try {
      await run(journal.value, {
        config: config.value,
        date: date.value,
        bill,
        isRepair: values.repair,
        language,
        say(kind, value, line) {
          progress('')
          out.write(json ? JSON.stringify({ event: kind, ...value }) : line)
        },
      })
    } finally {
      out.close()
    }
  } catch (cause) {
    console.error(`guitai: ${cause instanceof Error ? cause.message : String(cause)}`)
    process.exitCode = 2
  } finally {
    journal.value.close()
  }
}

async function run(journal: Journal, work: Run): Promise<void> {
  const { config, date, bill, language, say } = work
  const folder = join(config.dataDir, 'bills')
  const fetched = join(folder, `${date}.csv`)
  const candidates: Candidate[] = []
  let done: Result<Summary, Problem>
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    if (bill === undefined) removeLeftBills(folder)
    const billPath = bill === undefined ? await fetchBill(work, fetched) : ok(resolve(bill))
    if (!billPath.ok) return give(billPath.error, language)
    done = compare(journal, work, { billPath: billPath.value, folder, candidates })
  } finally {
    // A bill names the people who paid: it is kept no longer than it is read.
    if (bill === undefined) rmSync(fetched, { force: true })
  }
  if (!done.ok) return give(done.error, language)
  say('summary', done.value, summaryLines(done.value, language).join('\n'))
  process.exitCode = done.value.differences === 0 ? 0 : 1
  await repairOrTell(journal, work, { candidates, differences: done.value.differences })
}

/** Bills that a run which was killed has left. */
function removeLeftBills(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (/^\d{4}-\d\d-\d\d\.csv(\.part)?$/.test(name)) rmSync(join(folder, name), { force: true })
  }
}

function compare(
  journal: Journal,
  { config, date, language, say }: Run,
  use: {
    readonly billPath: string | undefined
    readonly folder: string
    readonly candidates: Candidate[]
  },
): Result<Summary, Problem> {
  const wish = (candidate: Candidate | undefined): void => {
    if (candidate && use.candidates.length <= CANDIDATES_MAX) use.candidates.push(candidate)
  }
  return reconcile({
    asked: { date, terminalId: config.terminalId, merchantId: config.merchant.id },
    journal,
    billPath: use.billPath,
    scratchPath: join(use.folder, 'comparison.db'),
    onSumDifference: (found) => say('sum_difference', found, sumLine(found, language)),
    onDoublePayment: (found) => say('double_payment', found, doublePaymentLine(found, language)),
    onDifference: (found) => {
      say('difference', found, differenceLine(found, language))
      wish(candidateOf(found))
    },
    onRefundDifference: (found) => {
      say('refund_difference', found, refundLine(found, language))
      wish(refundCandidateOf(found))
    },
    onProgress: (rows) => progress(String(rows)),
  })
}

/** Without --repair says what would be asked about, and asks nothing. */
async function repairOrTell(
  journal: Journal,
  work: Run,
  found: { readonly candidates: readonly Candidate[]; readonly differences: number },
): Promise<void> {
  const { language, say, isRepair } = work
  const candidates = found.candidates.slice(0, CANDIDATES_MAX)
  if (candidates.length === 0) return
  if (!isRepair) {
    for (const candidate of candidates) {
      say('would_ask', candidate, candidateLine(candidate, language))
    }
  } else {
    const repaired = await repairNow(journal, work, candidates)
    if (repaired >= found.differences) process.exitCode = 0
  }
  if (found.candidates.length > CANDIDATES_MAX) {
    say('too_many', { asked: CANDIDATES_MAX }, REPAIR_WORDS.tooMany[language])
  }
}

/** Asks and repairs; gives how many differences are gone. */
async function repairNow(
  journal: Journal,
  work: Run,
  candidates: readonly Candidate[],
): Promise<number> {
  const { config, date, language, say } = work
  const client = await openClient(config)
  if (!client.ok) {
    give(client.error, language)
    return 0
  }
  let asked = 0
  let doublePayments = 0
  try {
    const done = await repairAll(candidates, {
      journal,
      gateway: client.value.gateway,
      clock: systemClock,
      entropy: systemEntropy,
      binding: {
        merchantId: config.merchant.id,
        appId: config.merchant.appId,
        storeId: config.store.id,
        grantVersion: configurationVersion(config),
      },
      source: `trade bill of ${date}`,
      onResult(result) {
        asked += 1
        progress(`${asked}/${candidates.length}`)
        const { number, end } = result
        const value = end.ok ? { repaired: end.value.event } : { left: end.error }
        say('repair', { number, ...value }, resultLine(result, language))
        if (!end.ok || end.value.kept.length < 2) return
        doublePayments += 1
        const { id: saleId, amountFen } = end.value.sale
        const payment = { saleId, amountFen, outTradeNos: end.value.kept }
        say('double_payment', payment, doublePaymentLine(payment, language))
      },
    })
    if (!done.ok) {
      give(done.error, language)
      return 0
    }
    const { repaired, left, notAsked } = done.value
    const words = `${REPAIR_WORDS.repaired[language]}: ${repaired}  ${REPAIR_WORDS.left[language]}: ${left + notAsked}`
    say('repairs', done.value, words)
    if (notAsked > 0) say('given_up', { notAsked }, REPAIR_WORDS.givenUp[language])
    return doublePayments > 0 ? 0 : repaired
  } finally {
    await client.value.close()
  }
}

/** The day's bill from the gateway; undefined when it had no trade. */
async function fetchBill(
  { config, date }: Run,
  path: string,
): Promise<Result<string | undefined, Problem>> {
  const client = await openClient(config)
  if (!client.ok) return client
  try {
    const bill = await client.value.gateway.downloadBill(date, path)
    if (!bill.ok) return bill
    return ok(bill.value.kind === 'file' ? bill.value.path : undefined)
  } finally {
    await client.value.close()
  }
}

/** Shows how far it is to whoever watches, on a line that the next one replaces. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${text}\u001b[K`)
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

function give(problem: Problem, language: Language): undefined {
  console.error(`guitai: ${describeProblem(problem, language)}`)
  process.exitCode = 2
}
