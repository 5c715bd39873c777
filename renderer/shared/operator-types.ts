import type { OperationInput, OperationName, OperationOutput } from '../../src/api/protocol.ts'
import type { Answer } from '../connection/connection.ts'

/** The whole of what the admin screen draws. */
export type Administration = OperationOutput<'admin.view'>
/** Operations of operators, which screens may call. */
export type AdminOperation = Exclude<
  Extract<OperationName, `${'operator' | 'admin' | 'measure' | 'interface' | 'clock'}.${string}`>,
  'admin.record'
>
/** An operation of operators and its input. */
export type AdminCall = {
  [Name in AdminOperation]: { readonly operation: Name; readonly input: OperationInput<Name> }
}[AdminOperation]

/** Who may sign in. */
export type OperatorName = OperationOutput<'operator.list'>['operators'][number]
/** Who is signed in, as the terminal said. */
export type SignedIn = OperationOutput<'operator.sign_in'>

/** Sends an operation; one that is no question is sent once. */
export type AdminCaller = (call: AdminCall) => Promise<Answer>

/** Operations that may be asked again on a new line; no other may. */
export const QUESTIONS: ReadonlySet<AdminOperation> = new Set<AdminOperation>([
  'operator.list',
  'admin.view',
])
