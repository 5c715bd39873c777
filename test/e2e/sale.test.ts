import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findChromium } from '../../main/chromium.mjs'
import type { SaleView } from '../../src/api/protocol.ts'
import { openJournal } from '../../src/journal/node/sqlite-journal.ts'
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
  cashier = await browser.newPage({ viewport: { width: 1920, height: 1080 } })
  customer = await browser.newPage({ viewport: { width: 1024, height: 768 } })
  const { screens } = counter.terminal().ready
  await cashier.goto(screens.cashier)
  await customer.goto(screens.customer)
  await state(cashier, 'ready')
  await state(customer, 'idle')
})
afterAll(async () => {
  await browser?.close()
  await counter?.close()
})

/** Waits until a page shows a state. */
function state(page: Page, wanted: string): Promise<unknown> {
  return page.waitForSelector(`[data-state="${wanted}"]`)
}

/** Types an amount on the cashier's keyboard, as a person does. */
async function collect(amount: string): Promise<void> {
  await cashier.keyboard.type(amount)
  await cashier.keyboard.press('Enter')
  await state(cashier, 'waiting_code')
  await state(customer, 'waiting_code')
}

async function lastSale(): Promise<SaleView> {
  const { sales } = await counter.api<{ sales: SaleView[] }>('GET', '/v1/sales?limit=1')
  const [sale] = sales
  if (!sale) throw new Error('no sale')
  return sale
}

describe('the whole path, with real screens, a real serial line and real processes', () => {
  it('takes 12.30 from the keyboard to PAID on both screens', async () => {
    await collect('12.30')
    expect(await customer.textContent('main, body')).toContain('12.30')
    await counter.scan()
    await state(cashier, 'paid')
    await state(customer, 'paid')
    expect(await lastSale()).toMatchObject({ amountFen: 1_230, outcome: 'PAID' })
  })

  it('asks for the password, and is paid when the customer confirms', async () => {
    await collect('8')
    await counter.scan('password_ok')
    await state(cashier, 'on_phone')
    await state(customer, 'on_phone')
    await state(cashier, 'paid')
  })

  it('says not paid, tells the customer only what to do, and takes another code', async () => {
    await collect('5.55')
    await counter.scan('code_expired')
    await state(cashier, 'not_paid')
    await state(customer, 'not_paid')
    const customerText = await customer.textContent('body')
    expect(customerText).not.toContain('过期')
    expect(customerText).toContain('请重新打开付款码再出示')
    await cashier.keyboard.press('F8')
    await state(cashier, 'waiting_code')
    await counter.scan()
    await state(cashier, 'paid')
    expect((await lastSale()).attempts.map(({ outcome }) => outcome)).toEqual(['NOT_PAID', 'PAID'])
  })

  it('shows UNKNOWN when the answer is lost, and finds out by asking', async () => {
    await collect('3.21')
    await counter.scan('answer_lost')
    await state(cashier, 'unknown')
    expect(await cashier.textContent('main')).toContain('不要')
    await state(cashier, 'paid')
  })

  it('P10: a page that is reloaded, and a terminal that is killed, change no outcome', async () => {
    await collect('7.77')
    await counter.scan('answer_lost')
    await state(cashier, 'unknown')
    await cashier.reload()
    await state(cashier, 'unknown')
    await counter.terminal().kill()
    await cashier.waitForSelector('[data-state="lost"]')
    await counter.startTerminal()
    await state(cashier, 'paid')
    await state(customer, 'paid')
  })

  it('switches the language while a sale runs', async () => {
    await cashier.keyboard.press('F9')
    await cashier.waitForSelector('html[lang="en"]')
    await cashier.keyboard.press('F9')
    await cashier.waitForSelector('html[lang="zh-CN"]')
  })

  it('is unplugged and plugged in again in the middle of a sale', async () => {
    await collect('1.00')
    const scannerLight = '.lights > li:first-child'
    await counter.control('POST', '/sandbox/cable', { plugged: false })
    await cashier.waitForSelector(`${scannerLight}[data-level="bad"]`)
    await counter.control('POST', '/sandbox/cable', { plugged: true })
    await cashier.waitForSelector(`${scannerLight}[data-level="ok"]`)
    await counter.scan()
    await state(cashier, 'paid')
  })

  it('P1 P2 P3 P6: the journal and the ledger agree row by row, and nothing keeps a code', async () => {
    const ledger = await counter.ledger()
    const requests = await counter.control<{ requests?: unknown[] }>('GET', '/sandbox/requests')
    await counter.terminal().stop()
    const dataDir = join(counter.dir, 'terminal')
    const journal = openJournal(join(dataDir, 'journal.db'))
    if (!journal.ok) throw new Error(journal.error.detail)
    const attempts = journal.value.recentSales(100).flatMap((sale) => sale.attempts)
    expect(attempts.length).toBeGreaterThanOrEqual(7)
    expect(journal.value.openSales()).toEqual([])
    for (const attempt of attempts) {
      const row = ledger.find(({ outTradeNo }) => outTradeNo === attempt.outTradeNo)
      const kept = row !== undefined && row.charges === 1 && !row.returned
      expect({ number: attempt.outTradeNo, paid: kept }).toEqual({
        number: attempt.outTradeNo,
        paid: attempt.outcome === 'PAID',
      })
      if (kept)
        expect(row).toMatchObject({
          amountFen: attempt.amountFen,
          transactionId: attempt.transactionId,
        })
    }
    const known = new Set(attempts.map(({ outTradeNo }) => outTradeNo))
    expect(ledger.filter(({ outTradeNo }) => !known.has(outTradeNo))).toEqual([])
    expect(journal.value.verify().ok).toBe(true)
    journal.value.close()

    // Every run of 18 digits that begins like a payment code, in anything the terminal has written.
    const files = readdirSync(dataDir, { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    )
    for (const file of files) {
      const text = readFileSync(join(file.parentPath, file.name)).toString('latin1')
      expect({ file: file.name, codes: text.match(/(?<!\d)1[0-5]\d{16}(?!\d)/g) }).toEqual({
        file: file.name,
        codes: null,
      })
    }
    expect(counter.terminal().output()).not.toMatch(/(?<!\d)1[0-5]\d{16}(?!\d)/)
    expect(JSON.stringify(requests)).not.toMatch(/(?<!\d)1[0-5]\d{16}(?!\d)/)
    await counter.startTerminal()
  })
})
