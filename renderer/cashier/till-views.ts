import type { SaleView } from '../../src/api/protocol.ts'
import type { CashierModel } from '../../src/screen/model.ts'
import { adminCaller } from '../connection/admin-caller.ts'
import type { Connection, LinkState, Timers } from '../connection/connection.ts'
import type { OperatorName } from '../shared/operator-types.ts'
import type { Language, Text } from '../text/language.ts'
import { CloseControl } from './close-control.ts'
import type { Cover } from './cover.ts'
import { RefundControl } from './refund-control.ts'
import { ShiftControl } from './shift-control.ts'
import { type Heard, TillSignIn } from './till-sign-in.ts'

export type TillViewsOptions = {
  readonly call: Connection['call']
  readonly timers: Timers
  readonly language: () => Language
  readonly draw: () => void
  readonly tell: (text: Text) => void
  readonly print: () => void
}

const MANAGER: readonly OperatorName['role'][] = ['manager']
const TILL: readonly OperatorName['role'][] = ['manager', 'cashier']

/** What may lie over the panel, one at a time, each with a sign-in of its own. */
export class TillViews {
  readonly shift: ShiftControl
  readonly refund: RefundControl
  readonly closing: CloseControl

  constructor(options: TillViewsOptions) {
    const { timers, draw } = options
    const call = adminCaller(options.call)
    const heard: Heard = { hasOperators: undefined }
    const signIn = (roles: readonly OperatorName['role'][], onChange: () => void) =>
      new TillSignIn({ call, heard, timers, draw, roles, onChange, report: reportError })
    const given = { ...options, after: timers.after }
    this.shift = new ShiftControl({ ...given, signIn: signIn(TILL, () => this.shift.onSignIn()) })
    this.refund = new RefundControl({
      ...given,
      signIn: signIn(MANAGER, () => this.refund.onSignIn()),
    })
    this.closing = new CloseControl({
      ...given,
      signIn: signIn(MANAGER, draw),
      report: reportError,
    })
  }

  /** Whether a manager can stop waiting for a result here: only where there are operators. */
  get mayClose(): boolean {
    return this.closing.signIn.isNeeded === true
  }

  onLink(link: LinkState, isNew: boolean): void {
    for (const view of [this.shift, this.refund, this.closing]) view.onLink(link)
    if (link === 'open' && isNew) this.closing.signIn.ask().catch(reportError)
  }

  onModel(model: CashierModel): void {
    for (const view of [this.shift, this.refund, this.closing]) view.onModel(model)
  }

  onSale(sale: SaleView): void {
    this.refund.onSale(sale)
  }

  /** What takes the keys. `settings` are the page's own. */
  cover(settings: Cover['keys']): Cover | undefined {
    return this.shift.cover(settings) ?? this.refund.cover(settings) ?? this.closing.cover(settings)
  }
}
