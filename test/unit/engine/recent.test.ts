import { describe, expect, it } from 'vitest'
import { asRecent, RECENT_MAX, remember } from '../../../src/engine/recent.ts'
import { paidAttempt, refundOf, saleOf } from '../../support/sales.ts'

const paid = (id: string) => saleOf([paidAttempt()], { id, phase: 'paid' })
const refunding = (id: string) => ({
  ...paid(id),
  refunds: [refundOf({ phase: 'processing', outcome: 'UNKNOWN', awaits: 'answer' })],
})
const ids = ['8', '7', '6', '5', '4', '3', '2', '1']
const full = ids.map((id) => asRecent(paid(id)))

describe('the list of last sales', () => {
  it('has the newest payment first', () => {
    const [first, ...rest] = remember(full, paid('9'))
    expect(first?.saleId).toBe('9')
    expect(rest).toHaveLength(RECENT_MAX - 1)
  })

  it('shows a refund where its sale stands', () => {
    const after = remember(full, refunding('3'))
    expect(after.map(({ saleId }) => saleId)).toEqual(ids)
    expect(after[5]).toMatchObject({ outcome: 'PAID', refund: { state: 'under_way' } })
  })

  it('is not pushed on by questions about refunds of older sales', () => {
    expect(remember(full, refunding('0'))).toEqual(full)
  })
})
