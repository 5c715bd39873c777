import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** A call of the operating system, or the end of one, in the order of the trace. */
export type SystemCall = {
  readonly name: string
  readonly phase: 'whole' | 'begun' | 'ended'
  /** What follows the name: the file or socket by name, the bytes, the result. */
  readonly rest: string
}

export type Trace = {
  /** Lets go of the process and gives what it did meanwhile. */
  end(): Promise<readonly SystemCall[]>
}

/** Calls that write a file or a socket, and those that bring a file to the disk. */
const TRACED = 'write,writev,pwrite64,pwritev,pwritev2,sendto,sendmsg,fsync,fdatasync'
/** A page of the journal is shown whole. */
const SHOWN_BYTES = 5_000

/** Watches a process with strace; gives the reason as a text where that cannot be had. */
export function traceProcess(pid: number, file: string): Promise<Trace | string> {
  const shown = ['-f', '-yy', '-s', String(SHOWN_BYTES), '-e', `trace=${TRACED}`]
  const strace = spawn('strace', [...shown, '-o', file, '-p', String(pid)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = new Promise<void>((done) => strace.once('exit', () => done()))
  const end = async () => {
    strace.kill('SIGINT')
    await ended
    return readFileSync(file, 'utf8').split('\n').flatMap(parse)
  }
  return new Promise((done) => {
    let said = ''
    strace.once('error', () => done('strace is not there'))
    void ended.then(() => done(`strace may not look: ${said.trim()}`))
    strace.stderr.on('data', (chunk: Buffer) => {
      said += String(chunk)
      if (said.includes(' attached')) done({ end })
    })
  })
}

function parse(line: string): readonly SystemCall[] {
  const resumed = /^\d+\s+<\.\.\. (\w+) resumed>(.*)$/.exec(line)
  if (resumed) return [{ name: resumed[1] ?? '', phase: 'ended', rest: resumed[2] ?? '' }]
  const made = /^\d+\s+(\w+)\((.*)$/.exec(line)
  if (!made) return []
  const rest = made[2] ?? ''
  const phase = rest.endsWith('<unfinished ...>') ? 'begun' : 'whole'
  return [{ name: made[1] ?? '', phase, rest }]
}

/** How many bytes a write was asked to write. */
export function askedBytes({ rest }: SystemCall): number {
  const parts = [...rest.matchAll(/iov_len=(\d+)/g)].map(([, length]) => Number(length))
  if (parts.length > 0) return parts.reduce((sum, length) => sum + length, 0)
  return Number(/, (\d+)(?:, [^)]*)?(?:\) += |\s*<unfinished)/.exec(rest)?.[1] ?? 0)
}
