import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import process from 'node:process'

/**
 * Electron's utility process, played by Node: its `parentPort` is Node's own channel to a child, which
 * carries what a channel of Electron carries, bytes too.
 */
const PARENT_PORT = `data:text/javascript,${encodeURIComponent(`
  process.parentPort = {
    postMessage: (value) => process.send(value),
    on: (name, listener) => {
      process.on(name, (value) => listener({ data: value, ports: [] }))
    },
  }
`)}`

/** Starts a built entry of the shell as its utility process would run. */
export function forkUtility(
  entry: string,
  args: readonly string[],
  stdio: StdioOptions = ['ignore', 'inherit', 'inherit', 'ipc'],
): ChildProcess {
  return spawn(process.execPath, ['--import', PARENT_PORT, entry, ...args], {
    stdio,
    serialization: 'advanced',
    env: { ...process.env, LANG: 'en' },
  })
}

/** Its other end as the main process has it: `send` with Electron's name. */
export function asAsker(child: ChildProcess) {
  return {
    on: (event: 'message', listener: (value: unknown) => void) => child.on(event, listener),
    postMessage: (value: object) => {
      child.send(value)
    },
  }
}
