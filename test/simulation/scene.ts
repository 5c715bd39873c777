import type { Outcome, Sale } from '../../src/domain/sale.ts'
import type { FaceTerms } from '../../src/ports/face.ts'
import {
  type JournalledCharge,
  openGate,
  type SceneDecision,
  type SceneGate,
  type SceneRequest,
} from '../../src/ports/scene.ts'
import type { ManualClock } from '../support/manual-clock.ts'
import { createRandom, type Random } from '../support/seeded.ts'
import type { Fate } from './faults.ts'
import type { Life } from './network.ts'
import type { WireCall } from './wire.ts'

/** A charge or refund that was allowed may take this long until its first byte leaves: connecting. */
const LEAVES_WITHIN_MS = 12_000

type Counters = {
  seq: number
  readonly reserved: Map<string, number>
  readonly counted: Map<string, number>
}

const EMPTY: Counters = { seq: 0, reserved: new Map(), counted: new Map() }

/** A grant that was changed, measures that come and go: what the gate of one seed makes of it. */
export class SimulatedScene {
  readonly broken: string[] = []
  /** Every fourth seed has a scene; in the others everything is allowed, as without services. */
  readonly isEnforced: boolean
  readonly #clock: ManualClock
  readonly #fate: Fate
  readonly #random: Random
  #chargesRefusedSinceMs: number | undefined
  #refundsRefusedSinceMs: number | undefined
  #staysRefused = false
  #version = 1
  /** What of the counters is on the disk. */
  #disk: Counters = EMPTY
  /** What the present life has in memory. */
  #memory: Counters = EMPTY
  readonly #allowed = new Set<string>()
  readonly #listeners = new Set<() => void>()

  constructor(seed: number, clock: ManualClock, fate: Fate) {
    this.isEnforced = seed % 4 === 1
    this.#clock = clock
    this.#fate = fate
    this.#random = createRandom(seed * 23 + 5)
  }

  /** The gate as one life of the terminal has it. What a dead process counts is lost with it. */
  connect(life: Life, faceTerms: FaceTerms | undefined): SceneGate {
    if (!this.isEnforced) return { ...openGate('sim'), faceTerms: () => faceTerms }
    this.#listeners.clear()
    this.#memory = copy(this.#disk)
    const alive = (count: () => void, seq: number) => {
      if (life.isOver) return
      count()
      this.#memory.seq = seq
      if (this.#random.chance(0.3)) this.#disk = copy(this.#memory)
    }
    return {
      decide: (request) => this.#decide(request),
      grantVersion: () => `sim-${this.#version}`,
      reserve: ({ outTradeNo, amountFen }, { seq }) =>
        alive(() => {
          if (this.#chargesRefusedSinceMs !== undefined) {
            this.broken.push(`let go while the scene refused: ${outTradeNo}`)
          }
          this.#allowed.add(outTradeNo)
          this.#memory.reserved.set(outTradeNo, amountFen)
        }, seq),
      commit: ({ outTradeNo }, { seq }) => alive(() => this.#settle(outTradeNo, 'PAID'), seq),
      release: (outTradeNo, { seq }) => alive(() => this.#settle(outTradeNo, 'NOT_PAID'), seq),
      countedSeq: () => this.#memory.seq,
      catchUp: (charges, seq) => alive(() => this.#catchUp(charges), seq),
      offered: () => (this.#chargesRefusedSinceMs === undefined ? ['MICROPAY'] : []),
      status: () => ({
        mode: 'enforced',
        grantVersion: `sim-${this.#version}`,
        measures: [],
        screen: 'as_usual',
      }),
      faceTerms: () => faceTerms,
      onChange: (listener) => {
        this.#listeners.add(listener)
        return () => this.#listeners.delete(listener)
      },
    }
  }

  #decide({ action }: SceneRequest): SceneDecision {
    // It may change at any moment, so also right before the last question.
    if (action === 'charge') this.#mayChange()
    const isRefused =
      ((action === 'charge' || action === 'offer') && this.#chargesRefusedSinceMs !== undefined) ||
      (action === 'refund' && this.#refundsRefusedSinceMs !== undefined)
    if (isRefused) return { kind: 'refuse', code: 'scene.suspended', check: 'standing' }
    const grantVersion = `sim-${this.#version}`
    return { kind: 'allow', grantVersion, sendWithoutCredit: false, ceilingFen: 200_000 }
  }

  #mayChange(): void {
    const forMs = this.#random.integer(500, 60_000)
    const nowMs = this.#clock.monotonicMs()
    if (this.#fate.strikes('scene_granted_anew')) this.#version += 1
    if (this.#chargesRefusedSinceMs === undefined && this.#fate.strikes('scene_refuses')) {
      this.#chargesRefusedSinceMs = nowMs
      this.#later(0, () => {})
      this.#later(forMs, () => this.#allowAgain())
    }
    if (this.#refundsRefusedSinceMs === undefined && this.#fate.strikes('scene_refuses_refunds')) {
      this.#refundsRefusedSinceMs = nowMs
      this.#later(forMs * 20, () => {
        this.#refundsRefusedSinceMs = undefined
      })
    }
    // One that nobody waits for a decision of.
    if (this.#fate.strikes('scene_changes_while_armed')) {
      this.#later(this.#random.integer(10, 2_000), () => {
        this.#chargesRefusedSinceMs ??= this.#clock.monotonicMs()
      })
      this.#later(2_000 + forMs, () => this.#allowAgain())
    }
  }

  /** Half of the scenes refuse new money for good from now on: what is in flight must still end (P8). */
  becomeCalm(): void {
    if (!this.isEnforced || this.#random.chance(0.5)) return
    this.#staysRefused = true
    this.#chargesRefusedSinceMs ??= this.#clock.monotonicMs()
    this.#later(0, () => {})
  }

  #allowAgain(): void {
    if (!this.#staysRefused) this.#chargesRefusedSinceMs = undefined
  }

  #later(inMs: number, change: () => void): void {
    this.#clock.after(inMs, () => {
      change()
      for (const listener of [...this.#listeners]) listener()
    })
  }

  #settle(outTradeNo: string, outcome: Outcome): void {
    const amountFen = this.#memory.reserved.get(outTradeNo)
    if (amountFen === undefined || outcome === 'UNKNOWN') return
    this.#memory.reserved.delete(outTradeNo)
    if (outcome === 'PAID') this.#memory.counted.set(outTradeNo, amountFen)
  }

  #catchUp(charges: readonly JournalledCharge[]): void {
    for (const { outTradeNo, amountFen, outcome } of charges) {
      if (this.#memory.counted.has(outTradeNo)) this.broken.push(`counted twice: ${outTradeNo}`)
      if (!this.#memory.reserved.has(outTradeNo)) this.#fate.met('counters_caught_up')
      this.#memory.reserved.set(outTradeNo, amountFen)
      this.#settle(outTradeNo, outcome)
    }
  }

  /** A byte of a request leaves the terminal. */
  left(call: WireCall, subject: string): void {
    if (!this.isEnforced) return
    const nowMs = this.#clock.monotonicMs()
    const isLate = (sinceMs: number | undefined) =>
      sinceMs !== undefined && nowMs - sinceMs > LEAVES_WITHIN_MS
    if (call === 'charge') {
      if (!this.#allowed.has(subject)) this.broken.push(`charged without leave: ${subject}`)
      if (isLate(this.#chargesRefusedSinceMs)) {
        this.broken.push(`charged while the scene refused: ${subject}`)
      }
    }
    if (call === 'refund' && isLate(this.#refundsRefusedSinceMs)) {
      this.broken.push(`refunded while the scene refused: ${subject}`)
    }
    const isRefusing = this.#chargesRefusedSinceMs !== undefined
    if (isRefusing && (call === 'query' || call === 'reverse')) {
      this.#fate.met('recovery_while_scene_refuses')
    }
  }

  /** A step was durable. */
  kept(kind: string): void {
    if (kind === 'charge_withheld') this.#fate.met('charge_withheld_at_the_wire')
    if (kind === 'scene_refused') this.#fate.met('armed_sale_stopped_by_scene')
  }

  /** All is calm: the counters and the journal agree to the fen, though lives and counters were lost. */
  compare(sales: readonly Sale[]): readonly string[] {
    if (!this.isEnforced) return this.broken
    const { counted, reserved } = this.#memory
    let paid = 0
    for (const { outTradeNo, outcome, amountFen } of sales.flatMap(({ attempts }) => attempts)) {
      if (outcome === 'PAID') paid += 1
      const found = outcome === 'PAID' ? counted.get(outTradeNo) : reserved.get(outTradeNo)
      const expected = outcome === 'NOT_PAID' ? undefined : amountFen
      if (found !== expected) this.broken.push(`counters have ${found} fen of ${outTradeNo}`)
    }
    if (counted.size !== paid) this.broken.push(`counters have ${counted.size} of ${paid} payments`)
    return this.broken
  }
}

function copy({ seq, reserved, counted }: Counters): Counters {
  return { seq, reserved: new Map(reserved), counted: new Map(counted) }
}
