/**
 * Takes a picture of every stage of face pay, for looking at:
 * `node test/e2e/face-gallery.ts <folder> [part of a name]`.
 */
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { FACE_SCENES, type FaceScene, faceModelOf, faceSceneNamed } from './face-fixtures.ts'
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
  { width: 800, height: 1280 },
  { width: 1080, height: 1920 },
  { width: 512, height: 300 },
] as const
const LOOKS = [
  { language: 'zh-CN', theme: 'light' },
  { language: 'en', theme: 'light' },
  { language: 'zh-CN', theme: 'dark' },
  { language: 'en', theme: 'dark' },
] as const
/** Chromium's own moving picture in the place of a camera. */
const FAKE_CAMERA = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']

/** What does not fit, in words; as text, because tests have no types of a page. */
const MISFITS = `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))).then(() => {
  const found = new Set()
  const root = document.documentElement
  if (root.scrollWidth > root.clientWidth) found.add('page is too wide')
  // Magnified to 200 %, a page may be scrolled.
  const isMagnified = innerHeight < 560
  if (!isMagnified && root.scrollHeight > root.clientHeight + 1) found.add('page is too high')
  const pages = document.querySelector('.notice-body')?.dataset.pages ?? '1'
  if (pages !== '1') found.add(pages + ' pages')
  for (const element of document.querySelectorAll('.customer *')) {
    if (element.closest('svg, .notice-text, .only-spoken, .amount-spoken')) continue
    const { right, bottom } = element.getBoundingClientRect()
    if (right > innerWidth + 1) found.add(element.className + ' is outside')
    if (!isMagnified && bottom > innerHeight + 1) found.add(element.className + ' is below')
    const isInline = getComputedStyle(element).display === 'inline'
    if (!isInline && element.scrollWidth > element.clientWidth + 1) found.add(element.className + ' overflows')
    const isBody = element.matches('.face-body, .confirm, .capture, .keypad, .way')
    if (isBody && element.scrollHeight > element.clientHeight + 12) found.add(element.className + ' is cut')
  }
  return [...found]
})`

async function takeAll(
  browser: Browser,
  server: ScreensServer,
  given: {
    readonly size: (typeof SIZES)[number]
    readonly look: (typeof LOOKS)[number]
    readonly folder: string
    readonly only: string
  },
): Promise<void> {
  const { size, look, folder, only } = given
  const prefix = `face-${size.width}x${size.height}-${look.language}-${look.theme}`
  const wanted = FACE_SCENES.filter(({ name }) => `${prefix}-${name}`.includes(only))
  if (wanted.length === 0) return
  const context = await browser.newContext({
    viewport: size,
    colorScheme: look.theme,
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  page.on('pageerror', (error) => console.log(prefix, error.message))
  await page.goto(pageAddress(server, 'customer', `?language=${look.language}`))
  for (const scene of wanted) await take(page, server, { scene, path: join(folder, prefix) })
  await context.close()
}

async function take(
  page: Page,
  server: ScreensServer,
  { scene, path }: { readonly scene: FaceScene; readonly path: string },
): Promise<void> {
  const revision = FACE_SCENES.indexOf(scene) + 1
  server.show(faceModelOf(scene, revision))
  await page.waitForSelector(`html[data-painted-revision="${revision}"]`)
  if (scene.name === 'digits') for (const key of '12') await page.keyboard.press(key)
  const found = (await page.evaluate(MISFITS)) as string[]
  await page.screenshot({
    path: `${path}-${scene.name}.png`,
    fullPage: page.viewportSize()?.height === 300,
  })
  if (found.length > 0) console.log(`${path}-${scene.name}`, found.join('; '))
}

async function main(): Promise<void> {
  const [, , target, only = ''] = process.argv
  if (target === undefined) throw new Error('say where: node test/e2e/face-gallery.ts <folder>')
  const folder = resolve(target)
  mkdirSync(folder, { recursive: true })
  const built = join(folder, 'built')
  await buildScreens(built)
  const server = await serveScreens(built, faceModelOf(faceSceneNamed('offered')))
  // A camera's line that stays open and asks for nothing: the mirror shows what there is.
  server.onCamera = () => {}
  const browser = await openChromium(FAKE_CAMERA)
  for (const size of SIZES) {
    for (const look of LOOKS) await takeAll(browser, server, { size, look, folder, only })
  }
  await browser.close()
  await server.close()
}

await main()
