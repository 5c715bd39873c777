import type { Effect } from '../checkout/events.ts'
import { TABLE } from '../checkout/reduce.ts'
import type { JournalKind } from './record.ts'

/** A place on the path of an event where the program may be made to die. */
export type Point =
  | `${'before' | 'after'}_append:${JournalKind}`
  | `${'before' | 'after'}_effect:${Effect['kind']}`

type SaleEventKind = keyof typeof TABLE

/** Steps the journal keeps that are not in the table of events of a sale; `false`: it keeps none. */
const OTHER_STEPS = {
  terminal_started: true,
  sale_wanted: true,
  wish_refused: true,
  code_rejected: false,
  label_dropped: false,
} as const satisfies Readonly<Record<Exclude<JournalKind, SaleEventKind>, boolean>>

/** Every kind of effect; the compiler asks for a new one. */
const EFFECTS = {
  charge: true,
  query: true,
  reverse: true,
  refund: true,
  query_refund: true,
  wait: true,
  stop_waiting: true,
  enable_scanner: true,
  disable_scanner: true,
} as const satisfies Readonly<Record<Effect['kind'], true>>

/** Every point, from the tables of the code: a new event or effect joins by itself. */
export function allPoints(): readonly Point[] {
  const others = Object.entries(OTHER_STEPS).filter(([, kept]) => kept)
  const kinds = [...Object.keys(TABLE), ...others.map(([kind]) => kind)]
  const places = [
    ...kinds.map((kind) => `append:${kind}`),
    ...Object.keys(EFFECTS).map((kind) => `effect:${kind}`),
  ]
  return places.flatMap((place) => [`before_${place}`, `after_${place}`]) as unknown as Point[]
}
