import type { CashierModel } from '../../src/screen/model.ts'

/** A short sound: a code was taken, money came, money did not come or nobody knows. */
export type Cue = 'accepted' | 'paid' | 'attention'

/**
 * The sound of the step from one picture to the next, if any. `paid` sounds only when the model
 * says paid; the first picture after a start is silent.
 */
export function cueFor(before: CashierModel | undefined, now: CashierModel): Cue | undefined {
  if (before === undefined) return undefined
  const from = before.cashier
  const to = now.cashier
  if (from.state === to.state && from.saleId === to.saleId) return undefined
  switch (to.state) {
    case 'paid':
      return 'paid'
    case 'not_paid':
    case 'unknown':
      return 'attention'
    case 'submitting':
      return 'accepted'
    default:
      return undefined
  }
}
