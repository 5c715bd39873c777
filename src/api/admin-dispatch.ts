import type { z } from 'zod'
import { err, ok, type Result } from '../base/result.ts'
import { type Problem, problem } from '../domain/errors.ts'
import type { Operator } from '../domain/roles.ts'
import type { Administration } from '../ports/administration.ts'
import { ADMIN_OPERATIONS } from './admin-protocol.ts'

export type AdminOperation = keyof typeof ADMIN_OPERATIONS

type Parsed<Name extends AdminOperation> = Omit<
  z.output<(typeof ADMIN_OPERATIONS)[Name]['input']>,
  'session' | 'isIdle'
> & { readonly session?: string }
type Answer = Result<unknown, Problem> | Promise<Result<unknown, Problem>>
type Handler<Input> = (
  administration: Administration,
  asked: { readonly input: Input; readonly by?: Operator },
) => Answer
type Handlers = { readonly [Name in AdminOperation]: Handler<Parsed<Name>> }

const DONE = { done: true } as const

/** An act of whoever is signed in; without anybody it is not done, whatever the table of rights says. */
function act<Input>(
  carryOut: (administration: Administration, by: Operator, input: Input) => Answer,
): Handler<Input> {
  return (administration, { input, by }) =>
    by === undefined ? err(problem('operator.session_ended')) : carryOut(administration, by, input)
}

function done(result: Result<undefined, Problem>): Result<unknown, Problem> {
  return result.ok ? ok(DONE) : result
}

/** What each operation of the admin screen comes to, after it was asked who is signed in. */
export const ADMIN_HANDLERS: Handlers = {
  'operator.list': (administration) => {
    const known = administration.operators()
    return known.ok ? ok({ operators: known.value }) : known
  },
  'operator.sign_in': (administration, { input }) => administration.signIn(input.name, input.pin),
  'operator.sign_out': (administration, { input }) => {
    administration.signOut(input.session ?? '')
    return ok(DONE)
  },
  'admin.view': act((administration) => administration.view()),
  'measure.acknowledge': act((administration, by, { measureId }) =>
    done(administration.acknowledge(by, measureId)),
  ),
  'measure.report_done': act((administration, by, input) =>
    done(administration.reportDone(by, input)),
  ),
  'interface.pause': act((administration, by, input) => done(administration.pause(by, input))),
  'interface.resume': act((administration, by, input) => done(administration.resume(by, input))),
  'interface.close': act(async (administration, by, input) => {
    const closed = await administration.close(by, input)
    return closed.ok ? ok({ closed: closed.value }) : closed
  }),
  'clock.unlock': act(async (administration, by, { reason }) =>
    done(await administration.unlockClock(by, reason)),
  ),
  'admin.record': (administration, { input }) => done(administration.record(input)),
}

/** Whether an operation is one of the admin screen. */
export function isAdminOperation(name: string): name is AdminOperation {
  return Object.hasOwn(ADMIN_OPERATIONS, name)
}
