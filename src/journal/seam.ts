import { z } from 'zod'
import type { Seam } from '../ports/journal.ts'

/** The step after which a journal goes on without what it lacks. */
export const JOURNAL_ACCEPTED = 'journal_accepted'

/** What such a step says. */
const schema = z.object({
  operator: z.string().min(1),
  reason: z.string().min(1),
  keyId: z.string(),
  formerKeys: z.array(z.string()),
  missingFrom: z.number().int().min(1).optional(),
  missingTo: z.number().int().min(1).optional(),
})

/** Reads the event of such a step; undefined when it is of another form. */
export function readSeam(
  seq: number,
  atMs: number,
  event: Readonly<Record<string, unknown>>,
): Seam | undefined {
  const read = schema.safeParse(event)
  if (!read.success) return undefined
  const { missingFrom, missingTo, ...said } = read.data
  const missing =
    missingFrom === undefined || missingTo === undefined ? {} : { missingFrom, missingTo }
  return { seq, atMs, ...said, ...missing }
}
