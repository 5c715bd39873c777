import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { err } from '../../src/base/result.ts'
import { problem } from '../../src/domain/errors.ts'
import { saleOutcome } from '../../src/domain/sale.ts'
import { Engine } from '../../src/engine/engine.ts'
import { openJournal } from '../../src/journal/node/sqlite-journal.ts'
import type { Journal } from '../../src/ports/journal.ts'
import type { Wish } from '../../src/ports/terminal.ts'
import { createFakeScanner, type FakeScanner } from '../support/fake-scanner.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { createRandom, createSeededEntropy } from '../support/seeded.ts'
import { Fate, type FaultKind } from './faults.ts'
import { GatewayWorld, type Life } from './gateway-world.ts'

/** What one seed came to. */
export type RunResult = {
  readonly seed: number
  readonly sales: number
  readonly paid: number
  readonly broken: readonly string[]
  readonly faults: ReadonlyMap<FaultKind, number>
}

const QUIET = { info() {}, warn() {}, error() {} }
/** Longest time that anything may stay unsettled in a calm world: the longest pause, twice, and some. */
const CALM_LIMIT_MS = 900_000

/** Plays one seed: some sales in a bad world, then a calm one, then the two ledgers are compared. */
export async function runOne(seed: number, sales: number): Promise<RunResult> {
  const till = new SimulatedTill(seed)
  try {
    await till.play(sales)
    await till.becomeCalm()
    return till.result(sales)
  } finally {
    await till.end()
  }
}

class SimulatedTill {
  readonly #seed: number
  readonly #random
  readonly #fate: Fate
  readonly #clock = createManualClock()
  readonly #world: GatewayWorld
  readonly #folder = mkdtempSync(join(tmpdir(), 'guitai-sim-'))
  readonly #broken: string[] = []
  #lives = 0
  #life: Life = { isOver: true }
  #engine!: Engine
  #scanner!: FakeScanner
  #journal!: Journal
  #commands = 0
  #sent: { wish: Wish; clientId: string; digest: string; answer: string }[] = []
  #isFull = false

  constructor(seed: number) {
    this.#seed = seed
    this.#random = createRandom(seed)
    const faults = this.#random.fork()
    this.#fate = new Fate((probability) => faults.chance(probability))
    this.#world = new GatewayWorld(this.#clock, this.#random.fork(), this.#fate)
    this.#start()
  }

  #say(what: string): void {
    this.#broken.push(what)
  }

  /** Starts a life of the terminal on the journal of the one before. */
  #start(): void {
    this.#lives += 1
    const life: Life = { isOver: false }
    this.#life = life
    const opened = openJournal(join(this.#folder, 'journal.db'))
    if (!opened.ok) throw new Error(opened.error.detail)
    this.#journal = this.#faulty(opened.value, life)
    this.#scanner = createFakeScanner({ clock: this.#clock })
    this.#engine = new Engine({
      journal: this.#journal,
      gateway: this.#world.connect(life),
      scanners: [this.#scanner],
      clock: this.#clock,
      entropy: createSeededEntropy(this.#seed * 1_000 + this.#lives),
      log: QUIET,
      terminalId: 'POS01',
      storeName: '模拟店',
      binding: {
        merchantId: '1900000001',
        appId: 'wx1',
        storeId: 'S001',
        interface: 'MICROPAY',
        grantVersion: 'sim',
      },
    })
    this.#engine.onSale((sale) => {
      if (life.isOver) return
      const stored = this.#journal.sale(sale.id)
      if (sale.phase === 'paid' && stored?.phase !== 'paid') {
        this.#say(`PAID was told before it was durable: ${sale.id}`)
      }
      const unsettled = sale.attempts.filter(({ outcome }) => outcome === 'UNKNOWN')
      if (unsettled.length > 1) this.#say(`two attempts not final: ${sale.id}`)
    })
    this.#engine.onScreen(({ cashier }) => {
      if (life.isOver || cashier.state !== 'paid' || cashier.saleId === undefined) return
      if (this.#journal.sale(cashier.saleId)?.phase !== 'paid') {
        this.#say(`a screen said PAID before it was durable: ${cashier.saleId}`)
      }
    })
    if (!this.#engine.start().ok) life.isOver = true
  }

  /** The real journal, but the process may die before or after a write, and the disk may be full. */
  #faulty(journal: Journal, life: Life): Journal {
    const dead = err(problem('journal.unavailable'))
    return {
      append: (entry) => {
        if (!life.isOver && this.#fate.strikes('crash_before_append')) life.isOver = true
        if (life.isOver) return dead
        if (this.#fate.strikes('disk_full')) {
          this.#isFull = true
          this.#clock.after(this.#random.integer(500, 20_000), () => {
            this.#isFull = false
          })
        }
        if (this.#isFull && !this.#fate.calm) return err(problem('journal.unavailable'))
        const written = journal.append(entry)
        if (this.#fate.strikes('crash_after_append')) life.isOver = true
        return written
      },
      openSales: () => journal.openSales(),
      sale: (id) => journal.sale(id),
      recentSales: (limit, beforeId) => journal.recentSales(limit, beforeId),
      command: (clientId) => journal.command(clientId),
      rows: (fromSeq, limit) => journal.rows(fromSeq, limit),
      verify: () => journal.verify(),
      status: () => ({ ...journal.status(), state: this.#isFull ? 'failing' : 'ok' }),
      close: () => journal.close(),
    }
  }

  /** Runs something that may kill the terminal; then the next life begins. */
  async #live(what: () => unknown): Promise<void> {
    await what()
    await flush()
    while (this.#life.isOver) await this.#restart()
  }

  async #restart(): Promise<void> {
    await this.#engine.stop()
    this.#journal.close()
    this.#clock.advance(this.#random.integer(100, 5_000))
    this.#jump()
    this.#start()
    await flush()
  }

  /** Lets time pass; whatever falls due may kill the terminal. */
  async #pass(forMs: number): Promise<void> {
    const endMs = this.#clock.monotonicMs() + forMs
    for (;;) {
      const dueInMs = this.#clock.nextDueInMs()
      const leftMs = endMs - this.#clock.monotonicMs()
      if (leftMs <= 0) return
      await this.#live(() => this.#clock.advance(Math.min(dueInMs ?? leftMs, leftMs)))
    }
  }

  async #command(wish: Wish): Promise<void> {
    this.#commands += 1
    const clientId = `client-${this.#commands}`
    const digest = JSON.stringify(wish)
    await this.#live(async () => {
      const answer = JSON.stringify(await this.#engine.command(wish, { clientId, digest }))
      if (!this.#life.isOver) this.#sent.push({ wish, clientId, digest, answer })
    })
    await this.#repeat()
  }

  /** A register that did not hear the answer asks again, or a confused one reuses its id. */
  async #repeat(): Promise<void> {
    const before = this.#random.chance(0.5) ? this.#sent.at(-1) : this.#sent.at(-2)
    if (!before) return
    const { wish, clientId, digest, answer } = before
    const isKnown = this.#journal.command(clientId) !== undefined
    if (this.#fate.strikes('command_repeated')) {
      await this.#live(async () => {
        const again = JSON.stringify(await this.#engine.command(wish, { clientId, digest }))
        if (isKnown && again !== answer) {
          this.#say(`another answer to ${clientId}: ${answer} then ${again}`)
        }
      })
    }
    if (isKnown && this.#fate.strikes('command_reused_with_other_body')) {
      await this.#live(async () => {
        const other = await this.#engine.command(wish, { clientId, digest: 'another' })
        if (other.ok) this.#say(`a reused client id was carried out: ${clientId}`)
      })
    }
  }

  async play(sales: number): Promise<void> {
    for (let index = 0; index < sales; index += 1) {
      await this.#sell()
      this.#jump()
      await this.#pass(this.#random.integer(0, 30_000))
    }
  }

  /** Somebody sets the clock. */
  #jump(): void {
    if (!this.#fate.strikes('wall_clock_jump')) return
    this.#clock.jumpWallTo(this.#clock.nowMs() + this.#random.integer(-7_200_000, 7_200_000))
  }

  async #sell(): Promise<void> {
    const amountFen = this.#random.integer(1, 200_000)
    await this.#command({ kind: 'sale_wanted', amountFen, currency: 'CNY', arm: true })
    await this.#pass(this.#random.integer(0, 2_000))
    for (let scans = this.#random.integer(1, 3); scans > 0; scans -= 1) {
      await this.#scan()
      await this.#meddle()
      await this.#pass(this.#random.integer(100, 70_000))
      const saleId = this.#engine.screen().cashier.saleId
      const intents = this.#engine.screen().cashier.intents
      if (saleId && intents.includes('arm')) await this.#command({ kind: 'arm_wanted', saleId })
    }
    const { saleId, intents } = this.#engine.screen().cashier
    if (saleId && intents.includes('dismiss'))
      await this.#command({ kind: 'dismiss_wanted', saleId })
    else if (saleId) await this.#command({ kind: 'cancel_wanted', saleId })
  }

  async #scan(): Promise<void> {
    if (this.#fate.strikes('scanner_lost')) {
      await this.#live(() => this.#scanner.unplug())
      await this.#pass(500)
      await this.#live(() => this.#scanner.replug())
    }
    const code = this.#world.mint()
    await this.#live(() => this.#scanner.present(code))
    if (this.#fate.strikes('double_scan')) await this.#live(() => this.#scanner.present(code))
    if (this.#fate.strikes('scan_at_wrong_moment')) {
      await this.#pass(1_200)
      await this.#live(() => this.#scanner.present(this.#world.mint()))
    }
  }

  /** Two screens and a register do what they like. */
  async #meddle(): Promise<void> {
    const ids = [...this.#journal.recentSales(3).map(({ id }) => id)]
    if (ids.length === 0) return
    const saleId = this.#random.pick(ids)
    await this.#pass(this.#random.integer(0, 9_000))
    if (this.#fate.strikes('cancel_at_random'))
      await this.#command({ kind: 'cancel_wanted', saleId })
    if (this.#fate.strikes('check_at_random')) await this.#command({ kind: 'check_wanted', saleId })
    if (this.#fate.strikes('dismiss_at_random'))
      await this.#command({ kind: 'dismiss_wanted', saleId })
    if (this.#fate.strikes('close_by_hand')) {
      await this.#command({ kind: 'close_wanted', saleId, operator: '店长', reason: '模拟' })
    }
  }

  /** No new fault; time passes until nothing is in flight any more. */
  async becomeCalm(): Promise<void> {
    this.#fate.calm = true
    this.#isFull = false
    await this.#live(() => this.#scanner.unplug())
    const calmAtMs = this.#clock.monotonicMs()
    while (this.#engine.pending().length > 0) {
      if (this.#clock.monotonicMs() - calmAtMs > CALM_LIMIT_MS) return
      await this.#pass(1_000)
    }
    // A request may still be on its way to the gateway: nothing it does may break the peace.
    await this.#pass(120_000)
  }

  result(sales: number): RunResult {
    const journal = this.#journal
    const all = journal.recentSales(10_000)
    for (const sale of this.#engine.pending()) this.#say(`never settled: ${JSON.stringify(sale)}`)
    const known = new Map(
      all.flatMap((sale) => sale.attempts.map((attempt) => [attempt.outTradeNo, sale])),
    )
    for (const sale of all) {
      const kept = sale.attempts.filter(({ outTradeNo }) => isKept(this.#world, outTradeNo))
      if (kept.length > 1) this.#say(`two payments kept for ${sale.id}`)
      const outcome = saleOutcome(sale)
      if (outcome === 'PAID' && kept.length !== 1) this.#say(`PAID without money: ${sale.id}`)
      if (outcome === 'NOT_PAID' && kept.length > 0)
        this.#say(`money for a NOT_PAID sale: ${sale.id}`)
    }
    for (const outTradeNo of this.#world.hurried) this.#say(`reversed too early: ${outTradeNo}`)
    for (const outTradeNo of this.#world.arrivedCharges) {
      if (!known.has(outTradeNo)) this.#say(`a charge without a durable attempt: ${outTradeNo}`)
    }
    if (!journal.verify().ok) this.#say('the hash chain is broken')
    return {
      seed: this.#seed,
      sales,
      paid: all.filter((sale) => saleOutcome(sale) === 'PAID').length,
      broken: this.#broken,
      faults: this.#fate.counts,
    }
  }

  async end(): Promise<void> {
    await this.#engine.stop()
    this.#journal.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

function isKept(world: GatewayWorld, outTradeNo: string): boolean {
  const order = world.orders.get(outTradeNo)
  return order !== undefined && order.charges > order.returns
}

/** Lets promises that are ready run; there are no others in a world without real IO. */
async function flush(): Promise<void> {
  for (let turn = 0; turn < 6; turn += 1) await Promise.resolve()
}
