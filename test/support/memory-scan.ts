import { closeSync, openSync, readFileSync, readSync } from 'node:fs'

/** How often each pattern, by its name, stands in the memory of a process. */
export type Sightings = Readonly<Record<string, number>>

const CHUNK_BYTES = 256 * 1_024
const ZEROS = Buffer.alloc(2 * CHUNK_BYTES)

/**
 * Looks for byte patterns in all memory of a child of this process that can be read: heaps, stacks,
 * what it has mapped, also what it has freed and not yet given back. Linux; needs the right to trace
 * the child. Pages that were swapped out are read as well.
 *
 * @param patterns at least 8 bytes each, so that one that is found was not there by chance
 */
export function scanMemory(pid: number, patterns: Readonly<Record<string, Uint8Array>>): Sightings {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  if (!new RegExp(`^PPid:\\s${process.pid}$`, 'm').test(status)) {
    throw new Error(`process ${pid} is no child of this one`)
  }
  const wanted = Object.entries(patterns).map(([name, bytes]) => ({ name, bytes, count: 0 }))
  const overlap = Math.max(...wanted.map(({ bytes }) => bytes.length)) - 1
  const memory = openSync(`/proc/${pid}/mem`, 'r')
  const chunk = Buffer.alloc(CHUNK_BYTES + overlap)
  try {
    for (const { from, until } of readableRanges(pid)) {
      const ends = wanted.map(() => from)
      for (let at = from; at < until; at += CHUNK_BYTES) {
        const length = Math.min(CHUNK_BYTES + overlap, until - at)
        const seen = chunk.subarray(0, readAt(memory, chunk.subarray(0, length), at))
        // Most of what is mapped was never written.
        if (seen.equals(ZEROS.subarray(0, seen.length))) continue
        for (const [index, one] of wanted.entries()) {
          const { count, end } = countIn(seen, one.bytes, Math.max(0, (ends[index] ?? 0) - at))
          one.count += count
          if (count > 0) ends[index] = at + end
        }
      }
    }
  } finally {
    closeSync(memory)
  }
  return Object.fromEntries(wanted.map(({ name, count }) => [name, count]))
}

type Range = { readonly from: number; readonly until: number }

/** Ranges of user memory that can be read; the kernel's own pages cannot. */
function readableRanges(pid: number): Range[] {
  return readFileSync(`/proc/${pid}/maps`, 'utf8')
    .split('\n')
    .filter((line) => /^[0-9a-f]+-[0-9a-f]+ r/.test(line) && !/\[(vvar|vsyscall)/.test(line))
    .map((line) => {
      const [from = '', until = ''] = (line.split(' ')[0] ?? '').split('-')
      return { from: Number.parseInt(from, 16), until: Number.parseInt(until, 16) }
    })
    .filter(({ until }) => Number.isSafeInteger(until))
}

/** Reads what can be read there: a mapping of a file may be longer than the file. */
function readAt(memory: number, into: Buffer, position: number): number {
  let filled = 0
  while (filled < into.length) {
    try {
      const read = readSync(memory, into, filled, into.length - filled, position + filled)
      if (read === 0) return filled
      filled += read
    } catch {
      return filled
    }
  }
  return filled
}

/** Sightings apart from one another from a position on, and where the last of them ends. */
function countIn(bytes: Buffer, pattern: Uint8Array, from: number) {
  let count = 0
  let end = from
  for (let at = bytes.indexOf(pattern, end); at !== -1; at = bytes.indexOf(pattern, end)) {
    count += 1
    end = at + pattern.length
  }
  return { count, end }
}
