import { err, ok, type Result } from '../base/result.ts'
import { type Problem, problem } from '../domain/errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { JournalledCharge, SceneCharge, ScenePaid, SceneStep } from '../ports/scene.ts'
import {
  type Counters,
  commit,
  newCounters,
  type Reserve,
  release,
  reserve,
} from '../scene/counters.ts'
import type { SceneCounts, SceneStore } from './scene-state.ts'

/** How many request counters are put on the disk as used at a time. */
const COUNTER_BLOCK = 64
/** How long the counters of limits may be behind the journal on the disk, milliseconds. */
const SAVE_COUNTS_MS = 1_000

export type SceneCountingOptions = {
  readonly store: Pick<SceneStore, 'saveCounts'>
  readonly clock: Clock
  readonly log: Log
  /** Absent when the terminal is not enrolled or its state is lost. */
  readonly counts: SceneCounts | undefined
  /** Trusted time, Unix milliseconds; undefined when there is none. */
  readonly nowMs: () => number | undefined
  /** What a charge takes room in. */
  readonly reserving: (charge: SceneCharge) => Reserve
}

/** The counters of a terminal: those of limits, which follow the journal, and those of its requests. */
export class SceneCounting {
  readonly #options: SceneCountingOptions
  #counts: SceneCounts | undefined
  #nextCounter: number
  #cancelSave: (() => void) | undefined

  constructor(options: SceneCountingOptions) {
    this.#options = options
    this.#counts = options.counts
    this.#nextCounter = (options.counts?.requestCounterTo ?? 0) + 1
  }

  /** What was collected and may still be; undefined when it is not known. */
  counters(): Counters | undefined {
    return this.#counts?.counters
  }

  countedSeq(): number | undefined {
    return this.#counts?.countedSeq
  }

  /** The next counter of a request; on the disk as used before this returns. */
  next(): Result<number, Problem> {
    const counts = this.#counts
    const counter = this.#nextCounter
    if (counts === undefined) return err(problem('scene.state_lost'))
    if (counter > counts.requestCounterTo) {
      const next = { ...counts, requestCounterTo: counter + COUNTER_BLOCK - 1 }
      const saved = this.#options.store.saveCounts(next)
      if (!saved.ok) return saved
      this.#counts = next
    }
    this.#nextCounter = counter + 1
    return ok(counter)
  }

  /**
   * Goes on far above every counter that was used, one for a millisecond of time: whoever else counts
   * with this key stays below, and is found again.
   */
  skip(nowMs: number): void {
    this.#nextCounter = Math.max(this.#nextCounter, Math.floor(nowMs))
  }

  /** Forgets what was collected, at the end of this terminal. */
  wipe(): Result<undefined, Problem> {
    if (this.#counts === undefined) return ok(undefined)
    this.#counts = { ...this.#counts, counters: newCounters(0) }
    return this.#options.store.saveCounts(this.#counts)
  }

  reserve(charge: SceneCharge, step: SceneStep): void {
    const { reserving } = this.#options
    this.#count(step, (counters, nowMs) => reserve(counters, reserving(charge), nowMs))
  }

  commit(paid: ScenePaid, step: SceneStep): void {
    this.#count(step, (counters, nowMs) => commit(counters, paid, nowMs))
  }

  release(outTradeNo: string, step: SceneStep): void {
    this.#count(step, (counters) => release(counters, outTradeNo))
  }

  /** Takes in what the journal has and the counters may not have, up to a row. */
  catchUp(charges: readonly JournalledCharge[], seq: number): void {
    const counts = this.#counts
    if (counts === undefined) return
    const { reserving } = this.#options
    let counters: Counters = counts.counters
    for (const { outcome, atMs, paidBy, ...charge } of charges) {
      const { outTradeNo } = charge
      const paid = paidBy === undefined ? { outTradeNo } : { outTradeNo, paidBy }
      counters = reserve(counters, reserving(charge), atMs)
      if (outcome === 'PAID') counters = commit(counters, paid, atMs)
      if (outcome === 'NOT_PAID') counters = release(counters, outTradeNo)
    }
    this.#counts = { ...counts, counters, countedSeq: seq }
    this.save()
  }

  /** Writes the counters within a second. */
  saveSoon(): void {
    this.#cancelSave ??= this.#options.clock.after(SAVE_COUNTS_MS, () => this.save())
  }

  /** Writes the counters now. */
  save(): void {
    this.#cancelSave?.()
    this.#cancelSave = undefined
    if (this.#counts === undefined) return
    // The next block before this one is used up, so that no charge waits for the disk to draw its counter;
    // no sooner, so that a copy of this folder begins where this terminal does, and is found.
    const keptTo = this.#counts.requestCounterTo
    const isLow = keptTo - this.#nextCounter < COUNTER_BLOCK / 2
    const requestCounterTo = isLow
      ? Math.max(keptTo, this.#nextCounter - 1) + COUNTER_BLOCK
      : keptTo
    const next = { ...this.#counts, requestCounterTo }
    const saved = this.#options.store.saveCounts(next)
    if (saved.ok) this.#counts = next
    // The journal has what is missing: the next start takes it from there.
    else this.#options.log.warn('limit counters not kept', { code: saved.error.code })
  }

  #count(step: SceneStep, change: (counters: Counters, nowMs: number) => Counters): void {
    const counts = this.#counts
    if (counts === undefined) return
    const counters = change(counts.counters, this.#options.nowMs() ?? step.atMs)
    this.#counts = { ...counts, counters, countedSeq: Math.max(counts.countedSeq, step.seq) }
    this.saveSoon()
  }
}
