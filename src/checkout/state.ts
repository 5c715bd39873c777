import type { ErrorCode } from '../domain/errors.ts'
import { isClosed, type Sale } from '../domain/sale.ts'
import type { Effect } from './events.ts'

/** A remark that changes nothing, such as a code of another wallet. */
export type Notice = { readonly code: ErrorCode; readonly atMs: number }

/** All that the checkout knows. */
export type State = {
  /** Sales that are not closed, oldest first, and the one on the screens. */
  readonly sales: ReadonlyMap<string, Sale>
  /** The sale that the screens show. */
  readonly onScreen: string | null
  readonly notice: Notice | null
}

/** Before anything happened. */
export const INITIAL: State = { sales: new Map(), onScreen: null, notice: null }

/** What one event led to. */
export type Step = {
  readonly state: State
  readonly effects: readonly Effect[]
  /** Sales that changed and must be durable before any effect; empty: nothing to journal. */
  readonly changed: readonly Sale[]
  /** Why a wish was refused; state is then as before. */
  readonly refusal?: ErrorCode
  /** The check of the scene that failed, when it was the scene that refused. */
  readonly check?: string
}

/** Nothing happens. */
export function ignore(state: State): Step {
  return { state, effects: [], changed: [] }
}

/** A wish is refused; nothing happens. `check` is the one of the scene that failed. */
export function refuse(state: State, refusal: ErrorCode, check?: string): Step {
  const refused: Step = { state, effects: [], changed: [], refusal }
  return check === undefined ? refused : { ...refused, check }
}

/** The sale on the screens, if any. */
export function saleOnScreen(state: State): Sale | undefined {
  return state.onScreen === null ? undefined : state.sales.get(state.onScreen)
}

/** Puts changed sales into the state, and forgets those that are closed and off the screens. */
export function withSales(
  state: State,
  changed: readonly Sale[],
  onScreen: string | null = state.onScreen,
): State {
  const sales = new Map(state.sales)
  for (const sale of changed) sales.set(sale.id, sale)
  // Only what changed, or left the screens, can have become something to forget.
  for (const id of [...changed.map((sale) => sale.id), state.onScreen ?? '']) {
    const sale = sales.get(id)
    if (sale && isClosed(sale) && id !== onScreen) sales.delete(id)
  }
  return { ...state, sales, onScreen }
}
