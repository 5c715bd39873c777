import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { SaleView } from '../../src/api/protocol.ts'
import { PHASES, paidSale, refundedSale, saleIdOf, tillWithRefunds } from './refund-fixtures.ts'
import { modelOf, sceneNamed } from './screens-fixtures.ts'
import {
  buildScreens,
  openChromium,
  pageAddress,
  type ScreensServer,
  serveScreens,
} from './screens-server.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let folder: string
let browser: Browser
let server: ScreensServer
let context: BrowserContext
let complaints: string[]
let sale: SaleView
let sales: readonly SaleView[]

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'guitai-refund-view-'))
  await buildScreens(folder)
  browser = await openChromium()
})
afterAll(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true, force: true })
})

beforeEach(async () => {
  complaints = []
  sale = paidSale()
  sales = [...Array(50).keys()].map((index) => paidSale(index))
  server = await serveScreens(folder, tillWithRefunds())
  server.answer = (operation) => ({ kind: 'answer', ok: true, value: answerTo(operation) })
})
afterEach(async () => {
  await context.close()
  await server.close()
})

function answerTo(operation: string): unknown {
  if (operation === 'sale.list') return { sales }
  if (operation === 'sale.refund') sale = refundedSale('processing', 4_550)
  return sale
}

type Look = Parameters<Browser['newContext']>[0] & { readonly language?: string }

async function openTill({ language = 'zh-CN', ...look }: Look = {}): Promise<Page> {
  context = await browser.newContext({ viewport: { width: 1024, height: 600 }, ...look })
  const page = await context.newPage()
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  await page.goto(pageAddress(server, 'cashier', `?language=${language}`))
  await page.waitForSelector('html[data-painted-revision]')
  return page
}

/** Opens the first of the last sales, and says who and why. */
async function fill(page: Page): Promise<void> {
  await page.locator('button.recent-row').first().click()
  await page.waitForSelector('.refund-form')
  await page.keyboard.type('张敏')
  await page.locator('.refund-reason').first().click()
}

const sent = (operation: string) => server.calls.filter((call) => call.operation === operation)

test('a part is given back by keyboard alone', async () => {
  const page = await openTill()
  await page.keyboard.press('F3')
  await page.waitForSelector('.refund-sale')
  await page.keyboard.type('1041')
  expect(await page.locator('.refund-sale').count()).toBe(1)
  await page.keyboard.press('Enter')
  await page.waitForSelector('.refund-form')
  await page.keyboard.type('张敏')
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Space')
  await page.keyboard.type('12.3')
  expect(await page.locator('.amount').first().textContent()).toContain('12.3')
  await page.keyboard.press('Enter')
  await page.waitForSelector('.refund-confirm')
  const question = await page.locator('main').textContent()
  for (const words of ['12.30', '张敏', 'A-1041', '不能撤回']) expect(question).toContain(words)
  await page.keyboard.press('F4')
  await page.waitForSelector('[data-refund="processing"]')
  expect(sent('sale.refund').map(({ input }) => input)).toEqual([
    {
      saleId: saleIdOf(0),
      amountFen: 1_230,
      operator: '张敏',
      reason: expect.any(String),
      clientId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    },
  ])
  await page.keyboard.press('F2')
  await page.waitForSelector('.pad')
  expect(await page.locator('.entry-text').textContent()).toBe('0.00')
  expect(complaints).toEqual([])
})

test('Enter and Space never give money, a double tap and a held key give it once', async () => {
  const page = await openTill()
  await fill(page)
  await page.locator('.key-collect').dblclick()
  await page.waitForSelector('.refund-confirm')
  for (const key of ['Enter', ' ']) await page.keyboard.press(key)
  await page.locator('.refund-give').focus()
  for (const key of ['Enter', ' ', 'Enter']) await page.keyboard.press(key)
  expect(sent('sale.refund')).toEqual([])
  await page.keyboard.press('Escape')
  expect(await page.locator('.refund-reason input').first().isChecked()).toBe(true)
  await page.keyboard.press('F8')
  await page.locator('.refund-give').dblclick()
  await page.keyboard.down('F4')
  await page.keyboard.down('F4')
  await page.waitForSelector('[data-refund="processing"]')
  expect(sent('sale.refund')).toHaveLength(1)
})

test('older sales are read a page at a time', async () => {
  const page = await openTill()
  await page.keyboard.press('F3')
  await expect.poll(() => page.locator('.refund-sale').count()).toBe(50)
  sales = [paidSale(60)]
  await page.keyboard.press('F7')
  await expect.poll(() => page.locator('.refund-sale').count()).toBe(51)
  expect(sent('sale.list').map(({ input }) => input)).toEqual([
    { limit: 50 },
    { limit: 50, before: saleIdOf(49) },
  ])
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect.poll(() => sent('sale.get').length).toBe(1)
  expect(sent('sale.get')[0]?.input).toEqual({ saleId: saleIdOf(1) })
})

test('a sale that is armed closes the view, and keeps it shut', async () => {
  const page = await openTill()
  await fill(page)
  await page.keyboard.press('F8')
  await page.waitForSelector('.refund-confirm')
  server.show(tillWithRefunds(2, 'waiting_code'))
  await page.waitForSelector('.panel[data-state="waiting_code"]')
  // A press that was meant for the question cancels no sale either.
  for (const key of ['F3', 'F4']) await page.keyboard.press(key)
  expect(await page.locator('[data-act="refund"]').isDisabled()).toBe(true)
  expect(await page.locator('button.recent-row').first().isDisabled()).toBe(true)
  expect(await page.locator('.refund').count()).toBe(0)
  expect([...sent('sale.refund'), ...sent('sale.cancel')]).toEqual([])
  await expect
    .poll(
      async () => {
        await page.keyboard.press('F4')
        return sent('sale.cancel').length
      },
      { timeout: 10_000 },
    )
    .toBeGreaterThan(0)
})

test('a line that breaks after the press repeats the same press', async () => {
  const page = await openTill()
  await fill(page)
  await page.keyboard.press('F8')
  await page.waitForSelector('.refund-confirm')
  server.isMute = true
  await page.keyboard.press('F4')
  await expect.poll(() => sent('sale.refund').length).toBe(1)
  server.isMute = false
  server.cut(false)
  await page.waitForSelector('[data-refund="processing"]')
  const ids = sent('sale.refund').map(({ input }) => input.clientId)
  expect(ids).toHaveLength(2)
  expect(new Set(ids).size).toBe(1)
})

test('a refusal says what to do, and nothing is sent again by itself', async () => {
  const page = await openTill({ language: 'en' })
  await fill(page)
  const staff = { 'zh-CN': '请等一分钟。', en: 'Wait a minute.' }
  const refusal = { code: 'refund.too_soon', moneyTaken: 'yes', staff, customer: staff } as const
  server.answer = (operation) =>
    operation === 'sale.refund'
      ? { kind: 'answer', ok: false, problem: refusal }
      : { kind: 'answer', ok: true, value: answerTo(operation) }
  await page.keyboard.press('F8')
  await page.waitForSelector('.refund-confirm')
  await page.keyboard.press('F4')
  await expect.poll(() => page.locator('.notice').textContent()).toBe('Wait a minute.')
  expect(sent('sale.refund')).toHaveLength(1)
})

test('a counter without refunds shows no way to one', async () => {
  server.show(modelOf(sceneNamed('ready'), 5))
  const page = await openTill()
  await page.keyboard.press('F3')
  expect(await page.locator('[data-act="refund"]').count()).toBe(0)
  expect(await page.locator('button.recent-row').count()).toBe(0)
  expect(await page.locator('.refund').count()).toBe(0)
})

test('refunds have words and shapes in the list, and in what is pending', async () => {
  const model = tillWithRefunds()
  const pending = modelOf(sceneNamed('unknown')).cashier
  const { pendingSales } = pending
  server.show({ ...model, cashier: { ...model.cashier, pending: 2, pendingSales } })
  const page = await openTill({ viewport: { width: 1920, height: 1080 } })
  const words = await page.locator('.refund-mark').allTextContents()
  expect(words).toEqual(['退款中', '已退 20.00', '已退款', '没退成', '退款异常'])
  const shapes = await page
    .locator('.refund-mark path')
    .evaluateAll((paths) =>
      (paths as { getAttribute: (name: string) => string }[]).map((path) => path.getAttribute('d')),
    )
  expect(new Set(shapes).size).toBe(4)
  const listed = await page.locator('.pending-sale').allTextContents()
  expect(listed[0]).toContain('退款 45.50')
  expect(listed[0]).toContain('不要再退')
  expect(listed[1]).toContain('收款 1,280.00')
  await page.keyboard.press('F7')
  await expect.poll(() => sent('sale.check').length).toBe(1)
  expect(sent('sale.check')[0]?.input.saleId).toBe(pendingSales[0]?.saleId)
})

const LOOKS = [
  ['zh-CN', 'light', { width: 1280, height: 800 }],
  ['en', 'dark', { width: 1024, height: 600 }],
  ['en', 'light', { width: 640, height: 400 }],
] as const

test.each(LOOKS)('in %s, %s, at %o: no look has a violation', async (...look) => {
  const [language, colorScheme, viewport] = look
  const page = await openTill({ language, colorScheme, viewport, bypassCSP: true })
  await page.evaluate(axe)
  const found: string[] = []
  const examine = async (name: string) => {
    const violations = (await page.evaluate(`axe.run(document).then(({ violations }) =>
      violations.map(({ id, nodes }) => id + ' ' + nodes.map(({ target }) => target).join(' ')))`)) as string[]
    const overflow = await page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    )
    if (overflow !== 0) violations.push(`${overflow} px too wide`)
    found.push(...violations.map((violation) => `${name}: ${violation}`))
  }
  await examine('till')
  await page.keyboard.press('F3')
  await page.waitForSelector('.refund-sale')
  await examine('list')
  await page.keyboard.press('F2')
  await fill(page)
  await examine('form')
  await page.keyboard.press('F8')
  await page.waitForSelector('.refund-confirm')
  await examine('confirm')
  for (const phase of PHASES) {
    await page.keyboard.press('F2')
    sale = refundedSale(phase)
    await page.locator('button.recent-row').first().click()
    await page.waitForSelector(`[data-refund="${phase}"].refund-standing`)
    await examine(phase)
  }
  expect(found).toEqual([])
})
