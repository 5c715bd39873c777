/**
 * Takes a picture of every look of the day-close view, for looking at:
 * `node test/e2e/shift-gallery.ts <folder>`.
 */
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Browser } from 'playwright-core'
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
import {
  BUSY_SHIFT,
  CROWDED_SHIFT,
  EMPTY_SHIFT,
  NEGATIVE_SHIFT,
  QUIET_SHIFT,
  shiftAnswer,
} from './shift-fixtures.ts'

const SIZES = [
  { width: 1280, height: 800 },
  { width: 1024, height: 600 },
  // 200 % zoom of the first.
  { width: 640, height: 400 },
] as const
/** Widths at 96 dpi, less the page's margins. */
const PAPERS = [
  ['80mm', 272],
  ['a4', 763],
] as const
const LOOKS = [
  { language: 'zh-CN', theme: 'light' },
  { language: 'en', theme: 'dark' },
] as const
const SHIFTS: Readonly<Record<string, Shift>> = {
  busy: BUSY_SHIFT,
  crowded: CROWDED_SHIFT,
  quiet: QUIET_SHIFT,
  negative: NEGATIVE_SHIFT,
  empty: EMPTY_SHIFT,
}

type Shot = {
  readonly folder: string
  readonly size: (typeof SIZES)[number]
  readonly look: (typeof LOOKS)[number]
  readonly name: string
}

async function take(browser: Browser, server: ScreensServer, shot: Shot): Promise<void> {
  const { language, theme } = shot.look
  const shift = SHIFTS[shot.name] ?? BUSY_SHIFT
  server.answer = answering(shift, language)
  const context = await browser.newContext({
    viewport: shot.size,
    colorScheme: theme,
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  page.on('console', (message) => console.log(message.text()))
  await page.goto(pageAddress(server, 'cashier', `?language=${language}`))
  await page.waitForSelector('html[data-painted-revision]')
  const base = join(shot.folder, `${shot.name}-${language}-${shot.size.width}`)
  await page.keyboard.press('F12')
  await page.waitForSelector('.shift-close')
  const whole = { fullPage: true }
  await page.screenshot({ path: `${base}-1-open.png`, ...whole })
  await page.keyboard.type('张敏')
  await page.keyboard.press('F4')
  await page.screenshot({ path: `${base}-2-asked.png`, ...whole })
  if (shift.unsettled.length > 0) {
    await page.keyboard.press('F7')
    await page.keyboard.press('F4')
    await page.screenshot({ path: `${base}-3-carried.png`, ...whole })
  }
  await page.keyboard.press('F4')
  await page.waitForSelector('.shift-print')
  await page.screenshot({ path: `${base}-4-closed.png`, ...whole })
  await page.emulateMedia({ media: 'print' })
  for (const [paper, width] of PAPERS) {
    await page.setViewportSize({ width, height: 700 })
    await page.screenshot({ path: `${base}-5-${paper}.png`, ...whole })
  }
  await context.close()
}

function answering(shift: Shift, language: Language): ScreensServer['answer'] {
  return (operation) => ({
    kind: 'answer',
    ok: true,
    value: shiftAnswer(shift, language, operation === 'shift.close' ? '张敏' : undefined),
  })
}

async function main(): Promise<void> {
  const [, , target] = process.argv
  if (target === undefined) throw new Error('say where: node test/e2e/shift-gallery.ts <folder>')
  const folder = resolve(target)
  mkdirSync(folder, { recursive: true })
  const built = join(folder, 'built')
  await buildScreens(built)
  const server = await serveScreens(built, modelOf(sceneNamed('ready')))
  const browser = await openChromium()
  for (const size of SIZES) {
    for (const look of LOOKS) {
      for (const name of Object.keys(SHIFTS))
        await take(browser, server, { folder, size, look, name })
    }
  }
  await browser.close()
  await server.close()
}

await main()
