import { readFileSync, writeFileSync } from 'node:fs'
import type { Scope } from '../../src/api/protocol.ts'
import type { Problem } from '../../src/domain/errors.ts'
import type { Role } from '../../src/domain/roles.ts'
import { OperatorStore } from '../../src/keys/node/operators.ts'
import { type Config, readConfig } from '../../src/terminal/config.ts'
import { openSecrets } from '../../src/terminal/keys.ts'
import { enrolTerminal } from '../../src/terminal/scene-enrol.ts'
import type { RunningTerminal } from '../../src/terminal.ts'
import { createKeptLog } from '../support/kept-log.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { sendRaw } from './sandbox-services-client.ts'
import { POSITION } from './scene-terminal.ts'
import { openVirtualCounter, until, type VirtualCounter } from './virtual-counter.ts'

type Json = Record<string, unknown>

export const PIN = '271828'
export const PEOPLE = { 王安装: 'installer', 李经理: 'manager', 张收银: 'cashier' } as const
/** Who the sandbox's made-up shop knows. */
export const ADMINISTRATOR = 'admin'
export const OPERATION_PASSWORD = 'sandbox-password'

/** A real terminal with operators, at a sandbox whose services grant it something. */
export class AdminCounter {
  readonly counter: VirtualCounter
  terminal: RunningTerminal
  serial = ''

  private constructor(counter: VirtualCounter, terminal: RunningTerminal) {
    this.counter = counter
    this.terminal = terminal
  }

  static async open(
    options: { readonly isEnrolled?: boolean; readonly screensDir?: string } = {},
  ): Promise<AdminCounter> {
    const counter = await openVirtualCounter()
    const serial = options.isEnrolled === false ? '' : await enrol(counter)
    await addPeople(configOf(counter), counter)
    const desk = new AdminCounter(counter, await counter.start({ screensDir: options.screensDir }))
    desk.serial = serial
    await desk.granted()
    return desk
  }

  get config(): Config {
    return configOf(this.counter)
  }

  /** Starts the terminal again on the same folder. */
  async restart(): Promise<void> {
    await this.terminal.close()
    this.terminal = await this.counter.start({})
  }

  /** Waits until the terminal has heard of the service. */
  async granted(): Promise<void> {
    if (this.serial === '') return
    await until(() => this.terminal.engine.status().scene.refusal?.code !== 'scene.time_untrusted')
  }

  async ask(operation: string, input: Json = {}, scopes: readonly Scope[] = ['screen']) {
    const answer = await this.terminal.dispatch(operation, input, scopes)
    if (!answer.ok) return { problem: answer.error, value: {} as Json }
    // As it goes over the wire.
    return { problem: undefined, value: JSON.parse(JSON.stringify(answer.value)) as Json }
  }

  async signIn(role: Role): Promise<string> {
    const name = Object.entries(PEOPLE).find(([, has]) => has === role)?.[0]
    const { value, problem } = await this.ask('operator.sign_in', { name, pin: PIN })
    if (problem) throw new Error(problem.code)
    return String(value.session)
  }

  /** What an operation by somebody of that role was refused with. */
  async refusalOf(operation: string, role: Role, input: Json = {}): Promise<Problem | undefined> {
    const session = await this.signIn(role)
    return (await this.ask(operation, { session, ...input })).problem
  }

  control(name: string, value: object): Promise<Json> {
    return control(this.counter, name, value)
  }

  async overview(): Promise<Json> {
    const raw = await sendRaw(this.counter.dir, at(this.counter, 'overview'), {
      method: 'GET',
      headers: tokenOf(this.counter),
    })
    return JSON.parse(raw.body)
  }

  /** Removes somebody, as a command does beside the running terminal. */
  async removePerson(name: string): Promise<void> {
    const removed = storeOf(this.config, this.counter).remove(name)
    if (!removed.ok) throw new Error(removed.error.code)
  }

  /** What of the journal is about the terminal itself, oldest first; `kind` and what of each row. */
  acts(): readonly string[] {
    const { acts } = this.terminal.engine
    return acts
      .acts(1_000)
      .map(({ what }) => what)
      .toReversed()
  }

  close(): Promise<void> {
    return this.counter.close()
  }
}

function at(counter: VirtualCounter, name: string): string {
  return `${counter.sandbox.origin}/sandbox/services/${name}`
}

function tokenOf(counter: VirtualCounter) {
  return { Authorization: `Bearer ${counter.sandbox.controlToken}` }
}

async function control(counter: VirtualCounter, name: string, value: object): Promise<Json> {
  const raw = await sendRaw(counter.dir, at(counter, name), {
    method: 'POST',
    headers: tokenOf(counter),
    body: JSON.stringify(value),
  })
  if (raw.status !== 200) throw new Error(`${name}: ${raw.body}`)
  return JSON.parse(raw.body)
}

function configOf(counter: VirtualCounter): Config {
  const config = readConfig(counter.sandbox.terminalConfig)
  if (!config.ok) throw new Error(config.error.code)
  return config.value
}

/** Enrols the terminal of the counter at its sandbox. */
async function enrol(counter: VirtualCounter): Promise<string> {
  const { serial, code } = await control(counter, 'demo', {})
  const path = counter.sandbox.terminalConfig
  const services = { address: counter.sandbox.origin, serial, position: POSITION }
  const settings = JSON.parse(readFileSync(path, 'utf8'))
  const store = { ...settings.store, refundsAtCounter: true }
  writeFileSync(path, JSON.stringify({ ...settings, store, services }))
  const clock = createManualClock({ nowMs: counter.clock.nowMs() })
  const context = { clock, log: createKeptLog() }
  const enrolled = await enrolTerminal(configOf(counter), context, String(code))
  if (!enrolled.ok) throw new Error(JSON.stringify(enrolled.error))
  return String(serial)
}

function storeOf(config: Config, { clock }: VirtualCounter): OperatorStore {
  const secrets = openSecrets(config)
  if (!secrets.ok) throw new Error(secrets.error.code)
  const cost = { N: 2 ** 4, r: 1, p: 1 }
  return new OperatorStore({ secrets: secrets.value, clock, cost })
}

async function addPeople(config: Config, counter: VirtualCounter): Promise<void> {
  const operators = storeOf(config, counter)
  for (const [name, role] of Object.entries(PEOPLE)) {
    const added = await operators.add({ name, role }, PIN)
    if (!added.ok) throw new Error(added.error.code)
  }
}
