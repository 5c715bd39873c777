import type { Language } from '../domain/errors.ts'
import { type Shift, sumsOf } from '../domain/shift.ts'
import { REPORT_COLUMNS, reportRows, reportText } from '../domain/shift-report.ts'
import type { ShiftView } from './shift-protocol.ts'
import type { TerminalName } from './views.ts'

/** A shift as callers see it, with its report in one language. */
export function viewShift(
  shift: Shift,
  look: { readonly name: TerminalName; readonly language: Language },
): ShiftView {
  const { number, fromMs, toMs, totals, unsettled, closedBy } = shift
  const { name, language } = look
  const rows = reportRows(shift, { terminal: name.id, store: name.store, language })
  return {
    number,
    state: closedBy === undefined ? 'open' : 'closed',
    fromMs,
    toMs,
    ...(closedBy === undefined ? {} : { operator: closedBy }),
    ...sumsOf(totals),
    totals: [...totals],
    unsettled: [...unsettled],
    columns: REPORT_COLUMNS,
    text: [...reportText(rows)],
    rows: [...rows],
  }
}
