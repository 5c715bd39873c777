import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  renameSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs'
import type { Clock } from '../ports/clock.ts'

export type LogFileOptions = {
  readonly path: string
  readonly clock: Clock
  /** A file that would grow beyond this is turned over before the line, bytes. */
  readonly bytesMax: number
  /** Files kept, with the one that is written. */
  readonly filesMax: number
}

/** Pause before a file is tried again that could not be opened or turned over. */
const RETRY_MS = 60_000
const DAY_MS = 86_400_000
/** Days turn at midnight in Beijing, as in the bills. */
const BEIJING_OFFSET_MS = 8 * 3_600_000

/**
 * A log file that is turned over, while it is written, when it is full or of an earlier day: `path`
 * becomes `path.1`, that one `path.2`, and the oldest goes. Every line is handed to the operating
 * system before `write` returns. Nothing here throws: what cannot be opened, renamed or written
 * now is tried again later, and a payment never waits for a log.
 */
export class LogFile {
  readonly #options: LogFileOptions
  #file: number | undefined
  #sizeBytes = 0
  #day = 0
  #notBeforeMs = Number.NEGATIVE_INFINITY
  /** The disk took a part of the last line. */
  #torn = false
  #closed = false

  constructor(options: LogFileOptions) {
    this.#options = options
    this.#open()
  }

  /** Appends one line, which ends with a line feed. */
  write(line: string): void {
    if (this.#closed) return
    const bytes = Buffer.from(line)
    this.#turnOverWhenDue(bytes.length)
    if (this.#file === undefined) return
    try {
      if (this.#torn) this.#append(this.#file, Buffer.from('\n'))
      this.#append(this.#file, bytes)
    } catch {
      // The disk is full or gone: there is nowhere left to say it.
    }
  }

  /** Ends the writing; later lines are lost. */
  close(): void {
    this.#closed = true
    this.#release()
  }

  #append(file: number, bytes: Buffer): void {
    for (let done = 0; done < bytes.length; ) {
      const written = writeSync(file, bytes, done)
      this.#sizeBytes += written
      done += written
      this.#torn = done < bytes.length
    }
  }

  #turnOverWhenDue(lineBytes: number): void {
    const { clock, bytesMax } = this.#options
    const today = dayOf(clock.nowMs())
    if (this.#sizeBytes === 0) this.#day = today
    const isFull = this.#sizeBytes > 0 && this.#sizeBytes + lineBytes > bytesMax
    const isOfEarlierDay = today > this.#day
    if (this.#file !== undefined && !isFull && !isOfEarlierDay) return
    const nowMs = clock.monotonicMs()
    if (nowMs < this.#notBeforeMs) return
    this.#notBeforeMs = nowMs + RETRY_MS
    try {
      this.#turnOver()
    } catch {
      // The old file is written on.
    }
    if (this.#open()) this.#notBeforeMs = Number.NEGATIVE_INFINITY
  }

  /** Renames from the oldest on; another process that did it a moment ago is left alone. */
  #turnOver(): void {
    const { path, filesMax } = this.#options
    if (this.#file === undefined || !existsSync(path)) return
    if (!isSame(fstatSync(this.#file), statSync(path))) return
    for (let index = filesMax - 1; index >= 1; index -= 1) {
      const from = index === 1 ? path : `${path}.${index - 1}`
      if (existsSync(from)) renameSync(from, `${path}.${index}`)
    }
  }

  /** Goes on in the file at `path`; in the one there is when that cannot be opened. */
  #open(): boolean {
    const { path } = this.#options
    try {
      const file = openSync(path, 'a', 0o600)
      this.#release()
      this.#file = file
      const { size, mtimeMs } = fstatSync(file)
      this.#sizeBytes = size
      this.#day = dayOf(mtimeMs)
      this.#torn = false
      return true
    } catch {
      return false
    }
  }

  #release(): void {
    const file = this.#file
    this.#file = undefined
    try {
      if (file !== undefined) closeSync(file)
    } catch {
      // It is gone either way.
    }
  }
}

function dayOf(atMs: number): number {
  return Math.floor((atMs + BEIJING_OFFSET_MS) / DAY_MS)
}

function isSame(one: Stats, other: Stats): boolean {
  return one.ino === other.ino && one.dev === other.dev
}
