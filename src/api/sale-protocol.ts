import { z } from 'zod'
import { LIMITS } from '../domain/limits.ts'

/** Shapes of a sale, its attempts and refunds, and of what can be wrong with a wish about one. */

const text = z.strictObject({ 'zh-CN': z.string(), en: z.string() })

/** A refusal or a fault. `code` is a dotted code; codes are added over time, never renamed. */
export const problemSchema = z
  .object({
    code: z.string().meta({ description: 'dotted code, for example sale.busy' }),
    moneyTaken: z.enum(['no', 'yes', 'unknown']),
    staff: text.meta({ description: 'what happened and what staff should do' }),
    customer: text.meta({ description: 'what a customer may read' }),
    field: z.string().optional().meta({ description: 'where in the input' }),
    detail: z.string().optional(),
    traceId: z.string().optional(),
    waitMs: z
      .number()
      .int()
      .optional()
      .meta({ description: 'how long every further try is refused, milliseconds' }),
    triesLeft: z
      .number()
      .int()
      .optional()
      .meta({ description: 'tries that are left before it locks' }),
  })
  .meta({ id: 'Problem' })

/** Stands in the description of every text that a caller writes. */
export const NO_CODE =
  'Refused when some run of digits in it could be a payment code: 18 that begin with 10 to 15, 16 to 24 that begin with 25 to 30, or 19 that begin with 62.'

/** A caller's own id of a command. */
export const clientId = z
  .string()
  .regex(/^[\x21-\x7e]+$/, 'printable ASCII without spaces')
  .min(1)
  .max(LIMITS.clientIdMax)
  .meta({
    description: `Made by the caller, once per command. A repeat with the same body returns the first answer; with another body it is refused. ${NO_CODE}`,
  })

export const saleId = z
  .string()
  .regex(/^[0-9a-f-]{36}$/, 'a sale id')
  .meta({ description: 'id of a sale' })

const attemptSchema = z
  .object({
    outTradeNo: z.string(),
    phase: z.string().meta({
      description: 'submitting, paying, confirming, checking, reversing, paid or not_paid',
    }),
    outcome: z.enum(['PAID', 'NOT_PAID', 'UNKNOWN']),
    submittedAtMs: z.number().int(),
    settledAtMs: z.number().int().optional(),
    nextTryAtMs: z.number().int().optional(),
    queries: z.number().int(),
    reversals: z.number().int(),
    overdue: z.boolean().optional().meta({
      description: 'the outcome is still not known long after the charge was sent',
    }),
    problem: problemSchema.optional(),
    gatewayText: z.string().optional(),
    transactionId: z.string().optional(),
    payerTotalFen: z.number().int().optional(),
    paidAt: z.string().optional(),
    refunded: z.boolean().optional().meta({ description: 'somebody refunded some of it' }),
  })
  .meta({ id: 'Attempt' })

const refundSchema = z
  .object({
    outRefundNo: z.string(),
    outTradeNo: z.string().meta({ description: 'the attempt whose money it is' }),
    amountFen: z.number().int(),
    reason: z.string(),
    operator: z.string(),
    wantedAtMs: z.number().int(),
    phase: z.string().meta({
      description:
        'submitting, checking, confirming, processing, abnormal, refunded or not_refunded',
    }),
    outcome: z.enum(['REFUNDED', 'NOT_REFUNDED', 'UNKNOWN']).meta({
      description: 'UNKNOWN until the gateway has said one or the other',
    }),
    nextTryAtMs: z.number().int().optional(),
    settledAtMs: z.number().int().optional(),
    submits: z.number().int().meta({ description: 'requests, all under the same number' }),
    queries: z.number().int(),
    problem: problemSchema.optional(),
    gatewayText: z.string().optional(),
    refundId: z.string().optional(),
    refundedAt: z.string().optional(),
    closedByHand: z
      .object({ operator: z.string(), reason: z.string(), atMs: z.number().int() })
      .optional(),
  })
  .meta({ id: 'Refund' })

/** A sale as callers see it. */
export const saleSchema = z
  .object({
    saleId: z.string(),
    orderRef: z.string().optional(),
    amountFen: z.number().int(),
    currency: z.literal('CNY'),
    description: z.string(),
    createdAtMs: z.number().int(),
    phase: z.enum(['ready', 'armed', 'in_flight', 'paid', 'closed']),
    outcome: z.enum(['PAID', 'NOT_PAID', 'UNKNOWN']).meta({
      description: 'whether money was taken; NOT_PAID while nothing was tried yet',
    }),
    cancelWanted: z.boolean(),
    closedByHand: z
      .object({ operator: z.string(), reason: z.string(), atMs: z.number().int() })
      .optional()
      .meta({ description: 'a manager stopped waiting; the outcome stays UNKNOWN' }),
    problem: problemSchema.optional().meta({
      description: 'why it stopped waiting for a code: new money was refused',
    }),
    face: z
      .object({
        step: z.string().meta({
          description: 'idle, notice, capturing, confirming or recognising',
        }),
        failures: z.number().int().meta({ description: 'tries that led to nothing' }),
        isOff: z.boolean().meta({ description: 'this sale is not paid by face any more' }),
        problem: problemSchema.optional().meta({ description: 'why the last try led to nothing' }),
      })
      .optional()
      .meta({ description: 'face pay, once somebody chose or left it' }),
    traceId: z.string(),
    operator: z.string().optional(),
    attempts: z.array(attemptSchema),
    refunds: z.array(refundSchema).optional(),
    refundedFen: z.number().int().optional().meta({ description: 'certainly given back' }),
    refundableFen: z.number().int().optional().meta({
      description: 'of a paid sale: what may still be given back',
    }),
  })
  .meta({ id: 'Sale' })
