import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lastAttempt } from '../../src/domain/sale.ts'
import { type RunningTerminal, startTerminal } from '../../src/terminal.ts'
import { type IdentityRequest, makeIdentity } from '../support/pay-identities.ts'
import { openVirtualCounter, saleOf, type VirtualCounter, writeChanged } from './virtual-counter.ts'

const MERCHANT = 'CN=1900000001, O=Test'
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

let counter: VirtualCounter
beforeEach(async () => {
  counter = await openVirtualCounter()
})
afterEach(() => counter.close())

/** How often a path was asked for. */
function asked(path: string): number {
  return counter.sandbox.requests(1_000).filter((request) => request.path === path).length
}

/** Writes a merchant certificate of our own making, and its key. */
async function ownCertificate(changes: Partial<IdentityRequest>): Promise<object> {
  const made = await makeIdentity({ name: MERCHANT, kind: 'rsa', ...changes })
  writeFileSync(join(counter.dir, 'own_cert.pem'), made.certificatePem)
  writeFileSync(join(counter.dir, 'own_key.pem'), made.privateKeyPem, { mode: 0o600 })
  return { certificateFile: 'own_cert.pem', privateKeyFile: 'own_key.pem' }
}

describe('a terminal whose reversals and refunds go by v2', () => {
  let terminal: RunningTerminal
  beforeEach(async () => {
    terminal = await counter.start({ gateway: { calls: { reverse: 'v2', refund: 'v2' } } })
  })

  it('reverses a sale that is cancelled in flight, with the client certificate', async () => {
    const { id } = await counter.sell(terminal, 1_230, 'system_error_paid')
    const sale = () => saleOf(terminal, id)
    expect(sale()).toMatchObject({ phase: 'in_flight', attempts: [{ outcome: 'UNKNOWN' }] })
    const cancelled = await terminal.engine.command(
      { kind: 'cancel_wanted', saleId: id },
      { clientId: 'cancel-1', digest: 'cancel' },
    )
    expect(cancelled.ok).toBe(true)
    await counter.passUntil(sale, ({ phase }) => phase === 'closed')
    expect(lastAttempt(sale())).toMatchObject({ phase: 'not_paid', outcome: 'NOT_PAID' })
    expect(asked('/secapi/pay/reverse')).toBeGreaterThan(0)
    expect(counter.sandbox.ledger()).toMatchObject([{ state: 'REVOKED', returned: true }])
    expect(counter.sandbox.refusedClientCertificates()).toEqual({})
  })

  it('refunds, and asks what became of it', async () => {
    const { id } = await counter.sellPaid(terminal, 1_230)
    const refund = await counter.refund(terminal, { saleId: id, amountFen: 430 })
    await counter.passUntil(
      () => saleOf(terminal, id),
      () => refund().phase === 'refunded',
    )
    expect(refund()).toMatchObject({ outcome: 'REFUNDED', submits: 1, amountFen: 430 })
    expect([asked('/secapi/pay/refund'), asked('/pay/refundquery') > 0]).toEqual([1, true])
    expect(counter.sandbox.refusedClientCertificates()).toEqual({})
  })
})

describe('the client certificate, when everything goes by v2', () => {
  const gateway = { calls: { charge: 'v2', query: 'v2', reverse: 'v2', refund: 'v2' } }

  it('that ran out stops a refund before a byte is sent, and nobody was asked', async () => {
    const untilMs = counter.clock.nowMs() + HOUR_MS
    const terminal = await counter.start({ gateway, merchant: await ownCertificate({ untilMs }) })
    const { id } = await counter.sellPaid(terminal, 1_230)
    counter.clock.advance(HOUR_MS)
    const refund = counter.refund(terminal, { saleId: id })
    await expect(refund).rejects.toThrow('keys.certificate_ended')
    expect(saleOf(terminal, id).refunds).toBeUndefined()
    expect(asked('/secapi/pay/refund')).toBe(0)
    expect(counter.sandbox.refusedClientCertificates()).toEqual({})
  })

  it('of another issuer is refused by the gateway, and the refund stays open', async () => {
    const terminal = await counter.start({ gateway, merchant: await ownCertificate({}) })
    const { id } = await counter.sellPaid(terminal, 1_230)
    const refund = await counter.refund(terminal, { saleId: id })
    await counter.passUntil(
      () => saleOf(terminal, id),
      () => refund().awaits === 'timer',
    )
    expect(refund().outcome).toBe('UNKNOWN')
    expect(counter.sandbox.refusedClientCertificates()).toEqual({ client_certificate_foreign: 1 })
  })

  it.each([
    ['missing', () => ({ certificateFile: 'nowhere.pem' }), 'config.file_unreadable'],
    [
      'expired',
      () => ownCertificate({ fromMs: Date.now() - 2 * DAY_MS, untilMs: Date.now() - DAY_MS }),
      'config.certificate_expired',
    ],
    [
      'foreign',
      () => ownCertificate({ name: 'CN=1900000002, O=Test' }),
      'config.certificate_of_other_merchant',
    ],
  ] as const)('that is %s refuses the start, and nobody was asked', async (_what, make, code) => {
    const merchant = await make()
    const configFile = writeChanged(counter.sandbox.terminalConfig, { gateway, merchant })
    const started = await startTerminal({ configFile })
    const field = 'merchant.certificateFile'
    expect(started).toMatchObject({ ok: false, error: { code, field } })
    expect(counter.sandbox.requests()).toEqual([])
    expect(counter.sandbox.refusedClientCertificates()).toEqual({})
  })
})
