import { err, ok, type Result } from '../base/result.ts'
import { type Problem, problem } from '../domain/errors.ts'
import type { Operator, Right } from '../domain/roles.ts'
import type { Administration } from '../ports/administration.ts'
import { OPERATIONS, type OperationName, type Scope } from './protocol.ts'

/** Operations that only a signed-in operator with this right is given, whatever the token is. */
export const OPERATION_RIGHTS = {
  'admin.view': 'administration_view',
  'measure.acknowledge': 'measures',
  'measure.report_done': 'measures',
  'interface.pause': 'interface_pause',
  'interface.resume': 'interface_pause',
  'interface.close': 'interface_close',
  'clock.unlock': 'clock_unlock',
} as const satisfies Partial<Record<OperationName, Right>>

/**
 * Operations of the counter. Once there are operators, a screen needs somebody signed in with this
 * right; a register and a manager's command name the operator themselves.
 */
export const COUNTER_RIGHTS = {
  'sale.refund': 'refund',
  'sale.close': 'sale_close',
  'shift.close': 'shift_close',
} as const satisfies Partial<Record<OperationName, Right>>
export type CounterOperation = keyof typeof COUNTER_RIGHTS

/** Without operators a screen may do these all the same, as a till without sign-in always could. */
const FREE_WITHOUT_OPERATORS: ReadonlySet<string> = new Set(['sale.refund', 'shift.close'])

/** The input of an operation of the counter once it is clear who does it. */
export type AtCounter<Input> = Omit<Input, 'session' | 'operator'> & { readonly operator: string }

/** An input that was admitted, and who is signed in where that was asked. */
export type Admitted = { readonly input: unknown; readonly by?: Operator }

type Asking = {
  readonly administration: Administration | undefined
  readonly scopes: readonly Scope[]
}

/** Whether whoever is signed in may do this. The session goes no further than here. */
export function admitOperator(
  operation: OperationName,
  input: object,
  asking: Asking,
): Result<Admitted, Problem> {
  if (isRightful(operation)) {
    const { session = '', isIdle = false, ...rest } = input as SessionInput
    const right = OPERATION_RIGHTS[operation]
    const by = authorised(asking, { session, operation, right, isIdle })
    return by.ok ? ok({ input: rest, by: by.value }) : by
  }
  return isOfCounter(operation) ? admitAtCounter(operation, input, asking) : ok({ input })
}

type SessionInput = { readonly session?: string; readonly isIdle?: boolean }

function authorised(
  { administration }: Asking,
  call: Parameters<Administration['authorise']>[0],
): Result<Operator, Problem> {
  return administration ? administration.authorise(call) : err(problem('operator.session_ended'))
}

function admitAtCounter(
  operation: CounterOperation,
  input: object,
  asking: Asking,
): Result<Admitted, Problem> {
  const { session, ...rest } = input as SessionInput & { readonly operator?: string }
  if (session !== undefined) {
    const right = COUNTER_RIGHTS[operation]
    const by = authorised(asking, { session, operation, right, isIdle: false })
    return by.ok ? ok({ input: { ...rest, operator: by.value.name }, by: by.value }) : by
  }
  if (isAtScreen(operation, asking.scopes)) {
    const known = asking.administration?.operators() ?? ok([])
    if (!known.ok) return known
    if (known.value.length > 0) return err(problem('operator.sign_in_needed', { field: 'session' }))
    if (!FREE_WITHOUT_OPERATORS.has(operation)) {
      return err(problem('api.forbidden', { detail: operation }))
    }
  }
  if (rest.operator === undefined) {
    return err(problem('api.bad_request', { field: 'operator', detail: 'is missing' }))
  }
  return ok({ input: rest })
}

/** Whether it is only as a screen that somebody may ask for this at all. */
function isAtScreen(operation: CounterOperation, held: readonly Scope[]): boolean {
  const given: readonly Scope[] = OPERATIONS[operation].scopes
  return !given.some((scope) => scope !== 'screen' && held.includes(scope))
}

function isRightful(operation: OperationName): operation is keyof typeof OPERATION_RIGHTS {
  return Object.hasOwn(OPERATION_RIGHTS, operation)
}

function isOfCounter(operation: OperationName): operation is CounterOperation {
  return Object.hasOwn(COUNTER_RIGHTS, operation)
}
