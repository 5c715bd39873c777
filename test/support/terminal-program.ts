import { startTerminal } from '../../src/terminal.ts'

/** What the one argument of this program says, as JSON. */
export type TerminalOrder = { readonly configFile: string; readonly screensDir: string }

/** What it prints when it is ready. */
export type TerminalReady = {
  readonly api: string
  readonly tokens: Readonly<Record<'register' | 'rig', string>>
  readonly screens: Readonly<Record<'cashier' | 'customer', string>>
}

/** A terminal in a process of its own, with screens that were built for a test. */
const order = JSON.parse(process.argv[2] ?? '{}') as TerminalOrder
const started = await startTerminal({ ...order, ownsProcess: true })
if (started.ok) {
  const { api, tokens, screens, close } = started.value
  console.log(JSON.stringify({ event: 'ready', api, tokens, screens }))
  process.once('SIGTERM', () => void close().then(() => process.exit(0)))
} else {
  console.error(JSON.stringify(started.error))
  process.exitCode = 1
}
