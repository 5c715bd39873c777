import { expect, test } from 'vitest'
import {
  judgeRefund,
  type RefundHere,
  type RefundThere,
  type RefundVerdict,
} from '../../../src/bills/judge-refund.ts'

const ASKED = { date: '2026-03-04', terminalId: 'POS01' }
const HERE: RefundHere = {
  ...{ saleId: 'sale', outTradeNo: 'A1', outRefundNo: 'R1', refundFen: 100 },
  standing: 'REFUNDED',
  ...{ firstDay: '2026-03-04', lastDay: '2026-03-04', refundId: '5000' },
}
const THERE: RefundThere = {
  ...{ outTradeNo: 'A1', outRefundNo: 'R1', refundFen: 100, refundState: 'SUCCESS' },
  ...{ refundId: '5000', deviceId: '', rows: 1 },
}
type Side<Type> = Partial<Type> | undefined
const OVER_MIDNIGHT = { firstDay: '2026-03-04', lastDay: '2026-03-05' }

const CASES: readonly [string, Side<RefundHere>, Side<RefundThere>, RefundVerdict][] = [
  ['given on both sides', {}, {}, 'matched'],
  ['given, the bill is from before it ended', {}, { refundState: 'PROCESSING' }, 'matched'],
  ['on its way on both sides', { standing: 'UNKNOWN' }, { refundState: 'PROCESSING' }, 'matched'],
  ['taken and given up', { standing: 'CLOSED' }, { refundState: 'PROCESSING' }, 'matched'],
  ['failed on both sides', { standing: 'NOT_REFUNDED' }, { refundState: 'FAIL' }, 'matched'],
  ['abnormal on both sides', { standing: 'UNKNOWN' }, { refundState: 'CHANGE' }, 'matched'],
  ['without a gateway number here', { refundId: '' }, {}, 'matched'],
  ['refused here, given there', { standing: 'NOT_REFUNDED' }, {}, 'state_differs'],
  [
    'refused here, taken there',
    { standing: 'NOT_REFUNDED' },
    { refundState: 'PROCESSING' },
    'state_differs',
  ],
  ['unknown here, given there', { standing: 'UNKNOWN' }, {}, 'state_differs'],
  ['closed here, given there', { standing: 'CLOSED' }, {}, 'state_differs'],
  ['given here, failed there', {}, { refundState: 'FAIL' }, 'state_differs'],
  [
    'abnormal there, refused here',
    { standing: 'NOT_REFUNDED' },
    { refundState: 'CHANGE' },
    'state_differs',
  ],
  ['a state nobody knows', {}, { refundState: 'MAYBE' }, 'state_differs'],
  ['no state', {}, { refundState: '' }, 'state_differs'],
  ['another amount', {}, { refundFen: 99 }, 'amount_differs'],
  ['another gateway number', {}, { refundId: '5001' }, 'refund_id_differs'],
  ['twice in the bill', {}, { rows: 2 }, 'repeated_there'],
  ['of another terminal', undefined, { deviceId: 'POS02' }, 'elsewhere'],
  ["of this terminal's device", undefined, { deviceId: 'POS01' }, 'missing_here'],
  ['given here only', {}, undefined, 'missing_there'],
  ['given here only, over midnight', OVER_MIDNIGHT, undefined, 'other_day'],
  [
    'given here on another day',
    { firstDay: '2026-03-05', lastDay: '2026-03-06' },
    undefined,
    'quiet',
  ],
  ['refused here only', { standing: 'NOT_REFUNDED' }, undefined, 'quiet'],
  ['given up here only', { standing: 'CLOSED' }, undefined, 'quiet'],
  ['unknown here only', { standing: 'UNKNOWN' }, undefined, 'unresolved_here'],
]

test.each(CASES)('%s', (_name, here, there, verdict) => {
  const both = {
    ...(here && { here: { ...HERE, ...here } }),
    ...(there && { there: { ...THERE, ...there } }),
  }
  expect(judgeRefund(both, false, ASKED)).toBe(verdict)
})

test('of an order of this terminal, given by somebody else', () => {
  expect(judgeRefund({ there: THERE }, true, ASKED)).toBe('missing_here')
})
