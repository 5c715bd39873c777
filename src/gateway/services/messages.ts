import { z } from 'zod'

/**
 * Shapes of the answers of terminal services (docs/gateway.md, Calls). Unknown keys are left out;
 * documents are passed on as they are and verified by whoever uses them.
 */
const document = z.looseObject({ document: z.looseObject({}), sig: z.string() })
const whole = z.number().int().min(0)

const enrolAnswer = z.object({
  merchant: z.object({ id: z.string().min(1).max(64) }),
  store: z.object({ id: z.string().min(1).max(64) }),
  terminal: z.object({ serial: z.string(), kid: z.string(), device_type: z.enum(['09', '10']) }),
  trust: document,
  grant: document.nullable(),
  next_bulletin_seq: z.number().int().min(1),
})
const trustAnswer = z.object({ trust: document })
const grantAnswer = z.object({
  grant: document.nullable(),
  minimum_version: whole,
  revocations: z.array(document).max(100),
})
const bulletinsAnswer = z.object({
  bulletins: z.array(document).max(20),
  highest_seq: whole,
  grant_version: whole,
  minimum_version: whole,
})
const eventsAnswer = z.object({ accepted: z.array(z.string()), known: z.array(z.string()) })
const closingsAnswer = z.object({ closed: z.array(z.string().max(32)).max(16) })
const refusal = z.looseObject({ code: z.string().max(64), message: z.string().max(500).optional() })

/** A document with its signature beside it, as it came. */
export type WireDocument = z.output<typeof document>
export type EnrolAnswer = z.output<typeof enrolAnswer>
export type GrantAnswer = z.output<typeof grantAnswer>
export type BulletinsAnswer = z.output<typeof bulletinsAnswer>
/** A refusal: its code, and whatever else it says. */
export type Refusal = z.output<typeof refusal>

/** Reads the value of an answer; undefined when it has another shape. */
function readerOf<Value>(schema: z.ZodType<Value>): (value: unknown) => Value | undefined {
  return (value) => schema.safeParse(value).data
}

export const readEnrolAnswer = readerOf(enrolAnswer)
export const readTrustAnswer = readerOf(trustAnswer)
export const readGrantAnswer = readerOf(grantAnswer)
export const readBulletinsAnswer = readerOf(bulletinsAnswer)
export const readEventsAnswer = readerOf(eventsAnswer)
export const readSignOffAnswer = readerOf(z.object({ released: z.literal(true) }))
export const readClosingsAnswer = readerOf(closingsAnswer)
export const readRefusal = readerOf(refusal)

/** The body of `POST /services/v1/enrol`. */
export type EnrolBody = {
  /** The part before the dot of what the installer types. */
  readonly code: string
  readonly serial: string
  readonly device_type: '09' | '10'
  /** Base64 of SPKI DER. */
  readonly public_key: string
  readonly app_version: string
  readonly merchant_cert_sha256: string
}

/** One risk event as `POST /services/v1/events` takes it; `facts` hold nothing about a payer. */
export type RiskEvent = {
  /** A UUID, the event's for ever. */
  readonly id: string
  /** Dotted lower case. */
  readonly kind: string
  /** RFC 3339 with `+08:00`. */
  readonly at: string
  /** 1 to 9. */
  readonly trigger?: number
  readonly facts: Readonly<Record<string, string | number>>
}

/** At most so many events in one call. */
export const EVENTS_PER_CALL_MAX = 100

/** What a terminal has to have wiped before it ends. */
export const WIPED = ['merchant_key', 'grant', 'counters', 'face_credentials'] as const
export type Wiped = (typeof WIPED)[number]

/** The body of `POST /services/v1/sign-off`. */
export type SignOffBody = {
  readonly in_flight: number
  readonly journal_entries: number
  /** Hash of the last row, 64 hex digits. */
  readonly journal_head: string
  readonly wiped: readonly Wiped[]
}

/** What an enrolment code is made of: `CODE.ROOT` (docs/gateway.md, Enrol). */
export type EnrolmentCode = { readonly code: string; readonly rootSha256Prefix: string }

const CODE = /^((?:[0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4})\.([0-9a-f]{32})$/

/** Reads what an installer typed; undefined when it is no such code. Case of the code does not matter. */
export function readEnrolmentCode(typed: string): EnrolmentCode | undefined {
  const [code = '', ...rest] = typed.trim().split('.')
  const found = CODE.exec(`${code.toUpperCase()}.${rest.join('.').toLowerCase()}`)
  if (found === null) return undefined
  return { code: found[1] ?? '', rootSha256Prefix: found[2] ?? '' }
}

/** The path of the long poll. */
export function bulletinsPath(asked: {
  readonly since: number
  readonly grantVersion: number
  /** 0 to 50. */
  readonly waitS: number
}): string {
  return `bulletins?since=${asked.since}&grant=${asked.grantVersion}&wait_s=${asked.waitS}`
}
