import { readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { lastAttempt } from '../../src/domain/sale.ts'
import { readConfig } from '../../src/terminal/config.ts'
import { enrolTerminal } from '../../src/terminal/scene-enrol.ts'
import { createKeptLog } from '../support/kept-log.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { sendRaw } from './sandbox-services-client.ts'
import { POSITION } from './scene-terminal.ts'
import { openVirtualCounter, saleOf, until, type VirtualCounter } from './virtual-counter.ts'

let counter: VirtualCounter
beforeEach(async () => {
  counter = await openVirtualCounter()
})
afterEach(() => counter.close())

async function control(name: string, value: object): Promise<Record<string, unknown>> {
  const raw = await sendRaw(counter.dir, `${counter.sandbox.origin}/sandbox/services/${name}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${counter.sandbox.controlToken}` },
    body: JSON.stringify(value),
  })
  return JSON.parse(raw.body)
}

/** Enrols the terminal of the counter at its sandbox. */
async function enrol(): Promise<void> {
  const { serial, code } = await control('demo', {})
  const path = counter.sandbox.terminalConfig
  const services = { address: counter.sandbox.origin, serial, position: POSITION }
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), services }))
  const config = readConfig(path)
  if (!config.ok) throw new Error(config.error.code)
  const clock = createManualClock({ nowMs: counter.clock.nowMs() })
  const context = { clock, log: createKeptLog() }
  const enrolled = await enrolTerminal(config.value, context, String(code))
  if (!enrolled.ok) throw new Error(JSON.stringify(enrolled.error))
}

it('charges and refunds name the grant to a gateway that insists on it', async () => {
  await enrol()
  await control('enforcement', { on: true })
  const terminal = await counter.start({})
  // Nothing may be charged before the first signed answer says what time it is.
  await until(() => terminal.engine.status().scene.offered.includes('MICROPAY'))
  const sale = await counter.sellPaid(terminal, 1_230)
  expect(sale.phase).toBe('paid')
  const refunded = await counter.refund(terminal, { saleId: sale.id })
  await until(() => refunded().awaits !== 'answer')
  expect(refunded().outcome).not.toBe('NOT_REFUNDED')
  expect(saleOf(terminal, sale.id).phase).toBe('paid')
})

it('a charge without a grant is refused there', async () => {
  await control('demo', {})
  await control('enforcement', { on: true })
  const terminal = await counter.start({})
  const { id } = await counter.sell(terminal, 1_230)
  await counter.passUntil(
    () => saleOf(terminal, id),
    (sale) => lastAttempt(sale)?.phase === 'not_paid',
  )
})
