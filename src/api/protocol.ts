import { z } from 'zod'
import { FACE_ACTS } from '../domain/face.ts'
import { LIMITS } from '../domain/limits.ts'
import { AMOUNT_FEN_MAX } from '../domain/money.ts'
import type { CashierModel, CustomerModel } from '../screen/model.ts'
import { ADMIN_OPERATIONS, operatorSession } from './admin-protocol.ts'
import { clientId, NO_CODE, type problemSchema, saleId, saleSchema } from './sale-protocol.ts'
import { operatorName, reportLanguage, shiftSchema } from './shift-protocol.ts'
import { statusSchema } from './status-protocol.ts'

/**
 * The one protocol of screens, cash registers and rigs. These schemas are the single source of the
 * types, of validation on every transport, and of docs/openapi.json.
 */

/**
 * What a token may be used for: `screen` the cashier's and the admin screen, `customer` the customer's,
 * which watches, and speaks for the customer about face pay alone.
 */
export const SCOPES = ['screen', 'customer', 'register', 'admin', 'rig'] as const
export type Scope = (typeof SCOPES)[number]

export type SaleView = z.infer<typeof saleSchema>
export type ProblemView = z.infer<typeof problemSchema>
export type StatusView = z.infer<typeof statusSchema>

/** At a screen, once there are operators: who is signed in. The name then comes from the session. */
const session = operatorSession.optional().meta({
  description: 'needed at a screen where there are operators; the name then comes from it',
})
const operatorOrSession = (what: string) =>
  operatorName.optional().meta({ description: `${what}; not needed with a session` })

const amountFen = z.number().meta({
  description: `money in fen, an integer from 1 to ${AMOUNT_FEN_MAX}`,
})

const command = { clientId }
const commandOnSale = z.strictObject({ ...command, saleId })

type HttpBinding = {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** Status of a success. */
  readonly status: number
}

/** All but the customer. */
const everybody: readonly Scope[] = ['screen', 'register', 'admin', 'rig']

/** Every operation: what it takes, what it gives, who may call it, and where it is over HTTP. */
export const OPERATIONS = {
  'sale.create': {
    summary: 'Make a sale and, unless told otherwise, arm it for one payment code',
    scopes: everybody,
    http: { method: 'POST', path: '/v1/sales', status: 202 },
    input: z.strictObject({
      ...command,
      amountFen,
      currency: z.string().default('CNY').meta({ description: 'CNY' }),
      description: z
        .string()
        .optional()
        .meta({
          description: `what the customer finds on the bill, at most ${LIMITS.descriptionMax} characters; the store's name when absent. ${NO_CODE}`,
        }),
      orderRef: z
        .string()
        .regex(/^[\x20-\x7e]{1,64}$/, '1 to 64 printable ASCII characters')
        .optional()
        .meta({ description: `the caller's own order number. ${NO_CODE}` }),
      operator: operatorName
        .optional()
        .meta({ description: `who collects it; a shift is counted by operator. ${NO_CODE}` }),
      arm: z.boolean().default(true),
    }),
    output: saleSchema,
  },
  'sale.arm': {
    summary: 'Arm a sale for one payment code, again after a code was not paid',
    scopes: everybody,
    http: { method: 'POST', path: '/v1/sales/{saleId}/arm', status: 202 },
    input: commandOnSale,
    output: saleSchema,
  },
  'sale.cancel': {
    summary: 'Cancel a sale; with a charge in flight this is a request to reverse, not a fact',
    scopes: everybody,
    http: { method: 'POST', path: '/v1/sales/{saleId}/cancel', status: 202 },
    input: commandOnSale,
    output: saleSchema,
  },
  'face.act': {
    summary:
      'An act of the customer about face pay: choose it, agree to the notice, confirm the payment, or leave it for this sale',
    scopes: ['customer', 'screen', 'rig'],
    http: { method: 'POST', path: '/v1/sales/{saleId}/face', status: 202 },
    input: z.strictObject({
      ...command,
      saleId,
      act: z.enum(FACE_ACTS),
      noticeVersion: z
        .string()
        .max(64)
        .optional()
        .meta({ description: 'with consent: version of the notice that was agreed to' }),
      digits: z
        .string()
        .regex(/^\d{4}$/, 'four digits')
        .optional()
        .meta({
          description:
            'with confirm, where they are asked for: the last digits of the phone; kept nowhere',
        }),
    }),
    output: z.object({ saleId: z.string() }).meta({
      description: 'taken; what comes of it is on the screens',
    }),
  },
  'sale.check': {
    summary: 'Ask the gateway now about a sale whose outcome is not known',
    scopes: everybody,
    http: { method: 'POST', path: '/v1/sales/{saleId}/check', status: 202 },
    input: commandOnSale,
    output: saleSchema,
  },
  'sale.dismiss': {
    summary: 'Take a sale off the screens; one without a result goes on being checked',
    scopes: everybody,
    http: { method: 'POST', path: '/v1/sales/{saleId}/dismiss', status: 202 },
    input: commandOnSale,
    output: saleSchema,
  },
  'sale.close': {
    summary:
      'A manager stops waiting for an outcome or a refund; refused while the gateway is being asked',
    scopes: ['admin', 'screen'],
    http: { method: 'POST', path: '/v1/sales/{saleId}/close', status: 200 },
    input: z.strictObject({
      ...command,
      saleId,
      operator: operatorOrSession(`who closes it; kept in the journal. ${NO_CODE}`),
      session,
      reason: z
        .string()
        .trim()
        .min(3)
        .max(200)
        .meta({ description: `why; kept in the journal. ${NO_CODE}` }),
    }),
    output: saleSchema,
  },
  'sale.refund': {
    summary: 'Give back some or all of the money of a paid sale',
    scopes: everybody,
    http: { method: 'POST', path: '/v1/sales/{saleId}/refunds', status: 202 },
    input: z.strictObject({
      ...command,
      saleId,
      amountFen: amountFen.optional().meta({ description: 'fen; all that is left when absent' }),
      outTradeNo: z
        .string()
        .max(LIMITS.outTradeNoMax)
        .optional()
        .meta({ description: 'which attempt, when more than one was paid' }),
      operator: operatorOrSession('who gives it; kept in the journal'),
      session,
      reason: z
        .string()
        .trim()
        .meta({
          description: `why, at most ${LIMITS.refundReasonMax} characters; the customer reads it`,
        }),
    }),
    output: saleSchema,
  },
  'sale.pending': {
    summary: 'Sales whose outcome is not known, and those with a refund under way, oldest first',
    scopes: everybody,
    http: { method: 'GET', path: '/v1/pending', status: 200 },
    input: z.strictObject({}),
    output: z.object({
      atMs: z.number().int(),
      sales: z.array(saleSchema),
      refunding: z.array(saleSchema),
    }),
  },
  'sale.get': {
    summary: 'One sale',
    scopes: everybody,
    http: { method: 'GET', path: '/v1/sales/{saleId}', status: 200 },
    input: z.strictObject({ saleId }),
    output: saleSchema,
  },
  'sale.list': {
    summary: 'Sales, newest first',
    scopes: everybody,
    http: { method: 'GET', path: '/v1/sales', status: 200 },
    input: z.strictObject({
      limit: z.coerce.number().int().min(1).max(LIMITS.listPageMax).default(20),
      before: saleId.optional().meta({ description: 'continue after this sale' }),
    }),
    output: z.object({ sales: z.array(saleSchema) }),
  },
  'shift.current': {
    summary: 'The open shift so far: its money, and what has no result yet',
    scopes: everybody,
    http: { method: 'GET', path: '/v1/shift', status: 200 },
    input: z.strictObject({ language: reportLanguage }),
    output: shiftSchema,
  },
  'shift.close': {
    summary: 'Close the open shift; refused while something has no result and is not carried over',
    scopes: everybody,
    http: { method: 'POST', path: '/v1/shift/close', status: 200 },
    input: z.strictObject({
      ...command,
      operator: operatorOrSession('who does it; kept in the journal and on the report'),
      session,
      number: z
        .number()
        .int()
        .min(1)
        .optional()
        .meta({ description: 'the shift that is meant, so that none is closed by mistake' }),
      carryUnsettled: z
        .boolean()
        .default(false)
        .meta({ description: 'leave what has no result to the next shift' }),
      language: reportLanguage,
    }),
    output: shiftSchema,
  },
  'shift.list': {
    summary: 'Closed shifts, newest first',
    scopes: everybody,
    http: { method: 'GET', path: '/v1/shifts', status: 200 },
    input: z.strictObject({
      limit: z.coerce.number().int().min(1).max(LIMITS.listPageMax).default(20),
      language: reportLanguage,
    }),
    output: z.object({ shifts: z.array(shiftSchema) }),
  },
  'journal.backup': {
    summary:
      'Copy the journal while the terminal runs; the copy is read back before it has its name',
    scopes: ['admin'],
    http: { method: 'POST', path: '/v1/journal/backup', status: 200 },
    input: z.strictObject({
      path: z.string().min(1).max(1_024).meta({
        description: "an absolute path on the terminal's own disk that does not exist yet",
      }),
    }),
    output: z.object({
      path: z.string(),
      rows: z.number().int(),
      bytes: z.number().int(),
    }),
  },
  'status.get': {
    summary: 'Devices, gateway, journal',
    scopes: everybody,
    http: { method: 'GET', path: '/v1/status', status: 200 },
    input: z.strictObject({}),
    output: statusSchema,
  },
  ...ADMIN_OPERATIONS,
} as const satisfies Record<
  string,
  {
    summary: string
    scopes: readonly Scope[]
    http: HttpBinding
    input: z.ZodType
    output: z.ZodType
  }
>

export type OperationName = keyof typeof OPERATIONS
/** What a caller sends, before defaults are filled in. */
export type OperationInput<Name extends OperationName> = z.input<(typeof OPERATIONS)[Name]['input']>
/** What a caller gets. */
export type OperationOutput<Name extends OperationName> = z.output<
  (typeof OPERATIONS)[Name]['output']
>

/**
 * What can be watched, and who may: either screen whole, or every change of a sale. What staff read
 * never goes out under the customer's scope.
 */
export const WATCHERS = {
  cashier: everybody,
  customer: SCOPES,
  sales: everybody,
} as const satisfies Readonly<Record<string, readonly Scope[]>>
export type Topic = keyof typeof WATCHERS

/** A frame from a client over a WebSocket or a MessagePort. */
export const clientFrameSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('call'),
    id: z.number().int().min(0),
    operation: z.string().max(40),
    input: z.unknown(),
  }),
  z.strictObject({ kind: z.literal('watch'), topic: z.enum(['cashier', 'customer', 'sales']) }),
  z.strictObject({ kind: z.literal('ping') }),
])
export type ClientFrame = z.infer<typeof clientFrameSchema>

/** A frame to a client. A watch that is not allowed is answered with the id -1. `pong` answers `ping`, so that a dead link is noticed. */
export type ServerFrame =
  | { readonly kind: 'answer'; readonly id: number; readonly ok: true; readonly value: unknown }
  | {
      readonly kind: 'answer'
      readonly id: number
      readonly ok: false
      readonly problem: ProblemView
    }
  | { readonly kind: 'cashier'; readonly model: CashierModel }
  | { readonly kind: 'customer'; readonly model: CustomerModel }
  | { readonly kind: 'sale'; readonly sale: SaleView }
  | { readonly kind: 'pong' }

/** Name of the WebSocket subprotocol; the token follows as a second one, `token.<token>`. */
export const SUBPROTOCOL = 'guitai.v1'
/** Path of the WebSocket. */
export const WATCH_PATH = '/v1/watch'
