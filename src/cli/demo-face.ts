import { randomInt, randomUUID } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SaleView } from '../api/protocol.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { Problem } from '../domain/errors.ts'
import type { Sandbox } from '../sandbox/node/sandbox.ts'
import { type Playing, SimulatedCamera } from '../sandbox/node/simulated-camera.ts'
import type { FaceStage } from '../screen/model.ts'
import { readConfig } from '../terminal/config.ts'
import { enrolTerminal } from '../terminal/scene-enrol.ts'
import { systemClock } from '../terminal/system.ts'
import type { RunningTerminal } from '../terminal.ts'
import { askControl } from './ask-control.ts'

const QUIET = { info() {}, warn() {}, error() {} }
/** Name of the demonstration's own configuration: enrolled, and with a camera that draws people. */
const CONFIG_NAME = 'terminal-demo.json'
/**
 * Drawn people who pay without more ado and whom the detector for development follows well, which it does
 * not with all of them; the digits of their phones are their numbers.
 */
const PAYING_PEOPLE = [0, 1, 9, 13]
/** How often somebody tries; three failures end face pay for the sale. */
const TRIES = 3

/**
 * The ports of an earlier start: a grant names the address of its gateway, and another address would have
 * to be approved.
 */
export function demoPorts(dir: string): { readonly port?: number; readonly backupPort?: number } {
  const path = join(dir, CONFIG_NAME)
  if (!existsSync(path)) return {}
  const { gateway } = JSON.parse(readFileSync(path, 'utf8'))
  return { port: portOf(gateway.primary), backupPort: portOf(gateway.backup) }
}

function portOf(address: string): number {
  return Number(new URL(address).port)
}

/**
 * The configuration of a terminal that the sandbox grants payment codes and face pay, with a simulated
 * camera; enrolled once and used again by later starts.
 */
export async function enrolDemoTerminal(sandbox: Sandbox): Promise<Result<string, Problem>> {
  const path = join(sandbox.dir, CONFIG_NAME)
  const written = JSON.parse(readFileSync(sandbox.terminalConfig, 'utf8'))
  const before = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
  const demo =
    before === undefined ? await askControl(sandbox, '/sandbox/services/demo') : undefined
  const { serial, code } = (demo ?? {}) as { readonly serial?: string; readonly code?: string }
  const position = { latE6: 22_543_096, lonE6: 114_057_865, datum: 'WGS-84', accuracyM: 20 }
  const services = { address: sandbox.origin, serial: before?.services?.serial ?? serial, position }
  const value = {
    ...(before ?? written),
    gateway: written.gateway,
    dataDir: before?.dataDir ?? 'terminal-demo',
    services: { ...before?.services, ...services },
    face: before?.face ?? { provider: 'camera', camera: 'elsewhere', allowDevelopmentModel: true },
  }
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 })
  if (code === undefined) return ok(path)
  const config = readConfig(path)
  if (!config.ok) return config
  const enrolled = await enrolTerminal(config.value, { clock: systemClock, log: QUIET }, code)
  return enrolled.ok ? ok(path) : err(enrolled.error)
}

/** Somebody drawn, before whatever capture the terminal begins; ends with the returned function. */
export function standBeforeCamera(
  terminal: RunningTerminal,
  told: (person: { readonly personId: number; readonly digits: string }) => void,
): () => void {
  const camera = new SimulatedCamera({
    address: terminal.api,
    token: terminal.tokens.rig,
    nowMs: () => performance.now(),
  })
  let playing: { readonly captureId: string; readonly film: Playing } | undefined
  return terminal.engine.onScreen(({ customer }) => {
    const { face } = customer
    const sale = face && terminal.engine.sale(face.saleId)
    const captureId =
      face?.stage === 'capturing' ? sale?.face?.captures.at(-1)?.captureId : undefined
    if (captureId === undefined) {
      playing = undefined
      return
    }
    if (playing?.captureId !== captureId) {
      const personId = PAYING_PEOPLE[randomInt(PAYING_PEOPLE.length)] ?? 0
      playing = { captureId, film: camera.play(captureId, { kind: 'pays', personId }) }
      told({ personId, digits: digitsOf(personId) })
    }
    if (face?.guidance) playing.film.hear(face.guidance)
  })
}

function digitsOf(personId: number): string {
  return String(personId).padStart(4, '0')
}

/** What is told on the way of a sale by face. */
export type FaceStep = 'offered' | 'consented' | FaceStage

/**
 * One sale paid by face, as a customer would: chooses it, agrees, is looked at, gives the digits and
 * confirms. @returns the sale as it ended, paid or not
 */
export async function takeFaceSale(
  terminal: RunningTerminal,
  { amountFen, step }: { readonly amountFen: number; readonly step: (name: FaceStep) => void },
): Promise<SaleView> {
  let digits = ''
  const end = standBeforeCamera(terminal, (person) => {
    digits = person.digits
  })
  const { saleId } = await call(terminal, '/v1/sales', { amountFen })
  await stageIs(terminal, 'offered')
  step('offered')
  const isSeen = () => terminal.engine.sale(saleId)?.face?.step === 'confirming'
  for (let tried = 0; tried < TRIES && !isSeen(); tried += 1) {
    await agree(terminal, saleId, step)
    await until(terminal, () => terminal.engine.sale(saleId)?.face?.step !== 'capturing')
  }
  if (!isSeen()) {
    end()
    return get(terminal, `/v1/sales/${saleId}`)
  }
  step('confirming')
  await call(terminal, `/v1/sales/${saleId}/face`, { act: 'confirm', digits })
  step('recognising')
  await until(terminal, () => {
    const sale = terminal.engine.sale(saleId)
    return sale?.phase === 'paid' || (sale?.face?.step === 'idle' && sale.phase === 'armed')
  })
  end()
  return get(terminal, `/v1/sales/${saleId}`)
}

async function agree(
  terminal: RunningTerminal,
  saleId: string,
  step: (name: FaceStep) => void,
): Promise<void> {
  const path = `/v1/sales/${saleId}/face`
  await call(terminal, path, { act: 'choose' })
  step('notice')
  const noticeVersion = terminal.engine.screen().customer.face?.notice?.version
  await call(terminal, path, { act: 'consent', noticeVersion })
  step('consented')
  step('capturing')
}

/** Resolves when the customer's screen is at a stage, or a try has led to nothing. */
function stageIs(terminal: RunningTerminal, stage: FaceStage): Promise<void> {
  return until(terminal, () => {
    const { face } = terminal.engine.screen().customer
    const hasFailed = terminal.engine.screen().cashier.face?.problem !== undefined
    return face?.stage === stage || hasFailed
  })
}

/** Waits for a fact that stays true, looking again at every change of the screens. */
export function until(terminal: RunningTerminal, isTrue: () => boolean): Promise<void> {
  if (isTrue()) return Promise.resolve()
  return new Promise((done) => {
    const end = terminal.engine.onScreen(() => {
      if (!isTrue()) return
      end()
      done()
    })
  })
}

async function call(terminal: RunningTerminal, path: string, body: object): Promise<SaleView> {
  const answer = await fetch(`${terminal.api}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${terminal.tokens.rig}`, 'content-type': 'application/json' },
    body: JSON.stringify({ clientId: randomUUID(), ...body }),
  })
  return (await answer.json()) as SaleView
}

async function get(terminal: RunningTerminal, path: string): Promise<SaleView> {
  const headers = { authorization: `Bearer ${terminal.tokens.rig}` }
  return (await (await fetch(`${terminal.api}${path}`, { headers })).json()) as SaleView
}
