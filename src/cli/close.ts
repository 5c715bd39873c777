import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import type { Problem } from '../domain/errors.ts'
import { readConfig } from '../terminal/config.ts'
import { readIdentity } from '../terminal/identity.ts'
import { describeProblem, fail, readOptions } from './usage.ts'

/**
 * `guitai close`: a manager stops waiting for the outcome of one sale of the running terminal. Whoever
 * may read the data folder holds the terminal's admin token.
 */
export async function runClose(argv: string[]): Promise<void> {
  const { values } = readOptions(argv, {
    config: { type: 'string' },
    sale: { type: 'string' },
    operator: { type: 'string' },
    reason: { type: 'string' },
  })
  const { config: file, sale, operator, reason } = values
  if (!file || !sale || !operator || !reason) {
    fail('close needs --config FILE --sale ID --operator NAME --reason TEXT')
  }
  const config = readConfig(resolve(file))
  if (!config.ok) return say(config.error)
  const { port, tokens } = readIdentity(config.value.dataDir)
  const address = `http://127.0.0.1:${port}/v1/sales/${encodeURIComponent(sale)}/close`
  const answer = await fetch(address, {
    method: 'POST',
    headers: { authorization: `Bearer ${tokens.admin}`, 'content-type': 'application/json' },
    body: JSON.stringify({ clientId: randomUUID(), operator, reason }),
  }).catch(() => fail('the terminal does not answer; start it first'))
  if (!answer.ok) return say((await answer.json()) as Problem)
  console.log(`closed ${sale}: its outcome stays unknown; look for it in reconciliation`)
}

function say(problem: Problem): void {
  console.error(`guitai: ${describeProblem(problem)}`)
  process.exitCode = 1
}
