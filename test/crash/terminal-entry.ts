import { existsSync, readFileSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { cacheHome } from '../../src/terminal/folders.ts'
import { startTerminal } from '../../src/terminal.ts'
import { fastClock, type Pace } from './fast-clock.ts'
import { promptReader } from './prompt-reader.ts'
import { turningGate } from './turning-gate.ts'

/** What the one argument of this program says, as JSON. */
export type TerminalOrder = {
  readonly configFile: string
  readonly pace: Pace
  /**
   * A file with the name of the point where it kills itself, or after `bug ` of that where something
   * throws; may be written while it runs.
   */
  readonly dieAtFile: string
}

enableCompileCache(join(cacheHome(), 'code'))
const order = JSON.parse(process.argv[2] ?? '{}') as TerminalOrder
const clock = fastClock(order.pace)
const dieAt = () => (existsSync(order.dieAtFile) ? readFileSync(order.dieAtFile, 'utf8') : '')
const started = await startTerminal({
  configFile: order.configFile,
  clock,
  scene: turningGate(dieAt),
  face: promptReader(clock, dieAt),
  onPoint(point) {
    if (!existsSync(order.dieAtFile)) return
    // No handler runs and nothing is flushed: the process is gone before the call returns.
    const wanted = readFileSync(order.dieAtFile, 'utf8')
    if (wanted === point) process.kill(process.pid, 'SIGKILL')
    if (wanted === `bug ${point}`) throw new Error('an injected bug')
  },
})
if (started.ok) {
  const { api, tokens } = started.value
  console.log(JSON.stringify({ event: 'ready', api, token: tokens.admin, rigToken: tokens.rig }))
} else {
  console.error(JSON.stringify({ event: 'failed', problem: started.error }))
  process.exitCode = 1
}
