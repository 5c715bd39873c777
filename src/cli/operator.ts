import { resolve } from 'node:path'
import { ok, type Result } from '../base/result.ts'
import type { Problem } from '../domain/errors.ts'
import { isRole, ROLES } from '../domain/roles.ts'
import type { OperatorStore } from '../keys/node/operators.ts'
import type { Config } from '../terminal/config.ts'
import { openOperators } from '../terminal/keys.ts'
import { systemClock } from '../terminal/system.ts'
import { readOwnConfig, type SystemKeys } from '../terminal/system-key.ts'
import { carryOut, type Done, signature } from './act-book.ts'
import { askSecret } from './ask-secret.ts'
import { AUTHORISE_OPTIONS, authorise } from './authorise.ts'
import { describeProblem, fail, readOptions } from './usage.ts'

const OPTIONS = {
  config: { type: 'string' },
  name: { type: 'string' },
  role: { type: 'string' },
  'pin-file': { type: 'string' },
  json: { type: 'boolean', default: false },
  ...AUTHORISE_OPTIONS,
} as const

type Values = ReturnType<typeof readOptions<typeof OPTIONS>>['values']
type Action = (operators: OperatorStore, values: Values) => Promise<Result<Done, Problem>>

const ACTIONS: Readonly<Record<string, Action>> = {
  add: addOperator,
  remove: removeOperator,
  pin: changePin,
}

/**
 * `guitai operator`: adds people who work with this terminal, lists or removes them, or gives somebody
 * a new PIN. Ends with 0, with 1 when it was refused, with 2 for a wrong call.
 */
export async function runOperator(argv: string[], host: SystemKeys = {}): Promise<void> {
  const { values, positionals } = readOptions(argv, OPTIONS)
  const [what = 'list'] = positionals
  const action = ACTIONS[what]
  if (!action && what !== 'list') fail(`operator ${what}: choose add, list, remove or pin`)
  if (values.config === undefined) fail('operator needs --config FILE')
  if (action) checkCall(what, values)
  const config = await readOwnConfig(resolve(values.config), host)
  if (!config.ok) return say(config.error)
  const operators = openOperators(config.value, systemClock)
  if (!operators.ok) return say(operators.error)
  const done = action
    ? await change(config.value, { operators: operators.value, values, action })
    : listOperators(operators.value, values.json)
  if (done.ok) console.log(done.value)
  else say(done.error)
}

/** Before anybody is asked for a PIN. */
function checkCall(what: string, { name, role = '' }: Values): void {
  const needsRole = what === 'add'
  if (name !== undefined && (!needsRole || isRole(role))) return
  fail(`operator ${what} needs --name NAME${needsRole ? ` --role ${ROLES.join('|')}` : ''}`)
}

/** Takes an installer once there are operators, and is kept in the journal. */
async function change(
  config: Config,
  asked: {
    readonly operators: OperatorStore
    readonly values: Values
    readonly action: Action
  },
): Promise<Result<string, Problem>> {
  const { operators, values, action } = asked
  const allowed = await authorise(operators, 'operators', values)
  if (!allowed.ok) return allowed
  const by = signature(allowed.value, values)
  const done = await carryOut(config, by, () => action(operators, values))
  if (!done.ok) return done
  if (done.value.note) say(done.value.note)
  return ok(done.value.says)
}

async function addOperator(
  operators: OperatorStore,
  values: Values,
): Promise<Result<Done, Problem>> {
  const { name, role } = values
  if (name === undefined || role === undefined || !isRole(role)) {
    return fail('operator add needs --name NAME --role ROLE')
  }
  const pin = await askSecret(`PIN of ${name}`, values['pin-file'])
  const added = await operators.add({ name, role }, pin)
  return added.ok
    ? ok({ says: `added ${name}, ${role}`, act: `operator.add ${name} ${role}` })
    : added
}

async function changePin(operators: OperatorStore, values: Values): Promise<Result<Done, Problem>> {
  const { name } = values
  if (name === undefined) return fail('operator pin needs --name NAME')
  const pin = await askSecret(`new PIN of ${name}`, values['pin-file'])
  const changed = await operators.setPin(name, pin)
  return changed.ok ? ok({ says: `${name} has a new PIN`, act: `operator.pin ${name}` }) : changed
}

async function removeOperator(
  operators: OperatorStore,
  values: Values,
): Promise<Result<Done, Problem>> {
  const { name } = values
  if (name === undefined) return fail('operator remove needs --name NAME')
  const removed = operators.remove(name)
  return removed.ok ? ok({ says: `removed ${name}`, act: `operator.remove ${name}` }) : removed
}

function listOperators(operators: OperatorStore, json: boolean): Result<string, Problem> {
  const list = operators.list()
  if (!list.ok) return list
  if (json) return ok(JSON.stringify({ operators: list.value }))
  const lines = list.value.map(({ name, role }) => `${role.padEnd(10)} ${name}`)
  return ok(lines.length === 0 ? 'there are no operators' : lines.join('\n'))
}

function say(problem: Problem): void {
  console.error(`guitai: ${describeProblem(problem)}`)
  process.exitCode = 1
}
