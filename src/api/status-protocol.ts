import { z } from 'zod'

/** Shape of what the terminal says of itself. */

const scannerStatus = z.object({
  id: z.string(),
  phase: z.enum(['searching', 'opening', 'open', 'lost', 'closed']),
  enabled: z.boolean(),
  port: z.string().optional(),
  detail: z.string().optional(),
  labels: z.number().int(),
  dropped: z.record(z.string(), z.number().int()),
  reconnects: z.number().int(),
})

const gatewayStatus = z.object({
  state: z.enum(['unknown', 'ok', 'failing']),
  host: z.enum(['primary', 'backup']).optional(),
  lastAnswerAtMs: z.number().int().optional(),
  lastCause: z.string().optional(),
  clockSkewMs: z.number().int().optional(),
  certificateExpiresAtMs: z.number().int().optional(),
})

const journalStatus = z.object({
  state: z.enum(['ok', 'failing']),
  rows: z.number().int(),
  openSales: z.number().int(),
  synchronous: z.string(),
  code: z.string().optional().meta({ description: 'why it fails, for example journal.damaged' }),
  detail: z.string().optional(),
})

const sceneStatus = z.object({
  mode: z.enum(['open', 'enforced']).meta({ description: 'open: no terminal services configured' }),
  grantVersion: z.string(),
  grantId: z.string().optional(),
  grantEndsAtMs: z.number().int().optional(),
  measures: z.array(
    z.object({
      code: z.string(),
      deadlineAtMs: z.number().int().optional(),
      items: z.array(z.string()).optional().meta({ description: 'what M2 wants put right' }),
      acknowledged: z.literal(true).optional().meta({ description: 'a manager has taken note' }),
    }),
  ),
  screen: z.string().meta({ description: 'row of the table of measures the screens follow' }),
  lastContactAtMs: z.number().int().optional(),
  offered: z.array(z.string()).meta({ description: 'interfaces that take new money now' }),
  ceilingFen: z.number().int().optional().meta({ description: 'the most one payment may be now' }),
  refusal: z
    .object({ code: z.string(), check: z.string() })
    .optional()
    .meta({ description: 'why no new money is taken now: the first check that failed' }),
})

/** Devices, gateway and journal as callers see them. */
export const statusSchema = z
  .object({
    terminal: z.object({ id: z.string(), store: z.string(), version: z.string() }),
    state: z.enum(['running', 'stopped']),
    startedAtMs: z.number().int(),
    pending: z.number().int().meta({ description: 'sales whose outcome is not known' }),
    refunding: z.number().int().meta({ description: 'sales with a refund under way' }),
    scanners: z.array(scannerStatus),
    gateway: gatewayStatus,
    journal: journalStatus,
    scene: sceneStatus,
  })
  .meta({ id: 'Status' })
