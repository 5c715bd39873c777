import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SaleView } from '../../src/api/protocol.ts'
import { type Hall, openHall } from './hall.ts'
import type { Till } from './till.ts'

/** Amounts, each with its own scenario. */
const SLOW_FEN = 501
const PASSWORD_FEN = 502
const PLAIN_FEN = 503

let hall: Hall
let till: Till

beforeAll(async () => {
  hall = await openHall(20)
  await script()
  till = hall.till('one')
  await till.start()
})
afterAll(() => hall?.close())

/** The charge waits 20 s for its answer: one second here, in which the gateway dies. */
function script(): Promise<unknown> {
  return hall.script([
    { match: { amountFen: SLOW_FEN }, scenario: 'ok_slowly', params: { seconds: 20 } },
    { match: { amountFen: PASSWORD_FEN }, scenario: 'password_none' },
  ])
}

/** Resolves when the gateway has the order. */
async function arrived(amountFen: number): Promise<void> {
  for (;;) {
    const rows = await hall.ledger()
    if (rows.some((row) => row.amountFen === amountFen)) return
  }
}

const isSettled = ({ attempts }: SaleView) =>
  attempts.length > 0 && attempts.at(-1)?.outcome !== 'UNKNOWN'

/** What the ledger says of the one order of an amount. */
const outcomeOf = async (amountFen: number) => {
  const rows = await hall.ledger()
  const row = rows.find((one) => one.amountFen === amountFen)
  return row !== undefined && row.charges > 0 && !row.returned ? 'PAID' : 'NOT_PAID'
}

describe('the gateway is killed', () => {
  it('P4 in the middle of a charge: the outcome is unknown until it is back, and then known', async () => {
    const { saleId } = await till.command('/v1/sales', { amountFen: SLOW_FEN })
    till.scan()
    await arrived(SLOW_FEN)
    await hall.killSandbox()
    const unknown = await till.saleWhen(
      saleId,
      ({ attempts }) => attempts.at(-1)?.phase === 'checking',
    )
    expect(unknown.outcome).toBe('UNKNOWN')
    await hall.restartSandbox()
    const settled = await till.saleWhen(saleId, isSettled)
    expect(settled.outcome).toBe(await outcomeOf(SLOW_FEN))
    expect(settled.outcome).toBe('PAID')
  })

  it('P2 while the customer is at the password: it is reversed when the gateway is back', async () => {
    await script()
    const { saleId } = await till.command('/v1/sales', { amountFen: PASSWORD_FEN })
    till.scan()
    await till.saleWhen(saleId, ({ attempts }) => attempts.at(-1)?.phase === 'paying')
    await hall.killSandbox()
    await till.saleWhen(saleId, ({ attempts }) => attempts.at(-1)?.phase === 'reversing')
    await hall.restartSandbox()
    const settled = await till.saleWhen(saleId, isSettled)
    expect(settled.outcome).toBe('NOT_PAID')
    expect(await outcomeOf(PASSWORD_FEN)).toBe('NOT_PAID')
    await till.command(`/v1/sales/${saleId}/dismiss`)
  })

  it('P4 before a charge: nothing left, nothing is kept, and money is taken when it is back', async () => {
    await hall.killSandbox()
    const { saleId } = await till.command('/v1/sales', { amountFen: PLAIN_FEN })
    till.scan()
    await till.saleWhen(saleId, ({ attempts }) => attempts.at(-1)?.outcome === 'UNKNOWN')
    await hall.restartSandbox()
    const settled = await till.saleWhen(saleId, isSettled)
    expect(settled.outcome).toBe('NOT_PAID')
    expect(await outcomeOf(PLAIN_FEN)).toBe('NOT_PAID')
    await till.command(`/v1/sales/${saleId}/dismiss`)
    await till.takeMoney(600)
  })
})
