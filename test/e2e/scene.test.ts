import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { findChromium } from '../../main/chromium.mjs'
import { type Sandbox, startSandbox } from '../../src/sandbox/node/sandbox.ts'
import { mintPaymentCode, openSimulatedScanner } from '../../src/sandbox/node/simulated-scanner.ts'
import { SCANNER_LINK } from '../../src/sandbox/node/terminal-file.ts'
import { type RunningTerminal, startTerminal } from '../../src/terminal.ts'
import { CHROMIUM_ARGUMENTS } from '../support/chromium.ts'
import { createScriptedGate } from '../support/scripted-gate.ts'
import { createRandom } from '../support/seeded.ts'
import { buildScreens } from './screens-server.ts'

const gate = createScriptedGate()
const random = createRandom(16)
const HOUR_MS = 3_600_000
const REASONS = /M\d|暂停服务|服务暂停|限额|限期|suspended|scene\./

let dir: string
let sandbox: Sandbox
let scanner: ReturnType<typeof openSimulatedScanner>
let terminal: RunningTerminal
let browser: Browser
let cashier: Page
let customer: Page

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'guitai-scene-'))
  const screensDir = join(dir, 'screens')
  await buildScreens(screensDir)
  sandbox = await startSandbox({ dir })
  scanner = openSimulatedScanner({ linkPath: join(dir, SCANNER_LINK) })
  const configFile = sandbox.terminalConfig
  const started = await startTerminal({ configFile, screensDir, scene: gate })
  if (!started.ok) throw new Error(`${started.error.code} ${started.error.field}`)
  terminal = started.value
  browser = await chromium.launch({
    executablePath: findChromium() as string,
    args: CHROMIUM_ARGUMENTS,
  })
  cashier = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  customer = await browser.newPage({ viewport: { width: 1024, height: 768 } })
  await cashier.goto(terminal.screens.cashier)
  await customer.goto(terminal.screens.customer)
  await cashier.waitForSelector('.panel[data-state="ready"]')
  await cashier.waitForSelector('.lights > li:first-child[data-level="ok"]')
  cashier.setDefaultTimeout(15_000)
})
afterAll(async () => {
  await browser?.close()
  await terminal?.close()
  scanner?.close()
  await sandbox?.close()
  rmSync(dir, { recursive: true, force: true })
})
beforeEach(async () => {
  gate.allow()
  gate.setMeasures([])
  gate.change()
  await cashier.waitForSelector('.panel[data-state="ready"]')
})

async function text(page: Page, selector = 'body'): Promise<string> {
  return (await page.locator(selector).textContent()) ?? ''
}

async function scanAndPay(): Promise<void> {
  await cashier.waitForSelector('.panel[data-state="waiting_code"]')
  scanner.scan(mintPaymentCode('ok', () => random.next()))
  await cashier.waitForSelector('.panel[data-state="paid"]')
  await cashier.keyboard.press('F2')
  await cashier.waitForSelector('.panel[data-state="ready"]')
}

it('M3: the ceiling stands on the pad, and more than it is said while it is typed', async () => {
  gate.allow({ ceilingFen: 10_000 })
  gate.setMeasures([{ code: 'M3' }], 'ceiling_before_scan')
  gate.change()
  await cashier.waitForSelector('.scene-strip[data-level="warn"]')
  expect(await text(cashier, '.entry-ceiling')).toBe('单笔最多 ¥100.00')
  expect(await text(cashier, '.scene-facts')).toContain('限额调整')
  const before = terminal.engine.sales(100).length
  await cashier.keyboard.type('100.01')
  expect(await text(cashier, '.notice')).toContain('超过单笔最多 ¥100.00')
  expect(await cashier.locator('.key-collect').isDisabled()).toBe(true)
  await cashier.keyboard.press('Enter')
  await cashier.keyboard.press('Backspace')
  expect(await cashier.locator('.key-collect').isEnabled()).toBe(true)
  await cashier.keyboard.press('Enter')
  await scanAndPay()
  const sales = terminal.engine.sales(100)
  expect(sales.length - before).toBe(1)
  expect(sales[0]).toMatchObject({ amountFen: 10_000, phase: 'paid' })
})

it('M5: both sides read before paying that credit is excluded', async () => {
  gate.allow({ sendWithoutCredit: true })
  gate.setMeasures([{ code: 'M5' }], 'no_credit_before_payment')
  gate.change()
  await cashier.waitForSelector('.scene-strip[data-level="warn"]')
  expect(await text(cashier, '.scene-facts')).toContain('不支持信用卡')
  await cashier.keyboard.type('8')
  await cashier.keyboard.press('Enter')
  await customer.waitForSelector('[data-state="waiting_code"]')
  expect(await text(customer)).toContain('本单不支持信用卡')
  await customer.keyboard.press('F9')
  expect(await text(customer)).toContain('Credit cards cannot be used')
  await customer.keyboard.press('F9')
  await scanAndPay()
})

it('P9: M8 stops both screens, keeps shift and pending within reach, and lifts by itself', async () => {
  await cashier.keyboard.type('9')
  gate.refuse('scene.suspended')
  gate.setMeasures([{ code: 'M8' }], 'stopped')
  gate.change()
  await cashier.waitForSelector('.panel[data-state="stopped"]')
  await customer.waitForSelector('[data-state="stopped"]')
  expect(await text(cashier, '.panel h1')).toBe('暂停服务')
  const said = await text(cashier, '.panel')
  expect(said).toContain('支付服务暂停')
  expect(said).toContain('可用现金或其他方式收款')
  expect(await cashier.locator('[data-act="shift"]').isEnabled()).toBe(true)
  const before = terminal.engine.sales(100).length
  await cashier.keyboard.type('5')
  await cashier.keyboard.press('Enter')
  expect(await text(cashier, '.entry-text')).toBe('0.00')
  expect(terminal.engine.sales(100)).toHaveLength(before)
  expect(await text(customer, '.payment')).toBe('暂不支持该支付方式，请选择其他方式')
  expect(await text(customer)).not.toMatch(REASONS)
  await cashier.keyboard.press('F12')
  await cashier.waitForSelector('[data-act="shift-leave"]')
  await cashier.keyboard.press('F2')
  gate.allow()
  gate.setMeasures([])
  gate.change()
  await cashier.waitForSelector('.panel[data-state="ready"]')
  await customer.waitForSelector('[data-state="idle"]')
  await cashier.keyboard.type('5')
  await cashier.keyboard.press('Enter')
  await scanAndPay()
})

it('P9: M8 between arming and scan: the customer reads no reason and staff end the sale', async () => {
  await cashier.keyboard.type('6')
  await cashier.keyboard.press('Enter')
  await customer.waitForSelector('[data-state="waiting_code"]')
  gate.refuse('scene.suspended')
  gate.setMeasures([{ code: 'M8' }], 'stopped')
  gate.change()
  await cashier.waitForSelector('.panel[data-state="not_paid"]')
  await customer.waitForSelector('[data-state="not_paid"]')
  expect(await text(customer)).toContain('暂不支持该支付方式，请选择其他方式')
  expect(await text(customer)).not.toMatch(REASONS)
  expect(await text(cashier, '.panel-action')).toContain('F2')
  expect(await cashier.locator('.key-collect').isDisabled()).toBe(true)
  await cashier.keyboard.press('F2')
  await cashier.waitForSelector('.panel[data-state="stopped"]')
})

it('M2: the deadline counts down in trusted time, and the customer sees nothing', async () => {
  const trustedMs = 1_900_000_000_000
  gate.setTrustedTime(trustedMs)
  const deadlineAtMs = trustedMs + 2 * HOUR_MS
  gate.setMeasures([{ code: 'M2', deadlineAtMs }], 'countdown')
  gate.change()
  await cashier.waitForSelector('.scene-strip[data-level="warn"]')
  expect(await text(cashier, '.scene-facts')).toContain('限期改正')
  const first = await text(cashier, '.scene-deadline')
  expect(first).toMatch(/^还剩 (02:00:00|01:59:\d\d)$/)
  await expect.poll(() => text(cashier, '.scene-deadline'), { timeout: 5_000 }).not.toBe(first)
  expect(await text(customer)).not.toMatch(REASONS)
  gate.setTrustedTime(deadlineAtMs)
  gate.change()
  await expect.poll(() => text(cashier, '.scene-deadline')).toBe('期限已过')
})
