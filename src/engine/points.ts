import type { Effect } from '../checkout/events.ts'
import { TABLE } from '../checkout/reduce.ts'
import { type FilePoint, filePointsOf } from '../domain/file-points.ts'
import type { JournalKind } from './record.ts'

/** A place on the path of an event where the program may be made to die. */
export type Point =
  | `${'before' | 'after'}_append:${JournalKind | typeof SHIFT_CLOSED}`
  | `${'before' | 'after'}_effect:${Effect['kind']}`
  | FilePoint

/** The step that ends a shift. */
export const SHIFT_CLOSED = 'shift_closed'

type SaleEventKind = keyof typeof TABLE

/** Steps the journal keeps that are not in the table of events of a sale; `false`: it keeps none. */
const OTHER_STEPS = {
  terminal_started: true,
  sale_wanted: true,
  wish_refused: true,
  code_rejected: false,
  label_dropped: false,
  [SHIFT_CLOSED]: true,
} as const satisfies Readonly<
  Record<Exclude<JournalKind, SaleEventKind> | typeof SHIFT_CLOSED, boolean>
>

/** Every kind of effect; the compiler asks for a new one. */
const EFFECTS = {
  charge: true,
  query: true,
  reverse: true,
  refund: true,
  query_refund: true,
  start_face: true,
  confirm_face: true,
  finish_face: true,
  wait: true,
  stop_waiting: true,
  enable_scanner: true,
  disable_scanner: true,
} as const satisfies Readonly<Record<Effect['kind'], true>>

/** Every point of a running terminal, from the tables of the code: a new one joins by itself. */
export function allPoints(): readonly Point[] {
  const others = Object.entries(OTHER_STEPS).filter(([, kept]) => kept)
  const kinds = [...Object.keys(TABLE), ...others.map(([kind]) => kind)]
  const places = [
    ...kinds.map((kind) => `append:${kind}`),
    ...Object.keys(EFFECTS).map((kind) => `effect:${kind}`),
  ]
  const steps = places.flatMap((place) => [`before_${place}`, `after_${place}`])
  return [...(steps as unknown as Point[]), ...filePointsOf('terminal')]
}
