import { randomUUID } from 'node:crypto'
import { callTerminal, sayRefused } from './running-terminal.ts'
import { fail, readOptions } from './usage.ts'

/**
 * `guitai close`: a manager stops waiting for the outcome of one sale of the running terminal.
 */
export async function runClose(argv: string[]): Promise<void> {
  const { values } = readOptions(argv, {
    config: { type: 'string' },
    sale: { type: 'string' },
    operator: { type: 'string' },
    reason: { type: 'string' },
  })
  const { config, sale, operator, reason } = values
  if (!config || !sale || !operator || !reason) {
    fail('close needs --config FILE --sale ID --operator NAME --reason TEXT')
  }
  const ask = callTerminal(config, 'the terminal does not answer; start it first')
  if (!ask.ok) return sayRefused(ask.error)
  const closed = await ask.value({
    method: 'POST',
    path: `/v1/sales/${encodeURIComponent(sale)}/close`,
    body: { clientId: randomUUID(), operator, reason },
  })
  if (!closed.ok) return sayRefused(closed.error)
  console.log(`closed ${sale}: its outcome stays unknown; look for it in reconciliation`)
}
