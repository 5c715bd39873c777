import { resolve } from 'node:path'
import { ok, type Result } from '../base/result.ts'
import type { Problem } from '../domain/errors.ts'
import { appendAct } from '../engine/act-desk.ts'
import { OperatorStore } from '../keys/node/operators.ts'
import { readConfig } from '../terminal/config.ts'
import { systemClock } from '../terminal/system.ts'
import type { SystemKeys } from '../terminal/system-key.ts'
import { BUILT_PLACES, type BuiltPlace, isBuilt, prepareMove } from '../terminal/system-key.ts'
import { openOwnJournal } from '../terminal.ts'
import { signature } from './act-book.ts'
import { AUTHORISE_OPTIONS, authorise, type Claim } from './authorise.ts'
import { sayRefused } from './running-terminal.ts'
import { fail, readOptions } from './usage.ts'

const OPTIONS = {
  config: { type: 'string' },
  to: { type: 'string' },
  ...AUTHORISE_OPTIONS,
} as const

/**
 * `guitai secrets move`: seals everything with a new key that is kept in another place, and forgets the
 * old one. The terminal must not be running. Ends with 0, with 1 when it was refused, with 2 for a wrong
 * call. Cut short, the same call goes on.
 */
export async function runSecrets(argv: string[], host: SystemKeys = {}): Promise<void> {
  const { values, positionals } = readOptions(argv, OPTIONS)
  const { config, to = '' } = values
  if (positionals[0] !== 'move') fail('secrets: there is only move')
  if (config === undefined || !isBuilt(to)) {
    fail(`secrets move needs --config FILE --to ${BUILT_PLACES.join('|')}`)
  }
  const done = await move({ configFile: config, to }, values, host)
  if (done.ok) console.log(done.value)
  else sayRefused(done.error)
}

async function move(
  { configFile, to }: { readonly configFile: string; readonly to: BuiltPlace },
  claim: Claim,
  { systemKeys }: SystemKeys,
): Promise<Result<string, Problem>> {
  const config = readConfig(resolve(configFile))
  if (!config.ok) return config
  // Held to the end: nothing else of this terminal seals meanwhile.
  const journal = openOwnJournal(config.value.dataDir)
  if (!journal.ok) return journal
  try {
    const prepared = await prepareMove(config.value, to, systemKeys)
    if (!prepared.ok) return prepared
    const operators = new OperatorStore({ secrets: prepared.value.secrets, clock: systemClock })
    const allowed = await authorise(operators, 'certificates', claim)
    if (!allowed.ok) return allowed
    const moved = prepared.value.run()
    if (!moved.ok) return moved
    const by = signature(allowed.value, claim)
    const what = `secrets.move ${to}`
    const kept = appendAct(journal.value, { ...by, what, atMs: systemClock.nowMs() })
    if (!kept.ok) sayRefused(kept.error)
    return ok(describe(to, moved.value, config.value.secrets.store))
  } finally {
    journal.value.close()
  }
}

function describe(to: BuiltPlace, secrets: number, store: string): string {
  const said = `${secrets} secrets are sealed by a new key, kept by ${to}; the old key is gone`
  if (store === to) return said
  return `${said}\nnow set secrets.store to "${to}" in the configuration: until then the terminal does not start`
}
