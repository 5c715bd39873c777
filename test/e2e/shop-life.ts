import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import type { LedgerRow } from '../../src/sandbox/ledger-row.ts'
import { readConfig } from '../../src/terminal/config.ts'
import { openStore } from '../../src/terminal/scene.ts'
import type { KeptScene } from '../../src/terminal/scene-state.ts'
import { type RunningTerminal, startTerminal } from '../../src/terminal.ts'
import { sendRaw } from '../contract/sandbox-services-client.ts'
import { POSITION } from '../contract/scene-terminal.ts'
import { type Run, type Running, runGuitai, startGuitai } from '../support/guitai.ts'
import { buildScreens, openChromium } from './screens-server.ts'
import { ServicesPage } from './services-page.ts'

type Json = Record<string, unknown>
type SandboxReady = {
  readonly origin: string
  readonly terminalConfig: string
  readonly controlToken: string
}

export const INSTALLER = { name: '王安装', pin: '271828' } as const

/** Where pictures of every step go, in both languages; without it none are taken. */
const PICTURES = process.env.GUITAI_PICTURES

/**
 * A shop from nothing: a sandbox in a process of its own that refuses what names no grant, a terminal on
 * its serial line, and three pages in a browser.
 */
export class ShopLife {
  readonly dir: string
  readonly sandbox: Running<SandboxReady>
  readonly services: ServicesPage
  readonly cashier: Page
  readonly customer: Page
  readonly #browser: Browser
  readonly #screensDir: string
  #terminal: RunningTerminal | undefined

  private constructor(
    given: Pick<ShopLife, 'dir' | 'sandbox' | 'services' | 'cashier' | 'customer'> & {
      readonly browser: Browser
      readonly screensDir: string
    },
  ) {
    this.dir = given.dir
    this.sandbox = given.sandbox
    this.services = given.services
    this.cashier = given.cashier
    this.customer = given.customer
    this.#browser = given.browser
    this.#screensDir = given.screensDir
  }

  /** Opens the shop before anybody has applied for anything; no terminal runs yet. */
  static async open(): Promise<ShopLife> {
    const dir = mkdtempSync(join(tmpdir(), 'guitai-life-'))
    const screensDir = join(dir, 'screens')
    const words = ['sandbox', '--dir', dir, '--enforce-grants', '--json']
    const [sandbox, browser] = await Promise.all([
      startGuitai<SandboxReady>(words),
      openChromium(),
      buildScreens(screensDir),
    ])
    const services = await ServicesPage.open(browser, sandbox.ready)
    const cashier = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    const customer = await browser.newPage({ viewport: { width: 1024, height: 768 } })
    for (const page of [cashier, customer]) page.setDefaultTimeout(15_000)
    if (PICTURES !== undefined) mkdirSync(resolve(PICTURES), { recursive: true })
    const shop = new ShopLife({ dir, sandbox, services, cashier, customer, browser, screensDir })
    shop.reconfigure({ services: { address: sandbox.ready.origin, position: POSITION } })
    return shop
  }

  get configFile(): string {
    return this.sandbox.ready.terminalConfig
  }

  get terminal(): RunningTerminal {
    if (this.#terminal === undefined) throw new Error('the terminal does not run')
    return this.#terminal
  }

  get scene() {
    return this.terminal.engine.status().scene
  }

  /** Starts the terminal and opens its screens. */
  async start(): Promise<void> {
    const started = await this.tryToStart()
    if (!started.ok) throw new Error(JSON.stringify(started.error))
    this.#terminal = started.value
    await this.cashier.goto(started.value.screens.cashier)
    await this.customer.goto(started.value.screens.customer)
  }

  tryToStart() {
    return startTerminal({ configFile: this.configFile, screensDir: this.#screensDir })
  }

  async stop(): Promise<void> {
    await this.#terminal?.close()
    this.#terminal = undefined
  }

  /** Changes sections of the configuration, for the next start. */
  reconfigure(changes: Json): void {
    const written = JSON.parse(readFileSync(this.configFile, 'utf8'))
    writeFileSync(this.configFile, JSON.stringify({ ...written, ...changes }))
  }

  /** A command on the configuration of this shop. */
  guitai(...words: readonly string[]): Promise<Run> {
    return runGuitai(...words, '--config', this.configFile)
  }

  /** As {@link ShopLife.guitai}, given by the installer. */
  asInstaller(...words: readonly string[]): Promise<Run> {
    return this.guitai(...words, '--as', INSTALLER.name, '--as-pin-file', this.pinFile())
  }

  pinFile(): string {
    const path = join(this.dir, 'installer.pin')
    writeFileSync(path, INSTALLER.pin, { mode: 0o600 })
    return path
  }

  /** Waits until both screens show these states. */
  async shows(cashier: string, customer: string): Promise<void> {
    await this.cashier.waitForSelector(`.panel[data-state="${cashier}"]`)
    await this.customer.waitForSelector(`.customer[data-state="${customer}"]`)
  }

  /** Waits until a new sale could be begun. */
  async isReady(): Promise<void> {
    await this.shows('ready', 'idle')
    await this.cashier.waitForSelector('.lights > li:first-child[data-level="ok"]')
  }

  /** Types an amount, and waits for the code. */
  async collect(yuan: string): Promise<void> {
    await this.cashier.keyboard.type(yuan)
    await this.cashier.keyboard.press('Enter')
    await this.shows('waiting_code', 'waiting_code')
  }

  /** Holds a code before the scanner. */
  async scan(scenario = 'ok'): Promise<void> {
    await this.control('scan', { scenario })
  }

  /** Takes a sale to its end; its row in the sandbox's ledger. */
  async sell(yuan: string): Promise<LedgerRow> {
    await this.collect(yuan)
    await this.scan()
    await this.shows('paid', 'paid')
    const row = (await this.ledger()).at(-1)
    const sale = this.terminal.engine.sales(1)[0]
    if (row === undefined || row.outTradeNo !== sale?.attempts.at(-1)?.outTradeNo) {
      throw new Error('the newest order is not that of the newest sale')
    }
    return row
  }

  async next(): Promise<void> {
    await this.cashier.keyboard.press('F2')
    await this.isReady()
  }

  /** What somebody beside the screens asks of the terminal. */
  wish(operation: string, input: Json) {
    return this.terminal.dispatch(operation, input, ['screen'])
  }

  /** Whether the staff's page needs no scrolling. */
  isWithinItsScreen(): Promise<boolean> {
    return this.cashier.evaluate<boolean>('document.documentElement.scrollHeight <= innerHeight')
  }

  /** What is left of the scene on the disk; the terminal is stopped. */
  keptScene(): KeptScene {
    const config = readConfig(this.configFile)
    if (!config.ok) throw new Error(config.error.code)
    const opened = openStore(config.value)
    if (!opened.ok) throw new Error(opened.error.code)
    return opened.value.kept
  }

  text(page: Page, selector = 'body'): Promise<string | null> {
    return page.locator(selector).textContent()
  }

  /** Orders of the sandbox, oldest first. */
  async ledger(): Promise<readonly LedgerRow[]> {
    return ((await this.control('ledger')) as { orders: LedgerRow[] }).orders
  }

  /** What the sandbox's services have. */
  async overview(): Promise<Json> {
    return this.control('services/overview')
  }

  /** The one merchant of the overview. */
  async merchant(): Promise<Json> {
    const [merchant] = (await this.overview()).merchants as Json[]
    return merchant ?? {}
  }

  /** The one terminal of the overview. */
  async served(): Promise<Json> {
    const [terminal] = (await this.overview()).terminals as Json[]
    return terminal ?? {}
  }

  async control(path: string, value?: Json): Promise<Json> {
    const { origin, controlToken } = this.sandbox.ready
    const raw = await sendRaw(this.dir, `${origin}/sandbox/${path}`, {
      method: value === undefined ? 'GET' : 'POST',
      headers: { Authorization: `Bearer ${controlToken}` },
      ...(value === undefined ? {} : { body: JSON.stringify(value) }),
    })
    if (raw.status !== 200) throw new Error(`${path}: ${raw.body}`)
    return JSON.parse(raw.body)
  }

  /** Takes pictures of a step where they are wanted. */
  async picture(step: string, pages: readonly Page[] = [this.cashier, this.customer]) {
    if (PICTURES === undefined) return
    for (const page of pages) {
      const name = page === this.cashier ? 'cashier' : 'customer'
      await this.#take(page, `${step}-${name}-zh-CN`)
      await page.keyboard.press('F9')
      await page.waitForSelector('html[lang="en"]')
      await this.#take(page, `${step}-${name}-en`)
      await page.keyboard.press('F9')
      await page.waitForSelector('html[lang="zh-CN"]')
    }
  }

  /** Pictures of the sandbox's page. */
  async pictureServices(step: string): Promise<void> {
    const { page } = this.services
    if (PICTURES === undefined) return
    await this.#take(page, `${step}-services-zh-CN`)
    await page.getByRole('button', { name: 'English' }).click()
    await this.#take(page, `${step}-services-en`)
    await page.getByRole('button', { name: '中文' }).click()
  }

  async #take(page: Page, name: string): Promise<void> {
    const path = join(resolve(PICTURES ?? '.'), `${name}.png`)
    await page.screenshot({ path, fullPage: true, animations: 'disabled' })
  }

  async close(): Promise<void> {
    await this.#browser.close()
    await this.stop()
    await this.sandbox.stop()
    rmSync(this.dir, { recursive: true, force: true })
  }
}
