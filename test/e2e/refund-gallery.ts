/**
 * Takes a picture of every look of the refund view, for looking at:
 * `node test/e2e/refund-gallery.ts <folder>`.
 */
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Browser } from 'playwright-core'
import type { SaleView } from '../../src/api/protocol.ts'
import { PHASES, paidSale, refundedSale, tillWithRefunds } from './refund-fixtures.ts'
import {
  buildScreens,
  openChromium,
  pageAddress,
  type ScreensServer,
  serveScreens,
} from './screens-server.ts'

const SIZES = [
  { width: 1280, height: 800 },
  { width: 1024, height: 600 },
  { width: 1920, height: 1080 },
  // 200 % zoom of the first.
  { width: 640, height: 400 },
] as const
const LOOKS = [
  { language: 'zh-CN', theme: 'light' },
  { language: 'en', theme: 'dark' },
] as const

type Shot = {
  readonly folder: string
  readonly size: (typeof SIZES)[number]
  readonly look: (typeof LOOKS)[number]
}

async function take(browser: Browser, server: ScreensServer, shot: Shot): Promise<void> {
  const { size, look } = shot
  let sale: SaleView = paidSale()
  const sales = [...Array(12).keys()].map((index) =>
    index === 2 ? { ...refundedSale('abnormal'), saleId: 'x' } : paidSale(index),
  )
  server.answer = (operation) => ({
    kind: 'answer',
    ok: true,
    value: operation === 'sale.list' ? { sales } : sale,
  })
  const context = await browser.newContext({
    viewport: size,
    colorScheme: look.theme,
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  page.on('console', (message) => console.log(message.text()))
  page.on('pageerror', (error) => console.log(error.message))
  await page.goto(pageAddress(server, 'cashier', `?language=${look.language}`))
  await page.waitForSelector('html[data-painted-revision]')
  const base = join(shot.folder, `${size.width}-${look.language}`)
  const picture = async (name: string, wanted: string) => {
    await page.waitForSelector(wanted)
    await page.screenshot({ path: `${base}-${name}.png`, fullPage: true })
  }
  await picture('1-till', '.recent')
  await page.keyboard.press('F3')
  await picture('2-list', '.refund-sale')
  await page.locator('.refund-sale').first().click()
  await picture('3-form', '.refund-form')
  await page.keyboard.press('F8')
  await picture('4-missing', '.notice:not(.notice-empty)')
  await page.locator('.refund-reason').nth(1).click()
  await page.locator('.refund-fields input').last().fill('张敏')
  await page.locator('.refund-reason input').nth(1).focus()
  await page.keyboard.type('20')
  await picture('5-typed', '.refund-reason')
  await page.keyboard.press('F8')
  await picture('6-confirm', '.refund-confirm')
  for (const phase of PHASES) {
    await page.keyboard.press('F2')
    sale = refundedSale(phase)
    await page.locator('button.recent-row').first().click()
    await picture(`7-${phase}`, `[data-refund="${phase}"]`)
  }
  await context.close()
}

async function main(): Promise<void> {
  const [, , target] = process.argv
  if (target === undefined) throw new Error('say where: node test/e2e/refund-gallery.ts <folder>')
  const folder = resolve(target)
  mkdirSync(folder, { recursive: true })
  const built = join(folder, 'built')
  await buildScreens(built)
  const server = await serveScreens(built, tillWithRefunds(1, 'ready'))
  const browser = await openChromium()
  for (const size of SIZES) {
    for (const look of LOOKS) await take(browser, server, { folder, size, look })
  }
  await browser.close()
  await server.close()
}

await main()
