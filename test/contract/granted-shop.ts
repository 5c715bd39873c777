import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lastAttempt, type Sale } from '../../src/domain/sale.ts'
import type { Point } from '../../src/engine/points.ts'
import { mintPaymentCode, openSimulatedScanner } from '../../src/sandbox/node/simulated-scanner.ts'
import { SCANNER_LINK } from '../../src/sandbox/node/terminal-file.ts'
import type { CustomerScreen } from '../../src/screen/model.ts'
import { readConfig } from '../../src/terminal/config.ts'
import { SERVICES_WAITS } from '../../src/terminal/scene.ts'
import { enrolTerminal } from '../../src/terminal/scene-enrol.ts'
import { type RunningTerminal, startTerminal } from '../../src/terminal.ts'
import type { LedgerRow } from '../support/counter.ts'
import { createKeptLog } from '../support/kept-log.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { createRandom } from '../support/seeded.ts'
import { EVIDENCE, limitRow, sendRaw, World } from './sandbox-services-client.ts'
import { POSITION } from './scene-terminal.ts'
import { until } from './virtual-counter.ts'

/** What a test may change of a shop before it opens. */
export type ShopChanges = {
  /** Fields of the configuration, merged one level deep. */
  readonly config?: Readonly<Record<string, object>>
  /** Fields of the merchant, as `World.admit` takes them. */
  readonly merchant?: Readonly<Record<string, unknown>>
  readonly interfaces?: readonly string[]
}

/** For how long the service holds a question, and the terminal waits for its answer, milliseconds. */
const HELD_BY_SERVICE_MS = 50_000
const HELD_BY_TERMINAL_MS = HELD_BY_SERVICE_MS + SERVICES_WAITS.answerMs
const QUIET_TURNS_MAX = 300

/** One risk event as the service keeps it. */
export type KeptEvent = {
  readonly kind: string
  readonly trigger?: number
  readonly facts: Readonly<Record<string, unknown>>
}

/**
 * A shop with one enrolled terminal that really runs: its loop, journal, serial line, TLS and terminal
 * services, all in one process, on a clock that moves only when told.
 */
export class GrantedShop {
  readonly world: World
  readonly configFile: string
  /** Everything the customer's screen has shown. */
  readonly shown: CustomerScreen[] = []
  /** Called at every point the loop passes. */
  onPoint: (point: Point) => void = () => {}
  #terminal: RunningTerminal | undefined
  readonly #scanner: ReturnType<typeof openSimulatedScanner>
  readonly #random = createRandom(16)
  #commands = 0

  private constructor(world: World, configFile: string) {
    this.world = world
    this.configFile = configFile
    this.#scanner = openSimulatedScanner({ linkPath: join(world.dir, SCANNER_LINK) })
  }

  /** A shop that has applied, was granted both ways to pay, and whose terminal runs. */
  static async open(changes: ShopChanges = {}): Promise<GrantedShop> {
    const shop = await GrantedShop.enrolled(changes)
    await shop.start()
    return shop
  }

  /** As {@link GrantedShop.open}, before the terminal runs for the first time. */
  static async enrolled({ config = {}, merchant, interfaces }: ShopChanges): Promise<GrantedShop> {
    const world = await World.start()
    const types = interfaces ?? ['MICROPAY', 'FACEPAY']
    await world.admit(merchant)
    await world.grant(types.map((type) => ({ type, evidence: EVIDENCE })))
    const micro = merchant?.kind === 'MICRO'
    await world.limits(
      types.map((type) => limitRow(type, 500_000, 90_000_000, 900_000_000)),
      micro ? { micro_credit: { day: 100_000, month: 1_000_000 } } : {},
    )
    await world.control('enforcement', { on: true })
    const path = join(world.dir, 'terminal.json')
    const written = JSON.parse(readFileSync(path, 'utf8'))
    const services = { address: world.sandbox.origin, position: POSITION }
    const all: Record<string, object> = { ...written, services }
    for (const [name, value] of Object.entries(config)) all[name] = { ...all[name], ...value }
    const configFile = join(world.dir, 'shop.json')
    writeFileSync(configFile, JSON.stringify(all))
    const read = readConfig(configFile)
    if (!read.ok) throw new Error(JSON.stringify(read.error))
    const clock = createManualClock({ nowMs: world.clock.nowMs() })
    const context = { clock, log: createKeptLog() }
    const enrolled = await enrolTerminal(read.value, context, await world.code('POS01'))
    if (!enrolled.ok) throw new Error(JSON.stringify(enrolled.error))
    return new GrantedShop(world, configFile)
  }

  get terminal(): RunningTerminal {
    if (this.#terminal === undefined) throw new Error('the terminal does not run')
    return this.#terminal
  }

  get scene() {
    return this.terminal.engine.status().scene
  }

  /** Starts the terminal; resolves when its scanner is open. */
  async start(): Promise<void> {
    const { clock } = this.world
    const started = await startTerminal({
      configFile: this.configFile,
      clock: {
        nowMs: () => clock.nowMs(),
        monotonicMs: () => clock.nowMs(),
        after: (delayMs, fire) => clock.after(delayMs, fire),
      },
      onPoint: (point) => this.onPoint(point),
    })
    if (!started.ok) throw new Error(JSON.stringify(started.error))
    this.#terminal = started.value
    const { engine } = started.value
    engine.onScreen(({ customer }) => this.shown.push(customer))
    await until(() => engine.status().scanners[0]?.phase === 'open')
  }

  async stop(): Promise<void> {
    await this.#terminal?.close()
    this.#terminal = undefined
  }

  /** Waits until the service has said what time it is, so that the scene can be decided. */
  async heard(): Promise<void> {
    const isDeaf = () => {
      const code = this.scene.refusal?.code
      return code === 'scene.time_untrusted' || code === 'scene.bulletins_missing'
    }
    await until(() => !isDeaf())
  }

  /** Waits turn by turn; lets a moment pass in between so that what waits for time goes on. */
  async turn(isTrue: () => boolean, stepMs = 1): Promise<void> {
    for (let round = 0; !isTrue(); round += 1) {
      await new Promise((resolve) => setImmediate(resolve))
      if (round % 50 === 49) this.world.clock.advance(stepMs)
    }
  }

  /**
   * Takes a measure; resolves when the terminal has it and the grant that came with it, and has said so.
   * Time that moved while an answer is under way would make its signed time look late.
   */
  async measure(code: string, more: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const before = this.scene.grantVersion
    const told = await this.#acknowledged()
    const id = await this.world.measure(code, more)
    await until(() => this.scene.grantVersion !== before)
    while ((await this.#acknowledged()) === told);
    await this.#acknowledged()
    await this.quiet()
    return id
  }

  async #acknowledged(): Promise<number> {
    const { value } = await this.world.control('overview')
    return (value.acknowledgements as readonly unknown[]).length
  }

  /** Lifts a measure; resolves as {@link GrantedShop.measure}. */
  async lift(measureId: string): Promise<void> {
    const before = this.scene.grantVersion
    await this.world.done('lifts', { role: 'risk-issuer', measure_id: measureId })
    await until(() => this.scene.grantVersion !== before)
  }

  /** Has both ways to pay approved anew, as is needed after they were closed. */
  async approveAgain(): Promise<void> {
    const before = this.scene.grantVersion
    this.world.clock.advance(2_000)
    await this.world.grant(['MICROPAY', 'FACEPAY'].map((type) => ({ type, evidence: EVIDENCE })))
    await until(() => this.scene.grantVersion !== before)
  }

  /** Lets time pass while the service goes on answering. */
  async passOnline(totalMs: number): Promise<void> {
    const { clock } = this.world
    for (let passedMs = 0; passedMs < totalMs; passedMs += 10_000) {
      await this.pass(10_000, 10_000)
      await this.turn(() => clock.nowMs() - (this.scene.lastContactAtMs ?? 0) <= 60_000, 100)
    }
    // Jumps of time can end a question before its answer is read; the next one makes up for it.
    await this.turn(() => this.scene.refusal?.code !== 'scene.offline_too_long', 100)
  }

  /** Lets time pass in steps, with every request in between answered. */
  async pass(totalMs: number, stepMs = 1_000): Promise<void> {
    for (let passedMs = 0; passedMs < totalMs; passedMs += stepMs) {
      this.world.clock.advance(Math.min(stepMs, totalMs - passedMs))
      await this.quiet()
    }
  }

  /**
   * Until no request is under way but the one the service holds till it has news: an answer that time
   * overtakes counts as late, or never comes.
   */
  async quiet(): Promise<void> {
    const { engine } = this.terminal
    const { clock } = this.world
    const isAsking = () =>
      [...engine.pending(), ...engine.refunding()].some(({ attempts, refunds = [] }) =>
        [...attempts, ...refunds].some(({ awaits }) => awaits === 'answer'),
      )
    await until(() => !isAsking())
    const isHeld = () => clock.isWaiting(HELD_BY_SERVICE_MS) && clock.isWaiting(HELD_BY_TERMINAL_MS)
    // Nothing is held while the service is silent.
    for (let turn = 0; turn < QUIET_TURNS_MAX && !isHeld(); turn += 1) {
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  sale(id: string): Sale {
    const sale = this.terminal.engine.sale(id)
    if (!sale) throw new Error(`no sale ${id}`)
    return sale
  }

  #identity() {
    this.#commands += 1
    return { clientId: `shop-${this.#commands}`, digest: String(this.#commands) }
  }

  /** Makes and arms a sale; what came of the wish. */
  async arm(amountFen: number, more: { readonly currency?: string } = {}) {
    await this.quiet()
    const wish = { kind: 'sale_wanted', amountFen, currency: 'CNY', arm: true, ...more } as const
    return this.terminal.engine.command(wish, this.#identity())
  }

  wish(kind: 'cancel_wanted' | 'check_wanted' | 'dismiss_wanted' | 'arm_wanted', saleId: string) {
    return this.terminal.engine.command({ kind, saleId }, this.#identity())
  }

  refund(saleId: string, amountFen?: number) {
    const wish = { kind: 'refund_wanted', saleId, operator: '张敏', reason: '退货' } as const
    return this.terminal.engine.command({ ...wish, amountFen }, this.#identity())
  }

  /** Holds a code before the scanner; no terminal takes labels faster than people hold them there. */
  scan(scenario = 'ok'): string {
    const code = mintPaymentCode(scenario, () => this.#random.next())
    this.show(code)
    return code
  }

  /** Sends a label a second time at once, as a phone left before a scanner does. */
  again(label: string): void {
    this.#scanner.scan(label)
  }

  /** Holds anything before the scanner. */
  show(label: string): void {
    this.world.clock.advance(1_500)
    this.#scanner.scan(label)
  }

  /** Collects an amount: the sale after its charge was answered or refused, or why it was not armed. */
  async sell(amountFen: number, scenario = 'ok'): Promise<Sale | string> {
    const armed = await this.arm(amountFen)
    if (!armed.ok) return armed.error.code
    const { id } = armed.value
    this.scan(scenario)
    await until(() => this.sale(id).phase !== 'armed')
    await until(() => lastAttempt(this.sale(id))?.awaits !== 'answer')
    return this.sale(id)
  }

  /** Makes a sale that is paid, and takes it off the screens. */
  async sellPaid(amountFen = 1_230): Promise<Sale> {
    const sale = await this.sell(amountFen)
    if (typeof sale === 'string') throw new Error(sale)
    if (sale.phase !== 'paid') throw new Error(`${sale.phase} ${sale.sceneRefusal?.code}`)
    await this.wish('dismiss_wanted', sale.id)
    return sale
  }

  /** Orders the gateway has. */
  async ledger(): Promise<readonly LedgerRow[]> {
    const { origin, controlToken } = this.world.sandbox
    const headers = { Authorization: `Bearer ${controlToken}` }
    const url = `${origin}/sandbox/ledger`
    const { body } = await sendRaw(this.world.dir, url, { method: 'GET', headers })
    return JSON.parse(body).orders
  }

  /** The terminal's own folder. */
  get dataDir(): string {
    const read = readConfig(this.configFile)
    if (!read.ok) throw new Error(read.error.code)
    return read.value.dataDir
  }

  /** Changes fields of the configuration, for the next start. */
  reconfigure(section: string, changes: object): void {
    const written = JSON.parse(readFileSync(this.configFile, 'utf8'))
    const changed = { ...written, [section]: { ...written[section], ...changes } }
    writeFileSync(this.configFile, JSON.stringify(changed))
  }

  /** Events the service has, oldest first. */
  async events(): Promise<readonly KeptEvent[]> {
    const { value } = await this.world.control('overview')
    return value.events as readonly KeptEvent[]
  }

  async close(): Promise<void> {
    await this.stop()
    this.#scanner.close()
    await this.world.stop()
    rmSync(this.configFile, { force: true })
  }
}
