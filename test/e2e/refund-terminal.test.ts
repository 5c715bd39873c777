import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { findChromium } from '../../main/chromium.mjs'
import type { SaleView } from '../../src/api/protocol.ts'
import { CHROMIUM_ARGUMENTS } from '../support/chromium.ts'
import { type Counter, openCounter } from '../support/counter.ts'

let counter: Counter
let browser: Browser
let cashier: Page
let customer: Page

beforeAll(async () => {
  counter = await openCounter()
  browser = await chromium.launch({
    executablePath: findChromium() as string,
    args: CHROMIUM_ARGUMENTS,
  })
  cashier = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  customer = await browser.newPage({ viewport: { width: 1024, height: 768 } })
  const { screens } = counter.terminal().ready
  await cashier.goto(screens.cashier)
  await customer.goto(screens.customer)
  await cashier.waitForSelector('[data-state="ready"]')
  cashier.setDefaultTimeout(15_000)
})
afterAll(async () => {
  await browser?.close()
  await counter?.close()
})

/** Takes an amount with a code that is paid at once. */
async function pay(amount: string): Promise<void> {
  await cashier.keyboard.type(amount)
  await cashier.keyboard.press('Enter')
  await cashier.waitForSelector('[data-state="waiting_code"]')
  await counter.scan()
  await cashier.waitForSelector('[data-state="paid"]')
}

/** From the panel to the question, for the newest sale. */
async function askFor(amount: string): Promise<void> {
  await cashier.keyboard.press('F3')
  await cashier.waitForSelector('.refund-sale')
  await cashier.locator('.refund-sale').first().click()
  await cashier.waitForSelector('.refund-form')
  const name = cashier.locator('.refund-fields input').last()
  if ((await name.inputValue()) === '') await name.fill('张敏')
  await cashier.locator('.refund-reason').first().click()
  await cashier.keyboard.type(amount)
  await cashier.keyboard.press('Enter')
  await cashier.waitForSelector('.refund-confirm')
}

async function lastSale(): Promise<SaleView> {
  const { sales } = await counter.api<{ sales: SaleView[] }>('GET', '/v1/sales?limit=1')
  const [sale] = sales
  if (!sale) throw new Error('no sale')
  return sale
}

it('gives a part back, and the screen follows it to its end', async () => {
  await pay('45.50')
  await askFor('20')
  await cashier.keyboard.press('F4')
  await cashier.waitForSelector('[data-refund="processing"]')
  // The money is on its way for some seconds; F6 asks now instead of in a while.
  await expect
    .poll(
      async () => {
        await cashier.keyboard.press('F6')
        return cashier.locator('main').getAttribute('data-refund')
      },
      { timeout: 30_000, interval: 500 },
    )
    .toBe('refunded')
  expect(await lastSale()).toMatchObject({
    refundedFen: 2_000,
    refundableFen: 2_550,
    refunds: [{ amountFen: 2_000, operator: '张敏', reason: '商品退货', outcome: 'REFUNDED' }],
  })
  await cashier.keyboard.press('F2')
  await cashier.waitForSelector('.pad')
  expect(await cashier.locator('.refund-mark').first().textContent()).toBe('已退 20.00')
})

it('P10: a page that is reloaded in the middle loses nothing and sends nothing twice', async () => {
  await pay('900')
  // This amount is taken by the gateway, whose answer is then lost.
  await askFor('800.16')
  await cashier.keyboard.press('F4')
  await cashier.reload()
  const { saleId } = await lastSale()
  await cashier.waitForSelector('.recent [data-refund]')
  await counter.saleWhen(saleId, ({ refunds }) => (refunds?.at(-1)?.queries ?? 0) > 0)
  await expect
    .poll(
      async () => {
        await counter.api('POST', `/v1/sales/${saleId}/check`, { clientId: crypto.randomUUID() })
        return (await lastSale()).refundedFen
      },
      { timeout: 30_000, interval: 500 },
    )
    .toBe(80_016)
  await cashier.waitForSelector('.recent [data-refund="done"]')
  const sale = await lastSale()
  expect(sale.refunds).toHaveLength(1)
})

it('a sale that a register makes closes the view, and nothing is sent', async () => {
  await pay('3')
  await askFor('1')
  const made = { clientId: 'register-1', amountFen: 500 }
  const { saleId } = await counter.api<SaleView>('POST', '/v1/sales', made)
  await cashier.waitForSelector('[data-state="waiting_code"]')
  await cashier.keyboard.press('F4')
  const { sales } = await counter.api<{ sales: SaleView[] }>('GET', '/v1/sales?limit=2')
  expect(sales.map(({ refunds }) => refunds)).toEqual([undefined, undefined])
  await counter.api('POST', `/v1/sales/${saleId}/cancel`, { clientId: 'register-2' })
  await cashier.waitForSelector('[data-state="ready"]')
})

it('the screen of the customer shows nothing of a refund', async () => {
  await pay('900')
  const before = await customer.textContent('body')
  // This amount is given back in the gateway's first answer.
  await askFor('800.02')
  await cashier.keyboard.press('F4')
  await cashier.waitForSelector('[data-refund="refunded"].refund-standing')
  const after = await customer.textContent('body')
  expect(before).not.toContain('退')
  expect(after).not.toContain('退')
})
