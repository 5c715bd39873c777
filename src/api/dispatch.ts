import type { z } from 'zod'
import { err, ok, type Result } from '../base/result.ts'
import { type Problem, problem } from '../domain/errors.ts'
import { holdsCode } from '../domain/redact.ts'
import type { Administration } from '../ports/administration.ts'
import type { Backup } from '../ports/journal.ts'
import type { Terminal, Wish } from '../ports/terminal.ts'
import { ADMIN_HANDLERS, type AdminOperation, isAdminOperation } from './admin-dispatch.ts'
import { type AtCounter, admitOperator, type CounterOperation } from './operator-gate.ts'
import { OPERATIONS, type OperationName, type Scope } from './protocol.ts'
import { viewShift } from './shift-view.ts'
import { type TerminalName, viewSale, viewStatus } from './views.ts'

/** Answers operations by name: the same for every transport. */
export type Dispatch = (
  operation: string,
  input: unknown,
  scopes: readonly Scope[],
) => Promise<Result<unknown, Problem>>

/** What answers need beside the terminal. */
export type DispatchContext = {
  readonly name: TerminalName
  /** Copies the journal while the terminal runs; absent where there is no file. */
  readonly backUp?: (path: string) => Promise<Result<Backup, Problem>>
  /** Operators and what they do to the terminal; absent: nobody can sign in. */
  readonly administration?: Administration
}

type Parsed<Name extends OperationName> = Name extends CounterOperation
  ? AtCounter<z.output<(typeof OPERATIONS)[Name]['input']>>
  : z.output<(typeof OPERATIONS)[Name]['input']>
type Handlers = {
  readonly [Name in Exclude<OperationName, AdminOperation>]: (
    terminal: Terminal,
    input: Parsed<Name>,
    context: DispatchContext,
  ) => Promise<Result<unknown, Problem>> | Result<unknown, Problem>
}

const HANDLERS: Handlers = {
  'sale.create': (terminal, input) => {
    const { clientId: _id, ...wanted } = input
    return wish(terminal, 'sale.create', { input, wish: { kind: 'sale_wanted', ...wanted } })
  },
  'sale.arm': (terminal, input) => wishOnSale(terminal, 'sale.arm', input),
  'sale.cancel': (terminal, input) => wishOnSale(terminal, 'sale.cancel', input),
  'sale.check': (terminal, input) => wishOnSale(terminal, 'sale.check', input),
  'sale.dismiss': (terminal, input) => wishOnSale(terminal, 'sale.dismiss', input),
  'sale.close': (terminal, input) => {
    const { saleId, operator, reason } = input
    const wanted = { kind: 'close_wanted' as const, saleId, operator, reason }
    return wish(terminal, 'sale.close', { input, wish: wanted })
  },
  'sale.refund': (terminal, input) => {
    const { clientId: _id, ...wanted } = input
    return wish(terminal, 'sale.refund', { input, wish: { kind: 'refund_wanted', ...wanted } })
  },
  'sale.pending': (terminal) =>
    ok({
      atMs: terminal.screen().atMs,
      sales: terminal.pending().map(viewSale),
      refunding: terminal.refunding().map(viewSale),
    }),
  'face.act': async (terminal, { digits, ...input }) => {
    // The digits are in no digest: nothing of them is kept with the command.
    const answer = await wish(terminal, 'face.act', {
      input,
      wish: {
        kind: 'face_wanted',
        saleId: input.saleId,
        act: input.act,
        noticeVersion: input.noticeVersion,
        digits,
      },
    })
    return answer.ok ? ok({ saleId: input.saleId }) : answer
  },
  'sale.get': (terminal, input) => {
    const sale = terminal.sale(input.saleId)
    return sale ? ok(viewSale(sale)) : err(problem('sale.not_found', { field: 'saleId' }))
  },
  'sale.list': (terminal, input) =>
    ok({ sales: terminal.sales(input.limit, input.before).map(viewSale) }),
  'shift.current': (terminal, { language }, { name }) =>
    ok(viewShift(terminal.shifts.current(), { name, language })),
  'shift.close': (terminal, input, { name }) => {
    const { clientId, language, ...closing } = input
    // The language is not part of it: a repeat may read the same answer in another one.
    const identity = { clientId, digest: JSON.stringify(['shift.close', closing]) }
    const closed = terminal.shifts.close(closing, identity)
    return closed.ok ? ok(viewShift(closed.value, { name, language })) : closed
  },
  'shift.list': (terminal, { limit, language }, { name }) => {
    const shifts = terminal.shifts.list(limit)
    return ok({ shifts: shifts.map((shift) => viewShift(shift, { name, language })) })
  },
  'journal.backup': async (_terminal, { path }, { backUp }) => {
    if (!backUp) return err(problem('journal.unavailable', { detail: 'there is no file' }))
    const made = await backUp(path)
    return made.ok ? ok({ path, ...made.value }) : made
  },
  'status.get': (terminal, _input, { name }) => ok(viewStatus(terminal.status(), name)),
}

const WISHES = {
  'sale.arm': 'arm_wanted',
  'sale.cancel': 'cancel_wanted',
  'sale.check': 'check_wanted',
  'sale.dismiss': 'dismiss_wanted',
} as const

/** Makes the dispatcher of one terminal. */
export function createDispatch(terminal: Terminal, context: DispatchContext): Dispatch {
  return async (operation, input, scopes) => {
    if (!isOperation(operation)) {
      return err(problem('api.no_such_operation', { detail: operation.slice(0, 80) }))
    }
    const definition = OPERATIONS[operation]
    if (!definition.scopes.some((scope) => scopes.includes(scope))) {
      return err(problem('api.forbidden', { detail: operation }))
    }
    if (operation === 'sale.refund' && !mayRefund(terminal, scopes)) {
      return err(problem('api.forbidden', { detail: 'refunds are not made at this counter' }))
    }
    const parsed = definition.input.safeParse(input)
    if (!parsed.success) return err(explain(parsed.error))
    const { administration } = context
    const admitted = admitOperator(operation, parsed.data, { administration, scopes })
    if (!admitted.ok) return admitted
    if (isAdminOperation(operation)) {
      if (!administration) return err(problem('operator.none'))
      return ADMIN_HANDLERS[operation](administration, admitted.value as never)
    }
    const handler = HANDLERS[operation] as Handlers['status.get']
    const answer = await handler(terminal, admitted.value.input as Parsed<'status.get'>, context)
    return scopes.every((scope) => scope === 'customer') ? withoutReason(answer) : answer
  }
}

/** A customer's page learns what to do instead, and no reason leaves the terminal for it (P9). */
function withoutReason<Value>(answer: Result<Value, Problem>): Result<Value, Problem> {
  return answer.ok ? answer : err(problem('face.not_offered'))
}

/** Money goes out at a screen only where the configuration says so. */
function mayRefund(terminal: Terminal, scopes: readonly Scope[]): boolean {
  return scopes.some((scope) => scope !== 'screen') || terminal.screen().cashier.mayRefund
}

function isOperation(name: string): name is OperationName {
  return Object.hasOwn(OPERATIONS, name)
}

function explain(error: z.ZodError): Problem {
  const issue = error.issues[0]
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.join('.') : undefined
  const field = [...(issue?.path ?? []), ...(unknown ? [unknown] : [])].join('.')
  return problem('api.bad_request', {
    ...(field === '' ? {} : { field }),
    ...(issue ? { detail: unknown ? 'unknown field' : issue.message } : {}),
  })
}

type CommandInput = { readonly clientId: string }

async function wish(
  terminal: Terminal,
  operation: OperationName,
  command: { readonly input: CommandInput; readonly wish: Wish },
): Promise<Result<unknown, Problem>> {
  const { clientId, ...rest } = command.input
  if (holdsCode(clientId)) return err(problem('text.holds_a_code', { field: 'clientId' }))
  const identity = { clientId, digest: JSON.stringify([operation, rest]) }
  const answer = await terminal.command(command.wish, identity)
  return answer.ok ? ok(viewSale(answer.value)) : answer
}

function wishOnSale(
  terminal: Terminal,
  operation: keyof typeof WISHES,
  input: CommandInput & { readonly saleId: string },
): Promise<Result<unknown, Problem>> {
  return wish(terminal, operation, {
    input,
    wish: { kind: WISHES[operation], saleId: input.saleId },
  })
}
