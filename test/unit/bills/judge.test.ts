import { expect, test } from 'vitest'
import { type Here, judge, type There, type Verdict } from '../../../src/bills/judge.ts'

const ASKED = { date: '2026-03-04', terminalId: 'POS01' }
const HERE: Here = {
  saleId: 'sale',
  outTradeNo: 'A1',
  amountFen: 100,
  outcome: 'PAID',
  day: '2026-03-04',
  transactionId: 'T1',
}
const THERE: There = {
  outTradeNo: 'A1',
  amountFen: 100,
  paidRows: 1,
  revokedRows: 0,
  deviceId: 'POS01',
  transactionId: 'T1',
  amountsDiffer: false,
}
const REVOKED = { paidRows: 0, revokedRows: 1 }
type Side<Type> = Partial<Type> | undefined

const CASES: readonly [string, Side<Here>, Side<There>, Verdict][] = [
  ['paid on both sides', {}, {}, 'matched'],
  ['paid late in the evening, booked the next day', { day: '2026-03-03' }, {}, 'matched'],
  ['another amount', {}, { amountFen: 101 }, 'amount_differs'],
  ['two amounts', {}, { amountsDiffer: true }, 'amount_differs'],
  ['another transaction', {}, { transactionId: 'T2' }, 'transaction_differs'],
  ['reversed, REVOKED alone', { outcome: 'NOT_PAID' }, REVOKED, 'matched'],
  ['reversed, beside SUCCESS', { outcome: 'NOT_PAID' }, { revokedRows: 1 }, 'matched'],
  ['reversed here, paid there', { outcome: 'NOT_PAID' }, {}, 'state_differs'],
  ['paid here, reversed there', {}, REVOKED, 'state_differs'],
  ['unknown here, paid there', { outcome: 'UNKNOWN' }, {}, 'state_differs'],
  ['paid twice there', {}, { paidRows: 2 }, 'repeated_there'],
  ['this device, unknown here', undefined, {}, 'missing_here'],
  ['another device', undefined, { deviceId: 'POS02' }, 'elsewhere'],
  ['paid here only', {}, undefined, 'missing_there'],
  ['paid here on another day', { day: '2026-03-05' }, undefined, 'quiet'],
  ['not paid here only', { outcome: 'NOT_PAID' }, undefined, 'quiet'],
  ['unknown here only', { outcome: 'UNKNOWN' }, undefined, 'unresolved_here'],
]

test.each(CASES)('%s', (_name, here, there, verdict) => {
  const result = judge(here && { ...HERE, ...here }, there && { ...THERE, ...there }, ASKED)
  expect(result).toBe(verdict)
})
