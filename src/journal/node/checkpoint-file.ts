import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { lineOf, readLine, type SignedMark } from '../checkpoint.ts'

/** How much of the file is in memory at a time, bytes; far more than one line. */
const BLOCK_BYTES = 64 * 1_024
const LINE_END = 0x0a

/**
 * The checkpoints once more, one line each, in a file beside the journal: it remembers what a journal
 * held that was put back from an old copy. Lines are only added; one that a power cut tore is passed
 * over.
 */
export class CheckpointFile {
  readonly path: string

  /** @param path need not exist */
  constructor(path: string) {
    this.path = path
  }

  /** Adds a line durably. Throws when it cannot be written. */
  add(checkpoint: SignedMark): void {
    const file = openSync(this.path, 'a+', 0o600)
    try {
      const torn = !endsWithLine(file)
      writeAll(file, `${torn ? '\n' : ''}${lineOf(checkpoint)}`)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
  }

  /** The newest line that `isGood` takes; looks at the end of the file only. */
  newest(isGood: (checkpoint: SignedMark) => boolean): SignedMark | undefined {
    if (!existsSync(this.path)) return undefined
    const file = openSync(this.path, 'r')
    try {
      const { size } = fstatSync(file)
      const block = Buffer.alloc(Math.min(size, BLOCK_BYTES))
      readSync(file, block, 0, block.length, size - block.length)
      const lines = block.toString('utf8').split('\n').map(readLine)
      return lines.findLast((found) => found !== undefined && isGood(found))
    } finally {
      closeSync(file)
    }
  }

  /** All lines in their order; undefined for one that is not a checkpoint. */
  *lines(): Generator<SignedMark | undefined> {
    if (!existsSync(this.path)) return
    const file = openSync(this.path, 'r')
    try {
      let rest = ''
      const block = Buffer.alloc(BLOCK_BYTES)
      for (let got = readSync(file, block); got > 0; got = readSync(file, block)) {
        const texts = (rest + block.toString('latin1', 0, got)).split('\n')
        rest = (texts.pop() ?? '').slice(0, BLOCK_BYTES)
        for (const text of texts) yield readLine(text)
      }
      if (rest !== '') yield readLine(rest)
    } finally {
      closeSync(file)
    }
  }

  /** Drops the lines of rows up to `seq`. The old file stays until the new one is whole. */
  dropUpTo(seq: number): void {
    if (!existsSync(this.path)) return
    const part = `${this.path}.part`
    rmSync(part, { force: true })
    const file = openSync(part, 'wx', 0o600)
    try {
      for (const kept of this.lines()) if (kept && kept.seq > seq) writeAll(file, lineOf(kept))
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(part, this.path)
  }
}

function endsWithLine(file: number): boolean {
  const { size } = fstatSync(file)
  if (size === 0) return true
  const last = Buffer.alloc(1)
  readSync(file, last, 0, 1, size - 1)
  return last[0] === LINE_END
}

function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text)
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done)
}
