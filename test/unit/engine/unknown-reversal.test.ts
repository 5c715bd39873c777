import { expect, it } from 'vitest'
import { WAITS } from '../../../src/domain/waits.ts'
import { paidAnswer } from '../../support/scripted-gateway.ts'
import { CODE, openTill } from '../../support/till.ts'

it('P4: a reversal refused by a code of no table may have been carried out: money found after it is not kept', async () => {
  const till = await openTill()
  const { gateway, scanner, clock } = till
  const sale = await till.sell()
  scanner.present(CODE)
  await gateway.last().answer({ kind: 'failed' })
  clock.advance(WAITS.reverseNotBeforeMs)
  expect(gateway.last().kind).toBe('reverse')
  const refused = { kind: 'unknown', cause: 'gateway.unknown_code', sent: true } as const
  await gateway.last().answer({ ...refused, status: 400, wireCode: 'SOMETHING_NEW' })
  clock.advance(WAITS.reverseRetryMs[0])
  expect(gateway.last().kind).toBe('query')
  await gateway.last().answer(paidAnswer(gateway.last()))
  expect(till.sale(sale.id).phase).toBe('in_flight')
  expect(gateway.last().kind).toBe('reverse')
  await gateway
    .last()
    .answer({ kind: 'unknown', cause: 'gateway.check_refused', sent: true, status: 403 })
  clock.advance(WAITS.reverseRetryMs[1])
  await gateway.last().answer({ kind: 'closed' })
  expect(till.sale(sale.id).attempts[0]).toMatchObject({ outcome: 'NOT_PAID' })
  await till.close()
})
