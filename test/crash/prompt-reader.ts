import { randomInt } from 'node:crypto'
import type { Clock } from '../../src/ports/clock.ts'
import type { FaceOrder, FaceReader, FaceReaderEvent, FaceTerms } from '../../src/ports/face.ts'
import { mintPaymentCode } from '../../src/sandbox/node/simulated-scanner.ts'

/** What a grant would say of face pay. */
export const CRASH_FACE_TERMS: FaceTerms = {
  confirm: 'on_phone',
  livenessProfile: 'rehearsal-1',
  sealingKeySha256: '00'.repeat(32),
  notice: { version: '1', handler: 'test', contact: 'test', recipient: 'test' },
}

/** How long it takes for a face and for a code, milliseconds of the harness's fast time. */
const TELLS_AFTER_MS = 3_000

/**
 * A reader that sees a face at once and has a code for it, unless the point where the program has to end
 * is one that only a failure or silence leads to.
 *
 * @param point gives the point where the program has to end, or nothing
 */
export function promptReader(clock: Clock, point: () => string): FaceReader {
  let current: { order: FaceOrder; tell: (event: FaceReaderEvent) => void } | undefined
  const tellLater = (event: FaceReaderEvent) => {
    const asked = current
    clock.after(TELLS_AFTER_MS, () => {
      if (asked !== undefined && asked === current) asked.tell(event)
    })
  }
  return {
    readiness: () => ({ kind: 'ready', guidedBy: 'page' }),
    onReadiness: () => () => {},
    capture(order, tell) {
      current = { order, tell }
      if (/append:face_expired/.test(point())) return
      const isFailing = /append:face_failed|effect:finish_face/.test(point())
      tellLater(isFailing ? { kind: 'failed', cause: 'face.not_live' } : { kind: 'captured' })
    },
    confirm() {
      const code = mintPaymentCode(undefined, () => randomInt(2 ** 31) / 2 ** 31)
      tellLater({ kind: 'code', credential: { code, type: 'payment_code' } })
    },
    finish() {
      current = undefined
    },
    close: async () => {},
  }
}
