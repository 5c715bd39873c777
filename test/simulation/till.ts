import { err } from '../../src/base/result.ts'
import { problem } from '../../src/domain/errors.ts'
import { Engine } from '../../src/engine/engine.ts'
import { PayGateway } from '../../src/gateway/node/gateway.ts'
import type { Journal, JournalEntry } from '../../src/ports/journal.ts'
import type { Wish } from '../../src/ports/terminal.ts'
import { createFakeScanner, type FakeScanner } from '../support/fake-scanner.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { createRandom, createSeededEntropy, type Random } from '../support/seeded.ts'
import { type Disk, FileDisk, MemoryDisk } from './disk.ts'
import { SimulatedFaces } from './faces.ts'
import { Fate, type FaultKind } from './faults.ts'
import { Ledger } from './ledger.ts'
import { type Life, Network } from './network.ts'
import { SimulatedScene } from './scene.ts'
import { Watch } from './watch.ts'
import { isSealed, MERCHANT, PLATFORM_SERIAL, seal, WireGateway } from './wire.ts'

const QUIET = { info() {}, warn() {}, error() {} }

const BINDING = {
  merchantId: MERCHANT.id,
  appId: MERCHANT.appId,
  storeId: 'S001',
  interface: 'MICROPAY',
  grantVersion: 'sim',
} as const

/** How the text of a good answer begins. */
const CARRIED_OUT = '{"ok":true'

type Sent = {
  readonly wish: Wish
  readonly clientId: string
  readonly digest: string
  readonly answer: string
}

/**
 * One terminal over all lives of its process: the real engine, reducer, journal and gateway client,
 * on a clock, a network, a gateway and a disk that are simulated.
 */
export class SimulatedTill {
  readonly clock = createManualClock()
  readonly random: Random
  readonly fate: Fate
  readonly ledger: Ledger
  readonly watch: Watch
  readonly scene: SimulatedScene
  readonly faces: SimulatedFaces
  readonly #seed: number
  readonly #disk: Disk
  readonly #network: Network
  #lives = 0
  #livesSeen = 1
  #life: Life = { isOver: true }
  #engine!: Engine
  #gateway!: PayGateway
  #scanner!: FakeScanner
  #journal!: Journal
  #commands = 0
  readonly #sent: Sent[] = []
  #fullUntilMs = 0
  /** The wall clock is wrong until then. */
  #wrongUntilMs = 0
  readonly #startWallMs = this.clock.nowMs()

  constructor(seed: number, masked: ReadonlySet<FaultKind>) {
    this.#seed = seed
    this.random = createRandom(seed)
    const { clock } = this
    this.fate = new Fate(seed, () => clock.monotonicMs(), masked)
    this.ledger = new Ledger(clock, this.random.fork(), this.fate)
    this.watch = new Watch(clock, this.fate, this.ledger)
    this.scene = new SimulatedScene(seed, clock, this.fate)
    const mint = () => this.ledger.mint()
    const faces = { clock, fate: this.fate, mint }
    this.faces = new SimulatedFaces(seed, faces, (what) => this.watch.say(what))
    const trueMs = () => this.#startWallMs + clock.monotonicMs()
    const gateway = new WireGateway(this.ledger, this.fate, trueMs)
    const world = { clock, random: this.random.fork(), fate: this.fate }
    this.#network = new Network(world, gateway, (call, subject, body) => {
      this.watch.left(call, subject, body)
      this.scene.left(call, subject)
    })
    this.#disk = seed % 8 === 0 ? new FileDisk(this.random.fork()) : new MemoryDisk()
    this.#start()
  }

  get engine(): Engine {
    return this.#engine
  }

  /** Whether a process lives that hears what is wished for. */
  get isUp(): boolean {
    return !this.#life.isOver
  }

  /** Whether the process was started anew since this was last asked. */
  isReborn(): boolean {
    const before = this.#livesSeen
    this.#livesSeen = this.#lives
    return before !== this.#lives
  }

  get scanner(): FakeScanner {
    return this.#scanner
  }

  get journal(): Journal {
    return this.#journal
  }

  /** Starts a life of the terminal on the journal of the one before. */
  #start(): void {
    this.#lives += 1
    const life: Life = { isOver: false }
    this.#life = life
    const journal = this.#disk.open()
    this.watch.opened(journal)
    this.#journal = this.#faulty(journal, life)
    this.#scanner = createFakeScanner({ clock: this.clock })
    const entropy = createSeededEntropy(this.#seed * 1_000 + this.#lives)
    this.#gateway = this.#makeGateway(life)
    const strikes = (kind: FaultKind) => {
      if (!life.isOver && this.fate.strikes(kind)) life.isOver = true
    }
    this.#engine = new Engine({
      journal: this.#journal,
      gateway: this.#gateway,
      scanners: [this.#scanner],
      clock: this.clock,
      entropy,
      log: QUIET,
      terminalId: 'POS01',
      storeName: '模拟店',
      binding: BINDING,
      scene: this.scene.connect(life, this.faces.terms),
      ...(this.faces.isOn ? { face: this.faces.connect(life) } : {}),
      onPoint: (point) => {
        if (point.startsWith('before_effect')) strikes('crash_before_effect')
        else if (point.startsWith('after_effect')) strikes('crash_after_effect')
      },
    })
    this.#engine.onSale((sale) => life.isOver || this.watch.told(sale))
    this.#engine.onScreen((model) => life.isOver || this.watch.showed(model))
    if (!this.#engine.start().ok) life.isOver = true
    void this.#gateway.start()
  }

  #makeGateway(life: Life): PayGateway {
    const { clock } = this
    const sign = (message: string) => seal('merchant', message)
    const gateway = new PayGateway(
      {
        primary: 'https://gateway.invalid',
        merchantId: MERCHANT.id,
        appId: MERCHANT.appId,
        terminalId: 'POS01',
        deviceIp: '127.0.0.1',
        certificatePem: '',
        privateKeyPem: '',
        verification: { mode: 'public_key', id: PLATFORM_SERIAL, pem: '' },
        timeouts: { connectMs: 5_000, headersMs: 12_000, bodyMs: 5_000 },
        cacheDir: '',
        clock,
        entropy: createSeededEntropy(this.#seed * 1_000 + this.#lives + 500),
        log: QUIET,
      },
      {
        primary: 'https://gateway.invalid',
        signer: { sign, signAside: (message) => Promise.resolve(sign(message)) },
        merchantSerial: MERCHANT.serial,
        certificateExpiresAtMs: Number.MAX_SAFE_INTEGER,
        publicKey: { id: PLATFORM_SERIAL, check: isSealed },
      },
      this.#network.connect(life),
    )
    let before = gateway.health().state
    gateway.onHealth(({ state }) => {
      if (before === 'failing' && state === 'ok') this.fate.met('health_came_back')
      before = state
    })
    return gateway
  }

  /** The real journal, but the process may die before or after a write, and the disk may be full. */
  #faulty(journal: Journal, life: Life): Journal {
    const dead = err(problem('journal.unavailable'))
    let headSeq = journal.status().rows
    const isFull = () => this.clock.monotonicMs() < this.#fullUntilMs && !this.fate.calm
    const dies = (kind: FaultKind) => {
      if (this.fate.strikes(kind)) life.isOver = true
      return life.isOver
    }
    const append = (entry: JournalEntry) => {
      if (life.isOver || dies('crash_before_append')) return dead
      const forMs = this.random.integer(500, 20_000)
      if (this.fate.strikes('disk_full', undefined, forMs)) {
        this.#fullUntilMs = this.clock.monotonicMs() + forMs
      }
      if (isFull()) return dead
      if (this.#disk instanceof FileDisk && dies('write_torn')) {
        this.#disk.tear(entry)
        this.fate.met('restart_after_torn_write')
        return dead
      }
      const written = journal.append(entry)
      if (written.ok) this.scene.kept(entry.kind)
      if (written.ok) this.watch.kept(written.value.seq, entry)
      else this.watch.say(`the disk is whole and a step was refused: ${written.error.detail}`)
      if (written.ok) headSeq = written.value.seq
      dies('crash_after_append')
      return written
    }
    // Cheap on purpose: the real one is asked for with every picture.
    const status = () => ({
      rows: headSeq,
      openSales: 0,
      synchronous: 'FULL',
      state: isFull() ? ('failing' as const) : ('ok' as const),
    })
    return {
      append,
      status,
      openSales: () => journal.openSales(),
      sale: (id) => journal.sale(id),
      recentSales: (limit, beforeId) => journal.recentSales(limit, beforeId),
      command: (clientId) => journal.command(clientId),
      rows: (fromSeq, limit) => journal.rows(fromSeq, limit),
      lastRow: (kind) => journal.lastRow(kind),
      money: (afterSeq, toSeq) => journal.money(afterSeq, toSeq),
      verify: () => journal.verify(),
      close: () => {},
    }
  }

  /** Runs something that may kill the terminal; then the next life begins. */
  async live(what: () => unknown): Promise<void> {
    what()
    await settled()
    while (this.#life.isOver) await this.#restart()
  }

  async #restart(): Promise<void> {
    if (this.#engine.pending().length > 0) this.fate.met('restart_while_unknown')
    if (this.#engine.refunding().length > 0) this.fate.met('restart_while_refunding')
    await this.#engine.stop()
    await this.#gateway.close()
    this.#disk.crash()
    const downMs = this.random.integer(100, 5_000)
    this.fate.blame(undefined, downMs)
    this.clock.advance(downMs)
    this.#setClock()
    this.#start()
    await settled()
  }

  /** Lets time pass; whatever falls due may kill the terminal. */
  async pass(forMs: number): Promise<void> {
    const endMs = this.clock.monotonicMs() + forMs
    for (;;) {
      const leftMs = endMs - this.clock.monotonicMs()
      if (leftMs <= 0) return
      const dueInMs = this.clock.nextDueInMs() ?? leftMs
      await this.live(() => this.clock.advance(Math.min(dueInMs, leftMs)))
    }
  }

  /** Somebody sets the clock wrong, or it is put right again after a while. */
  #setClock(): void {
    const nowMs = this.clock.monotonicMs()
    const isRight = nowMs >= this.#wrongUntilMs || this.fate.calm
    if (this.#wrongUntilMs > 0 && isRight) {
      this.#wrongUntilMs = 0
      this.clock.jumpWallTo(this.#startWallMs + nowMs)
    }
    if (this.#wrongUntilMs > 0) return
    const forMs = this.random.integer(10_000, 90_000)
    const isFar = this.random.chance(0.4)
    const byMs = this.random.integer(1_000, isFar ? 7_200_000 : 240_000)
    const forward = this.fate.strikes('wall_clock_forward', undefined, isFar ? forMs : 0)
    const back = !forward && this.fate.strikes('wall_clock_back', undefined, isFar ? forMs : 0)
    if (!forward && !back) return
    this.#wrongUntilMs = nowMs + forMs
    this.clock.jumpWallTo(this.#startWallMs + nowMs + (forward ? byMs : -byMs))
    this.clock.after(forMs, () => this.#setClock())
  }

  /** A moment in which the clock may be set. */
  touchClock(): void {
    this.#setClock()
  }

  /** A screen or a register wishes for something. It may ask twice, and it may be confused. */
  command(wish: Wish): void {
    this.#commands += 1
    const clientId = `client-${this.#commands}`
    const digest = JSON.stringify(wish)
    const asked = this.#ask(wish, clientId, digest)
    if (this.fate.strikes('command_doubled')) {
      const again = this.#ask(wish, clientId, digest)
      void Promise.all([asked, again]).then(([one, other]) => {
        const isKnown = this.#journal.command(clientId) !== undefined
        if (isKnown && one !== undefined && other !== undefined && one !== other) {
          this.watch.say(`two answers to ${clientId}: ${one} and ${other}`)
        }
      })
    }
    void asked.then((answer) => {
      if (answer === undefined) return
      const isForgotten = this.#journal.command(clientId) === undefined
      if (answer.startsWith(CARRIED_OUT) && isForgotten) {
        this.watch.say(`${clientId} was carried out and is not remembered`)
      }
      this.#sent.push({ wish, clientId, digest, answer })
    })
  }

  /** The answer as text; undefined when the terminal died before it could be heard. */
  async #ask(wish: Wish, clientId: string, digest: string): Promise<string | undefined> {
    const life = this.#life
    const answer = await this.#engine.command(wish, { clientId, digest })
    return life.isOver ? undefined : JSON.stringify(answer)
  }

  /** A register that did not hear asks again, or another one uses the id of an older command. */
  repeat(): void {
    const before = this.#sent.at(-this.random.integer(1, 4))
    if (!before || this.#journal.command(before.clientId) === undefined) return
    const { wish, clientId, digest, answer } = before
    if (this.fate.strikes('command_repeated')) {
      void this.#ask(wish, clientId, digest).then((again) => {
        if (again !== undefined && again !== answer) {
          this.watch.say(`another answer to ${clientId}: ${answer} then ${again}`)
        }
      })
    }
    if (this.fate.strikes('command_reused_with_other_body')) {
      void this.#ask({ ...wish, kind: 'cancel_wanted', saleId: 'x' }, clientId, 'other').then(
        (other) => {
          if (other?.startsWith(CARRIED_OUT)) this.watch.say(`a reused id worked: ${clientId}`)
        },
      )
    }
  }

  /** No new fault from now on; what is on its way still arrives. */
  async becomeCalm(): Promise<void> {
    this.fate.calm = true
    this.#setClock()
    await this.live(() => this.scene.becomeCalm())
    await this.live(() => this.#scanner.unplug())
  }

  async end(): Promise<void> {
    this.#life.isOver = true
    await this.#engine.stop()
    await this.#gateway.close()
    this.#disk.end()
  }
}

/** Lets every promise that is ready run; there is no real IO to wait for. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
