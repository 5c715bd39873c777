import { resolve } from 'node:path'
import type { Result } from '../base/result.ts'
import type { Problem } from '../domain/errors.ts'
import { appendAct } from '../engine/act-desk.ts'
import { openOperators } from '../terminal/keys.ts'
import { retire } from '../terminal/retire.ts'
import { systemClock } from '../terminal/system.ts'
import { readOwnConfig, type SystemKeys } from '../terminal/system-key.ts'
import { openOwnJournal } from '../terminal.ts'
import { signature } from './act-book.ts'
import { AUTHORISE_OPTIONS, authorise, type Claim } from './authorise.ts'
import { sayRefused } from './running-terminal.ts'
import { fail, readOptions } from './usage.ts'

const OPTIONS = {
  config: { type: 'string' },
  yes: { type: 'boolean', default: false },
  ...AUTHORISE_OPTIONS,
} as const

/**
 * `guitai retire`: the end of a terminal. Ends with 0, with 1 when it was refused, with 2 for a wrong
 * call. What was begun goes on when the command is given again.
 */
export async function runRetire(argv: string[], host: SystemKeys = {}): Promise<void> {
  const { values } = readOptions(argv, OPTIONS)
  if (values.config === undefined) fail('retire needs --config FILE')
  if (!values.yes) fail('retire wipes the merchant key for good: add --yes')
  const done = await run(values.config, values, host)
  if (done.ok) console.log('this terminal is released; its journal stays')
  else sayRefused(done.error)
}

async function run(
  configFile: string,
  claim: Claim,
  host: SystemKeys,
): Promise<Result<undefined, Problem>> {
  const config = await readOwnConfig(resolve(configFile), host)
  if (!config.ok) return config
  const operators = openOperators(config.value, systemClock)
  if (!operators.ok) return operators
  const allowed = await authorise(operators.value, 'enrolment', claim)
  if (!allowed.ok) return allowed
  const journal = openOwnJournal(config.value.dataDir)
  if (!journal.ok) return journal
  const log = { info() {}, warn() {}, error() {} }
  const keep = (what: string) => {
    const by = signature(allowed.value, claim)
    return appendAct(journal.value, { ...by, what, atMs: systemClock.nowMs() })
  }
  try {
    // Before: the service is told the last row of the journal, and there shall be none after it.
    const begun = keep('terminal.retire')
    if (!begun.ok) return begun
    const done = await retire(config.value, { clock: systemClock, log }, journal.value)
    if (!done.ok) keep(`terminal.retire_refused ${done.error.code}`)
    return done
  } finally {
    journal.value.close()
  }
}
