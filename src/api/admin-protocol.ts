import { z } from 'zod'
import { LIMITS } from '../domain/limits.ts'
import { ROLES } from '../domain/roles.ts'
import type { SceneInterface } from '../ports/scene.ts'
import { operatorName } from './shift-protocol.ts'

/** Shapes of the operations by which people look after the terminal itself. */

const INTERFACES = [
  'MICROPAY',
  'JSAPI',
  'MINIPROGRAM',
  'NATIVE',
  'APP',
  'H5',
  'FACEPAY',
] as const satisfies readonly SceneInterface[]
const LIMIT_CHANNELS = ['QUICK', 'BALANCE', 'CREDIT', 'ALL'] as const

const timeMs = z.number().int().meta({ description: 'Unix milliseconds' })
const fen = z.number().int().meta({ description: 'fen' })
const limit = z.union([fen, z.literal('unlimited')])
const paymentInterface = z.enum(INTERFACES)
const bilingual = z.object({ 'zh-CN': z.string(), en: z.string() })

/** What a session of an operator is asked for with; made by `operator.sign_in`. */
export const operatorSession = z
  .string()
  .regex(/^[0-9A-Za-z_-]{22,64}$/, 'a session')
  .meta({ description: 'the session of a signed-in operator' })

/** Why an act is done; kept in the journal. */
const actReason = z
  .string()
  .trim()
  .min(2)
  .max(200)
  .meta({ description: 'why; kept in the journal' })

/** A signed-in operator. */
export const signedInSchema = z
  .object({
    session: operatorSession,
    name: z.string(),
    role: z.enum(ROLES),
    rights: z.array(z.string()).meta({ description: 'what the role may do' }),
    lockAfterMs: z
      .number()
      .int()
      .meta({ description: 'without a call the session ends after this long' }),
  })
  .meta({ id: 'SignedIn' })

/** Who may sign in at a screen. */
const operatorListSchema = z.object({
  operators: z.array(z.object({ name: z.string(), role: z.enum(ROLES) })),
})

const grantView = z.object({
  grantId: z.string(),
  version: z.number().int(),
  policy: z.string().meta({ description: 'the text it was issued under, with its version' }),
  merchantId: z.string(),
  merchantKind: z.string(),
  storeId: z.string(),
  storeName: z.string(),
  address: z.string(),
  regionCode: z.string(),
  serial: z.string(),
  deviceType: z.string(),
  industryCategory: z.string(),
  riskLevel: z.string(),
  issuedAtMs: timeMs,
  notBeforeMs: timeMs,
  notAfterMs: timeMs,
  offlineGraceMs: z.number().int(),
  interfaces: z.array(
    z.object({
      interface: paymentInterface,
      attended: z.boolean(),
      approvalRef: z.string(),
      state: z.enum(['open', 'paused', 'closed', 'refused']),
      /** Why it takes no new money now. */
      refusal: z.object({ code: z.string(), check: z.string(), staff: bilingual }).optional(),
    }),
  ),
  channelsAllowed: z.array(z.string()),
  refund: z.string(),
  flags: z.array(z.string()).meta({ description: 'what of it was not understood' }),
})

const counterView = z.object({
  interface: z.union([paymentInterface, z.literal('MICRO_CREDIT')]),
  channel: z.enum(LIMIT_CHANNELS).optional(),
  single: limit.optional(),
  day: limit,
  month: limit,
  spentDayFen: fen,
  spentMonthFen: fen,
  /** Of orders whose result is not known; counted in both. */
  reservedFen: fen,
})

const measureView = z.object({
  measureId: z.string(),
  seq: z.number().int(),
  code: z.string().meta({ description: 'M1 to M10, or as it came when it is not known' }),
  interfaces: z.array(z.string()).meta({ description: 'empty: all' }),
  effectiveAtMs: timeMs,
  deadlineAtMs: timeMs.optional(),
  onDeadline: z.enum(['suspend', 'none']).optional(),
  ackDueAtMs: timeMs.optional(),
  items: z.array(z.string()).meta({ description: 'what M2 asks for' }),
  detail: z.string().optional().meta({ description: 'cycle, delay or channels, in short' }),
  /** Which of these somebody may still do. */
  acknowledgement: z.object({ operator: z.string(), atMs: timeMs, isSent: z.boolean() }).optional(),
  reportedDone: z.object({ operator: z.string(), atMs: timeMs, isSent: z.boolean() }).optional(),
  may: z.array(z.enum(['acknowledge', 'report_done'])),
})

const certificateView = z.object({
  serial: z.string(),
  merchantId: z.string(),
  validFromMs: timeMs,
  validUntilMs: timeMs,
  daysLeft: z.number().int(),
  level: z.enum(['ok', 'soon', 'urgent', 'expired']).meta({
    description: 'soon: 30 days or fewer; urgent: 7 days or fewer',
  }),
  signs: z.boolean().meta({ description: 'charges are signed by it now' }),
  source: z.enum(['imported', 'configured']),
})

const placeView = z.object({
  state: z.enum(['inside', 'outside', 'unknown']),
  source: z.enum(['gnss', 'installed', 'configured', 'network', 'none']),
  sinceMs: timeMs.optional(),
  /** How much longer an unknown place is borne, milliseconds. */
  toleratedMs: z.number().int().optional(),
  distanceM: z.number().optional(),
  accuracyM: z.number().optional(),
  fixAtMs: timeMs.optional(),
  ip: z.string().optional(),
  isInStoreNetwork: z.boolean().optional(),
})

const clockView = z.object({
  kind: z.enum(['trusted', 'none', 'rolled_back']),
  trustedMs: timeMs.optional(),
  wallMs: timeMs,
  /** Wall clock minus trusted time, milliseconds. */
  wallSkewMs: z.number().int().optional(),
  isWallOff: z.boolean(),
  highWaterMs: timeMs.optional(),
  /** Since the service last answered, as counted. */
  offlineMs: z.number().int().optional(),
  /** What is left of the time without the service. */
  graceLeftMs: z.number().int().optional(),
})

const servicesView = z.object({
  mode: z.enum(['open', 'enforced']),
  lifecycle: z.string().optional(),
  standing: z.string().optional(),
  lastContactAtMs: timeMs.optional(),
  waitingEvents: z.number().int(),
})

/** Everything the admin screen draws. */
export const administrationSchema = z
  .object({
    atMs: timeMs,
    terminal: z.object({ id: z.string(), store: z.string(), version: z.string() }),
    services: servicesView,
    /** Why no new money is taken now, the first check that failed. */
    refusal: z.object({ code: z.string(), check: z.string(), staff: bilingual }).optional(),
    grant: grantView.optional(),
    measures: z.array(measureView),
    counters: z.array(counterView).optional().meta({
      description: 'absent: lost, and credit is off until the service says',
    }),
    certificates: z.array(certificateView),
    place: placeView,
    clock: clockView,
    pauses: z.array(
      z.object({
        interface: paymentInterface,
        operator: z.string(),
        reason: z.string(),
        sinceMs: timeMs,
      }),
    ),
    acts: z
      .array(z.object({ atMs: timeMs, what: z.string(), operator: z.string(), reason: z.string() }))
      .meta({ description: 'what was done to the terminal, newest first' }),
  })
  .meta({ id: 'Administration' })

const bySession = { session: operatorSession }
const screens = ['screen', 'admin'] as const
const done = z.object({ done: z.literal(true) })

/** Operations of the admin screen. Each but signing in takes the session of an operator. */
export const ADMIN_OPERATIONS = {
  'operator.list': {
    summary: 'Who may sign in at a screen; empty until the first operator is added',
    scopes: screens,
    http: { method: 'GET', path: '/v1/operators', status: 200 },
    input: z.strictObject({}),
    output: operatorListSchema,
  },
  'operator.sign_in': {
    summary: 'Sign in with name and PIN',
    scopes: screens,
    http: { method: 'POST', path: '/v1/operators/sign-in', status: 200 },
    input: z.strictObject({
      name: z.string().min(1).max(LIMITS.operatorMax),
      pin: z.string().min(1).max(64).meta({ description: 'kept nowhere' }),
    }),
    output: signedInSchema,
  },
  'operator.sign_out': {
    summary: 'End a session',
    scopes: screens,
    http: { method: 'POST', path: '/v1/operators/sign-out', status: 200 },
    input: z.strictObject(bySession),
    output: done,
  },
  'admin.view': {
    summary: 'Grant, measures, certificates, place, clock, counters, pauses',
    scopes: screens,
    http: { method: 'POST', path: '/v1/administration', status: 200 },
    input: z.strictObject({
      ...bySession,
      isIdle: z
        .boolean()
        .default(false)
        .meta({ description: 'the screen asks by itself: does not keep the session alive' }),
    }),
    output: administrationSchema,
  },
  'measure.acknowledge': {
    summary: 'A manager takes note of a measure',
    scopes: screens,
    http: { method: 'POST', path: '/v1/measures/acknowledge', status: 200 },
    input: z.strictObject({ ...bySession, measureId: z.string().min(1).max(64) }),
    output: done,
  },
  'measure.report_done': {
    summary: 'A manager reports that what a measure asks for is done; lifts nothing',
    scopes: screens,
    http: { method: 'POST', path: '/v1/measures/report-done', status: 200 },
    input: z.strictObject({
      ...bySession,
      measureId: z.string().min(1).max(64),
      reason: actReason,
    }),
    output: done,
  },
  'interface.pause': {
    summary: 'Take no new money by an interface for now; this is no closing',
    scopes: screens,
    http: { method: 'POST', path: '/v1/interfaces/pause', status: 200 },
    input: z.strictObject({ ...bySession, interface: paymentInterface, reason: actReason }),
    output: done,
  },
  'interface.resume': {
    summary: 'End a pause',
    scopes: screens,
    http: { method: 'POST', path: '/v1/interfaces/resume', status: 200 },
    input: z.strictObject({ ...bySession, interface: paymentInterface, reason: actReason }),
    output: done,
  },
  'interface.close': {
    summary: 'Close an interface at the gateway, for good; takes the operation password',
    scopes: screens,
    http: { method: 'POST', path: '/v1/interfaces/close', status: 200 },
    input: z.strictObject({
      ...bySession,
      interface: z.union([paymentInterface, z.literal('ALL')]),
      administrator: z.string().min(1).max(64).meta({ description: 'who the gateway knows' }),
      password: z
        .string()
        .min(1)
        .max(64)
        .meta({ description: 'compared at the gateway only; kept nowhere' }),
      reason: actReason,
    }),
    output: z.object({ closed: z.array(z.string()) }),
  },
  'clock.unlock': {
    summary: 'Believe the time of the service again after the clock went back',
    scopes: screens,
    http: { method: 'POST', path: '/v1/clock/unlock', status: 200 },
    input: z.strictObject({ ...bySession, reason: actReason }),
    output: done,
  },
  'admin.record': {
    summary: 'Keep in the journal what a command does to the terminal',
    scopes: ['admin'],
    http: { method: 'POST', path: '/v1/administration/acts', status: 200 },
    input: z.strictObject({
      what: z
        .string()
        .max(160)
        .regex(/^[a-z_]+(\.[a-z_]+)+( \P{C}+)?$/u, 'a dotted name, and what it was done to')
        .meta({ description: 'such as certificate.import 5A01EF; never a secret' }),
      operator: operatorName,
      reason: actReason,
    }),
    output: done,
  },
} as const
