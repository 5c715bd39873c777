import { z } from 'zod'
import { INTERFACE_TYPES } from './interface-types.ts'
import { APP_VERSION } from './wire.ts'

/** A value that can hold no sentence, no code longer than an order number, and nothing of a face. */
const word = z.string().regex(/^[0-9A-Za-z_.:/-]{1,64}$/)
const whole = z.number().int().min(0)

const facts = z.strictObject({
  interface: z.enum(INTERFACE_TYPES).optional(),
  code: word.optional(),
  grant_version: whole.optional(),
  bulletin_seq: whole.optional(),
  amount_fen: whole.optional(),
  count: whole.optional(),
  duration_ms: whole.optional(),
  distance_m: whole.optional(),
  out_trade_no: word.optional(),
  place: word.optional(),
})

const event = z.strictObject({
  id: z.uuid(),
  kind: z
    .string()
    .regex(/^[a-z_]+(\.[a-z_]+)+$/)
    .max(64),
  at: z.iso.datetime({ offset: true }),
  trigger: z.number().int().min(1).max(9).optional(),
  facts,
})

/** Body of `POST /services/v1/events`. */
export const eventsSchema = z.strictObject({ events: z.array(event).min(1).max(100) })

/** Body of `POST /services/v1/acknowledgements`. */
export const acknowledgementSchema = z.strictObject({
  seq: z.number().int().min(1),
  code: z.string().regex(/^M\d{1,3}$/),
  what: z.enum(['received', 'acknowledged', 'reported_done']),
  operator: z.string().min(1).max(64),
  at: z.iso.datetime({ offset: true }),
})

/** What a terminal has to have wiped before it ends. */
export const WIPED = ['merchant_key', 'grant', 'counters', 'face_credentials'] as const

/** Body of `POST /services/v1/sign-off`. */
export const signOffSchema = z.strictObject({
  in_flight: whole,
  journal_entries: whole,
  journal_head: z.string().regex(/^[0-9a-f]{64}$/),
  wiped: z.array(z.enum(WIPED)).max(8),
})

/** Query of `GET /services/v1/grant`. */
export const grantQuery = z.strictObject({ app_version: z.string().regex(APP_VERSION).optional() })

/** Query of `GET /services/v1/bulletins`. */
export const bulletinsQuery = z.strictObject({
  since: z.coerce.number().int().min(0).default(0),
  grant: z.coerce.number().int().min(0).optional(),
  wait_s: z.coerce.number().int().min(0).max(50).default(0),
})
