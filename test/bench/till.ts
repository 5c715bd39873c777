import { WebSocket } from 'ws'
import { type SaleView, SUBPROTOCOL, WATCH_PATH } from '../../src/api/protocol.ts'
import {
  mintPaymentCode,
  type openSimulatedScanner,
} from '../../src/sandbox/node/simulated-scanner.ts'
import type { ScreenModel } from '../../src/screen/model.ts'
import { startGuitai } from '../support/guitai.ts'
import { createInbox } from '../support/inbox.ts'

type Ready = { api: string; token: string; screens: { cashier: string; customer: string } }
type Pushed = { sale?: SaleView; model?: ScreenModel }

/** One order: its number, and the monotonic nanoseconds before the last byte of its code was written. */
export type Sold = { readonly outTradeNo: string; readonly began: bigint }

/** A real terminal in a process of its own, with somebody who sells at it. */
export class BenchTill {
  readonly ready: Ready
  readonly process: Awaited<ReturnType<typeof startGuitai>>['process']
  readonly #stop: () => Promise<unknown>
  readonly #socket: WebSocket
  readonly #scanner: ReturnType<typeof openSimulatedScanner>
  readonly #random: () => number
  pushed = createInbox<Pushed>()
  #made = 0

  private constructor(
    terminal: Awaited<ReturnType<typeof startGuitai<Ready>>>,
    scanner: ReturnType<typeof openSimulatedScanner>,
    random: () => number,
  ) {
    this.ready = terminal.ready
    this.process = terminal.process
    this.#stop = () => terminal.stop()
    this.#scanner = scanner
    this.#random = random
    const { api, token } = this.ready
    const address = `${api.replace('http', 'ws')}${WATCH_PATH}`
    this.#socket = new WebSocket(address, [SUBPROTOCOL, `token.${token}`])
    this.#socket.on('message', (data) => this.pushed.add(JSON.parse(String(data))))
  }

  /** Starts one, and waits until its scanner is there and a sale may be made. */
  static async open(
    config: string,
    scanner: ReturnType<typeof openSimulatedScanner>,
    random: () => number,
  ): Promise<BenchTill> {
    const terminal = await startGuitai<Ready>(['terminal', '--config', config, '--json'])
    const till = new BenchTill(terminal, scanner, random)
    await new Promise((done) => till.#socket.once('open', done))
    for (const topic of ['sales', 'cashier']) {
      till.#socket.send(JSON.stringify({ kind: 'watch', topic }))
    }
    await till.pushed.first(
      ({ model }) =>
        model?.cashier.lights.some(({ device, level }) => device === 'scanner' && level === 'ok') ??
        false,
    )
    return till
  }

  /** Makes a sale that waits for a code; asks again while nothing is granted yet. */
  async createSale(): Promise<SaleView> {
    const { api, token } = this.ready
    for (;;) {
      this.#made += 1
      const answer = await fetch(`${api}/v1/sales`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ clientId: `bench-${this.#made}`, amountFen: 1_230 }),
      })
      if (answer.ok) return (await answer.json()) as SaleView
      const { code } = (await answer.json()) as { code?: string }
      if (!code?.startsWith('scene.')) throw new Error(`no sale: ${code}`)
      await new Promise((done) => setTimeout(done, 100))
    }
  }

  /** Shows a code, of which the last byte is what begins a payment. */
  async scan(): Promise<bigint> {
    const text = Buffer.from(`${mintPaymentCode(undefined, this.#random)}\r`)
    this.#scanner.write(text.subarray(0, -1))
    await new Promise((done) => setImmediate(done))
    const began = process.hrtime.bigint()
    this.#scanner.write(text.subarray(-1))
    return began
  }

  /** Sells once. */
  async sell(beforeScan: () => Promise<void> = async () => {}): Promise<Sold> {
    const { saleId } = await this.createSale()
    await beforeScan()
    const began = await this.scan()
    const { sale } = await this.pushed.first(
      (push) =>
        push.sale?.saleId === saleId && ['paid', 'stopped', 'not_paid'].includes(push.sale.phase),
    )
    if (sale?.phase !== 'paid')
      throw new Error(`not paid: ${JSON.stringify(sale?.attempts.at(-1))}`)
    return { outTradeNo: sale.attempts[0]?.outTradeNo ?? '', began }
  }

  /** Forgets what was pushed. */
  forget(): void {
    this.pushed = createInbox<Pushed>()
  }

  async close(): Promise<void> {
    this.#socket.terminate()
    await this.#stop()
    this.#scanner.close()
  }
}
