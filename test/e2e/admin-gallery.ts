/**
 * Takes a picture of every look of the admin screen, for looking at:
 * `node test/e2e/admin-gallery.ts <folder> [part of a name]`.
 */
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import type { Administration, SignedIn } from '../../renderer/shared/operator-types.ts'
import { problem } from '../../src/domain/errors.ts'
import { BUSY, CALM, OPERATORS, STOPPED, sessionOf, UNBOUND } from './admin-fixtures.ts'
import { modelOf, sceneNamed } from './screens-fixtures.ts'
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
  // 200 % zoom of the first.
  { width: 640, height: 400 },
] as const
const LOOKS = [
  { language: 'zh-CN', theme: 'light' },
  { language: 'en', theme: 'dark' },
  { language: 'en', theme: 'light' },
] as const
const SECTION_NAMES = [
  'overview',
  'measures',
  'interfaces',
  'limits',
  'grant',
  'certificates',
  'place',
  'log',
] as const
const VIEWS = { calm: CALM, busy: BUSY, stopped: STOPPED, unbound: UNBOUND } as const

type Shot = {
  readonly folder: string
  readonly size: (typeof SIZES)[number]
  readonly look: (typeof LOOKS)[number]
  readonly only: string
}

/** What the stand-in for the terminal answers; a test changes it as it goes. */
type Script = { view: Administration; role: SignedIn['role']; isEmpty: boolean; isLocked: boolean }

function answering(server: ScreensServer, script: Script): void {
  server.answer = (operation) => {
    if (operation === 'operator.sign_in' && script.isLocked) {
      const locked = { ...problem('operator.locked'), waitMs: 30_000 }
      return { kind: 'answer', ok: false, problem: locked }
    }
    const values: { readonly [operation: string]: unknown } = {
      'operator.list': { operators: script.isEmpty ? [] : OPERATORS },
      'operator.sign_in': sessionOf(script.role),
      'admin.view': script.view,
    }
    return { kind: 'answer', ok: true, value: values[operation] ?? { done: true } }
  }
}

async function signIn(page: Page, name: string): Promise<void> {
  await page.waitForSelector('.sign-in-name')
  await page.locator('.sign-in-name', { hasText: name }).click()
  await page.keyboard.type('135790')
  await page.keyboard.press('Enter')
}

async function take(browser: Browser, server: ScreensServer, shot: Shot): Promise<void> {
  const { size, look, only } = shot
  const script: Script = { view: CALM, role: 'manager', isEmpty: false, isLocked: false }
  answering(server, script)
  const context = await browser.newContext({
    viewport: size,
    colorScheme: look.theme,
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  page.on('console', (message) => console.log(message.text()))
  page.on('pageerror', (error) => console.log(error.message))
  const base = `${size.width}-${look.language}-${look.theme}`
  const picture = async (name: string, wanted: string) => {
    await page.waitForSelector(wanted)
    const full = `${base}-${name}`
    if (!full.includes(only)) return
    await page.screenshot({ path: join(shot.folder, `${full}.png`), fullPage: true })
  }
  const open = () => page.goto(pageAddress(server, 'admin', `?language=${look.language}`))
  await open()
  await picture('1-door', '.sign-in')
  script.isLocked = true
  await signIn(page, '张敏')
  await picture('1-wait', '.sign-in-wait')
  script.isLocked = false
  script.isEmpty = true
  await page.reload()
  await picture('1-nobody', '.door-command')
  script.isEmpty = false
  for (const [name, view] of Object.entries(VIEWS)) {
    script.view = view
    await page.reload()
    await signIn(page, '张敏')
    await page.waitForSelector('.admin-nav')
    for (const [index, section] of SECTION_NAMES.entries()) {
      await page.keyboard.press(String(index + 1))
      await picture(
        `2-${name}-${index + 1}-${section}`,
        `[data-section="${section}"] .section-head`,
      )
    }
  }
  await takeActs(page, script, picture)
  await context.close()
}

type Picture = (name: string, wanted: string) => Promise<void>

async function takeActs(page: Page, script: Script, picture: Picture): Promise<void> {
  script.view = BUSY
  await page.reload()
  await signIn(page, '张敏')
  await page.waitForSelector('.admin-nav')
  await page.keyboard.press('2')
  await page.locator('.act-button[data-act="acknowledge"]').click()
  await picture('3-acknowledge', '.act')
  await page.keyboard.press('F8')
  await picture('3-acknowledged', '.notice[data-good="true"]')
  await page.locator('.act-button[data-act="report_done"]').first().click()
  await page.keyboard.press('F8')
  await picture('3-report', '.notice:not(.notice-empty)')
  await page.keyboard.press('Escape')
  await page.keyboard.press('3')
  await page.locator('.act-button[data-act="pause"]').first().click()
  await picture('3-pause', '.act')
  script.role = 'installer'
  await page.reload()
  await signIn(page, '王工')
  await page.waitForSelector('.admin-nav')
  await page.keyboard.press('3')
  await picture('4-installer', '.act-button[data-act="close"]')
  await page.locator('.act-button[data-act="close"]').first().click()
  await picture('4-close', '.act')
  await page.locator('.refund-reason').first().click()
  await page.locator('[name="act-administrator"]').fill('admin-01')
  await page.keyboard.press('F8')
  await page.locator('[name="act-typed"]').fill('micropay')
  await page.locator('[name="guitai-secret"]').fill('246813')
  await picture('4-confirm', '[data-step="confirm"]')
  script.view = STOPPED
  await page.reload()
  await signIn(page, '王工')
  await page.waitForSelector('.admin-nav')
  await page.keyboard.press('7')
  await picture('4-unlock', '.act-button[data-act="unlock"]')
}

async function main(): Promise<void> {
  const [, , target, only = ''] = process.argv
  if (target === undefined) throw new Error('say where: node test/e2e/admin-gallery.ts <folder>')
  const folder = resolve(target)
  mkdirSync(folder, { recursive: true })
  const built = join(folder, 'built')
  await buildScreens(built)
  const server = await serveScreens(built, modelOf(sceneNamed('ready')))
  const browser = await openChromium()
  for (const size of SIZES) {
    for (const look of LOOKS) {
      const name = `${size.width}-${look.language}-${look.theme}`
      if (name.startsWith(only) || only.startsWith(name) || !/^\d/.test(only)) {
        await take(browser, server, { folder, size, look, only })
      }
    }
  }
  await browser.close()
  await server.close()
}

await main()
