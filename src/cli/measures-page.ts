import type { ScreenRule } from '../domain/screen-rules.ts'
import {
  type ChargeRule,
  type CustomerRule,
  MEASURES,
  type MeasureRow,
  type QueryRule,
  type RefundRule,
  type ReverseRule,
} from '../scene/measures.ts'

const CHARGE: Readonly<Record<ChargeRule, string>> = {
  allowed: 'as before',
  until_deadline: 'until the deadline; after it, with a grant issued later',
  within_its_limits: 'within the least of grant and measure; 0 blocks',
  on_its_channels: 'without credit when credit is closed; blocked when another channel is',
  in_its_scenes: 'by the interfaces it leaves, attended only if it says so',
  refused: 'refused',
  refused_when_closed: 'refused for the closed interfaces',
  refused_for_good: 'refused for good',
}
const REFUND: Readonly<Record<RefundRule, string>> = {
  allowed: 'yes',
  unless_blocked: 'yes, unless grant or measure block it',
  back_office_when_closed: 'of a closed interface on the merchant platform only',
  refused_for_good: 'no',
}
const REVERSE: Readonly<Record<ReverseRule, string>> = {
  allowed: 'yes',
  in_flight_only: 'in flight',
  in_flight_only_when_closed: 'of a closed interface in flight only',
  in_flight_seven_days: 'in flight, for seven days',
}
const QUERY: Readonly<Record<QueryRule, string>> = {
  allowed: 'yes',
  in_flight_seven_days: 'in flight, for seven days',
}
const SCREEN: Readonly<Record<ScreenRule, string>> = {
  as_usual: 'as before',
  manager_note: 'a note to the manager',
  manager_banner: 'a banner to the manager until taken note of',
  countdown: 'a countdown with what is to be put right',
  ceiling_before_scan: 'the new ceiling, before the scan',
  no_credit_before_payment: 'which channel is closed, before the payment',
  option_not_drawn: 'what is removed is not drawn',
  way_closed: 'this way to pay is closed',
  stopped: 'the whole screen: service suspended, other tenders',
  retired: 'the whole screen: retired, whom to call',
}
const CUSTOMER: Readonly<Record<CustomerRule, string>> = {
  as_usual: 'nothing of it',
  other_way: 'to choose another way to pay',
}
const ENDS: Readonly<Record<MeasureRow['endsBy'], string>> = {
  lift: 'a bulletin that lifts it',
  new_approval: 'a new approval',
  nothing: 'nothing',
}

const HEAD = [
  '# Measures',
  '',
  'What a terminal does under each measure. The table is written from the one the program obeys',
  '(`src/scene/measures.ts`). Several measures may hold at once; of what they say, the most restrictive',
  'counts. A measure whose code or parameters are not understood acts as M8. A customer never reads why.',
  '',
  'A query or a reversal of money in flight is never refused, except after M10 has run for seven days.',
  '"Grace" is whether charging goes on while the service that grants cannot be reached.',
]

/** Writes the page of the measures from their table. */
export function buildMeasuresPage(): string {
  const rows = Object.entries(MEASURES).map(([code, row]) =>
    line([
      `${code} ${row.name['zh-CN']}<br>${row.name.en}`,
      CHARGE[row.charge],
      REFUND[row.refund],
      REVERSE[row.reverse],
      QUERY[row.query],
      SCREEN[row.screen],
      CUSTOMER[row.customer],
      row.hasGrace ? 'of the grant' : 'none',
      ENDS[row.endsBy],
    ]),
  )
  const columns = ['Measure', 'New charge', 'Refund', 'Reversal', 'Query', 'Staff see']
  const titles = line([...columns, 'Customer reads', 'Grace', 'Ends by'])
  return `${[...HEAD, '', titles, '|---|---|---|---|---|---|---|---|---|', ...rows].join('\n')}\n`
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
