import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { ScreenModel } from '../../src/screen/model.ts'
import { OPERATORS, sessionOf } from './admin-fixtures.ts'
import { paidSale, tillWithRefunds } from './refund-fixtures.ts'
import { modelOf, sceneNamed } from './screens-fixtures.ts'
import {
  buildScreens,
  openChromium,
  pageAddress,
  type ScreensServer,
  serveScreens,
} from './screens-server.ts'
import { BUSY_SHIFT, shiftAnswer } from './shift-fixtures.ts'

/** Where pictures of the sign-in inside the till's views are left, if somebody wants to look. */
const PICTURES = process.env.GUITAI_PICTURES

let folder: string
let browser: Browser
let server: ScreensServer
let context: BrowserContext
let operators: readonly object[]

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'guitai-by-hand-'))
  await buildScreens(folder)
  browser = await openChromium()
})
afterAll(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A till with an overdue payment and an overdue refund off its panel. */
function overdue(revision = 1): ScreenModel {
  const model = tillWithRefunds(revision)
  const { pendingSales } = modelOf(sceneNamed('unknown')).cashier
  const late = pendingSales.map((sale) => ({ ...sale, overdue: true }))
  return { ...model, cashier: { ...model.cashier, pending: late.length, pendingSales: late } }
}

beforeEach(async () => {
  operators = OPERATORS
  server = await serveScreens(folder, overdue())
  server.answer = (operation) => ({ kind: 'answer', ok: true, value: valueFor(operation) })
})
afterEach(async () => {
  await context.close()
  await server.close()
})

function valueFor(operation: string): unknown {
  if (operation === 'operator.list') return { operators }
  if (operation === 'operator.sign_in') return sessionOf('manager')
  if (operation === 'operator.sign_out') return { done: true }
  return operation.startsWith('shift.') ? shiftAnswer(BUSY_SHIFT, 'zh-CN') : paidSale()
}

async function openTill(language = 'zh-CN', size = { width: 1280, height: 800 }): Promise<Page> {
  context = await browser.newContext({ viewport: size })
  const page = await context.newPage()
  await page.goto(pageAddress(server, 'cashier', `?language=${language}`))
  await page.waitForSelector('html[data-painted-revision]')
  return page
}

async function signIn(page: Page): Promise<void> {
  await page.locator('.sign-in-name', { hasText: '张敏' }).click()
  await page.keyboard.type('135790')
  await page.keyboard.press('Enter')
}

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES !== undefined) await page.screenshot({ path: join(PICTURES, `${name}.png`) })
}

const sent = (operation: string) => server.calls.filter((call) => call.operation === operation)

test('a manager signs in, says why, and stops waiting; the session ends with the view', async () => {
  const page = await openTill()
  await picture(page, 'till')
  await page.locator('.pending-close').first().click()
  await page.waitForSelector('.by-hand .sign-in-name')
  await picture(page, 'by-hand-sign-in')
  await page.keyboard.press('F4')
  await signIn(page)
  await page.waitForSelector('.by-hand .refund-reason')
  await page.keyboard.press('F4')
  expect(sent('sale.close')).toEqual([])
  await page.locator('.refund-reason').first().click()
  await picture(page, 'by-hand')
  await page.locator('.refund-give').focus()
  for (const key of ['Enter', ' ']) await page.keyboard.press(key)
  expect(sent('sale.close')).toEqual([])
  await page.keyboard.press('F4')
  await page.waitForSelector('.pad')
  expect(sent('sale.close').map(({ input }) => input)).toEqual([
    {
      clientId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      saleId: overdue().cashier.pendingSales[0]?.saleId,
      reason: '商户平台显示已收',
      session: sessionOf('manager').session,
    },
  ])
  await expect.poll(() => sent('operator.sign_out').length).toBe(1)
  expect(await page.locator('.notice').first().textContent()).toContain('已停止等待')
})

test('a sale that is armed closes the view and ends the session', async () => {
  const page = await openTill()
  await page.locator('.pending-close').first().click()
  await signIn(page)
  await page.waitForSelector('.by-hand .refund-reason')
  server.show(modelOf(sceneNamed('waiting_code'), 5))
  await page.waitForSelector('.panel[data-state="waiting_code"]')
  await expect.poll(() => sent('operator.sign_out').length).toBe(1)
})

test('without operators nobody can stop waiting here', async () => {
  operators = []
  const page = await openTill()
  await page.waitForSelector('.pending-sale')
  expect(await page.locator('.pending-close').count()).toBe(0)
})

test('a shift is closed and a refund given only by somebody who has signed in', async () => {
  const page = await openTill('en', { width: 1024, height: 600 })
  await page.keyboard.press('F12')
  await page.waitForSelector('.shift-acts .sign-in-name')
  await picture(page, 'shift-sign-in')
  await page.keyboard.press('F4')
  await page.keyboard.press('F4')
  expect(sent('shift.close')).toEqual([])
  await signIn(page)
  await expect.poll(() => page.locator('.shift-field input').inputValue()).toBe('张敏')
  await page.keyboard.press('F2')
  await expect.poll(() => sent('operator.sign_out').length).toBe(1)
  await page.locator('button.recent-row').first().click()
  await page.waitForSelector('.refund-sign-in .sign-in-name')
  await picture(page, 'refund-sign-in')
  await page.keyboard.press('F8')
  expect(await page.locator('.refund-confirm').count()).toBe(0)
  await signIn(page)
  await page.waitForSelector('.refund-form')
  expect(await page.locator('.refund-fields input').last().inputValue()).toBe('张敏')
})
