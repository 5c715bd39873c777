import { z } from 'zod'
import { LIMITS } from '../domain/limits.ts'

/** Shapes of the operations on shifts. */

const sum = z.object({ count: z.number().int(), amountFen: z.number().int() })

/** A shift as callers see it. */
export const shiftSchema = z
  .object({
    number: z.number().int().meta({ description: 'counts from 1, without a gap' }),
    state: z.enum(['open', 'closed']),
    fromMs: z.number().int(),
    toMs: z.number().int().meta({ description: 'when it was closed; now while it is open' }),
    operator: z.string().optional().meta({ description: 'who closed it' }),
    payments: sum.meta({ description: 'payments that became certain in this shift' }),
    refunds: sum.meta({ description: 'refunds that became certain in this shift' }),
    netFen: z.number().int().meta({ description: 'payments less refunds; may be negative' }),
    totals: z
      .array(
        z.object({
          kind: z.enum(['payment', 'refund']),
          interface: z.string(),
          operator: z.string().nullable().meta({ description: 'null when nobody was named' }),
          count: z.number().int(),
          amountFen: z.number().int(),
        }),
      )
      .meta({ description: 'the same money by kind, interface and operator' }),
    unsettled: z
      .array(
        z.object({
          kind: z.enum(['sale', 'refund']),
          saleId: z.string(),
          number: z.string().meta({ description: 'out_trade_no or out_refund_no' }),
          amountFen: z.number().int(),
          sinceMs: z.number().int(),
          orderRef: z.string().optional(),
          operator: z.string().nullable(),
        }),
      )
      .meta({ description: 'without a result, and in no total; oldest first' }),
    columns: z.number().int().meta({ description: 'half-width columns of `text`' }),
    text: z.array(z.string()).meta({ description: 'the report to print, line by line' }),
    rows: z
      .array(
        z.object({
          role: z.enum(['title', 'heading', 'pair', 'sum', 'small', 'rule', 'double_rule']),
          left: z.string(),
          right: z.string(),
        }),
      )
      .meta({ description: 'the same report for a page that lays it out by itself' }),
  })
  .meta({ id: 'Shift' })
export type ShiftView = z.infer<typeof shiftSchema>

/** The language of the report. */
export const reportLanguage = z
  .enum(['zh-CN', 'en'])
  .default('zh-CN')
  .meta({ description: 'language of `text` and `rows`' })

/** A person's name as the journal keeps it. */
export const operatorName = z
  .string()
  .trim()
  .min(1)
  .max(LIMITS.operatorMax)
  .regex(/^\P{C}*$/u, 'no control characters')
  .meta({ description: 'who does it; kept in the journal and on the report' })
