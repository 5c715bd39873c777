import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openJournal } from '../../src/journal/node/sqlite-journal.ts'
import type { Journal, JournalEntry } from '../../src/ports/journal.ts'
import type { Random } from '../support/seeded.ts'

/** Where the real journal of a simulated terminal lives, over all lives of its process. */
export interface Disk {
  /** Opens the journal as the next life finds it. */
  open(): Journal
  /** The process dies: what it wrote stays, and nothing is tidied up. */
  crash(): void
  /**
   * Power fails while a step is being written, before it was on the disk for certain: of what was
   * written some sectors are there and some are not. False when this disk cannot do that.
   */
  tear(entry: JournalEntry): boolean
  end(): void
}

/** A disk in memory: as fast as can be, and every write is whole. */
export class MemoryDisk implements Disk {
  readonly #journal = mustOpen(':memory:')

  open(): Journal {
    return this.#journal
  }

  crash(): void {}

  tear(): boolean {
    return false
  }

  end(): void {
    this.#journal.close()
  }
}

const SECTOR_BYTES = 512
const NO_BYTES = Buffer.alloc(0)
/** Simulated disks need not survive the test: memory is as good and spares the real disk. */
const FAST = '/dev/shm'

type Image = { readonly main: Buffer; readonly log: Buffer }

/** A disk of real files; after a crash the next life gets a copy of what was in them. */
export class FileDisk implements Disk {
  readonly #folder = mkdtempSync(join(existsSync(FAST) ? FAST : tmpdir(), 'guitai-sim-'))
  readonly #random: Random
  #opened = 0
  #journal: Journal | undefined
  #image: Image | undefined

  constructor(random: Random) {
    this.#random = random
  }

  open(): Journal {
    this.#opened += 1
    if (this.#image) {
      writeFileSync(this.#path(), this.#image.main)
      if (this.#image.log.length > 0) writeFileSync(`${this.#path()}-wal`, this.#image.log)
    }
    this.#image = undefined
    this.#journal = mustOpen(this.#path())
    return this.#journal
  }

  crash(): void {
    this.#image ??= this.#read()
    this.#journal?.close()
    for (const end of ['', '-wal']) rmSync(`${this.#path()}${end}`, { force: true })
  }

  tear(entry: JournalEntry): boolean {
    const before = this.#read()
    this.#journal?.append(entry)
    const after = this.#read()
    // A checkpoint moves what is safe in the log already; it is not torn here.
    const isTearable = before.main.equals(after.main) && after.log.length > 0
    this.#image = isTearable ? { main: after.main, log: this.#torn(before.log, after.log) } : after
    return true
  }

  end(): void {
    this.#journal?.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** A prefix of the written sectors, or any of them: disks keep no order. */
  #torn(before: Buffer, after: Buffer): Buffer {
    const torn = Buffer.from(after)
    const changed: number[] = []
    for (let at = 0; at < after.length; at += SECTOR_BYTES) {
      const end = Math.min(at + SECTOR_BYTES, after.length)
      if (!after.subarray(at, end).equals(before.subarray(at, end))) changed.push(at)
    }
    const inOrder = this.#random.chance(0.5)
    const kept = this.#random.integer(0, changed.length)
    const isKept = (index: number) => (inOrder ? index < kept : this.#random.chance(0.5))
    for (const [index, at] of changed.entries()) {
      if (isKept(index)) continue
      const end = Math.min(at + SECTOR_BYTES, after.length)
      torn.fill(0, at, end)
      if (at < before.length) before.copy(torn, at, at, Math.min(end, before.length))
    }
    return torn
  }

  #read(): Image {
    const read = (path: string) => (existsSync(path) ? readFileSync(path) : NO_BYTES)
    return { main: read(this.#path()), log: read(`${this.#path()}-wal`) }
  }

  #path(): string {
    return join(this.#folder, `journal-${this.#opened}.db`)
  }
}

function mustOpen(path: string): Journal {
  const opened = openJournal(path)
  if (!opened.ok) throw new Error(`the journal does not open: ${JSON.stringify(opened.error)}`)
  return opened.value
}
