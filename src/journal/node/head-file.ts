import {
  closeSync,
  existsSync,
  fdatasync,
  fdatasyncSync,
  openSync,
  readFileSync,
  write,
  writeSync,
} from 'node:fs'
import { lineOf, readLine, type SignedMark } from '../checkpoint.ts'

/** One sector of a disk, which is written whole or not at all; a mark is shorter. */
const PLACE_BYTES = 512
const PLACES = 2

/**
 * The newest row of a journal, signed, in a small file beside it: how far the journal was. It has two
 * places that are written in turn, so that a power cut leaves the older word. What is written here is
 * written after the row itself is on the disk; that a word is missing says nothing.
 */
export class HeadFile {
  readonly path: string
  #file: number | undefined
  #place = 0
  #isWriting = false
  #isClosed = false

  /** @param path need not exist */
  constructor(path: string) {
    this.path = path
  }

  /** The newest word that `isGood` takes. Throws when the file cannot be read. */
  newest(isGood: (mark: SignedMark) => boolean): SignedMark | undefined {
    const found = this.#read().filter((mark) => mark !== undefined && isGood(mark))
    return found.toSorted((one, other) => (one?.seq ?? 0) - (other?.seq ?? 0)).at(-1)
  }

  /** Whether a word is on its way to the disk. */
  get isWriting(): boolean {
    return this.#isWriting
  }

  /**
   * Writes a word without holding up the caller, and tells when it is on the disk. Throws when the file
   * cannot be opened. To be called when no other one is on its way.
   */
  note(mark: SignedMark, done: (cause: Error | null) => void): void {
    const { file, bytes, at } = this.#next(mark)
    this.#isWriting = true
    const end = (cause: Error | null) => {
      this.#isWriting = false
      if (!cause) this.#turn()
      if (this.#isClosed) this.#release()
      done(cause)
    }
    write(file, bytes, 0, bytes.length, at, (failed) => {
      if (failed) end(failed)
      else fdatasync(file, end)
    })
  }

  /** The same, and comes back when it is on the disk. Throws when it cannot be written. */
  noteNow(mark: SignedMark): void {
    const { file, bytes, at } = this.#next(mark)
    writeSync(file, bytes, 0, bytes.length, at)
    fdatasyncSync(file)
    this.#turn()
  }

  /** Nothing more is noted; what is on its way ends by itself. */
  close(): void {
    this.#isClosed = true
    if (!this.#isWriting) this.#release()
  }

  #release(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }

  #next(mark: SignedMark) {
    const file = this.#file ?? this.#open()
    const bytes = Buffer.alloc(PLACE_BYTES, ' ')
    bytes.write(lineOf(mark).trimEnd())
    bytes[PLACE_BYTES - 1] = '\n'.charCodeAt(0)
    return { file, bytes, at: this.#place * PLACE_BYTES }
  }

  /** Only from a word that is on the disk: one that failed may have spoiled its place, and has it again. */
  #turn(): void {
    this.#place = (this.#place + 1) % PLACES
  }

  /** The place with the newest word is the one that is kept. */
  #open(): number {
    const seqs = this.#read().map((mark) => mark?.seq ?? 0)
    this.#place = (seqs[0] ?? 0) > (seqs[1] ?? 0) ? 1 : 0
    // Not for appending: that would write every word at the end.
    this.#file = openSync(this.path, existsSync(this.path) ? 'r+' : 'w+', 0o600)
    return this.#file
  }

  #read(): readonly (SignedMark | undefined)[] {
    if (!existsSync(this.path)) return []
    const text = readFileSync(this.path).toString('latin1')
    return Array.from({ length: PLACES }, (_, place) =>
      readLine(text.slice(place * PLACE_BYTES, (place + 1) * PLACE_BYTES)),
    )
  }
}
