import { resolve } from 'node:path'
import { err, ok, type Result } from '../base/result.ts'
import { type Problem, problem } from '../domain/errors.ts'
import { openOperators } from '../terminal/keys.ts'
import { enrolTerminal } from '../terminal/scene-enrol.ts'
import { systemClock } from '../terminal/system.ts'
import { readOwnConfig, type SystemKeys } from '../terminal/system-key.ts'
import { carryOut, type Done, signature } from './act-book.ts'
import { AUTHORISE_OPTIONS, authorise, type Claim } from './authorise.ts'
import { sayRefused } from './running-terminal.ts'
import { fail, readOptions } from './usage.ts'

const OPTIONS = {
  config: { type: 'string' },
  code: { type: 'string' },
  json: { type: 'boolean', default: false },
  ...AUTHORISE_OPTIONS,
} as const

/** Nothing that is logged while enrolling says more than the command does. */
const QUIET = { info() {}, warn() {}, error() {} }

/**
 * `guitai enroll`: makes a terminal of this machine with a one-time code of the service that grants.
 * Ends with 0, with 1 when it was refused, with 2 for a wrong call.
 */
export async function runEnroll(argv: string[], host: SystemKeys = {}): Promise<void> {
  const { values } = readOptions(argv, OPTIONS)
  const { config, code } = values
  if (config === undefined || code === undefined) fail('enroll needs --config FILE --code CODE')
  const enrolled = await enrol({ configFile: config, host }, code, values)
  if (!enrolled.ok) {
    sayRefused(enrolled.error)
    return
  }
  console.log(values.json ? JSON.stringify(enrolled.value) : describe(enrolled.value))
}

type Told = {
  readonly serial: string
  readonly merchantId: string
  readonly storeId: string
  readonly grantVersion: number | null
}

async function enrol(
  { configFile, host }: { readonly configFile: string; readonly host: SystemKeys },
  code: string,
  claim: Claim,
): Promise<Result<Told, Problem>> {
  const config = await readOwnConfig(resolve(configFile), host)
  if (!config.ok) return config
  const operators = openOperators(config.value, systemClock)
  if (!operators.ok) return operators
  const allowed = await authorise(operators.value, 'enrolment', claim)
  if (!allowed.ok) return err(allowed.error)
  let told: Told | undefined
  const command = async (): Promise<Result<Done, Problem>> => {
    const done = await enrolTerminal(config.value, { clock: systemClock, log: QUIET }, code)
    if (!done.ok) return done
    const { enrolment, grantVersion } = done.value
    const { serial, merchantId, storeId } = enrolment
    told = { serial, merchantId, storeId, grantVersion: grantVersion ?? null }
    return ok({ says: '', act: `terminal.enrol ${serial} ${merchantId} ${storeId}` })
  }
  const done = await carryOut(config.value, signature(allowed.value, claim), command)
  if (!done.ok) return done
  if (done.value.note) sayRefused(done.value.note)
  return told === undefined ? err(problem('services.not_enrolled')) : ok(told)
}

function describe({ serial, merchantId, storeId, grantVersion }: Told): string {
  const granted =
    grantVersion === null
      ? 'nothing is granted yet, so nothing can be charged'
      : `grant version ${grantVersion}`
  return `enrolled ${serial} for merchant ${merchantId}, store ${storeId}; ${granted}. Start the terminal again.`
}
