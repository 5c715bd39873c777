import type { Binding } from '../checkout/events.ts'
import type { Sale } from '../domain/sale.ts'
import type { Clock } from '../ports/clock.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { FaceReader } from '../ports/face.ts'
import type { Gateway } from '../ports/gateway.ts'
import type { Journal } from '../ports/journal.ts'
import type { Log } from '../ports/log.ts'
import type { Scanner } from '../ports/scanner.ts'
import type { SceneGate } from '../ports/scene.ts'
import type { Point } from './points.ts'

/** A moment on the way of a sale, for the scripted sale and the benchmark. */
export type Mark = 'armed' | 'code_read' | 'durable' | 'settled'

/** What the loop is made of. */
export type EngineOptions = {
  readonly journal: Journal
  readonly gateway: Gateway
  readonly scanners: readonly Scanner[]
  readonly clock: Clock
  readonly entropy: Entropy
  readonly log: Log
  readonly terminalId: string
  readonly storeName: string
  readonly binding: Binding
  /** Says whether new money is allowed here and now; absent: everything is. */
  readonly scene?: SceneGate
  /** Whether staff stand at the terminal; yes when absent. */
  readonly attended?: boolean
  /** Whether an order can exclude credit; no when absent. */
  readonly canExcludeCredit?: boolean
  /** Reads faces; absent: nobody pays by face. */
  readonly face?: FaceReader
  /** Whether refunds may be made at the cashier's screen; else a register or a manager makes them. */
  readonly refundsAtCounter?: boolean
  readonly onMark?: (mark: Mark, sale: Sale) => void
  /** Told of every point the loop passes, so that a test can end the program there. */
  readonly onPoint?: (point: Point) => void
  /** Told of an exception out of the loop: nothing more is taken, and the program has to end. */
  readonly onBug?: (cause: unknown) => void
}
