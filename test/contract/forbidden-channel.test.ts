import { afterEach, expect, it } from 'vitest'
import { lastAttempt } from '../../src/domain/sale.ts'
import { GrantedShop } from './granted-shop.ts'
import { until } from './virtual-counter.ts'

let shop: GrantedShop
afterEach(() => shop?.close())

it('M5/violation a credit card behind an order without credit gets its money back, and is reported', async () => {
  shop = await GrantedShop.open()
  await shop.heard()
  await shop.measure('M5', { params: { channels_allowed: ['QUICK', 'BALANCE'] } })
  await until(() => shop.scene.screen === 'no_credit_before_payment')
  const sold = await shop.sell(1_000, 'credit_anyway')
  if (typeof sold === 'string') throw new Error(sold)
  expect(lastAttempt(sold)).toMatchObject({
    ...{ outcome: 'UNKNOWN', phase: 'reversing', noCredit: true },
    ...{ paidBy: 'CREDIT', channelForbidden: true },
  })
  for (let waited = 0; lastAttempt(shop.sale(sold.id))?.outcome === 'UNKNOWN'; waited += 1) {
    if (waited > 60) throw new Error('never settled')
    await shop.pass(1_000, 1_000)
  }
  const attempt = lastAttempt(shop.sale(sold.id))
  expect(attempt).toMatchObject({ outcome: 'NOT_PAID', cause: 'gateway.channel_forbidden' })
  expect(await shop.ledger()).toMatchObject([{ state: 'REVOKED', returned: true }])
  expect(shop.shown.map(({ state }) => state)).not.toContain('paid')
  const violations = async () =>
    (await shop.events()).filter(({ kind }) => kind === 'measure.channel_violation')
  while ((await violations()).length === 0) {
    await shop.pass(200, 200)
  }
  const told = await violations()
  expect(told).toMatchObject([{ trigger: 1, facts: { amount_fen: 1_000, interface: 'MICROPAY' } }])
  // The same sale is paid by a debit card.
  await shop.wish('arm_wanted', sold.id)
  shop.scan('debit_card')
  await until(() => shop.sale(sold.id).phase === 'paid')
  expect(lastAttempt(shop.sale(sold.id))).toMatchObject({ noCredit: true, paidBy: 'QUICK' })
})
