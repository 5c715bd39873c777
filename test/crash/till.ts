import { randomInt, randomUUID } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SaleView, StatusView } from '../../src/api/protocol.ts'
import type { Problem } from '../../src/domain/errors.ts'
import type { Point } from '../../src/engine/points.ts'
import { openJournal } from '../../src/journal/node/sqlite-journal.ts'
import type { Journal } from '../../src/ports/journal.ts'
import {
  mintPaymentCode,
  openSimulatedScanner,
  type SimulatedScanner,
} from '../../src/sandbox/node/simulated-scanner.ts'
import type { ScreenModel } from '../../src/screen/model.ts'
import { openWatch, scannerIsOpen } from '../support/counter.ts'
import { type Running, startProgram } from '../support/guitai.ts'
import type { Pace } from './fast-clock.ts'
import type { TerminalOrder } from './terminal-entry.ts'

const ENTRY = join(import.meta.dirname, 'terminal-entry.ts')

type TillOptions = {
  readonly configFile: string
  readonly scannerLink: string
  readonly dataDir: string
  readonly pace: Pace
}
type Command = { readonly path: string; readonly body: object }
type Ready = { readonly api: string; readonly token: string; readonly rigToken: string }
type Watch = Awaited<ReturnType<typeof openWatch>>

/** A sale, or the problem a command was refused with. */
export type Answer = SaleView & Partial<Pick<Problem, 'code'>>

/** One terminal as a process of its own, with a simulated scanner. */
export class Till {
  readonly dataDir: string
  readonly configFile: string
  readonly #options: TillOptions
  readonly #scanner: SimulatedScanner
  #terminal: Running<Ready> | undefined
  #watch: Watch | undefined
  /** The command that has not been answered, as a register remembers it. */
  #unanswered: Command | undefined

  constructor(options: TillOptions) {
    this.#options = options
    this.dataDir = options.dataDir
    this.configFile = options.configFile
    this.#scanner = openSimulatedScanner({ linkPath: options.scannerLink })
  }

  /** Starts the terminal; resolves when its scanner is open. Rejects when it ends before. */
  async start(): Promise<void> {
    const { configFile, pace } = this.#options
    const order: TerminalOrder = { configFile, pace, dieAtFile: this.#dieAtFile() }
    this.#terminal = await startProgram<Ready>(ENTRY, [JSON.stringify(order)])
    this.#watch = await openWatch(this.#terminal.ready)
    await this.#watch.first(({ model }) => model !== undefined && scannerIsOpen(model))
  }

  /** The number of its process. */
  get pid(): number {
    return this.#terminal?.process.pid ?? 0
  }

  /** From now on, and in the next start, the terminal kills itself when it comes to `point`. */
  dieAt(point: Point): void {
    writeFileSync(this.#dieAtFile(), point)
  }

  /** From now on, and in the next start, something of the terminal throws at `point`. */
  breakAt(point: Point): void {
    writeFileSync(this.#dieAtFile(), `bug ${point}`)
  }

  /** From now on it lives. */
  live(): void {
    rmSync(this.#dieAtFile(), { force: true })
  }

  #dieAtFile(): string {
    return `${this.#options.configFile}.die-at`
  }

  /** Resolves with the signal that ended the terminal; one that could not start ended by itself. */
  died(): Promise<NodeJS.Signals | null> {
    const child = this.#terminal?.process
    if (!child || child.exitCode !== null || child.signalCode !== null) {
      return Promise.resolve(child?.signalCode ?? null)
    }
    return new Promise((done) => child.once('exit', (_code, signal) => done(signal)))
  }

  /** The exit code of a terminal that has ended by itself. */
  exitCode(): number | null {
    return this.#terminal?.process.exitCode ?? null
  }

  kill(): Promise<void> {
    this.#watch?.close()
    return this.#terminal?.kill() ?? Promise.resolve()
  }

  async get<Value>(path: string): Promise<Value> {
    return (await this.#call('GET', path)) as Value
  }

  status(): Promise<StatusView> {
    return this.get('/v1/status')
  }

  /** Gives a command under a new client id. */
  async command(path: string, body: object = {}): Promise<Answer> {
    this.#unanswered = { path, body: { clientId: randomUUID(), ...body } }
    return this.#answerOf(this.#unanswered)
  }

  /** Repeats, as a register does after a restart, the command that got no answer. */
  async repeatUnanswered(): Promise<void> {
    if (this.#unanswered) await this.#answerOf(this.#unanswered)
  }

  /** Asks for something that has no client id, and is not repeated. */
  post(path: string, body: object): Promise<unknown> {
    return this.#call('POST', path, body)
  }

  async #answerOf(command: Command): Promise<Answer> {
    const answer = (await this.#call('POST', command.path, command.body)) as Answer
    this.#unanswered = undefined
    return answer
  }

  async #call(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
    const ready = this.#terminal?.ready
    const answer = await fetch(`${ready?.api}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${path.endsWith('/face') ? ready?.rigToken : ready?.token}`,
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return answer.json()
  }

  /** Holds a new code before the scanner. */
  scan(): void {
    this.#scanner.scan(mintPaymentCode(undefined, () => randomInt(2 ** 32) / 2 ** 32))
  }

  /** Waits until the terminal pushes, or has pushed, a state of the sale that `fits`. */
  async saleWhen(saleId: string, fits: (sale: SaleView) => boolean): Promise<SaleView> {
    const fit = ({ sale }: { readonly sale?: SaleView }) =>
      sale !== undefined && sale.saleId === saleId && fits(sale)
    const frame = await (this.#watch as Watch).first(fit)
    return frame.sale as SaleView
  }

  /** Waits until the terminal pushes, or has pushed, screens that `fit`. */
  async screenWhen(fits: (model: ScreenModel) => boolean): Promise<void> {
    await (this.#watch as Watch).first(({ model }) => model !== undefined && fits(model))
  }

  /** Asks until the journal says that it could not take a step. */
  async failedJournal(): Promise<void> {
    while ((await this.status()).journal.state === 'ok');
  }

  /** Takes one sale of `amountFen` to PAID. */
  async takeMoney(amountFen: number): Promise<SaleView> {
    const sale = await this.command('/v1/sales', { amountFen })
    if (sale.code !== undefined) throw new Error(`refused: ${sale.code}`)
    this.scan()
    return this.saleWhen(sale.saleId, ({ outcome }) => outcome === 'PAID')
  }

  /** Waits until no sale and no refund is without an outcome. */
  async settled(): Promise<void> {
    type Pending = Readonly<Record<'sales' | 'refunding', readonly SaleView[]>>
    const { sales, refunding } = await this.get<Pending>('/v1/pending')
    for (const { saleId } of sales) {
      await this.saleWhen(saleId, ({ phase }) => phase !== 'in_flight')
    }
    for (const { saleId } of refunding) {
      await this.saleWhen(saleId, ({ refunds = [] }) =>
        refunds.every(({ outcome }) => outcome !== 'UNKNOWN'),
      )
    }
  }

  /** The journal of a terminal that is not running; the caller closes it. */
  journal(): Journal {
    const opened = openJournal(join(this.dataDir, 'journal.db'))
    if (!opened.ok) throw new Error(opened.error.detail)
    return opened.value
  }

  async close(): Promise<void> {
    await this.kill()
    this.#scanner.close()
  }
}

/** Makes a {@link Till}; its terminal is not started. */
export function openTill(options: TillOptions): Till {
  return new Till(options)
}
