import { type TextKey, type TextValues, translate } from '../text/translate.ts'
import { type CashierState, canLeavePanel, canRefund } from './state.ts'

type Line = { readonly key: TextKey; readonly values?: TextValues }

/** What can still be done while the scene takes no new money, in the place of the amount. */
export function StopGuide({ state }: { readonly state: CashierState }) {
  const { language } = state
  return (
    <ul class="stop-guide">
      {linesOf(state).map(({ key, values }) => (
        <li key={key}>{translate(language, key, values)}</li>
      ))}
    </ul>
  )
}

function linesOf(state: CashierState): readonly Line[] {
  const screen = state.arrival?.model.cashier
  if (screen === undefined || screen.stop === undefined || screen.stop === 'terminal') return []
  const refund = canRefund(state) ? 'stop.refund' : 'stop.no_refund'
  return [
    { key: 'stop.other_tender' },
    { key: 'stop.pending', values: { count: screen.pending } },
    ...(screen.mayRefund ? [{ key: refund } as const] : []),
    ...(canLeavePanel(state) ? [{ key: 'stop.shift' } as const] : []),
  ]
}
