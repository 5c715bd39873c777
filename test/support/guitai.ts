import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'

const CLI = join(import.meta.dirname, '..', '..', 'src', 'cli.ts')

/** A program of ours, running as a process of its own. */
export type Running<Ready> = {
  readonly ready: Ready
  readonly process: ChildProcess
  /** What it printed so far, both streams. */
  output(): string
  /** Asks it to stop and waits until it has. */
  stop(): Promise<void>
  /** Kills it without a warning and waits until it is gone. */
  kill(): Promise<void>
}

/** Starts `guitai <args>` and waits for its line of JSON. Rejects with its output when it ends first. */
export function startGuitai<Ready>(args: readonly string[]): Promise<Running<Ready>> {
  return startProgram(CLI, args)
}

/** Starts a program of ours and waits for its line of JSON. Rejects when it ends first. */
export function startProgram<Ready>(
  file: string,
  args: readonly string[],
): Promise<Running<Ready>> {
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let printed = ''
  const ended = new Promise<void>((done) => child.once('exit', () => done()))
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal)
    return ended
  }
  child.stderr.on('data', (chunk: Buffer) => {
    printed += String(chunk)
  })
  return new Promise((done, fail) => {
    void ended.then(() => fail(new Error(`${basename(file)} ${args[0]} ended: ${printed}`)))
    createInterface({ input: child.stdout }).on('line', (line) => {
      printed += `${line}\n`
      if (!line.startsWith('{')) return
      done({
        ready: JSON.parse(line) as Ready,
        process: child,
        output: () => printed,
        stop: () => end('SIGTERM'),
        kill: () => end('SIGKILL'),
      })
    })
  })
}

/** What a command came to: its status, and what it printed on either stream. */
export type Run = { readonly code: number; readonly out: string; readonly said: string }

/**
 * Runs `guitai <words>` to its end, in English. Not `spawnSync`: what it asks may run in this process.
 */
export function runGuitai(...words: readonly string[]): Promise<Run> {
  const env = { ...process.env, LANG: 'en' }
  return new Promise((resolve) => {
    execFile(process.execPath, [CLI, ...words], { env }, (error, out, said) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, said })
    })
  })
}
