import { z } from 'zod'
import { invariant } from '../base/invariant.ts'
import type { Cause } from '../domain/errors.ts'
import { isErrorCode } from '../domain/errors.ts'
import type { FaceCode } from '../domain/face-errors.ts'
import { LIMITS } from '../domain/limits.ts'
import { isOutTradeNo } from '../domain/order-number.ts'
import { isOutRefundNo, reservedFen } from '../domain/refund.ts'
import { FACE_CODE_TYPES, FUNDING_CHANNELS, PAYMENT_INTERFACES, type Sale } from '../domain/sale.ts'

/** Version of the rows this program writes. */
const ROW_VERSION = 1

const fen = z.number().int().min(1)
const time = z.number().int().min(0)
const cause = z.custom<Cause>(
  (value) => typeof value === 'string' && isErrorCode(value),
  'a known code',
)

const attempt = z.strictObject({
  outTradeNo: z.string().refine(isOutTradeNo, 'an out_trade_no'),
  amountFen: fen,
  merchantId: z.string().min(1),
  appId: z.string().min(1),
  storeId: z.string().min(1),
  terminalId: z.string().min(1).optional(),
  interface: z.enum(PAYMENT_INTERFACES),
  face: z.enum(FACE_CODE_TYPES).optional(),
  grantVersion: z.string().min(1),
  noCredit: z.literal(true).optional(),
  submittedAtMs: time,
  waitsFromMs: time.optional(),
  phase: z.enum([
    'submitting',
    'paying',
    'confirming',
    'checking',
    'reversing',
    'paid',
    'not_paid',
  ]),
  outcome: z.enum(['PAID', 'NOT_PAID', 'UNKNOWN']),
  cause: cause.optional(),
  gatewayText: z.string().optional(),
  sent: z.boolean(),
  askedAtMs: time.optional(),
  queries: z.number().int(),
  reversals: z.number().int(),
  reversalsOutstanding: z.number().int().min(0),
  reverseAnsweredAtMs: time.optional(),
  reverseConfirmed: z.boolean(),
  reverseRefused: z.literal(true).optional(),
  refusal: cause.optional(),
  overdue: z.literal(true).optional(),
  step: z.number().int(),
  awaits: z.enum(['answer', 'timer', 'nothing']),
  nextMove: z.enum(['ask', 'undo']).optional(),
  undoNotBeforeMs: time.optional(),
  nextTryAtMs: time.optional(),
  settledAtMs: time.optional(),
  transactionId: z.string().optional(),
  payerTotalFen: z.number().int().min(0).optional(),
  paidAt: z.string().optional(),
  paidBy: z.enum(FUNDING_CHANNELS).optional(),
  channelForbidden: z.literal(true).optional(),
  refunded: z.literal(true).optional(),
})

const refund = z.strictObject({
  outRefundNo: z.string().refine(isOutRefundNo, 'an out_refund_no'),
  outTradeNo: z.string().refine(isOutTradeNo, 'an out_trade_no'),
  amountFen: fen,
  reason: z.string(),
  operator: z.string().min(1),
  wantedAtMs: time,
  waitsFromMs: time.optional(),
  phase: z.enum([
    'submitting',
    'checking',
    'confirming',
    'processing',
    'abnormal',
    'refunded',
    'not_refunded',
  ]),
  outcome: z.enum(['REFUNDED', 'NOT_REFUNDED', 'UNKNOWN']),
  cause: cause.optional(),
  gatewayText: z.string().optional(),
  submits: z.number().int(),
  queries: z.number().int(),
  refusal: cause.optional(),
  unclearAtMs: time.optional(),
  askedAtMs: time.optional(),
  step: z.number().int(),
  awaits: z.enum(['answer', 'timer', 'nothing']),
  nextMove: z.enum(['ask', 'submit']).optional(),
  nextTryAtMs: time.optional(),
  settledAtMs: time.optional(),
  refundId: z.string().optional(),
  refundedAt: z.string().optional(),
  closedByHand: z.strictObject({ operator: z.string(), reason: z.string(), atMs: time }).optional(),
})

const faceCode = z.custom<FaceCode>(
  (value) => typeof value === 'string' && value.startsWith('face.') && isErrorCode(value),
  'a known code of face pay',
)

/** Who agreed to what, and what came of it: no field could hold a picture, a score or a digest (F-19). */
const face = z.strictObject({
  step: z.enum(['idle', 'notice', 'capturing', 'confirming', 'recognising']),
  endsAtMs: time.optional(),
  captures: z
    .array(
      z.strictObject({
        captureId: z.string().regex(/^[0-9a-f]{32}$/),
        consentId: z.string().regex(/^[0-9a-f-]{36}$/),
        noticeVersion: z.string().max(64),
        consentedAtMs: time,
        outTradeNo: z.string().refine(isOutTradeNo, 'an out_trade_no'),
        confirmedAtMs: time.optional(),
        endedAtMs: time.optional(),
        result: z.union([z.enum(['charged', 'code_shown', 'sale_ended']), faceCode]).optional(),
      }),
    )
    .max(LIMITS.faceCapturesMax),
  failures: z.number().int().min(0),
  cause: faceCode.optional(),
  isOff: z.literal(true).optional(),
})

const sale = z.strictObject({
  id: z.string().min(1),
  orderRef: z.string().optional(),
  amountFen: fen,
  description: z.string(),
  operator: z.string().optional(),
  createdAtMs: time,
  traceId: z.string(),
  phase: z.enum(['ready', 'armed', 'in_flight', 'paid', 'closed']),
  attempts: z.array(attempt),
  refunds: z.array(refund).optional(),
  cancelWanted: z.boolean(),
  armedUntilMs: time.optional(),
  face: face.optional(),
  sceneRefusal: z.strictObject({ code: cause, check: z.string(), atMs: time }).optional(),
  closedAtMs: time.optional(),
  closedByHand: z.strictObject({ operator: z.string(), reason: z.string(), atMs: time }).optional(),
})

/**
 * Writes a sale as the journal stores it. What money hangs on is checked here as well as when it is
 * read back; the whole schema is checked on reading only, because this runs between scan and wire.
 */
export function encodeSale(value: Sale): string {
  invariant(isFen(value.amountFen), 'a sale without an amount in whole fen')
  for (const { amountFen, outTradeNo } of value.attempts) {
    invariant(amountFen === value.amountFen, 'an attempt for another amount than its sale')
    invariant(isOutTradeNo(outTradeNo), 'an attempt without an order number')
  }
  checkRefunds(value)
  return JSON.stringify(value)
}

/** No more money is given back than was taken, whatever the rules above this one said. */
function checkRefunds(value: Sale): void {
  const refunds = value.refunds ?? []
  for (const { outRefundNo, outTradeNo, amountFen } of refunds) {
    invariant(isFen(amountFen), 'a refund without an amount in whole fen')
    invariant(isOutRefundNo(outRefundNo), 'a refund without a number')
    const reserved = reservedFen(refunds, outTradeNo)
    invariant(reserved <= value.amountFen, 'refunds of more than was paid')
  }
}

function isFen(amountFen: number): boolean {
  return Number.isSafeInteger(amountFen) && amountFen > 0
}

/** Reads a stored sale; throws when the row is not one. */
export function decodeSale(text: string): Sale {
  // Optional keys are absent, not undefined, in what JSON.parse gives; the schema checked the rest.
  return sale.parse(JSON.parse(text)) as Sale
}

/** What of a sale the hash chain covers with each step. A sale without refunds has seven items. */
export function summarize(value: Sale): readonly (string | number | null)[] {
  const last = value.attempts.at(-1)
  return [
    value.id,
    value.phase,
    value.amountFen,
    last?.outTradeNo ?? null,
    last?.phase ?? null,
    last?.outcome ?? null,
    last?.transactionId ?? null,
    ...(value.refunds ?? []).flatMap(({ outRefundNo, amountFen, phase }) => [
      outRefundNo,
      amountFen,
      phase,
    ]),
  ]
}

/** One step as the chain sees it: a fixed order of fields, so that the text is canonical. */
export function canonicalRow(row: {
  readonly seq: number
  readonly atMs: number
  readonly kind: string
  readonly body: string
}): string {
  return JSON.stringify([ROW_VERSION, row.seq, row.atMs, row.kind, row.body])
}
