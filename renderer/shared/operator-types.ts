import type { ADMIN_OPERATIONS, AdministrationView } from '../../src/api/admin-protocol.ts'
import type { Answer } from '../connection/connection.ts'

/** The whole of what the admin screen draws. */
export type Administration = AdministrationView
export type AdminOperation = keyof typeof ADMIN_OPERATIONS
/** An operation of the admin screen and its input. */
export type AdminCall = {
  readonly operation: AdminOperation
  readonly input: { readonly [field: string]: string | boolean }
}

/** Who may sign in. */
export type OperatorName = { readonly name: string; readonly role: string }

/** Who is signed in, as the terminal said. */
export type SignedIn = OperatorName & {
  readonly session: string
  readonly rights: readonly string[]
  /** Without a call the session ends after this long, milliseconds. */
  readonly lockAfterMs: number
}

/** Sends an operation; one that is no question is sent once. */
export type AdminCaller = (call: AdminCall) => Promise<Answer>

/** Operations that may be asked again on a new line; no other may. */
export const QUESTIONS: ReadonlySet<AdminOperation> = new Set<AdminOperation>([
  'operator.list',
  'admin.view',
])
