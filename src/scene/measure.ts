import { ok, type Result } from '../base/result.ts'
import type { Flaw } from './canonical-json.ts'
import {
  amountFen,
  dictionary,
  field,
  flag,
  instantMs,
  integer,
  list,
  oneOf,
  optional,
  type ReadBy,
  type Reader,
  record,
  text,
} from './reader.ts'
import {
  CHANNELS,
  INTERFACES,
  type InterfaceType,
  LIMIT_CHANNELS,
  MEASURE_CODES,
  type MeasureCode,
} from './words.ts'

const M3_LIMIT = record({
  interface: field('interface', oneOf(INTERFACES)),
  channel: field('channel', oneOf(LIMIT_CHANNELS)),
  singleFen: field('single', amountFen),
  dayFen: field('day', amountFen),
  monthFen: field('month', amountFen),
})

/** What stands in `params`, by code (docs/gateway.md, Documents). */
const PARAMS = {
  M1: record({}),
  M2: record({ items: field('items', list(text(200), 20)) }),
  M3: record({ limits: field('limits', list(M3_LIMIT, 28)) }),
  M4: record({ cycle: field('cycle', text(40)) }),
  M5: record({ channelsAllowed: field('channels_allowed', list(oneOf(CHANNELS), 3)) }),
  M6: record({
    interfacesAllowed: field('interfaces_allowed', list(oneOf(INTERFACES), 7)),
    attendedOnly: field('attended_only', flag),
  }),
  M7: record({ delayDays: field('delay_days', integer(0, 3_650)) }),
  M8: record({ refund: field('refund', oneOf(['allowed', 'blocked'])) }),
  M9: record({}),
  M10: record({ agreementEndMs: field('agreement_end', instantMs) }),
} as const satisfies Record<MeasureCode, Reader<unknown>>

const anything: Reader<unknown> = (value) => ok(value)

const MEASURE = record({
  measureId: field('measure_id', text(64)),
  code: field('code', text(16)),
  seq: field('seq', integer(0, Number.MAX_SAFE_INTEGER)),
  effectiveAtMs: field('effective_at', instantMs),
  scope: field('scope', record({ interfaces: field('interfaces', list(text(32), 16)) })),
  params: field('params', dictionary(anything, 16)),
  deadlineMs: optional('deadline', instantMs),
  onDeadline: optional('on_deadline', oneOf(['suspend', 'none'])),
  ackDueMs: optional('ack_due', instantMs),
})

type Common = Omit<ReadBy<typeof MEASURE>, 'code' | 'params' | 'scope'> & {
  /** The interfaces it is for; empty means all of them. */
  readonly interfaces: readonly InterfaceType[]
}
/** One measure with the parameters its code needs; times in Unix milliseconds. */
export type Measure =
  | { readonly [Code in MeasureCode]: Common & KnownMeasure<Code> }[MeasureCode]
  | (Common & UnreadableMeasure)
type KnownMeasure<Code extends MeasureCode> = {
  readonly code: Code
  readonly params: ReadBy<(typeof PARAMS)[Code]>
}
/** A measure of an unknown code, or one whose parameters cannot be read: it stops charging as M8. */
type UnreadableMeasure = { readonly code: 'unreadable'; readonly wireCode: string }

/**
 * Reads one measure. Its frame is strict; what cannot be understood of its meaning makes it
 * `unreadable`, which is the strictest that can be lifted, and never makes it disappear.
 */
export const measure: Reader<Measure> = (value, path): Result<Measure, Flaw> => {
  const frame = MEASURE(value, path)
  if (!frame.ok) return frame
  const { code, params, scope, ...rest } = frame.value
  const known = INTERFACES.filter((one) => scope.interfaces.includes(one))
  // An interface nobody knows widens the measure to all of them, since it may mean any.
  const interfaces = known.length === scope.interfaces.length ? known : []
  const common = { ...rest, interfaces }
  const name = MEASURE_CODES.find((one) => one === code)
  const isWhole = name !== 'M2' || rest.deadlineMs !== undefined
  const read = name === undefined || !isWhole ? undefined : PARAMS[name](params, path)
  if (name === undefined || read === undefined || !read.ok) {
    return ok({ ...common, code: 'unreadable', wireCode: code })
  }
  return ok({ ...common, code: name, params: read.value } as Measure)
}

/** Whether a measure is for an interface. */
export function isFor(one: Measure, interfaceType: InterfaceType): boolean {
  return one.interfaces.length === 0 || one.interfaces.includes(interfaceType)
}
