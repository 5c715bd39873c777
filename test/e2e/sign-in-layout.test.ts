import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { OPERATORS } from './admin-fixtures.ts'
import { paidSale, tillWithRefunds } from './refund-fixtures.ts'
import { modelOf, sceneNamed } from './screens-fixtures.ts'
import {
  buildScreens,
  openChromium,
  pageAddress,
  type ScreensServer,
  serveScreens,
} from './screens-server.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** 20 mm at 96 points to the inch, in whole pixels, is what a finger hits. */
const TARGET_PX = 75
const SMALL = { width: 1024, height: 600 }
/** Where pictures are left, if somebody wants to look. */
const PICTURES = process.env.GUITAI_PICTURES

let folder: string
let browser: Browser
let server: ScreensServer

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'guitai-sign-in-'))
  await buildScreens(folder)
  const model = tillWithRefunds(1)
  const { pendingSales } = modelOf(sceneNamed('unknown')).cashier
  const late = pendingSales.map((sale) => ({ ...sale, overdue: true }))
  const cashier = { ...model.cashier, pending: late.length, pendingSales: late }
  server = await serveScreens(folder, { ...model, cashier })
  server.answer = (operation) => ({ kind: 'answer', ok: true, value: valueFor(operation) })
  browser = await openChromium()
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
  rmSync(folder, { recursive: true, force: true })
})

function valueFor(operation: string): unknown {
  if (operation === 'operator.list') return { operators: OPERATORS }
  return paidSale()
}

/** Every sign-in, and how somebody comes to it. */
const VIEWS: Readonly<Record<string, { page: string; open: (page: Page) => Promise<void> }>> = {
  door: { page: 'admin', open: () => Promise.resolve() },
  by_hand: { page: 'cashier', open: (page) => page.locator('.pending-close').first().click() },
  refund: { page: 'cashier', open: (page) => page.locator('button.recent-row').first().click() },
}
const LOOKS = [
  ['zh-CN', 'light'],
  ['en', 'dark'],
] as const
const CASES = Object.keys(VIEWS).flatMap((name) => LOOKS.map((look) => [name, ...look] as const))

/** Keys that are too small, or cut off by the window or by something that scrolls. */
const FLAWS = `[...document.querySelectorAll('.secret-keys .key, .secret-field input')].flatMap((key) => {
  const { left, top, right, bottom, width, height } = key.getBoundingClientRect()
  const name = key.textContent || 'field'
  const found = []
  const isField = key.tagName === 'INPUT'
  if (!isField && (width < ${TARGET_PX} || height < ${TARGET_PX})) found.push(name + ' is ' + Math.round(width) + '×' + Math.round(height))
  for (let box = key.parentElement; box; box = box.parentElement) {
    if (box !== document.documentElement && getComputedStyle(box).overflowY === 'visible') continue
    const frame = box === document.documentElement
      ? { left: 0, top: 0, right: innerWidth, bottom: innerHeight } : box.getBoundingClientRect()
    if (left < frame.left - 1 || top < frame.top - 1 || right > frame.right + 1 || bottom > frame.bottom + 1) {
      found.push(name + ' is cut off by ' + (box.className || box.tagName) + ' by ' + Math.round(bottom - frame.bottom))
    }
  }
  return found
})`

test.each(CASES)('%s in %s, %s: keys are whole and wide enough at 1024×600', async (...one) => {
  const [name, language, colorScheme] = one
  const view = VIEWS[name]
  if (view === undefined) throw new Error(name)
  const context = await browser.newContext({ viewport: SMALL, colorScheme, bypassCSP: true })
  const page = await context.newPage()
  await page.goto(pageAddress(server, view.page, `?language=${language}`))
  await page.waitForSelector('html[data-painted-revision]')
  await view.open(page)
  await page.waitForSelector('.sign-in-name')
  await page.locator('.sign-in-name').first().click()
  if (PICTURES) await page.screenshot({ path: join(PICTURES, `${name}-${language}.png`) })
  expect(await page.evaluate(FLAWS)).toEqual([])
  await page.evaluate(axe)
  const violations = await page.evaluate(
    `axe.run(document).then(({ violations }) => violations.map(({ id, nodes }) => id + ' ' + nodes.map(({ target }) => target).join(' ')))`,
  )
  expect(violations).toEqual([])
  await context.close()
})
