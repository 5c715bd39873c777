import { startSandbox } from '../../src/sandbox/node/sandbox.ts'
import { fastClock, type Pace } from './fast-clock.ts'

/** What the one argument of this program says, as JSON. */
export type SandboxOrder = {
  readonly dir: string
  readonly pace: Pace
  readonly port?: number
  readonly backupPort?: number
}

const { pace, ...order } = JSON.parse(process.argv[2] ?? '{}') as SandboxOrder
const sandbox = await startSandbox({ ...order, clock: fastClock(pace) })
const { origin, backupOrigin, controlToken, terminalConfig } = sandbox
console.log(JSON.stringify({ event: 'ready', origin, backupOrigin, controlToken, terminalConfig }))
process.once('SIGTERM', () => void sandbox.close())
