/**
 * npm run bench:sale [-- --sales N] [--json]: speed of the terminal as ratios against a floor that is
 * measured in the same run, turn by turn, on the same machine. Times are not asserted: the ratios
 * and goals are printed, and a missed one is said.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import { WebSocket } from 'ws'
import { findChromium } from '../../main/chromium.mjs'
import { type SaleView, SUBPROTOCOL, WATCH_PATH } from '../../src/api/protocol.ts'
import { startSandbox } from '../../src/sandbox/node/sandbox.ts'
import { mintPaymentCode, openSimulatedScanner } from '../../src/sandbox/node/simulated-scanner.ts'
import type { ScreenModel } from '../../src/screen/model.ts'
import { CHROMIUM_ARGUMENTS } from '../support/chromium.ts'
import { startGuitai } from '../support/guitai.ts'
import { createInbox } from '../support/inbox.ts'
import { createRandom } from '../support/seeded.ts'
import { inMs, quantile } from './statistics.ts'

const { values } = parseArgs({ options: { sales: { type: 'string', default: '1000' } } })
const SALES = Number(values.sales)
const BLOCK = 25
const WARM_UP = 10
const PAINTED_SALES = 40
const random = createRandom(20_261_124)

type Ready = { api: string; token: string; screens: { cashier: string; customer: string } }
type Pushed = { sale?: SaleView; model?: ScreenModel }

const dir = mkdtempSync(join(tmpdir(), 'guitai-bench-'))
const sandbox = await startSandbox({ dir })
const scanner = openSimulatedScanner({ linkPath: join(dir, 'scanner') })
const code = () => mintPaymentCode(undefined, () => random.next())

console.log(`guitai bench: ${SALES} sales, Node ${process.version}`)
const startedAt = performance.now()
const terminal = await startGuitai<Ready>([
  'terminal',
  '--config',
  sandbox.terminalConfig,
  '--json',
])
const { api, token } = terminal.ready

const socket = new WebSocket(`${api.replace('http', 'ws')}${WATCH_PATH}`, [
  SUBPROTOCOL,
  `token.${token}`,
])
let pushed = createInbox<Pushed>()
socket.on('message', (data) => pushed.add(JSON.parse(String(data))))
await new Promise((done) => socket.once('open', done))
for (const topic of ['sales', 'screen']) socket.send(JSON.stringify({ kind: 'watch', topic }))
await pushed.first(
  ({ model }) =>
    model?.cashier.lights.some(({ device, level }) => device === 'scanner' && level === 'ok') ??
    false,
)

let made = 0
async function createSale(): Promise<SaleView> {
  made += 1
  const answer = await fetch(`${api}/v1/sales`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ clientId: `bench-${made}`, amountFen: 1_230 }),
  })
  return (await answer.json()) as SaleView
}

/** Sells once; gives the order number and the moment before the code's last byte was written. */
async function sell(
  beforeScan: () => Promise<void> = async () => {},
): Promise<{ outTradeNo: string; began: bigint }> {
  const { saleId } = await createSale()
  await beforeScan()
  const text = Buffer.from(`${code()}\r`)
  scanner.write(text.subarray(0, -1))
  await new Promise((done) => setImmediate(done))
  const began = process.hrtime.bigint()
  scanner.write(text.subarray(-1))
  const { sale } = await pushed.first(
    (push) => push.sale?.saleId === saleId && push.sale.phase === 'paid',
  )
  return { outTradeNo: sale?.attempts[0]?.outTradeNo ?? '', began }
}

await createSale()
const armedMs = performance.now() - startedAt
scanner.scan(code())
await pushed.first(({ sale }) => sale?.phase === 'paid')

const floor = spawn(
  process.execPath,
  [join(import.meta.dirname, 'floor.ts'), dir, sandbox.origin],
  {
    stdio: ['pipe', 'pipe', 'inherit'],
  },
)
const floorLines = createInterface({ input: floor.stdout })[Symbol.asyncIterator]()
async function sellByHand(index: number): Promise<{ outTradeNo: string; began: bigint }> {
  const outTradeNo = `FLOOR${String(index).padStart(10, '0')}`
  floor.stdin.write(`${JSON.stringify({ outTradeNo, code: code() })}\n`)
  const line = await floorLines.next()
  return { outTradeNo, began: BigInt(line.value ?? '0') }
}

/** Resident memory of a process, MiB. */
function memoryMiB(pid: number | undefined): number {
  const [, kib = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kib) / 1_024
}

for (let index = 0; index < WARM_UP; index += 1) {
  await sell()
  await sellByHand(SALES + index)
}
const byTerminal: { outTradeNo: string; began: bigint }[] = []
const byHand: { outTradeNo: string; began: bigint }[] = []
const memory: number[] = []
for (let done = 0; done < SALES; done += BLOCK) {
  pushed = createInbox<Pushed>()
  for (let index = 0; index < BLOCK; index += 1) byTerminal.push(await sell())
  for (let index = 0; index < BLOCK; index += 1) byHand.push(await sellByHand(done + index))
  memory.push(memoryMiB(terminal.process.pid))
  process.stderr.write(`\r${done + BLOCK} of ${SALES} `)
}
process.stderr.write('\n')

const received = new Map(
  sandbox
    .requests(100_000)
    .filter(({ path, method }) => method === 'POST' && path.endsWith('/codepay'))
    .map(({ outTradeNo, receivedNs }) => [outTradeNo, BigInt(receivedNs)]),
)
const toWireMs = (sample: typeof byHand) =>
  sample.map(({ outTradeNo, began }) => Number((received.get(outTradeNo) ?? began) - began) / 1e6)
const scan = toWireMs(byTerminal)
const hand = toWireMs(byHand)
const painted = await measurePainting()

const missed: string[] = []
function line(name: string, value: string, goal: string, isMet: boolean): void {
  if (!isMet) missed.push(name)
  console.log(`${name.padEnd(34)} ${value.padEnd(44)} goal ${goal}${isMet ? '' : '  MISSED'}`)
}
for (const [name, share, goal] of [
  ['median', 0.5, 1.5],
  ['p99', 0.99, 2.5],
] as const) {
  const [ours, theirs] = [quantile(scan, share), quantile(hand, share)]
  const ratio = ours / theirs
  const text = `${inMs(ours)} / floor ${inMs(theirs)} = ${ratio.toLocaleString('en', { maximumFractionDigits: 2 })}`
  line(`scan to wire, ${name}`, text, `≤ ${goal}`, ratio <= goal)
}
line('start to armed', inMs(armedMs), '≤ 1,000 ms', armedMs <= 1_000)
const [first = 0, last = 0] = [memory[Math.floor(memory.length / 2)], memory.at(-1)]
line(
  `memory after ${SALES} sales`,
  `${Math.round(last)} MiB (half way ${Math.round(first)} MiB)`,
  '< 160 MiB, flat',
  last < 160 && last - first < 8,
)
line(
  `event to painted, p95 of ${painted.length}`,
  inMs(quantile(painted, 0.95)),
  '≤ 50 ms',
  quantile(painted, 0.95) <= 50,
)
console.log(missed.length === 0 ? 'every goal met' : `missed: ${missed.join('; ')}`)

floor.stdin.end()
socket.terminate()
await terminal.stop()
scanner.close()
await sandbox.close()
rmSync(dir, { recursive: true, force: true })

/** From the time an event was stamped with to the time the cashier's page had painted it. */
async function measurePainting(): Promise<number[]> {
  const browser = await chromium.launch({
    executablePath: findChromium() as string,
    args: CHROMIUM_ARGUMENTS,
  })
  const page = await browser.newPage({ viewport: { width: 1_920, height: 1_080 }, bypassCSP: true })
  await page.addInitScript(`
    const paints = []
    Object.defineProperty(window, 'guitaiPaint', { set: (mark) => paints.push(mark), get: () => paints })
  `)
  await page.goto(terminal.ready.screens.cashier)
  await page.waitForSelector('[data-painted-revision]')
  pushed = createInbox<Pushed>()
  const painted = async () => {
    const revision = Math.max(0, ...pushed.items.map(({ model }) => model?.revision ?? 0))
    await page.waitForFunction(
      `Number(document.documentElement.dataset.paintedRevision) >= ${revision}`,
    )
  }
  for (let index = 0; index < PAINTED_SALES; index += 1) {
    await sell(painted)
    await painted()
  }
  const paints = (await page.evaluate('window.guitaiPaint')) as { revision: number; atMs: number }[]
  await browser.close()
  const stamped = new Map(pushed.items.map(({ model }) => [model?.revision, model?.atMs]))
  return paints.flatMap(({ revision, atMs }) => {
    const eventMs = stamped.get(revision)
    return eventMs === undefined ? [] : [atMs - eventMs]
  })
}
