/**
 * Takes a picture of every state of both screens, for looking at:
 * `node test/e2e/gallery.ts <folder> [part of a name]`.
 */
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Browser } from 'playwright-core'
import { modelOf, SCENES, sceneNamed } from './screens-fixtures.ts'
import {
  buildScreens,
  openChromium,
  pageAddress,
  type ScreensServer,
  serveScreens,
} from './screens-server.ts'

const SIZES = [
  { width: 1024, height: 600 },
  { width: 1024, height: 768 },
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
] as const
const PAGES = ['cashier', 'customer'] as const
const LOOKS = [
  { language: 'zh-CN', theme: 'light' },
  { language: 'en', theme: 'light' },
  { language: 'zh-CN', theme: 'dark' },
] as const

type Shot = {
  readonly page: (typeof PAGES)[number]
  readonly size: (typeof SIZES)[number]
  readonly look: (typeof LOOKS)[number]
}

async function takeAll(
  browser: Browser,
  server: ScreensServer,
  given: { readonly shot: Shot; readonly folder: string; readonly only: string },
): Promise<void> {
  const { page: name, size, look } = given.shot
  const prefix = `${name}-${look.language}-${look.theme}-${size.width}x${size.height}`
  const wanted = SCENES.filter((scene) => `${prefix}-${scene.name}`.includes(given.only))
  if (wanted.length === 0) return
  const context = await browser.newContext({
    viewport: size,
    colorScheme: look.theme,
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  page.on('console', (message) => console.log(prefix, message.text()))
  page.on('pageerror', (error) => console.log(prefix, error.message))
  await page.goto(pageAddress(server, name, `?language=${look.language}`))
  for (const scene of wanted) {
    const revision = SCENES.indexOf(scene) + 1
    server.show(modelOf(scene, revision))
    await page.waitForSelector(`html[data-painted-revision="${revision}"]`)
    await page.screenshot({ path: join(given.folder, `${prefix}-${scene.name}.png`) })
  }
  await context.close()
}

async function main(): Promise<void> {
  const [, , target, only = ''] = process.argv
  if (target === undefined) throw new Error('say where: node test/e2e/gallery.ts <folder>')
  const folder = resolve(target)
  mkdirSync(folder, { recursive: true })
  const built = join(folder, 'built')
  await buildScreens(built)
  const server = await serveScreens(built, modelOf(sceneNamed('ready')))
  const browser = await openChromium()
  for (const page of PAGES) {
    for (const size of SIZES) {
      for (const look of LOOKS) {
        await takeAll(browser, server, { shot: { page, size, look }, folder, only })
      }
    }
  }
  await browser.close()
  await server.close()
}

await main()
