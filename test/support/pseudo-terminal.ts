import { spawn } from '@lydell/node-pty'

/** One end of a pseudo-terminal: what is written here arrives at `path` as from a serial device. */
export type PseudoTerminal = {
  /** The other end's device file, to be opened as a serial port. */
  readonly path: string
  write(bytes: Uint8Array | string): void
  /** Takes the device away, as pulling a cable does. Resolves when it is gone. */
  unplug(): Promise<void>
}

/**
 * Makes a pseudo-terminal. A sleeping process holds it; ending that process, and no other, takes it
 * away. A holder keeps the terminals made before it open too: take one away before making the next.
 */
export function createPseudoTerminal(): PseudoTerminal {
  const holder = spawn('sleep', ['infinity'], { encoding: null })
  const { pid } = holder
  const { ptsName } = holder as unknown as { readonly ptsName: string }
  const gone = new Promise<void>((resolve) => {
    holder.onExit(() => resolve())
  })
  let ended = false
  // Reading keeps the other end's echo, if any, from filling the line.
  holder.onData(() => {})

  return {
    path: ptsName,
    write: (bytes) => {
      const raw = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : Buffer.from(bytes)
      holder.write(raw as unknown as string)
    },
    async unplug() {
      if (!ended && pid > 1) process.kill(pid, 'SIGKILL')
      ended = true
      await gone
    },
  }
}
