import type {
  ClientFrame,
  OperationInput,
  OperationName,
  ProblemView,
  SaleView,
  ServerFrame,
} from '../../src/api/protocol.ts'
import type { CashierModel, CustomerModel } from '../../src/screen/model.ts'

/** How the link to the terminal is. */
export type LinkState = 'connecting' | 'open' | 'lost'

/** What became of a command. `lost` says nothing about whether it was carried out. */
export type Answer =
  | { readonly kind: 'done'; readonly value?: unknown }
  | { readonly kind: 'refused'; readonly problem: ProblemView }
  | { readonly kind: 'lost' }
  | { readonly kind: 'offline' }

/** An operation and its input, clientId included. */
export type Call = {
  [Name in OperationName]: { readonly operation: Name; readonly input: OperationInput<Name> }
}[OperationName]

/** How a command is sent. `once`: it has no clientId, or holds what must not be kept or repeated. */
export type CallManner = 'again' | 'once'

/** The page's line to the terminal. */
export type Connection = {
  /**
   * Sends a command and resolves with its answer; never rejects. When the link breaks before the
   * answer, the same command with the same clientId is sent again on the next link; one that is sent
   * `once` is not, and nothing of it is kept: its answer is `lost` then.
   */
  readonly call: (call: Call, how?: CallManner) => Promise<Answer>
  /** Ends it for good. */
  readonly close: () => void
}

/** One transport, opened once. Exactly one `onClosed` follows, however it ends. */
export type Link = { readonly send: (frame: ClientFrame) => void; readonly close: () => void }
export type LinkEvents = {
  readonly onOpen: () => void
  readonly onFrame: (frame: ServerFrame) => void
  readonly onClosed: () => void
}
export type OpenLink = (events: LinkEvents) => Link

/** The page's clock and alarm; `nowMs` never goes back. */
export type Timers = {
  readonly nowMs: () => number
  /** Runs `run` once after `delayMs`; the answer takes it back. */
  readonly after: (delayMs: number, run: () => void) => () => void
}

/** The picture of each screen. */
type Pictures = { readonly cashier: CashierModel; readonly customer: CustomerModel }
export type ScreenName = keyof Pictures

export type ConnectionOptions<Screen extends ScreenName> = {
  /** Which screen is watched. */
  readonly screen: Screen
  readonly openLink: OpenLink
  readonly timers: Timers
  readonly onState: (state: LinkState) => void
  /** A whole picture of the screen; the first one after a connect holds everything. */
  readonly onModel: (model: Pictures[Screen]) => void
  /** Every change of a sale; without it sales are not watched. */
  readonly onSale?: (sale: SaleView) => void
}

/** Pauses and limits of the line, milliseconds. A dead link is noticed within 4.5 s. */
export const LINE = {
  pingEveryMs: 1_500,
  silenceMaxMs: 4_000,
  openMaxMs: 4_000,
  callMaxMs: 10_000,
  /** A command that is sent once may have to wait for a service elsewhere. */
  onceMaxMs: 40_000,
  backOffMs: [250, 500, 1_000, 2_000],
} as const

type Waiting = {
  readonly frame: ClientFrame
  readonly manner: CallManner
  readonly settle: (answer: Answer) => void
}

/** Opens the line and keeps it open until {@link Connection.close}. */
export function connect<Screen extends ScreenName>(options: ConnectionOptions<Screen>): Connection {
  const line = new Line(options)
  line.open()
  return { call: (call, how = 'again') => line.call(call, how), close: () => line.end() }
}

class Line<Screen extends ScreenName> {
  readonly #options: ConnectionOptions<Screen>
  readonly #waiting = new Map<number, Waiting>()
  #link: Link | undefined
  #generation = 0
  #isOpen = false
  #hasPicture = false
  #isEnded = false
  #failures = 0
  #nextId = 1
  #heardAtMs = 0
  #cancelTimer: () => void = () => {}

  constructor(options: ConnectionOptions<Screen>) {
    this.#options = options
  }

  open(): void {
    if (this.#isEnded) return
    this.#generation += 1
    const generation = this.#generation
    const current = (run: () => void) => () => {
      if (generation === this.#generation) run()
    }
    this.#arm(LINE.openMaxMs, () => this.#lose())
    this.#link = this.#options.openLink({
      onOpen: current(() => this.#opened()),
      onFrame: (frame) => {
        if (generation === this.#generation) this.#heard(frame)
      },
      onClosed: current(() => this.#lose()),
    })
  }

  call(call: Call, manner: CallManner): Promise<Answer> {
    if (!this.#isOpen) return Promise.resolve({ kind: 'offline' })
    const id = this.#nextId
    this.#nextId += 1
    const maxMs = manner === 'once' ? LINE.onceMaxMs : LINE.callMaxMs
    const frame: ClientFrame = { kind: 'call', id, operation: call.operation, input: call.input }
    return new Promise((settle) => {
      this.#waiting.set(id, { frame, manner, settle })
      this.#options.timers.after(maxMs, () => this.#settle(id, { kind: 'lost' }))
      this.#link?.send(frame)
    })
  }

  end(): void {
    this.#isEnded = true
    this.#isOpen = false
    this.#generation += 1
    this.#cancelTimer()
    this.#link?.close()
    for (const id of [...this.#waiting.keys()]) this.#settle(id, { kind: 'lost' })
  }

  #opened(): void {
    this.#isOpen = true
    this.#hasPicture = false
    this.#heardAtMs = this.#options.timers.nowMs()
    this.#link?.send({ kind: 'watch', topic: this.#options.screen })
    if (this.#options.onSale !== undefined) this.#link?.send({ kind: 'watch', topic: 'sales' })
    for (const { frame } of this.#waiting.values()) this.#link?.send(frame)
    this.#arm(LINE.pingEveryMs, () => this.#beat())
  }

  #beat(): void {
    const silentMs = this.#options.timers.nowMs() - this.#heardAtMs
    if (silentMs >= LINE.silenceMaxMs) {
      this.#lose()
      return
    }
    this.#link?.send({ kind: 'ping' })
    const restMs = LINE.silenceMaxMs - silentMs
    this.#arm(Math.min(LINE.pingEveryMs, restMs), () => this.#beat())
  }

  #heard(frame: ServerFrame): void {
    // A link that answers but never shows a picture is as good as dead.
    const isPicture = frame.kind === this.#options.screen && 'model' in frame
    if (isPicture) this.#hasPicture = true
    if (this.#hasPicture) this.#heardAtMs = this.#options.timers.nowMs()
    if (isPicture) {
      this.#failures = 0
      this.#options.onState('open')
      this.#options.onModel(frame.model as Pictures[Screen])
    }
    if (frame.kind === 'sale') this.#options.onSale?.(frame.sale)
    if (frame.kind === 'answer') {
      const answer: Answer = frame.ok
        ? { kind: 'done', value: frame.value }
        : { kind: 'refused', problem: frame.problem }
      this.#settle(frame.id, answer)
    }
  }

  #lose(): void {
    if (this.#isEnded) return
    this.#isOpen = false
    this.#generation += 1
    this.#link?.close()
    this.#link = undefined
    for (const [id, { manner }] of [...this.#waiting]) {
      if (manner === 'once') this.#settle(id, { kind: 'lost' })
    }
    this.#options.onState('lost')
    const pauses = LINE.backOffMs
    const pauseMs = pauses[Math.min(this.#failures, pauses.length - 1)] ?? 2_000
    this.#failures += 1
    this.#arm(pauseMs, () => this.open())
  }

  #settle(id: number, answer: Answer): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    waiting?.settle(answer)
  }

  #arm(delayMs: number, run: () => void): void {
    this.#cancelTimer()
    this.#cancelTimer = this.#options.timers.after(delayMs, run)
  }
}
