import type { Result } from '../base/result.ts'
import type { Problem } from '../domain/errors.ts'
import type { Operator } from '../domain/roles.ts'

/** Why a name and PIN were not taken, and how long every further try is refused, milliseconds. */
export type PinRefusal = { readonly problem: Problem; readonly waitMs: number }

/** The people who work with this terminal. */
export interface Operators {
  /**
   * Checks who somebody is. A try is counted on the disk before the PIN is looked at, so that neither a
   * restart nor tries at the same time give more of them; pauses grow with every wrong one and end with
   * a right one. A name that is not known is refused like a wrong PIN.
   *
   * Refused with `operator.pin_wrong`, with `operator.locked` during a pause, when nothing is looked at,
   * or with an error of the secrets when they cannot be read or written. The PIN is kept nowhere.
   */
  verify(name: string, pin: string): Promise<Result<Operator, PinRefusal>>
  /** Everybody, by name. Empty until the first one is added. */
  list(): Result<readonly Operator[], Problem>
}
