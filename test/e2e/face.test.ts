import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { FACE_SCENES, faceModelOf, faceSceneNamed } from './face-fixtures.ts'
import { modelOf, sceneNamed } from './screens-fixtures.ts'
import {
  buildScreens,
  openChromium,
  pageAddress,
  type ScreensServer,
  serveScreens,
} from './screens-server.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

type Violation = { id: string; impact: string; nodes: { target: string[] }[] }

let folder: string
let browser: Browser
let server: ScreensServer
let context: BrowserContext
let revision = 0

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'guitai-face-'))
  await buildScreens(folder)
  browser = await openChromium([
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
  ])
})

afterAll(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true, force: true })
})

beforeEach(async () => {
  server = await serveScreens(folder, modelOf(sceneNamed('ready')))
  server.onCamera = () => {}
})

afterEach(async () => {
  await context.close()
  await server.close()
})

/** The page's clock, which a test can put forward. */
const CLOCK = `(() => {
  const real = performance.now.bind(performance)
  window.aheadMs = 0
  performance.now = () => real() + window.aheadMs
})()`

/** A tap right after a stage came is meant for the one before it; this one comes later. */
async function later(page: Page): Promise<void> {
  await page.evaluate('window.aheadMs += 600')
}

async function open(
  name: 'cashier' | 'customer',
  given: { language?: string; width?: number; height?: number; theme?: 'light' | 'dark' } = {},
): Promise<Page> {
  const { language = 'zh-CN', width = 1_024, height = 600, theme = 'light' } = given
  context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    reducedMotion: 'reduce',
    bypassCSP: true,
  })
  const page = await context.newPage()
  await page.addInitScript(CLOCK)
  await page.goto(pageAddress(server, name, `?language=${language}`))
  await page.waitForSelector('html[data-painted-revision]')
  return page
}

async function show(page: Page, name: string): Promise<void> {
  revision += 1
  server.show(faceModelOf(faceSceneNamed(name), revision))
  await page.waitForSelector(`html[data-painted-revision="${revision}"]`)
}

/** What was asked of the terminal, without the ids of commands. */
async function asked(count: number): Promise<unknown[]> {
  await expect.poll(() => server.calls.length, { timeout: 10_000 }).toBe(count)
  return server.calls.map(({ operation, input: { clientId, ...input } }) => {
    expect(clientId).toMatch(/^[0-9a-f-]{36}$/)
    return { operation, ...input }
  })
}

test.each([
  ['zh-CN', 'light'],
  ['en', 'dark'],
] as const)('F-08: no stage has a violation, %s, %s', async (language, theme) => {
  const page = await open('customer', { language, theme })
  await page.evaluate(axe)
  const found: string[] = []
  for (const { name } of FACE_SCENES) {
    await show(page, name)
    const violations = (await page.evaluate(
      'axe.run(document).then((result) => result.violations)',
    )) as Violation[]
    for (const { id, nodes } of violations) {
      found.push(`${name}: ${id} ${nodes.map(({ target }) => target).join(', ')}`)
    }
  }
  expect(found).toEqual([])
})

const SIZES = [
  [1_280, 800],
  [1_024, 600],
  [800, 1_280],
] as const

test.each(SIZES)(
  'F-02, F-04: ways and acts are of one size, and all fits, at %i × %i',
  async (width, height) => {
    for (const language of ['zh-CN', 'en']) {
      const page = await open('customer', { language, width, height })
      for (const { name } of FACE_SCENES) {
        await show(page, name)
        const sizes = (await page.evaluate(
          `[...document.querySelectorAll('.way, .face-act')].map((node) => {
          const { width, height } = node.getBoundingClientRect()
          return Math.round(width) + ' × ' + Math.round(height)
        })`,
        )) as string[]
        expect(new Set(sizes).size, `${name}: ${sizes.join(', ')}`).toBe(1)
        const isTooLarge = await page.evaluate(
          'document.documentElement.scrollHeight > innerHeight || document.documentElement.scrollWidth > innerWidth',
        )
        expect(isTooLarge, name).toBe(false)
        if (name.startsWith('offered')) continue
        expect(await page.locator('[data-act="decline"]').isVisible(), name).toBe(true)
      }
      await show(page, 'notice')
      expect(await page.locator('.notice-body').getAttribute('data-pages'), language).toBe('1')
      await context.close()
    }
  },
)

test('F-04, F-07: the notice says who, to whom, what for, how, how long, why, and how not to', async () => {
  const page = await open('customer')
  await show(page, 'notice')
  const text = (await page.locator('.notice-text').textContent()) ?? ''
  for (const part of [
    '青禾便利店有限公司，400-000-0000',
    '示例支付识别服务有限公司',
    '付这一笔款。不作他用',
    '经互联网发出',
    '不保存',
    '泄露会有风险',
    '改用付款码',
    '退出',
    '投诉',
    '14 周岁',
  ]) {
    expect(text).toContain(part)
  }
  expect(await page.locator('input').count()).toBe(0)
})

/** Whether the end of the notice is where it can be read. */
const LAST_IS_SHOWN = `(() => {
  const area = document.querySelector('.notice-text').getBoundingClientRect()
  const last = document.querySelector('.notice-text div:last-child').getBoundingClientRect()
  return last.left >= area.left - 1 && last.right <= area.right + 1 && last.bottom <= area.bottom + 1
})()`

test('a notice that does not fit is turned in pages, to its end', async () => {
  const page = await open('customer')
  await show(page, 'notice_long')
  await expect.poll(() => page.locator('.notice-pages').count(), { timeout: 10_000 }).toBe(1)
  expect(await page.evaluate(LAST_IS_SHOWN)).toBe(false)
  await page.locator('.notice-pages button').last().click()
  expect(await page.evaluate(LAST_IS_SHOWN)).toBe(true)
})

test('F-03: nothing is chosen: Enter and Space do nothing until a button has the focus', async () => {
  const page = await open('customer')
  for (const name of ['offered', 'notice', 'press', 'recognising']) {
    await show(page, name)
    await page.keyboard.press('Enter')
    await page.keyboard.press('Space')
  }
  expect(server.calls).toEqual([])
  expect(await page.evaluate('document.activeElement.tagName')).toBe('H1')
})

test('F-05, F-16: the acts go to the terminal, with the notice and the digits', async () => {
  const page = await open('customer')
  const saleId = '7b0c3b0e-2f5a-4e5e-9d6c-3a1f0e9b8c7d'
  await show(page, 'offered')
  await later(page)
  await page.locator('button.way').click()
  await asked(1)
  await show(page, 'notice')
  await later(page)
  await page.locator('[data-act="consent"]').click()
  await asked(2)
  await show(page, 'digits')
  expect(await page.locator('[data-act="confirm"]').isDisabled()).toBe(true)
  for (const key of '13') await page.locator(`.keypad [data-key="${key}"]`).click()
  await page.keyboard.type('57')
  await later(page)
  await page.locator('[data-act="confirm"]').click()
  await asked(3)
  expect(await page.locator('.digit').allTextContents()).toEqual(['', '', '', ''])
  await show(page, 'recognising')
  await page.keyboard.press('Escape')
  const operation = 'face.act'
  expect(await asked(4)).toEqual([
    { operation, saleId, act: 'choose' },
    { operation, saleId, act: 'consent', noticeVersion: 'N-1' },
    { operation, saleId, act: 'confirm', digits: '1357' },
    { operation, saleId, act: 'decline' },
  ])
})

test('no digit of a customer is on the page after the stage, and none is kept in the tab', async () => {
  const page = await open('customer')
  await show(page, 'digits')
  await page.keyboard.type('246')
  await expect
    .poll(() => page.locator('.digits').textContent(), { timeout: 10_000 })
    .toContain('●●●')
  await show(page, 'offered')
  await show(page, 'digits')
  expect(await page.locator('.digit').allTextContents()).toEqual(['', '', '', ''])
  const kept = await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])')
  expect(kept).not.toContain('246')
})

test('the voice is switched off for the terminal, and stays off', async () => {
  const page = await open('customer')
  await show(page, 'notice')
  expect(await page.locator('.voice').getAttribute('aria-pressed')).toBe('true')
  await page.locator('.voice').click()
  await page.reload()
  await page.waitForSelector('html[data-painted-revision]')
  expect(await page.locator('.voice').getAttribute('aria-pressed')).toBe('false')
})

test('F-08: more time for the notice is asked for by choosing again', async () => {
  const page = await open('customer')
  await show(page, 'notice_timed')
  await later(page)
  await page.locator('.more-time').click()
  expect(await asked(1)).toMatchObject([{ operation: 'face.act', act: 'choose' }])
})

test('the cashier reads how far it is, and nothing else moves', async () => {
  const page = await open('cashier', { width: 1_024, height: 768 })
  const places = `[...document.querySelectorAll('.panel h1, .amount, .panel-action, .panel-countdown, .notice, .key-bar')]
    .map((node) => { const { top, left } = node.getBoundingClientRect(); return [top, left] })`
  revision += 1
  server.show(modelOf(sceneNamed('waiting_code'), revision))
  await page.waitForSelector(`html[data-painted-revision="${revision}"]`)
  const before = await page.evaluate(places)
  for (const name of ['offered', 'offered_hint', 'notice', 'closer', 'digits', 'recognising']) {
    await show(page, name)
    expect(await page.locator('.detail-face').isVisible(), name).toBe(true)
    expect(await page.evaluate(places), name).toEqual(before)
  }
  await show(page, 'offered_hint')
  expect(await page.locator('.detail-face').textContent()).toContain('没有看清人脸')
})
