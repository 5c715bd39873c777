/**
 * Takes the pictures of the README, both screens side by side:
 * `node test/e2e/readme-pictures.ts <folder>` writes `cashier-zh.png` and `cashier-en.png`.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Browser } from 'playwright-core'
import type { ScreenModel } from '../../src/screen/model.ts'
import { modelOf, sceneNamed } from './screens-fixtures.ts'
import {
  buildScreens,
  openChromium,
  pageAddress,
  type ScreensServer,
  serveScreens,
} from './screens-server.ts'

const PICTURES = [
  { file: 'cashier-zh.png', language: 'zh-CN', store: '青禾便利店 人民路店', terminal: '01 号机' },
  {
    file: 'cashier-en.png',
    language: 'en',
    store: 'Green Sprout, Renmin Road',
    terminal: 'Till 01',
  },
] as const

type Picture = (typeof PICTURES)[number]

function modelFor({ store, terminal }: Picture): ScreenModel {
  const model = modelOf(sceneNamed('waiting_code'))
  return {
    ...model,
    cashier: { ...model.cashier, store, terminal },
    customer: { ...model.customer, store },
  }
}

async function screenOf(
  browser: Browser,
  server: ScreensServer,
  given: { readonly picture: Picture; readonly page: string },
): Promise<string> {
  const page = await browser.newPage({
    viewport: { width: 1024, height: 768 },
    colorScheme: 'light',
    reducedMotion: 'reduce',
    timezoneId: 'Asia/Shanghai',
  })
  await page.goto(pageAddress(server, given.page, `?language=${given.picture.language}`))
  await page.waitForSelector('html[data-painted-revision]')
  const image = (await page.screenshot()).toString('base64')
  await page.close()
  return `<img src="data:image/png;base64,${image}">`
}

async function takePicture(browser: Browser, folder: string, built: string): Promise<void> {
  for (const picture of PICTURES) {
    const server = await serveScreens(built, modelFor(picture))
    const cashier = await screenOf(browser, server, { picture, page: 'cashier' })
    const customer = await screenOf(browser, server, { picture, page: 'customer' })
    await server.close()
    const page = await browser.newPage({ viewport: { width: 1680, height: 696 } })
    await page.setContent(`<style>
      body { margin: 0; padding: 48px; box-sizing: border-box; height: 100vh; display: flex;
             gap: 48px; align-items: flex-end; background: #e7ebf1 }
      img { border-radius: 12px; border: 8px solid #12171f; box-sizing: border-box }
      img:first-child { width: 800px } img:last-child { width: 736px }
    </style>${cashier}${customer}`)
    await page.screenshot({ path: join(folder, picture.file) })
    await page.close()
  }
}

async function main(): Promise<void> {
  const [, , target] = process.argv
  if (target === undefined) throw new Error('say where: node test/e2e/readme-pictures.ts <folder>')
  const folder = resolve(target)
  mkdirSync(folder, { recursive: true })
  const built = mkdtempSync(join(tmpdir(), 'guitai-pictures-'))
  await buildScreens(built)
  const browser = await openChromium()
  await takePicture(browser, folder, built)
  await browser.close()
  rmSync(built, { recursive: true, force: true })
}

await main()
