import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Administration, SignedIn } from '../../renderer/shared/operator-types.ts'
import { type ErrorCode, problem } from '../../src/domain/errors.ts'
import { BUSY, CALM, OPERATORS, STOPPED, sessionOf, UNBOUND } from './admin-fixtures.ts'
import { modelOf, sceneNamed } from './screens-fixtures.ts'
import {
  buildScreens,
  openChromium,
  pageAddress,
  type ScreensServer,
  serveScreens,
} from './screens-server.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let folder: string
let browser: Browser
let server: ScreensServer
let context: BrowserContext
let complaints: string[]
let view: Administration
let lockAfterMs: number
/** Refusals by operation; what is not here is done. */
let refusals: { [operation: string]: ReturnType<typeof refusal> }

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'guitai-admin-view-'))
  await buildScreens(folder)
  browser = await openChromium()
})
afterAll(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true, force: true })
})

beforeEach(async () => {
  complaints = []
  view = BUSY
  lockAfterMs = 120_000
  refusals = {}
  server = await serveScreens(folder, modelOf(sceneNamed('ready')))
  server.answer = (operation) =>
    refusals[operation] ?? { kind: 'answer', ok: true, value: answerTo(operation) }
})
afterEach(async () => {
  await context.close()
  await server.close()
})

const refusal = (code: ErrorCode, more: { waitMs?: number; triesLeft?: number } = {}) =>
  ({ kind: 'answer', ok: false, problem: { ...problem(code), ...more } }) as const

function answerTo(operation: string): unknown {
  const name = server.calls.at(-1)?.input.name
  const role = OPERATORS.find((operator) => operator.name === name)?.role ?? 'manager'
  if (operation === 'operator.list') return { operators: OPERATORS }
  if (operation === 'operator.sign_in') return { ...sessionOf(role), lockAfterMs }
  return operation === 'admin.view' ? view : { done: true }
}

type Look = Parameters<Browser['newContext']>[0] & {
  readonly language?: string
  readonly page?: string
}

async function openPage({ language = 'zh-CN', page: name = 'admin', ...look }: Look = {}) {
  context = await browser.newContext({ viewport: { width: 1024, height: 600 }, ...look })
  const page = await context.newPage()
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  await page.goto(pageAddress(server, name, `?language=${language}`))
  await page.waitForSelector('html[data-painted-revision]')
  return page
}

const NAMES: { readonly [role in SignedIn['role']]: string } = {
  manager: '张敏',
  cashier: '李强',
  installer: '王工',
}

async function signIn(page: Page, role: SignedIn['role'] = 'manager'): Promise<void> {
  await page.locator('.sign-in-name', { hasText: NAMES[role] }).click()
  await page.keyboard.type('135790')
  await page.keyboard.press('Enter')
}

async function openDesk(role: SignedIn['role'] = 'manager', look: Look = {}): Promise<Page> {
  const page = await openPage(look)
  await signIn(page, role)
  await page.waitForSelector('.admin-nav')
  return page
}

const sent = (operation: string) => server.calls.filter((call) => call.operation === operation)

test('by keyboard alone: from the till, in, through the sections, and back', async () => {
  const page = await openPage({ page: 'cashier' })
  await page.keyboard.press('F11')
  await page.waitForSelector('.sign-in-name')
  await page.keyboard.press('Space')
  await expect.poll(() => page.evaluate('document.activeElement.type')).toBe('password')
  await page.keyboard.type('135790')
  await page.keyboard.press('Enter')
  await page.waitForSelector('.verdict[data-open="true"]')
  expect(sent('operator.sign_in')[0]?.input).toEqual({ name: '张敏', pin: '135790' })
  const headings: (string | null)[] = []
  for (const key of ['2', '3', '4', '5', '6', '7', '8', 'ArrowLeft']) {
    await page.keyboard.press(key)
    headings.push(await page.locator('.section-head').textContent())
  }
  expect(headings).toEqual([
    ...['处置措施', '支付方式', '限额', '场景授权', '证书', '地点和时间', '操作记录', '地点和时间'],
  ])
  await page.keyboard.press('Escape')
  await page.waitForSelector('.pad')
  expect(sent('operator.sign_out')).toHaveLength(1)
  expect(complaints).toEqual([])
})

test('while a sale runs there is no way in, and one that begins takes the screen back', async () => {
  server.show(modelOf(sceneNamed('waiting_code')))
  const till = await openPage({ page: 'cashier' })
  await till.keyboard.press('F11')
  expect(await till.locator('[data-act="admin"]').isDisabled()).toBe(true)
  expect(await till.locator('.panel').count()).toBe(1)
  await context.close()
  server.show(modelOf(sceneNamed('ready')))
  const page = await openDesk()
  server.show(modelOf(sceneNamed('waiting_code'), 2))
  await page.waitForSelector('.panel[data-state="waiting_code"]')
  expect(await page.locator('.admin').count()).toBe(0)
})

test('a terminal that is stopped still lets people in', async () => {
  server.show(modelOf(sceneNamed('stopped')))
  view = STOPPED
  const page = await openPage({ page: 'cashier', language: 'en' })
  await page.keyboard.press('F11')
  await signIn(page)
  await page.waitForSelector('.verdict[data-open="false"]')
  const verdict = await page.locator('.verdict').textContent()
  for (const words of ['No new payments', 'suspended', 'scene.suspended']) {
    expect(verdict).toContain(words)
  }
})

test('a wrong PIN waits, and the PIN is nowhere afterwards', async () => {
  refusals = { 'operator.sign_in': refusal('operator.locked', { waitMs: 30_000 }) }
  const page = await openPage()
  await signIn(page)
  await page.waitForSelector('.sign-in-wait')
  expect(await page.locator('.sign-in-wait').textContent()).toMatch(/[23]\d 秒/)
  expect(await page.locator('.key-collect').isDisabled()).toBe(true)
  const field = page.locator('input[type="password"]')
  expect(await field.inputValue()).toBe('')
  expect(await page.content()).not.toContain('135790')
  for (const store of ['localStorage', 'sessionStorage']) {
    expect(await page.evaluate(`JSON.stringify(${store})`)).not.toContain('135790')
  }
})

test('the pad signs in by touch, and a cashier is refused', async () => {
  const page = await openPage({ language: 'en' })
  await page.locator('.sign-in-name', { hasText: NAMES.cashier }).click()
  for (const digit of '135790') {
    await page.locator('.secret-keys .key', { hasText: digit }).click()
  }
  await page.locator('.key-collect').click()
  await expect.poll(() => page.locator('.notice').textContent()).toContain('Have a manager')
  expect(sent('operator.sign_in')[0]?.input).toEqual({ name: '李强', pin: '135790' })
  expect(sent('operator.sign_out')).toHaveLength(1)
  expect(await page.locator('.admin-nav').count()).toBe(0)
})

test('without operators it says how the first one is added, in both languages', async () => {
  server.answer = () => ({ kind: 'answer', ok: true, value: { operators: [] } })
  const page = await openPage()
  const door = page.locator('.door')
  await page.waitForSelector('.door-command')
  for (const words of ['还没有人员', 'No operators yet', 'guitai operator add']) {
    expect(await door.textContent()).toContain(words)
  }
})

test('the page locks itself, tells it before, and leaves nothing behind', async () => {
  lockAfterMs = 2_500
  const page = await openDesk()
  await page.keyboard.press('5')
  await expect.poll(() => page.locator('.session-lock').textContent()).toMatch(/秒后锁定/)
  await page.waitForSelector('.sign-in-name')
  const left = await page.content()
  for (const words of ['青禾', 'G-2026-000187', 'AP-2026-0117']) expect(left).not.toContain(words)
  expect(sent('operator.sign_out')).toHaveLength(1)
})

test('a session that the terminal ended locks the page', async () => {
  const page = await openDesk()
  refusals = { 'admin.view': refusal('operator.session_ended') }
  await page.keyboard.press('F6')
  await page.waitForSelector('.sign-in-name')
  await expect.poll(() => page.locator('.notice').textContent()).toContain('登录已结束')
})

test('a manager takes note of M1, in their own name', async () => {
  const page = await openDesk('manager', { language: 'en' })
  await page.keyboard.press('2')
  await page.locator('.act-button[data-act="acknowledge"]').click()
  expect(await page.locator('.act-what').textContent()).toContain('张敏')
  await page.keyboard.press('F8')
  await page.waitForSelector('.notice[data-good="true"]')
  expect(sent('measure.acknowledge').map(({ input }) => input)).toEqual([
    { session: sessionOf('manager').session, measureId: 'M-1001' },
  ])
})

test('a manager pauses and resumes with a reason, and may not close', async () => {
  const page = await openDesk()
  await page.keyboard.press('3')
  expect(await page.locator('.act-button[data-act="close"]').count()).toBe(0)
  await page.locator('.act-button[data-act="pause"]').click()
  expect(await page.locator('.act-what').textContent()).toContain('不是关闭')
  await page.keyboard.press('F8')
  await page.waitForSelector('.notice:not(.notice-empty)')
  expect(sent('interface.pause')).toEqual([])
  await page.locator('.refund-reason').first().click()
  await page.keyboard.press('F8')
  await page.waitForSelector('.notice[data-good="true"]')
  await page.locator('.act-button[data-act="resume"]').click()
  await page.locator('.refund-reason').nth(1).click()
  await page.keyboard.press('F8')
  await expect.poll(() => sent('interface.resume').length).toBe(1)
  expect(sent('interface.pause')[0]?.input).toMatchObject({
    interface: 'MICROPAY',
    reason: '设备检修',
  })
})

async function drawUpClosing(page: Page): Promise<void> {
  await page.keyboard.press('3')
  await page.locator('.act-button[data-act="close"]').first().click()
  await page.locator('.refund-reason').first().click()
  await page.locator('[name="act-administrator"]').fill('admin-01')
  await page.keyboard.press('F8')
  await page.locator('[name="act-typed"]').fill('micropay')
  await page.locator('[name="guitai-secret"]').fill('open-sesame-7')
}

test('AC-17b: closing takes two steps, its password is gone at once, Enter never does it', async () => {
  refusals = { 'interface.close': refusal('closing.password_wrong', { triesLeft: 4 }) }
  const page = await openDesk('installer', { language: 'en' })
  await drawUpClosing(page)
  const field = page.locator('[name="guitai-secret"]')
  expect(await field.getAttribute('autocomplete')).toBe('new-password')
  await page.keyboard.press('Enter')
  await page.locator('.act-go').focus()
  for (const key of ['Enter', ' ']) await page.keyboard.press(key)
  expect(sent('interface.close')).toEqual([])
  await page.keyboard.press('F4')
  await expect.poll(() => page.locator('.notice').textContent()).toContain('Tries left: 4.')
  expect(await field.inputValue()).toBe('')
  expect(await page.content()).not.toContain('open-sesame-7')
  expect(sent('interface.close')).toHaveLength(1)
  refusals = {}
  await field.fill('open-sesame-8')
  await page.keyboard.press('F4')
  await page.waitForSelector('.notice[data-good="true"]')
  expect(sent('interface.close')[1]?.input).toMatchObject({
    interface: 'MICROPAY',
    administrator: 'admin-01',
    password: 'open-sesame-8',
  })
})

test('a line that breaks never sends a password twice', async () => {
  const page = await openDesk('installer')
  await drawUpClosing(page)
  server.isMute = true
  await page.keyboard.press('F4')
  await expect.poll(() => sent('interface.close').length).toBe(1)
  server.isMute = false
  server.cut(false)
  await expect.poll(() => page.locator('.act').count()).toBe(0)
  await expect.poll(() => sent('admin.view').length).toBeGreaterThan(1)
  expect(sent('interface.close')).toHaveLength(1)
})

const LOOKS = [
  ['zh-CN', 'light', { width: 1280, height: 800 }],
  ['en', 'dark', { width: 1024, height: 600 }],
  ['en', 'light', { width: 640, height: 400 }],
] as const

test.each(LOOKS)(
  'in %s, %s, at %o: no look has a violation',
  async (...look) => {
    const [language, colorScheme, viewport] = look
    const page = await openPage({ language, colorScheme, viewport, bypassCSP: true })
    await page.evaluate(axe)
    const found: string[] = []
    const examine = async (name: string) => {
      const violations = (await page.evaluate(`axe.run(document).then(({ violations }) =>
      violations.map(({ id, nodes }) => id + ' ' + nodes.map(({ target }) => target).join(' ')))`)) as string[]
      const overflow = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      )
      if (overflow !== 0) violations.push(`${overflow} px too wide`)
      found.push(...violations.map((violation) => `${name}: ${violation}`))
    }
    await examine('door')
    for (const [name, shown] of Object.entries({ BUSY, CALM, STOPPED, UNBOUND })) {
      view = shown
      await signIn(page)
      await page.waitForSelector('.admin-nav')
      for (const key of ['1', '2', '3', '4', '5', '6', '7', '8']) {
        await page.keyboard.press(key)
        await examine(`${name} ${key}`)
      }
      await page.keyboard.press('F12')
      await page.waitForSelector('.sign-in-name')
    }
    view = BUSY
    await signIn(page, 'installer')
    await page.waitForSelector('.admin-nav')
    await drawUpClosing(page)
    await examine('closing')
    expect(found).toEqual([])
  },
  60_000,
)
