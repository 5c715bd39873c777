import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Role } from '../../src/domain/roles.ts'
import {
  ADMINISTRATOR,
  AdminCounter,
  OPERATION_PASSWORD,
  PEOPLE,
  PIN,
} from '../contract/admin-counter.ts'
import { MERCHANT } from '../contract/sandbox-services-client.ts'
import { until } from '../contract/virtual-counter.ts'
import { fillClosing, signInAt } from './admin-steps.ts'
import { buildScreens, openChromium } from './screens-server.ts'

const CLOSING = { way: 'MICROPAY', administrator: ADMINISTRATOR }

/** The pages against a real terminal with operators, at a sandbox whose services grant it something. */
let folder: string
let browser: Browser
let desk: AdminCounter
let page: Page

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'guitai-admin-terminal-'))
  await buildScreens(folder)
  browser = await openChromium()
})
afterAll(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  desk = await AdminCounter.open({ screensDir: folder })
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  page.setDefaultTimeout(15_000)
  await page.goto(desk.terminal.screens.cashier)
  await page.waitForSelector('[data-state="ready"]')
})
afterEach(async () => {
  await page.close()
  await desk.close()
})

async function signIn(role: Role): Promise<void> {
  const name = Object.entries(PEOPLE).find(([, has]) => has === role)?.[0] ?? ''
  await signInAt(page, { name, pin: PIN })
}

async function openDesk(role: Role): Promise<void> {
  await page.keyboard.press('F11')
  await signIn(role)
  await page.waitForSelector('.verdict')
}

/** What a sale would be refused with now; one that is taken would take the screen. */
async function refusalOfSale(): Promise<string | undefined> {
  const made = await desk.ask('sale.create', { clientId: crypto.randomUUID(), amountFen: 100 })
  return made.problem?.code
}

it('M1 is acknowledged at the screen in the name of the manager, and the service has it', async () => {
  await desk.control('measures', { role: 'risk-issuer', merchant_id: MERCHANT, code: 'M1' })
  await until(() => desk.terminal.engine.status().scene.measures.length > 0)
  await openDesk('manager')
  await page.keyboard.press('2')
  await page.locator('.act-button[data-act="acknowledge"]').click()
  await page.keyboard.press('F8')
  await page.waitForSelector('[data-measure="M1"] .mark')
  await expect
    .poll(async () => JSON.stringify(await desk.overview()))
    .toMatch(/"what":"acknowledged".*李经理|李经理.*"what":"acknowledged"/)
  await page.keyboard.press('F6')
  await page.waitForSelector('.mark[data-sent="true"]')
  await page.keyboard.press('8')
  expect(await page.locator('.log').textContent()).toContain('确认知悉措施 M1')
})

it('a pause stops new money until it is resumed, and says that it is no closing', async () => {
  await openDesk('manager')
  await page.keyboard.press('3')
  const card = page.locator('[data-interface="MICROPAY"]')
  expect(await card.locator('.act-button[data-act="close"]').count()).toBe(0)
  await card.locator('.act-button[data-act="pause"]').click()
  expect(await page.locator('.act-what').textContent()).toContain('不是关闭')
  await page.locator('.refund-reason').first().click()
  await page.keyboard.press('F8')
  await page.waitForSelector('[data-interface="MICROPAY"][data-interface-state="paused"]')
  expect(await refusalOfSale()).toBe('scene.paused')
  await card.locator('.act-button[data-act="resume"]').click()
  await page.locator('.refund-reason').first().click()
  await page.keyboard.press('F8')
  await page.waitForSelector('[data-interface="MICROPAY"][data-interface-state="open"]')
  expect(await refusalOfSale()).toBeUndefined()
  // That sale is armed: whoever sells has the screen back.
  await page.waitForSelector('[data-state="waiting_code"]')
})

it('AC-17b: a wrong password closes nothing, the right one closes for good', async () => {
  await openDesk('installer')
  await fillClosing(page, { ...CLOSING, password: 'not-the-password' })
  await page.keyboard.press('F4')
  await expect.poll(() => page.locator('.notice').textContent()).toMatch(/还可以试 4 次/)
  expect(await page.content()).not.toContain('not-the-password')
  await page.locator('[name="guitai-secret"]').fill(OPERATION_PASSWORD)
  await page.keyboard.press('F4')
  await page.waitForSelector('.notice[data-good="true"]')
  await expect.poll(refusalOfSale).toMatch(/^scene\.interface_(closed|not_granted)$/)
  await page.keyboard.press('1')
  await page.keyboard.press('F6')
  await page.waitForSelector('.verdict[data-open="false"]')
  expect(await page.content()).not.toContain(OPERATION_PASSWORD)
})

it('AC-17c: with the service away closing is refused, and the installer pauses instead', async () => {
  await openDesk('installer')
  await desk.counter.sandbox.close()
  await fillClosing(page, { ...CLOSING, password: OPERATION_PASSWORD })
  await page.keyboard.press('F4')
  await expect.poll(() => page.locator('.notice').textContent()).toContain('暂停不是关闭')
  await page.locator('.act[data-act="close"] .act-keys button').last().click()
  await page.waitForSelector('.act[data-act="pause"]')
  await page.locator('.refund-reason').first().click()
  await page.keyboard.press('F8')
  await page.waitForSelector('[data-interface="MICROPAY"][data-interface-state="paused"]')
  expect(await refusalOfSale()).toBe('scene.paused')
})

it('AC-17a: a cashier is refused, and a session that is idle ends by the clock of the terminal', async () => {
  await page.keyboard.press('F11')
  await signIn('cashier')
  await expect.poll(() => page.locator('.notice').textContent()).toContain('收银员不能')
  await signIn('manager')
  await page.waitForSelector('.verdict')
  desk.counter.clock.advance(121_000)
  await page.keyboard.press('F6')
  await page.waitForSelector('.sign-in-name')
  expect(await page.locator('.verdict').count()).toBe(0)
})

it('a refund at the till is a manager’s, signed in inside the form', async () => {
  const sale = await desk.counter.sellPaid(desk.terminal, 4_550)
  await page.waitForSelector('button.recent-row:enabled')
  await page.locator('button.recent-row').first().click()
  await page.waitForSelector('.refund-sign-in .sign-in-name')
  expect(await page.locator('.sign-in-name').count()).toBe(1)
  await signIn('manager')
  await page.waitForSelector('.refund-form')
  const name = page.locator('.refund-fields input').last()
  expect(await name.inputValue()).toBe('李经理')
  expect(await name.isEditable()).toBe(false)
  await page.locator('.refund-reason').first().click()
  await page.keyboard.press('F8')
  await page.waitForSelector('.refund-confirm')
  await page.keyboard.press('F4')
  await page.waitForSelector('.refund-standing')
  expect(desk.terminal.engine.sale(sale.id)?.refunds).toMatchObject([
    { amountFen: 4_550, operator: '李经理' },
  ])
  await page.keyboard.press('F2')
  await page.waitForSelector('.pad')
})
