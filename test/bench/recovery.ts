/**
 * npm run bench:recovery [-- --attempts N]: a real terminal started on a journal with N attempts without
 * an outcome, against the sandbox over TLS: from its start to its API, to the first and to the last of
 * the N queries that the gateway has received, with the memory it took, and which side was busy. Beside
 * it the start on an empty journal. Nothing is asserted.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Sale } from '../../src/domain/sale.ts'
import { openJournal } from '../../src/journal/node/sqlite-journal.ts'
import { startSandbox } from '../../src/sandbox/node/sandbox.ts'
import { journalPath } from '../../src/terminal/folders.ts'
import { type Running, startGuitai } from '../support/guitai.ts'

const { values } = parseArgs({ options: { attempts: { type: 'string', default: '10000' } } })
const ATTEMPTS = Number(values.attempts)
const LOOK_EVERY_MS = 250
/** Longest wait for the last query; then it is told how many came. */
const LIMIT_MS = 120_000
/** How many of these the kernel counts as a second of CPU time. */
const TICKS_PER_SECOND = 100

const dir = mkdtempSync(join(tmpdir(), 'guitai-bench-recovery-'))
const sandbox = await startSandbox({ dir })
const config = JSON.parse(readFileSync(sandbox.terminalConfig, 'utf8')) as {
  readonly dataDir: string
  readonly merchant: { readonly id: string; readonly appId: string }
}
const start = () =>
  startGuitai<{ api: string; token: string }>([
    'terminal',
    '--config',
    sandbox.terminalConfig,
    '--json',
  ])

function numberOf(index: number): string {
  return `GT${index.toString(36).toUpperCase().padStart(22, '0')}`
}

/** A sale whose charge was on its way when the terminal ended. */
function inFlight(index: number, atMs: number): Sale {
  return {
    id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    amountFen: 1_230,
    description: '测试店',
    createdAtMs: atMs,
    traceId: String(index).padStart(8, '0'),
    phase: 'in_flight',
    attempts: [
      {
        outTradeNo: numberOf(index),
        amountFen: 1_230,
        merchantId: config.merchant.id,
        appId: config.merchant.appId,
        storeId: 'S001',
        interface: 'MICROPAY',
        grantVersion: 'bench',
        submittedAtMs: atMs,
        phase: 'submitting',
        outcome: 'UNKNOWN',
        sent: true,
        queries: 0,
        reversals: 0,
        reversalsOutstanding: 0,
        reverseConfirmed: false,
        step: 1,
        awaits: 'answer',
      },
    ],
    cancelWanted: false,
  }
}

function fill(): void {
  const opened = openJournal(journalPath(resolve(dir, config.dataDir)))
  if (!opened.ok) throw new Error(opened.error.detail)
  const atMs = Date.now()
  for (let index = 0; index < ATTEMPTS; index += 1) {
    const sale = inFlight(index, atMs)
    const event = { kind: 'code_scanned', atMs, saleId: sale.id }
    const written = opened.value.append({ atMs, kind: event.kind, event, sales: [sale] })
    if (!written.ok) throw new Error(written.error.detail)
  }
  opened.value.close()
}

const status = (pid: number | undefined, name: string) => {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(text)?.[1] ?? 0) / 1_024)
}
/** CPU time of a process so far, seconds. */
function cpuSeconds(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}
/** Times at which the sandbox received the first query of each attempt, milliseconds from `began`. */
function arrivals(began: bigint): readonly number[] {
  const first = new Map<string | null, number>()
  for (const { method, outTradeNo, receivedNs } of sandbox.requests(200_000)) {
    if (method !== 'GET' || !outTradeNo?.startsWith('GT0')) continue
    const atMs = Number(BigInt(receivedNs) - began) / 1e6
    first.set(outTradeNo, Math.min(atMs, first.get(outTradeNo) ?? Number.POSITIVE_INFINITY))
  }
  return [...first.values()].toSorted((one, other) => one - other)
}
const inSeconds = (ms: number) =>
  `${(ms / 1_000).toLocaleString('en', { maximumFractionDigits: 2 })} s`

async function timed(): Promise<{ terminal: Running<{ api: string }>; began: bigint; ms: number }> {
  const began = process.hrtime.bigint()
  const beganMs = performance.now()
  const terminal = await start()
  return { terminal, began, ms: performance.now() - beganMs }
}

const empty = await timed()
await empty.terminal.stop()
fill()
const ownCpu = process.cpuUsage()
const { terminal, began, ms } = await timed()
let arrived = arrivals(began)
const untilMs = performance.now() + LIMIT_MS
while (arrived.length < ATTEMPTS && performance.now() < untilMs) {
  await new Promise((done) => setTimeout(done, LOOK_EVERY_MS))
  arrived = arrivals(began)
}
const { pid } = terminal.process
const tookMs = Number(process.hrtime.bigint() - began) / 1e6
const theirs = process.cpuUsage(ownCpu)
console.log(`start on an empty journal: API after ${inSeconds(empty.ms)}`)
console.log(`start on ${ATTEMPTS} open attempts: API after ${inSeconds(ms)}`)
console.log(
  `first query after ${inSeconds(arrived[0] ?? Number.NaN)}, half after ` +
    `${inSeconds(arrived[Math.floor(arrived.length / 2)] ?? Number.NaN)}, ` +
    `last of ${arrived.length} after ${inSeconds(arrived.at(-1) ?? Number.NaN)}`,
)
console.log(
  `memory of the terminal: ${status(pid, 'VmRSS')} MiB, at most ${status(pid, 'VmHWM')} MiB`,
)
console.log(
  `busy: terminal ${Math.round((100_000 * cpuSeconds(pid)) / tookMs)} % of one core, gateway ` +
    `${Math.round((theirs.user + theirs.system) / 10 / tookMs)} % (its watching included)`,
)
if (arrived.length < ATTEMPTS) console.log(`${ATTEMPTS - arrived.length} were not asked about`)
await terminal.kill()
await sandbox.close()
rmSync(dir, { recursive: true, force: true })
if (arrived.length < ATTEMPTS) process.exitCode = 1
