import type { Clock } from '../ports/clock.ts'
import {
  countSilence,
  heardFromService,
  missedService,
  offlineMs,
  raiseHighWater,
  restartTime,
  resumeSilence,
  SILENCE_MS_ALL,
  type SilenceMeter,
  type TimeState,
  type TrustedTime,
  takeSignedTime,
  trustedTime,
} from '../scene/trusted-time.ts'

/** What of the time outlives a restart. */
export type KeptTime = {
  readonly highWaterMs: number
  readonly isRolledBack: boolean
  readonly silence: SilenceMeter
}

/** How much earlier than the latest known time an answer may be, milliseconds: round trips. */
const TIME_TOLERANCE_MS = 10_000

/** Trusted time and the silence of the service, on a clock that also runs while the machine sleeps. */
export class SceneTime {
  readonly #clock: Clock
  readonly startedMs: number
  #time: TimeState = { highWaterMs: 0, isRolledBack: false }
  #silence: SilenceMeter
  #lastContactAtMs: number | undefined

  constructor(clock: Clock, kept: KeptTime | undefined) {
    this.#clock = clock
    this.startedMs = this.monotonicMs()
    const none = { consumedMs: SILENCE_MS_ALL, countedAtMonotonicMs: 0, hasFailed: true }
    this.#silence = resumeSilence(kept?.silence ?? none, this.startedMs, { kind: 'none' })
    if (kept !== undefined) this.#time = restartTime(kept)
  }

  /** Whole milliseconds that also pass while the machine sleeps, where the system can tell. */
  monotonicMs(): number {
    return Math.floor(this.#clock.sinceBootMs?.() ?? this.#clock.monotonicMs())
  }

  now(): TrustedTime {
    return trustedTime(this.#time, this.monotonicMs())
  }

  /** Trusted time, Unix milliseconds; undefined while there is none. */
  nowMs(): number | undefined {
    const now = this.now()
    return now.kind === 'trusted' ? now.nowMs : undefined
  }

  /** When the service last answered, by the wall clock. */
  lastContactAtMs(): number | undefined {
    return this.#lastContactAtMs
  }

  /** As a grant counts it. */
  offlineMs(refreshEveryMs: number): number {
    return offlineMs(this.#silence, this.monotonicMs(), refreshEveryMs)
  }

  /**
   * Takes the time of a verified answer that arrived `ageMs` ago.
   *
   * @returns whether that is to be kept at once: it locks, or it is the first since the start
   */
  take(signedMs: number, ageMs: number): boolean {
    const before = this.#time
    const monotonicMs = this.monotonicMs() - Math.max(0, Math.floor(ageMs))
    this.#time = takeSignedTime(before, { signedMs, monotonicMs }, TIME_TOLERANCE_MS)
    return this.#time.isRolledBack !== before.isRolledBack || before.anchor === undefined
  }

  /**
   * Believes a signed time that arrived `ageMs` ago, though an earlier answer was later: what locked is
   * forgotten. Counters of limits do not go back with it; they roll forward only.
   */
  unlock(signedMs: number, ageMs: number): void {
    const monotonicMs = this.monotonicMs() - Math.max(0, Math.floor(ageMs))
    this.#time = {
      highWaterMs: signedMs,
      isRolledBack: false,
      anchor: { signedMs, monotonicMs },
    }
  }

  heard(): void {
    this.#silence = heardFromService(this.monotonicMs(), this.now())
    this.#lastContactAtMs = this.#clock.nowMs()
  }

  missed(): void {
    this.#silence = missedService(this.#silence)
  }

  /** Counts up to the present; what comes back is to be kept on the disk. */
  count(): KeptTime {
    const monotonicMs = this.monotonicMs()
    this.#time = raiseHighWater(this.#time, monotonicMs)
    this.#silence = countSilence(this.#silence, monotonicMs, this.now())
    const { highWaterMs, isRolledBack } = this.#time
    return { highWaterMs, isRolledBack, silence: this.#silence }
  }
}
