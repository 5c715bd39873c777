import { randomInt, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { SaleView } from '../api/protocol.ts'
import { formatYuan } from '../domain/money.ts'
import { type Sandbox, startSandbox } from '../sandbox/node/sandbox.ts'
import {
  mintPaymentCode,
  openSimulatedScanner,
  type SimulatedScanner,
} from '../sandbox/node/simulated-scanner.ts'
import { SCANNER_LINK } from '../sandbox/node/terminal-file.ts'
import { dataHome } from '../terminal/folders.ts'
import { type RunningTerminal, startTerminal } from '../terminal.ts'
import {
  demoPorts,
  enrolDemoTerminal,
  type FaceStep,
  standBeforeCamera,
  takeFaceSale,
  until,
} from './demo-face.ts'
import { SCREENS_DIR } from './terminal.ts'
import { describeProblem, readOptions, untilStopped } from './usage.ts'

const AMOUNT_FEN = 1_230
const random = () => randomInt(2 ** 31) / 2 ** 31
const chinese = (process.env.LANG ?? '').startsWith('zh')
const say = (zh: string, en: string) => console.log(chinese ? zh : en)

/** What each mark on the way of a sale means, in the order they come. */
const STEPS: Readonly<Record<string, readonly [string, string]>> = {
  armed: ['已等待付款码（金额已显示）', 'armed: the amount is on both screens'],
  code_read: ['扫描器读到付款码', 'code read from the serial line'],
  durable: ['支付尝试已落盘', 'attempt durable in the journal'],
  signed: ['请求已签名', 'request signed with the merchant certificate'],
  sent: ['请求已发出', 'request sent'],
  answered: ['网关已回答，签名已验证', 'answered, and the answer verified'],
  settled: ['结果已落盘', 'outcome durable in the journal'],
}

/**
 * `guitai demo`: sandbox, terminal and a simulated scanner on a real pseudo-terminal, and one sale
 * that is printed step by step. Goes on serving until it is stopped, unless told `--once`.
 */
export async function runDemo(argv: string[]): Promise<void> {
  const { values } = readOptions(argv, {
    dir: { type: 'string' },
    once: { type: 'boolean', default: false },
  })
  const dir = resolve(values.dir ?? join(dataHome(), 'demo'))
  const sandbox = await startSandbox({ dir, ...demoPorts(dir) })
  say(
    `沙箱网关：${sandbox.origin}（文件在 ${dir}）`,
    `sandbox gateway: ${sandbox.origin} (files in ${dir})`,
  )
  const scanner = openSimulatedScanner({ linkPath: join(dir, SCANNER_LINK) })
  sandbox.attachScanner(scanner)
  const print = stepPrinter()
  const config = await enrolDemoTerminal(sandbox)
  if (!config.ok) console.error(`guitai: ${describeProblem(config.error)}`)
  const configFile = config.ok ? config.value : sandbox.terminalConfig
  const started = await startTerminal({
    configFile,
    ...(existsSync(SCREENS_DIR) ? { screensDir: SCREENS_DIR } : {}),
    onMark: print,
  })
  if (!started.ok) {
    console.error(`guitai: ${describeProblem(started.error)}`)
    process.exitCode = 1
  } else {
    const sale = await takeOneSale(started.value, scanner)
    const isRight = report(sale, sandbox)
    const isFaceRight = report(await takeOneByFace(started.value), sandbox)
    process.exitCode = isRight && isFaceRight ? 0 : 1
    if (!values.once) {
      offerRefund(sale, configFile)
      standBeforeCamera(started.value, sayWhoStandsThere)
      await serve(started.value, scanner)
    }
    await started.value.close()
  }
  scanner.close()
  await sandbox.close()
}

function stepPrinter(): (mark: string) => void {
  let startMs: number | undefined
  return (mark) => {
    const step = STEPS[mark]
    if (!step) return
    if (mark === 'armed') startMs = performance.now()
    const time = elapsed(startMs ?? performance.now())
    say(`  ${time}  ${step[0]}`, `  ${time}  ${step[1]}`)
  }
}

function elapsed(sinceMs: number): string {
  const digits = { maximumFractionDigits: 1, minimumFractionDigits: 1 }
  return `${(performance.now() - sinceMs).toLocaleString('en', digits)} ms`.padStart(10)
}

/** Makes a sale over the local API as a register would, then holds a code before the scanner. */
async function takeOneSale(
  terminal: RunningTerminal,
  scanner: SimulatedScanner,
): Promise<SaleView> {
  await until(terminal, () => terminal.engine.status().scanners[0]?.phase === 'open')
  // Until the services have answered there is no trusted time, and no new money.
  await until(terminal, () => terminal.engine.screen().cashier.stop === undefined)
  say(`收款 ${formatYuan(AMOUNT_FEN)} 元：`, `collecting ${formatYuan(AMOUNT_FEN)} yuan:`)
  const created = await call<SaleView>(terminal, 'POST', {
    path: '/v1/sales',
    body: { clientId: randomUUID(), amountFen: AMOUNT_FEN },
  })
  scanner.scan(mintPaymentCode(undefined, random))
  const done = () => terminal.engine.sale(created.saleId)?.phase === 'paid'
  const failed = () => terminal.engine.sale(created.saleId)?.phase === 'ready'
  await until(terminal, () => done() || failed())
  return call<SaleView>(terminal, 'GET', { path: `/v1/sales/${created.saleId}` })
}

/** What each step of a sale by face means, in the order they come. */
const FACE_STEPS: Readonly<Record<FaceStep, readonly [string, string]>> = {
  offered: ['可以刷脸', 'face pay is offered beside the code'],
  notice: [
    '已告知：谁处理、交给谁、只用于本次、不保存',
    'told who handles a face, to whom it goes, and that it is not kept',
  ],
  consented: ['顾客同意', 'the customer agreed'],
  capturing: ['摄像头打开（模拟：画出来的人）', 'the camera looks (simulated: somebody drawn)'],
  confirming: ['已看清并加密，等待确认', 'seen and sealed; nothing sent yet'],
  recognising: ['已确认，交给识别服务', 'confirmed, and sent to the recognition provider'],
}

async function takeOneByFace(terminal: RunningTerminal): Promise<SaleView> {
  say(
    `刷脸收款 ${formatYuan(AMOUNT_FEN)} 元：`,
    `collecting ${formatYuan(AMOUNT_FEN)} yuan by face:`,
  )
  const startMs = performance.now()
  const step = (name: FaceStep) => {
    const [zh, en] = FACE_STEPS[name]
    say(`  ${elapsed(startMs)}  ${zh}`, `  ${elapsed(startMs)}  ${en}`)
  }
  const sale = await takeFaceSale(terminal, { amountFen: AMOUNT_FEN, step })
  say(`  ${elapsed(startMs)}  结果`, `  ${elapsed(startMs)}  result`)
  return sale
}

function sayWhoStandsThere({ digits }: { readonly digits: string }): void {
  say(
    `镜头前是画出来的人，手机尾号 ${digits}`,
    `somebody drawn stands before the camera; the phone ends in ${digits}`,
  )
}

async function call<Answer>(
  terminal: RunningTerminal,
  method: 'GET' | 'POST',
  request: { readonly path: string; readonly body?: unknown },
): Promise<Answer> {
  const answer = await fetch(`${terminal.api}${request.path}`, {
    method,
    headers: {
      authorization: `Bearer ${terminal.tokens.register}`,
      'content-type': 'application/json',
    },
    ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
  })
  return (await answer.json()) as Answer
}

/** Says what happened, and whether journal and ledger agree on it. */
function report(sale: SaleView, sandbox: Sandbox): boolean {
  const attempt = sale.attempts.at(-1)
  const row = sandbox.ledger().find(({ outTradeNo }) => outTradeNo === attempt?.outTradeNo)
  const agree =
    row !== undefined && row.charges === 1 && row.transactionId === attempt?.transactionId
  const paid = sale.outcome === 'PAID'
  const number = attempt?.outTradeNo ?? ''
  say(
    paid
      ? `已支付：订单 ${number}，交易号 ${attempt?.transactionId}`
      : `未支付：${attempt?.problem?.staff['zh-CN'] ?? ''}`,
    paid
      ? `paid: order ${number}, transaction ${attempt?.transactionId}`
      : `not paid: ${attempt?.problem?.staff.en ?? ''}`,
  )
  say(
    agree ? '流水与沙箱账本一致，只扣款一次' : '流水与沙箱账本不一致',
    agree ? 'journal and sandbox ledger agree: charged once' : 'journal and sandbox ledger DIFFER',
  )
  return paid && agree
}

/** How the money of the sale goes back, while the demonstration serves. */
function offerRefund(sale: SaleView, configFile: string): void {
  if (sale.outcome !== 'PAID') return
  const command = `node main/guitai.mjs refund --config ${configFile} --sale ${sale.saleId}`
  say(
    '把这笔钱退回去（另开一个命令行窗口）：',
    'give the money of this sale back (in another command line):',
  )
  say(
    `  ${command} --operator 店长 --reason 退货 --wait`,
    `  ${command} --operator manager --reason returned --wait`,
  )
}

async function serve(terminal: RunningTerminal, scanner: SimulatedScanner): Promise<void> {
  say('屏幕地址（在本机浏览器打开）：', 'screens (open them in a browser on this machine):')
  say(`  收银员  ${terminal.screens.cashier}`, `  cashier   ${terminal.screens.cashier}`)
  say(`  顾客    ${terminal.screens.customer}`, `  customer  ${terminal.screens.customer}`)
  say(
    `本地接口：${terminal.api}，按 Ctrl+C 停止`,
    `local API: ${terminal.api}; press Ctrl+C to stop`,
  )
  offerScanning(scanner)
  await untilStopped()
}

/** At a terminal, Enter holds a payment code before the simulated scanner. */
function offerScanning(scanner: SimulatedScanner): void {
  if (!process.stdin.isTTY) return
  say(
    '按回车出示一个付款码；先输入场景名可以换结果（guitai sandbox --help 有列表）',
    'press Enter to show a payment code; a scenario’s name before it changes the outcome (guitai sandbox --help lists them)',
  )
  const lines = createInterface({ input: process.stdin })
  lines.on('line', (line) => {
    const scenario = line.trim() === '' ? undefined : line.trim()
    try {
      scanner.scan(mintPaymentCode(scenario, random))
    } catch (cause) {
      console.error(`guitai: ${cause instanceof Error ? cause.message : String(cause)}`)
    }
  })
  process.once('SIGINT', () => lines.close())
}
