import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { problem } from '../../src/domain/errors.ts'
import { modelOf, SCENES, sceneNamed } from './screens-fixtures.ts'
import {
  buildScreens,
  openChromium,
  pageAddress,
  type ScreensServer,
  serveScreens,
} from './screens-server.ts'

let folder: string
let browser: Browser
let server: ScreensServer
let context: BrowserContext
let complaints: string[]
let revision = 1

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'guitai-screens-'))
  await buildScreens(folder)
  browser = await openChromium()
})

afterAll(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true, force: true })
})

beforeEach(async () => {
  complaints = []
  server = await serveScreens(folder, modelOf(sceneNamed('ready')))
  context = await browser.newContext({ viewport: { width: 1024, height: 768 } })
})

afterEach(async () => {
  await context.close()
  await server.close()
})

async function open(name: 'cashier' | 'customer', query = ''): Promise<Page> {
  const page = await context.newPage()
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  await page.goto(pageAddress(server, name, query))
  await page.waitForSelector('html[data-painted-revision]')
  return page
}

async function show(page: Page, name: string): Promise<void> {
  revision += 1
  server.show(modelOf(sceneNamed(name), revision))
  await page.waitForSelector(`html[data-painted-revision="${revision}"]`)
}

/** Waits until the stand-in has received `count` commands. */
async function called(count: number): Promise<void> {
  await expect.poll(() => server.calls.length).toBe(count)
}

test('the token leaves the address, and a reload still connects', async () => {
  const page = await open('cashier')
  expect(page.url()).not.toContain('token')
  await page.reload()
  await page.waitForSelector('html[data-painted-revision]')
  expect(await page.locator('.panel').getAttribute('data-state')).toBe('ready')
  expect(complaints).toEqual([])
})

test('an amount is collected by keyboard alone', async () => {
  const page = await open('cashier')
  await page.keyboard.type('12.3')
  expect(await page.locator('.entry-text').textContent()).toBe('12.3')
  await page.keyboard.press('Enter')
  await called(1)
  const [call] = server.calls
  expect(call?.operation).toBe('sale.create')
  expect(call?.input).toEqual({
    amountFen: 1_230,
    clientId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  })
  await expect.poll(() => page.locator('.entry-text').textContent()).toBe('0.00')
  expect(complaints).toEqual([])
})

test('an amount is collected by touch', async () => {
  const page = await open('cashier')
  for (const key of ['5', '00', '⌫', '.', '0', '7']) {
    await page.locator('.key', { hasText: new RegExp(`^${key === '.' ? '\\.' : key}$`) }).click()
  }
  await page.locator('.key-collect').click()
  await called(1)
  expect(server.calls[0]?.input.amountFen).toBe(5_007)
})

test('the order number goes along, and typing goes back to the amount', async () => {
  const page = await open('cashier')
  await page.locator('.order input').click()
  await page.keyboard.type('A-1043')
  await page.keyboard.press('Tab')
  await page.keyboard.type('8')
  await page.locator('.order input').focus()
  await page.keyboard.press('Enter')
  await called(1)
  expect(server.calls[0]?.input).toMatchObject({ amountFen: 800, orderRef: 'A-1043' })
  await expect.poll(() => page.locator('.entry-text').textContent()).toBe('0.00')
  await page.keyboard.type('9')
  await expect.poll(() => page.locator('.entry-text').textContent()).toBe('9')
})

test('a scanner that types like a keyboard collects nothing', async () => {
  const page = await open('cashier')
  await page.keyboard.type('134567890123456789')
  await page.keyboard.press('Enter')
  await page.locator('.order input').focus()
  await page.keyboard.type('134567890123456789')
  expect(await page.locator('.order input').inputValue()).toBe('')
  expect(server.calls).toEqual([])
})

const MOVING = ['submitting', 'on_phone', 'checking', 'reversing', 'unknown'] as const

test.each(MOVING)('on %s neither Enter nor Space cancels, wherever the focus is', async (name) => {
  const page = await open('cashier')
  await show(page, name)
  const controls = page.locator('button:enabled, input:enabled')
  const count = await controls.count()
  expect(count).toBeGreaterThan(1)
  for (let index = 0; index < count; index += 1) {
    for (const key of ['Enter', 'Space', 'Enter', 'Space']) {
      const control = controls.nth(index)
      // Other keys may answer; what they ask for is not a cancel.
      if (await control.isVisible()) await control.focus()
      await page.keyboard.press(key)
    }
  }
  await page.keyboard.press('F9')
  const operations = server.calls.map((call) => call.operation)
  expect(operations).not.toContain('sale.cancel')
  expect(operations).not.toContain('sale.create')
  expect(await page.locator('[data-asked="true"]').count()).toBe(0)
})

test('F4 on a charge in flight asks, and the second F4 cancels once', async () => {
  const page = await open('cashier')
  await show(page, 'on_phone')
  await page.keyboard.press('F4')
  expect(await page.locator('.notice').textContent()).toContain('F4')
  expect(server.calls).toEqual([])
  await page.keyboard.press('F4')
  await called(1)
  expect(server.calls[0]?.operation).toBe('sale.cancel')
})

test('a double tap asks and does not answer itself', async () => {
  const page = await open('cashier')
  await show(page, 'on_phone')
  await page.locator('[data-act="cancel"]').dblclick()
  expect(await page.locator('[data-asked="true"]').count()).toBe(1)
  expect(server.calls).toEqual([])
})

test('a key held down does not answer its own question', async () => {
  const page = await open('cashier')
  await show(page, 'on_phone')
  await page.keyboard.down('F4')
  await page.keyboard.down('F4')
  await page.keyboard.up('F4')
  expect(await page.locator('[data-asked="true"]').count()).toBe(1)
  expect(server.calls).toEqual([])
})

test('a new state takes the question back', async () => {
  const page = await open('cashier')
  await show(page, 'on_phone')
  await page.keyboard.press('F4')
  await show(page, 'checking')
  await page.keyboard.press('F4')
  expect(await page.locator('[data-asked="true"]').count()).toBe(1)
  expect(server.calls).toEqual([])
})

test('the function keys send their intents', async () => {
  const page = await open('cashier')
  await show(page, 'not_paid')
  await page.keyboard.press('F8')
  await called(1)
  await show(page, 'unknown')
  await page.keyboard.press('F6')
  await called(2)
  await expect.poll(() => page.locator('[data-act="dismiss"]').isEnabled()).toBe(true)
  await page.keyboard.press('F2')
  await called(3)
  expect(server.calls.map((call) => call.operation)).toEqual([
    'sale.arm',
    'sale.check',
    'sale.dismiss',
  ])
  const ids = server.calls.map((call) => call.input.clientId)
  expect(new Set(ids).size).toBe(3)
})

test('a refusal is shown in the language of the screen', async () => {
  const page = await open('cashier', '?language=en')
  server.answer = () => ({ kind: 'answer', ok: false, problem: problem('sale.busy') })
  await page.keyboard.type('5')
  await page.keyboard.press('Enter')
  await expect.poll(() => page.locator('.notice').textContent()).toBe(problem('sale.busy').staff.en)
})

test('a lost line is said plainly, and the last state is not shown as current', async () => {
  const cashier = await open('cashier')
  const customer = await open('customer')
  await show(cashier, 'paid')
  await customer.waitForSelector('[data-state="paid"]')
  server.cut(true)
  await cashier.waitForSelector('.panel[data-state="lost"]')
  await customer.waitForSelector('.customer[data-state="lost"]')
  expect(await cashier.locator('h1').textContent()).toBe('正在重新连接…')
  expect(await cashier.locator('body').textContent()).not.toContain('收款成功')
  expect(await customer.locator('body').textContent()).not.toContain('支付成功')
  server.cut(false)
  await cashier.waitForSelector('.panel[data-state="paid"]')
  await customer.waitForSelector('[data-state="paid"]')
})

test('a line that is open but silent is noticed', async () => {
  const page = await open('cashier')
  server.isMute = true
  await page.waitForSelector('.panel[data-state="lost"]')
  server.isMute = false
  await page.waitForSelector('.panel[data-state="ready"]')
})

test('the language and the theme change while it runs and are remembered', async () => {
  const page = await open('cashier')
  await page.keyboard.press('F9')
  expect(await page.locator('html').getAttribute('lang')).toBe('en')
  expect(await page.locator('h1').textContent()).toBe('Ready')
  await page.keyboard.press('F10')
  expect(await page.locator('html').getAttribute('data-theme')).toBe('dark')
  await page.reload()
  await page.waitForSelector('html[data-painted-revision]')
  expect(await page.locator('html').getAttribute('lang')).toBe('en')
  expect(await page.locator('html').getAttribute('data-theme')).toBe('dark')
})

test('the customer reads no reason, and the next customer finds nothing of the last', async () => {
  const page = await open('customer')
  await show(page, 'not_paid')
  await page.keyboard.press('F9')
  const shown = (await page.locator('body').textContent()) ?? ''
  for (const secret of ['余额', 'NOTENOUGH', 'balance', 'A-1042']) {
    expect(shown).not.toContain(secret)
  }
  expect(shown).toContain('12.30')
  await show(page, 'ready')
  const idle = (await page.locator('body').textContent()) ?? ''
  expect(idle).not.toContain('12.30')
  expect(idle).toContain('欢迎光临')
})

const STEADY = [
  ['cashier', '.panel-head', '.amount-box', '.panel-action', '.notice', '.keys', '.key-bar'],
  ['customer', '.language', '.customer-icon', '.customer-amount', '.panel-countdown'],
] as const

test.each(['zh-CN', 'en'])('nothing moves from state to state in %s', async (language) => {
  for (const [name, ...parts] of STEADY) {
    const page = await open(name, `?language=${language}`)
    const places: string[] = []
    for (const scene of SCENES) {
      // A customer's welcome is another page altogether.
      const isWelcome = scene.customer.state === 'ready' && scene.customer.amountFen === undefined
      if (name === 'customer' && isWelcome) continue
      await show(page, scene.name)
      const boxes = await Promise.all(parts.map((part) => page.locator(part).boundingBox()))
      places.push(boxes.map((box) => `${box?.x},${box?.y}`).join(' '))
    }
    expect(new Set(places), name).toEqual(new Set([places[0]]))
    await page.close()
  }
})

test.each(['zh-CN', 'en'])('what the scene says fits its row in %s', async (language) => {
  const page = await open('cashier', `?language=${language}`)
  for (const scene of SCENES.filter(({ cashier }) => cashier.scene !== undefined)) {
    await show(page, scene.name)
    const row = await page.locator('.scene-strip').boundingBox()
    const said = page.locator('.scene-facts')
    const box = (await said.count()) === 0 ? null : await said.boundingBox()
    expect(box?.height ?? 0, scene.name).toBeLessThanOrEqual(row?.height ?? 0)
  }
})

test('the amount is a fifth of the height of the screen', async () => {
  for (const size of [
    { width: 1024, height: 768 },
    { width: 1920, height: 1080 },
  ]) {
    for (const name of ['cashier', 'customer'] as const) {
      const page = await open(name)
      await page.setViewportSize(size)
      await show(page, 'waiting_code')
      const height = await page.evaluate('document.querySelector(".amount").offsetHeight')
      expect(Number(height)).toBeGreaterThanOrEqual(size.height / 5)
      await page.close()
    }
  }
})

test('touch targets are 20 mm', async () => {
  const page = await open('cashier')
  const sizes: number[] = []
  for (const button of await page.locator('button').all()) {
    const box = await button.boundingBox()
    sizes.push(Math.min(box?.width ?? 0, box?.height ?? 0))
  }
  expect(Math.min(...sizes)).toBeGreaterThanOrEqual(75.5)
})

test.each([
  ['200 % zoom of a small screen', { width: 512, height: 384 }],
  ['200 % zoom of a large screen', { width: 960, height: 540 }],
])('at %s nothing is cut off sideways', async (_name, size) => {
  for (const name of ['cashier', 'customer'] as const) {
    const page = await open(name, '?language=en')
    await page.setViewportSize(size)
    for (const scene of SCENES) {
      await show(page, scene.name)
      const widths = await page.evaluate(
        '[document.documentElement.scrollWidth, ...[...document.querySelectorAll("h1, .amount, .panel-action, .panel-detail, .notice")].map((node) => node.getBoundingClientRect().right)]',
      )
      expect(Math.max(...(widths as number[]))).toBeLessThanOrEqual(size.width + 1)
    }
    await page.close()
  }
})

test('a painted picture leaves its mark', async () => {
  const page = await open('cashier')
  await show(page, 'paid')
  const mark = (await page.evaluate('window.guitaiPaint')) as { revision: number; atMs: number }
  expect(mark.revision).toBe(revision)
  expect(mark.atMs).toBeGreaterThan(0)
})
