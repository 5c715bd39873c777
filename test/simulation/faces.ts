import type { FaceCode } from '../../src/domain/face-errors.ts'
import type { Engine } from '../../src/engine/engine.ts'
import type { FaceOrder, FaceReader, FaceReaderEvent, FaceTerms } from '../../src/ports/face.ts'
import type { Wish } from '../../src/ports/terminal.ts'
import type { ManualClock } from '../support/manual-clock.ts'
import { createRandom, type Random } from '../support/seeded.ts'
import type { Fate } from './faults.ts'
import type { Life } from './network.ts'

/** What the grant of these runs says of face pay. */
const TERMS: FaceTerms = {
  confirm: 'digits',
  livenessProfile: 'rehearsal-1',
  sealingKeySha256: '00'.repeat(32),
  notice: { version: '1', handler: '模拟店', contact: '1', recipient: '模拟刷脸服务' },
}

const FAILURES: readonly FaceCode[] = [
  'face.not_live',
  'face.no_face',
  'face.camera_lost',
  'face.not_recognised',
  'face.minor',
  'face.service_unreachable',
]

/** What of a till a customer sees and does. */
type Counter = {
  readonly engine: Engine
  live(what: () => unknown): Promise<void>
  pass(forMs: number): Promise<void>
  command(wish: Wish): void
}

type Capture = {
  readonly order: FaceOrder
  readonly tell: (event: FaceReaderEvent) => void
  isFinished: boolean
}

/**
 * Faces in the simulated world: a reader that is slow, fails, tells twice, tells late and never, and
 * customers that choose it, hesitate and show a code after all. Draws from numbers of its own.
 */
export class SimulatedFaces {
  /** Every sixteenth seed, and all from a thousand million on, have faces. */
  readonly isOn: boolean
  readonly terms: FaceTerms | undefined
  readonly #clock: ManualClock
  readonly #fate: Fate
  readonly #random: Random
  readonly #mint: () => string
  readonly #say: (what: string) => void

  constructor(
    seed: number,
    world: { readonly clock: ManualClock; readonly fate: Fate; readonly mint: () => string },
    say: (what: string) => void,
  ) {
    this.isOn = seed % 16 === 1 || seed >= 1_000_000_000
    this.terms = this.isOn ? TERMS : undefined
    this.#clock = world.clock
    this.#fate = world.fate
    this.#mint = world.mint
    this.#say = say
    this.#random = createRandom(seed * 29 + 11)
  }

  /** The reader as one life of the terminal has it. */
  connect(life: Life): FaceReader {
    let capture: Capture | undefined
    const later = (afterMs: number, told: Capture, event: FaceReaderEvent) =>
      this.#clock.after(afterMs, () => {
        if (life.isOver) return
        // A reader that breaks its word tells after it was finished: nothing may come of it.
        if (told.isFinished && !this.#fate.strikes('face_told_late')) return
        told.tell(event)
        if (this.#fate.strikes('face_told_twice')) told.tell(event)
      })
    return {
      readiness: () => ({ kind: 'ready', guidedBy: 'page' }),
      onReadiness: () => () => {},
      capture: (order, tell) => {
        if (capture && !capture.isFinished) this.#say('a capture was begun before another ended')
        const begun: Capture = { order, tell, isFinished: false }
        capture = begun
        if (this.#fate.strikes('face_never_told')) return
        const afterMs = this.#random.integer(500, 18_000)
        if (this.#fate.strikes('face_fails')) {
          later(afterMs, begun, { kind: 'failed', cause: this.#random.pick(FAILURES) })
        } else later(afterMs, begun, { kind: 'captured' })
      },
      confirm: (captureId, digits) => {
        const asked = capture
        if (asked?.order.captureId !== captureId) {
          this.#say('another capture was confirmed')
          return
        }
        if (digits !== '4321') this.#say(`confirmed with ${digits}`)
        if (this.#fate.strikes('face_never_told')) return
        const afterMs = this.#random.integer(200, this.#random.chance(0.1) ? 70_000 : 4_000)
        if (this.#fate.strikes('face_fails')) {
          later(afterMs, asked, { kind: 'failed', cause: this.#random.pick(FAILURES) })
          return
        }
        const credential = { code: this.#mint(), type: 'payment_code' } as const
        later(afterMs, asked, { kind: 'code', credential })
      },
      finish: (captureId) => {
        if (capture?.order.captureId === captureId) capture.isFinished = true
      },
      close: async () => {},
    }
  }

  /** A customer who would rather pay by face. Whatever happens, a code can still be shown. */
  async payBy(till: Counter): Promise<void> {
    const act = (what: 'choose' | 'consent' | 'confirm' | 'decline') => {
      const saleId = till.engine.screen().customer.face?.saleId
      if (saleId === undefined) return Promise.resolve()
      const more = what === 'consent' ? { noticeVersion: '1' } : {}
      const digits = what === 'confirm' ? { digits: '4321' } : {}
      return till.live(() =>
        till.command({ kind: 'face_wanted', saleId, act: what, ...more, ...digits }),
      )
    }
    const stage = () => till.engine.screen().customer.face?.stage
    if (stage() !== 'offered') return
    this.#fate.met('face_chosen')
    await act('choose')
    await till.pass(this.#random.integer(500, this.#random.chance(0.1) ? 70_000 : 9_000))
    await act('consent')
    if (this.#random.chance(0.1)) await act('consent')
    for (let waited = 0; waited < 30 && stage() === 'capturing'; waited += 1) await till.pass(1_000)
    if (this.#random.chance(0.1)) {
      this.#fate.met('face_left_by_customer')
      await act('decline')
      return
    }
    await till.pass(this.#random.integer(500, this.#random.chance(0.1) ? 70_000 : 5_000))
    await act('confirm')
    if (this.#random.chance(0.2)) return
    for (let waited = 0; waited < 70 && stage() === 'recognising'; waited += 1) {
      await till.pass(1_000)
    }
  }
}
