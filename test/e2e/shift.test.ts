import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Language } from '../../src/domain/errors.ts'
import type { Shift } from '../../src/domain/shift.ts'
import { modelOf, sceneNamed } from './screens-fixtures.ts'
import {
  buildScreens,
  openChromium,
  pageAddress,
  type ScreensServer,
  serveScreens,
} from './screens-server.ts'
import { BUSY_SHIFT, CROWDED_SHIFT, QUIET_SHIFT, shiftAnswer } from './shift-fixtures.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let folder: string
let browser: Browser
let server: ScreensServer
let context: BrowserContext
let complaints: string[]
let shift: Shift = QUIET_SHIFT

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'guitai-shift-view-'))
  await buildScreens(folder)
  browser = await openChromium()
})
afterAll(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true, force: true })
})

beforeEach(async () => {
  complaints = []
  shift = QUIET_SHIFT
  server = await serveScreens(folder, modelOf(sceneNamed('ready')))
  server.answer = (operation) => ({ kind: 'answer', ok: true, value: answerTo(operation) })
})
afterEach(async () => {
  await context.close()
  await server.close()
})

function answerTo(operation: string): unknown {
  const language = (server.calls.at(-1)?.input.language ?? 'zh-CN') as Language
  const closed = shiftAnswer(shift, language, '张敏')
  if (operation === 'shift.list') return { shifts: [closed] }
  return operation === 'shift.close' ? closed : shiftAnswer(shift, language)
}

type Look = Parameters<Browser['newContext']>[0] & { readonly language?: Language }

async function openDay({ language = 'zh-CN', ...look }: Look = {}): Promise<Page> {
  context = await browser.newContext({ viewport: { width: 1024, height: 600 }, ...look })
  const page = await context.newPage()
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  await page.addInitScript('window.print = () => { window.printed = (window.printed ?? 0) + 1 }')
  await page.goto(pageAddress(server, 'cashier', `?language=${language}`))
  await page.waitForSelector('html[data-painted-revision]')
  await page.keyboard.press('F12')
  await page.waitForSelector('.shift-close')
  return page
}

const sent = (operation: string) => server.calls.filter((call) => call.operation === operation)

test('a shift is closed by keyboard alone, and its report is printed', async () => {
  const page = await openDay()
  await page.keyboard.type('张敏')
  await page.keyboard.press('F4')
  expect(await page.locator('.notice').textContent()).toContain('再按一次 F4')
  await page.keyboard.press('F4')
  await page.waitForSelector('.shift-print')
  expect(sent('shift.close').map(({ input }) => input)).toMatchObject([
    { operator: '张敏', number: 128, carryUnsettled: false, clientId: expect.any(String) },
  ])
  expect(await page.locator('.slip').textContent()).toContain('班次结算单')
  expect(await page.evaluate('document.activeElement.className')).toBe('shift-print')
  await page.keyboard.press('Enter')
  await page.keyboard.press('F8')
  expect(await page.evaluate('window.printed')).toBe(2)
  await page.keyboard.press('F2')
  await page.waitForSelector('.panel')
  expect(complaints).toEqual([])
})

test('Enter, Space, a held key and a double tap never close a shift', async () => {
  const page = await openDay()
  await page.keyboard.type('张敏')
  await page.keyboard.press('Enter')
  await page.locator('.shift-close').focus()
  for (const key of ['Enter', ' ', 'Enter', ' ']) await page.keyboard.press(key)
  await page.locator('.shift-close').dblclick()
  // Another key takes the question back; a held one asks it once.
  await page.keyboard.press('F8')
  await page.keyboard.down('F4')
  await page.keyboard.down('F4')
  await page.keyboard.press('F8')
  expect(sent('shift.close')).toEqual([])
})

test('what has no result is listed, and carried over only when somebody says so', async () => {
  shift = BUSY_SHIFT
  const page = await openDay({ language: 'en' })
  expect(await page.locator('.shift-unsettled').textContent()).toContain('Without a result (2)')
  await page.keyboard.type('li')
  await page.keyboard.press('F4')
  await page.keyboard.press('F4')
  expect(sent('shift.close')).toEqual([])
  await page.locator('.shift-carry').click()
  await page.locator('.shift-close').click()
  // A second press that is not the second half of a double tap.
  await page.keyboard.press('F4')
  await page.waitForSelector('.shift-print')
  expect(sent('shift.close')).toMatchObject([{ input: { carryUnsettled: true, operator: 'li' } }])
})

test('nothing typed here reaches the amount, and a sale that begins takes its place', async () => {
  const page = await openDay()
  await page.locator('.shift-close').focus()
  await page.keyboard.type('77')
  await page.keyboard.press('Escape')
  expect(await page.locator('.entry-text').textContent()).toBe('0.00')
  await page.keyboard.press('F12')
  await page.waitForSelector('.shift-close')
  server.show(modelOf(sceneNamed('waiting_code'), 2))
  await page.waitForSelector('.panel[data-state="waiting_code"]')
  expect(await page.locator('[data-act="shift"]').isDisabled()).toBe(true)
  await page.keyboard.press('F12')
  expect(await page.locator('.shift').count()).toBe(0)
})

test('a code that a scanner types into the name is not kept', async () => {
  const page = await openDay()
  await page.keyboard.type('130061098828009406')
  expect(await page.locator('.shift-field input').inputValue()).toBe('')
  expect(await page.locator('.notice').textContent()).toContain('付款码')
})

test('another language is another report', async () => {
  const page = await openDay()
  await page.keyboard.press('F6')
  await page.waitForSelector('.shift-print')
  await page.keyboard.press('F9')
  await expect.poll(() => page.locator('.slip').textContent()).toContain('SHIFT REPORT')
  expect(await page.locator('h1').textContent()).toContain('is closed')
  expect(await page.locator('.key-bar').textContent()).toContain('This shift')
})

test('F12 from the order field leaves nothing of the page behind', async () => {
  const page = await openDay()
  await page.keyboard.press('F12')
  await page.locator('.order input').fill('A-1')
  await page.keyboard.press('F12')
  await page.waitForSelector('.shift-close')
  expect(await page.locator('main').count()).toBe(1)
  expect(await page.locator('.key-bar').count()).toBe(1)
  await page.keyboard.press('F12')
  expect(await page.locator('.order input').inputValue()).toBe('A-1')
})

test('only the report is printed, black on white, also from the dark theme', async () => {
  const page = await openDay({ colorScheme: 'dark' })
  await page.emulateMedia({ media: 'print' })
  const seen = await page.evaluate(`[...document.querySelectorAll('#root *')]
    .filter((part) => part.checkVisibility() && part.children.length === 0 && part.textContent)
    .every((part) => part.closest('.slip') !== null)`)
  expect(seen).toBe(true)
  expect(await page.locator('.slip').isVisible()).toBe(true)
  expect(await page.locator('.slip').textContent()).toContain('班次小计（未结束）')
})

const LOOKS = [
  ['zh-CN', 'light', { width: 1280, height: 800 }, BUSY_SHIFT],
  ['en', 'dark', { width: 1024, height: 600 }, CROWDED_SHIFT],
  ['zh-CN', 'light', { width: 1024, height: 600 }, CROWDED_SHIFT],
  ['en', 'light', { width: 640, height: 400 }, BUSY_SHIFT],
] as const

test.each(LOOKS)(
  'in %s, %s, at %o: no look has a violation, nothing is cut off',
  async (...look) => {
    const [language, colorScheme, viewport, given] = look
    shift = given
    const page = await openDay({ language, colorScheme, viewport, bypassCSP: true })
    await page.evaluate(axe)
    const violations = () =>
      page.evaluate(`axe.run(document).then(({ violations }) => violations.map(
      ({ id, nodes }) => id + ' ' + nodes.map(({ target }) => target).join(' ')))`)
    const overflow = () =>
      page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
    expect(await violations()).toEqual([])
    expect(await overflow()).toBe(0)
    const closeAt = await page.locator('.shift-close').boundingBox()
    await page.keyboard.type('li')
    await page.keyboard.press('F7')
    await page.keyboard.press('F4')
    expect(await violations()).toEqual([])
    // Nothing jumps when the question comes.
    expect(await page.locator('.shift-close').boundingBox()).toEqual(closeAt)
    await page.keyboard.press('F4')
    await page.waitForSelector('.shift-print')
    expect(await violations()).toEqual([])
    expect(await overflow()).toBe(0)
    expect(complaints).toEqual([])
  },
)
