import { z } from 'zod'
import type { RiskTerms } from '../scene/risk.ts'

const count = (least: number, what: string) =>
  z.number().int().min(1).max(100_000).default(least).meta({ description: what })
const window = (usualMs: number) =>
  z
    .number()
    .int()
    .min(60_000)
    .max(86_400_000)
    .default(usualMs)
    .meta({ description: 'window they are counted in, milliseconds' })
const time = (what: string) =>
  z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'HH:MM')
    .meta({ description: `${what}, HH:MM in Shanghai` })
const fen = (what: string) =>
  z
    .number()
    .int()
    .min(1)
    .max(100_000_000)
    .meta({ description: `${what}, fen` })

/** From which counts on a sign of risk is told to the services; all of it proposals, none a rule. */
export const riskSchema = z
  .strictObject({
    openFrom: time('business hours begin').optional(),
    openUntil: time('business hours end').optional(),
    largestFen: fen('largest payment this shop expects; absent: not watched').optional(),
    paidCount: count(60, 'paid sales'),
    paidWindowMs: window(600_000),
    roundUnitFen: fen('a sum that is a whole multiple of this is round').default(10_000),
    roundCount: count(10, 'paid sales of round sums'),
    roundWindowMs: window(3_600_000),
    equalCount: count(6, 'paid sales of one sum within a minute'),
    loopCount: count(3, 'sales refunded whole soon after'),
    loopWithinMs: z
      .number()
      .int()
      .min(60_000)
      .max(86_400_000)
      .default(900_000)
      .meta({ description: 'how soon after the payment that is, milliseconds' }),
    loopWindowMs: window(86_400_000),
    refusedCount: count(3, 'refunds that were refused'),
    refusedWindowMs: window(86_400_000),
  })
  .refine(({ openFrom, openUntil }) => (openFrom === undefined) === (openUntil === undefined), {
    message: 'begin and end are given both or neither',
    path: ['openUntil'],
  })
  .prefault({})
  .meta({ description: 'from which counts on signs of risk are told; no rule gives these numbers' })

const minuteOf = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3))

/** The terms as configured. */
export function riskTerms(config: z.output<typeof riskSchema>): RiskTerms {
  const { openFrom, openUntil } = config
  const isTimed = openFrom !== undefined && openUntil !== undefined
  return {
    hours: isTimed ? { fromMinute: minuteOf(openFrom), toMinute: minuteOf(openUntil) } : undefined,
    largestFen: config.largestFen,
    paid: { count: config.paidCount, windowMs: config.paidWindowMs },
    round: {
      count: config.roundCount,
      windowMs: config.roundWindowMs,
      unitFen: config.roundUnitFen,
    },
    equal: { count: config.equalCount },
    loops: {
      count: config.loopCount,
      windowMs: config.loopWindowMs,
      withinMs: config.loopWithinMs,
    },
    refused: { count: config.refusedCount, windowMs: config.refusedWindowMs },
  }
}
