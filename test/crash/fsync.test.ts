import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Hall, openHall } from './hall.ts'
import { askedBytes, type SystemCall, traceProcess } from './system-calls.ts'
import type { Till } from './till.ts'

/** A signed request is longer than this, and nothing else that goes to the gateway when idle is. */
const REQUEST_BYTES = 700

let hall: Hall
let till: Till

beforeAll(async () => {
  hall = await openHall(1)
  till = hall.till('one')
  await till.start()
})
afterAll(() => hall?.close())

const isLogWrite = ({ name, rest }: SystemCall) =>
  name.startsWith('pwrite') && /^\d+<[^>]*journal\.db-wal>/.test(rest)

/** What a traced terminal did for a request of which `number` is the number, from outside. */
function order(calls: readonly SystemCall[], number: string) {
  const isRequest = (call: SystemCall) =>
    call.phase !== 'ended' &&
    call.rest.includes(`:${hall.gatewayPort}]>`) &&
    askedBytes(call) >= REQUEST_BYTES
  const request = calls.findIndex(isRequest)
  const before = calls.slice(0, request)
  const written = before.findIndex((call) => isLogWrite(call) && call.rest.includes(number))
  const lastWrite = before.findLastIndex(isLogWrite)
  // The main thread does both, so the end of a sync that was cut in two is its own.
  const synced = before.findLastIndex(
    ({ name, phase, rest }) =>
      /^f(data)?sync$/.test(name) &&
      (phase === 'ended' || (phase === 'whole' && rest.includes('journal.db-wal'))) &&
      / = 0$/.test(rest),
  )
  return { request, written, lastWrite, synced }
}

/** Number and last write are in the log, and a sync of it has ended, before the request begins. */
function expectDurableFirst(calls: readonly SystemCall[], number: string): void {
  const { request, written, lastWrite, synced } = order(calls, number)
  expect(request, 'a request was seen').toBeGreaterThan(-1)
  expect(written, 'its number was written before').toBeGreaterThan(-1)
  expect(synced, 'the log was on the disk before').toBeGreaterThan(lastWrite)
}

describe('the system calls of a terminal', () => {
  it('P1 the attempt is on the disk before a byte of its charge is on the wire', async (ctx) => {
    // The first sale leaves a connection that the second one uses.
    const first = await till.takeMoney(100)
    await till.command(`/v1/sales/${first.saleId}/dismiss`)
    const { saleId } = await till.command('/v1/sales', { amountFen: 200 })
    const trace = await traceProcess(till.pid, join(hall.dir, 'charge.strace'))
    if (typeof trace === 'string') return ctx.skip(trace)
    till.scan()
    const paid = await till.saleWhen(saleId, ({ outcome }) => outcome === 'PAID')
    expectDurableFirst(await trace.end(), paid.attempts[0]?.outTradeNo ?? '?')
  })

  it('P1 a refund is on the disk before a byte of its request is on the wire', async (ctx) => {
    const { saleId } = await till.takeMoney(300)
    const trace = await traceProcess(till.pid, join(hall.dir, 'refund.strace'))
    if (typeof trace === 'string') return ctx.skip(trace)
    const refund = { operator: 'manager', reason: 'returned goods' }
    await till.command(`/v1/sales/${saleId}/refunds`, refund)
    const taken = await till.saleWhen(saleId, ({ refunds }) => refunds?.[0]?.refundId !== undefined)
    expectDurableFirst(await trace.end(), taken.refunds?.[0]?.outRefundNo ?? '?')
  })
})
