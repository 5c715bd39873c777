import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { OperatorStore } from '../../src/keys/node/operators.ts'
import { readConfig } from '../../src/terminal/config.ts'
import { openSecrets } from '../../src/terminal/keys.ts'
import { enrolTerminal } from '../../src/terminal/scene-enrol.ts'
import { systemClock } from '../../src/terminal/system.ts'
import { type Counter, openCounter } from '../support/counter.ts'
import { createKeptLog } from '../support/kept-log.ts'
import { POSITION } from './scene-terminal.ts'

const WRONG = 'wrong-operation-word-58'
const RIGHT = 'sandbox-password'
const PIN = '271828'
/** Signed in meanwhile, so the heap has to hold this name. */
const INSTALLER = 'installer-wang-58'

let counter: Counter
let heaps: string
beforeAll(async () => {
  counter = await openCounter()
  await counter.terminal().stop()
  const path = counter.sandbox.ready.terminalConfig
  type Demo = { readonly serial: string; readonly code: string }
  const { serial, code } = await counter.control<Demo>('POST', '/sandbox/services/demo', {})
  const services = { address: counter.sandbox.ready.origin, serial, position: POSITION }
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), services }))
  const config = readConfig(path)
  if (!config.ok) throw new Error(config.error.code)
  const context = { clock: systemClock, log: createKeptLog() }
  const enrolled = await enrolTerminal(config.value, context, code)
  if (!enrolled.ok) throw new Error(enrolled.error.code)
  const secrets = openSecrets(config.value)
  if (!secrets.ok) throw new Error(secrets.error.code)
  const cost = { N: 16, r: 1, p: 1 }
  const operators = new OperatorStore({ secrets: secrets.value, clock: systemClock, cost })
  const added = await operators.add({ name: INSTALLER, role: 'installer' }, PIN)
  if (!added.ok) throw new Error(added.error.code)
  heaps = mkdtempSync(join(counter.dir, 'heap-'))
  process.env.NODE_OPTIONS = `--heapsnapshot-signal=SIGUSR2 --diagnostic-dir=${heaps}`
  await counter.startTerminal()
  delete process.env.NODE_OPTIONS
})
afterAll(async () => {
  await counter?.close()
  rmSync(heaps, { recursive: true, force: true })
})

/** Everything the terminal's heap can still reach, as V8 writes it. */
async function heap(): Promise<Buffer> {
  const begun = new Promise<string>((done) => {
    const watcher = watch(heaps, (_event, name) => {
      watcher.close()
      done(String(name))
    })
  })
  counter.terminal().process.kill('SIGUSR2')
  const name = await begun
  // It answers again when the snapshot is whole.
  await counter.api('GET', '/v1/status')
  return readFileSync(join(heaps, name))
}

it('AC-17d/terminal: after a closing no byte of the password is in the heap, the logs or the folder', async () => {
  const who = { name: INSTALLER, pin: PIN }
  const sign = async () => {
    const answer = await fetch(`${counter.terminal().ready.api}/v1/operators/sign-in`, post(who))
    return (await answer.json()) as { readonly session: string }
  }
  const { session } = await sign()
  const close = async (password: string) => {
    const wish = { session, interface: 'MICROPAY', administrator: 'admin', reason: '停用' }
    const address = `${counter.terminal().ready.api}/v1/interfaces/close`
    const answer = await fetch(address, post({ ...wish, password }))
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
  }
  expect(await close(WRONG)).toMatchObject({ status: 403, body: { triesLeft: 4 } })
  expect(await close(RIGHT)).toEqual({ status: 200, body: { closed: ['MICROPAY'] } })
  const bytes = await heap()
  expect(bytes.includes(INSTALLER)).toBe(true)
  const folder = join(counter.dir, 'terminal')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
  const places = new Map([
    ['heap', bytes] as const,
    ['output', Buffer.from(counter.terminal().output())] as const,
    ...files.map((path) => [path, readFileSync(path)] as const),
  ])
  const holding = [...places]
    .filter(([, held]) => [WRONG, RIGHT].some((secret) => held.includes(secret)))
    .map(([place]) => place)
  expect(holding).toEqual([])
})

function post(body: object) {
  const { tokens } = counter.terminal().ready as unknown as { readonly tokens: { screen: string } }
  const headers = { authorization: `Bearer ${tokens.screen}`, 'content-type': 'application/json' }
  return { method: 'POST', headers, body: JSON.stringify(body) }
}
