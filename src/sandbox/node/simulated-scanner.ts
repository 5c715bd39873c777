import { renameSync, rmSync, symlinkSync } from 'node:fs'
import type { IPty } from '@lydell/node-pty'
import { spawn } from '@lydell/node-pty'
import { magicCodeTail } from '../scenarios.ts'

/** A serial scanner without a scanner: a pseudo-terminal whose far end a terminal can open. */
export type SimulatedScanner = {
  /** Types a label; `suffix` is what the scanner puts after it, a carriage return by default. */
  scan(text: string, suffix?: string): void
  /** Puts bytes on the line as they are. */
  write(bytes: Uint8Array): void
  /** Pulls the cable: readers see a disconnect, the link is gone. */
  unplug(): void
  /** Plugs it in again, under the same link. */
  replug(): void
  /** Everything the terminal has sent down the line so far. */
  received(): Uint8Array
  close(): void
}

type Line = { readonly write: (bytes: Buffer) => void; readonly stop: () => void }

/** A process id that is safe to signal: never a group, never everybody, never init. */
const kill = (pid: number): void => {
  if (!Number.isSafeInteger(pid) || pid <= 1) return
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It had ended already.
  }
}

const openLine = (linkPath: string, onData: (bytes: Buffer) => void): Line => {
  // A sleeping child keeps the far end open between readers. Raw mode is set before anybody opens
  // it, so that nothing is echoed and no byte is taken for an editing key.
  const pty = spawn('sh', ['-c', 'stty raw -echo; exec sleep infinity'], { encoding: null })
  const { ptsName } = pty as IPty & { readonly ptsName: string }
  if (typeof ptsName !== 'string') throw new Error('there are no pseudo-terminals on this system')
  const raw: { write(bytes: Buffer | string): void } = pty
  // With `encoding: null` the data are buffers, whatever the type says.
  const listening = pty.onData((data: unknown) => {
    if (Buffer.isBuffer(data)) onData(data)
  })
  const next = `${linkPath}.${pty.pid}`
  symlinkSync(ptsName, next)
  renameSync(next, linkPath)
  const stop = (): void => {
    listening.dispose()
    rmSync(linkPath, { force: true })
    kill(pty.pid)
  }
  return { write: (bytes) => raw.write(bytes), stop }
}

/** Opens a simulated scanner; `linkPath` is a symlink that always names its current device file. */
export function openSimulatedScanner(options: { readonly linkPath: string }): SimulatedScanner {
  const chunks: Buffer[] = []
  const open = (): Line => openLine(options.linkPath, (bytes) => chunks.push(bytes))
  let line: Line | undefined = open()
  const put = (bytes: Buffer): void => {
    if (line === undefined) throw new Error('the simulated scanner is unplugged')
    line.write(bytes)
  }
  const unplug = (): void => {
    line?.stop()
    line = undefined
  }
  return {
    scan: (text, suffix = '\r') => put(Buffer.from(`${text}${suffix}`, 'utf8')),
    write: (bytes) => put(Buffer.from(bytes)),
    unplug,
    replug: () => {
      line ??= open()
    },
    received: () => Buffer.concat(chunks),
    close: unplug,
  }
}

const CODE_DIGITS = 18

/**
 * A payment code of 18 digits. With a scenario it begins with 15 and ends with the tail that chooses
 * the scenario; without one it begins with 10 to 14 and never chooses any. Throws for unknown names.
 * @param random numbers from 0 up to, not including, 1
 */
export function mintPaymentCode(scenario: string | undefined, random: () => number): string {
  const tail = scenario === undefined ? '' : magicCodeTail(scenario)
  if (tail === undefined) throw new Error(`no scenario is called ${scenario}`)
  const digit = (limit: number): string => String(Math.floor(random() * limit))
  const head = scenario === undefined ? `1${digit(5)}` : '15'
  const count = CODE_DIGITS - head.length - tail.length
  return head + Array.from({ length: count }, () => digit(10)).join('') + tail
}
