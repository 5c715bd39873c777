import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import type { SaleView } from '../../src/api/protocol.ts'
import type { Story, StoryKind } from '../../src/sandbox/faces/story.ts'
import type { LedgerRow } from '../../src/sandbox/ledger-row.ts'
import type { FaceStage } from '../../src/screen/model.ts'
import { readConfig } from '../../src/terminal/config.ts'
import { DEVELOPMENT_MODELS } from '../../src/terminal/face.ts'
import { enrolTerminal } from '../../src/terminal/scene-enrol.ts'
import { systemClock } from '../../src/terminal/system.ts'
import { sendRaw } from '../contract/sandbox-services-client.ts'
import { POSITION } from '../contract/scene-terminal.ts'
import { type Running, runGuitai, startGuitai, startProgram } from '../support/guitai.ts'
import { createLivingFilm, type LivingFilm } from '../support/living-film.ts'
import type { TerminalOrder, TerminalReady } from '../support/terminal-program.ts'
import { buildScreens, openChromium } from './screens-server.ts'

type Json = Record<string, unknown>
type SandboxReady = {
  readonly origin: string
  readonly terminalConfig: string
  readonly controlToken: string
}

const TERMINAL = join(import.meta.dirname, '..', 'support', 'terminal-program.ts')
const QUIET = { info() {}, warn() {}, error() {} }
/** Where pictures of every stage go; without it none are taken. */
const PICTURES = process.env.GUITAI_PICTURES
/** A customer's screen stands wide or high. */
const SIZES = [
  { width: 1_280, height: 800 },
  { width: 800, height: 1_280 },
] as const
const SLOW_MS = 30_000

/** Where the models for real faces are; the one for drawn faces is used where they are not. */
const MODELS = process.env.GUITAI_MODELS ?? resolve(import.meta.dirname, '../../../shared/models')
export const HAS_MODELS = existsSync(join(MODELS, 'yunet_n_320_320.onnx'))

/** Runs in the page before it does: its clock, which can be put forward, and what it does with cameras. */
const WATCH = `(() => {
  const real = performance.now.bind(performance)
  window.aheadMs = 0
  performance.now = () => real() + window.aheadMs
  window.watch = { opened: 0, tracks: [] }
  const { mediaDevices } = navigator
  const ask = mediaDevices.getUserMedia.bind(mediaDevices)
  mediaDevices.getUserMedia = async (wanted) => {
    window.watch.opened += 1
    const stream = await ask(wanted)
    window.watch.tracks.push(...stream.getTracks())
    return stream
  }
})()`

export type FaceShopOptions = {
  /** With the model for drawn faces, even where others are. */
  readonly onlyDevelopmentModel?: boolean
  /** The browser has no camera. */
  readonly noCamera?: boolean
}

/**
 * A shop where a face can pay: a sandbox and an enrolled terminal, each in a process of its own, a scanner on
 * a pseudo-terminal, and both pages in Chromium, whose camera sees people who are drawn.
 */
export class FaceShop {
  readonly dir: string
  readonly cashier: Page
  readonly customer: Page
  readonly film: LivingFilm
  readonly #sandbox: Running<SandboxReady>
  readonly #terminal: Running<TerminalReady>
  readonly #browser: Browser
  readonly #configFile: string
  /** What the customer's page was told last. */
  #stage: FaceStage | undefined
  #story: Story = { kind: 'pays', personId: 0 }

  private constructor(given: {
    readonly dir: string
    readonly sandbox: Running<SandboxReady>
    readonly terminal: Running<TerminalReady>
    readonly browser: Browser
    readonly pages: { readonly cashier: Page; readonly customer: Page }
    readonly film: LivingFilm
    readonly configFile: string
  }) {
    this.dir = given.dir
    this.cashier = given.pages.cashier
    this.customer = given.pages.customer
    this.film = given.film
    this.#sandbox = given.sandbox
    this.#terminal = given.terminal
    this.#browser = given.browser
    this.#configFile = given.configFile
  }

  static async open(options: FaceShopOptions = {}): Promise<FaceShop> {
    const dir = mkdtempSync(join(tmpdir(), 'guitai-face-sale-'))
    const screensDir = join(dir, 'screens')
    const film = createLivingFilm(join(dir, 'camera.y4m'))
    const camera = [
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      `--use-file-for-fake-video-capture=${film.path}`,
    ]
    const none = ['--use-fake-ui-for-media-stream']
    const [sandbox, browser] = await Promise.all([
      startGuitai<SandboxReady>(['sandbox', '--dir', dir, '--enforce-grants', '--json']),
      openChromium(options.noCamera ? none : camera),
      buildScreens(screensDir),
    ])
    const configFile = await enrol(dir, sandbox.ready, options)
    const order: TerminalOrder = { configFile, screensDir }
    const terminal = await startProgram<TerminalReady>(TERMINAL, [JSON.stringify(order)])
    const pages = {
      cashier: await browser.newPage({ viewport: { width: 1_280, height: 800 } }),
      customer: await browser.newPage({ viewport: SIZES[0] }),
    }
    if (PICTURES !== undefined) mkdirSync(resolve(PICTURES), { recursive: true })
    const shop = new FaceShop({ dir, sandbox, terminal, browser, pages, film, configFile })
    await shop.#openPages()
    return shop
  }

  async #openPages(): Promise<void> {
    const { cashier, customer } = this
    for (const page of [cashier, customer]) page.setDefaultTimeout(SLOW_MS)
    await customer.addInitScript(WATCH)
    customer.on('websocket', (socket) =>
      socket.on('framereceived', ({ payload }) => this.#follow(String(payload))),
    )
    await cashier.goto(this.#terminal.ready.screens.cashier)
    await customer.goto(this.#terminal.ready.screens.customer)
    await this.isReady()
  }

  /** Whoever stands before the camera comes with the capture, hears its guidance, and goes with it. */
  #follow(text: string): void {
    if (!text.startsWith('{"kind":"customer"')) return
    const { face } = JSON.parse(text).model.customer
    const isCapturing = face?.stage === 'capturing'
    if (isCapturing && this.#stage !== 'capturing') {
      this.film.play(this.#story)
    }
    if (!isCapturing && this.#stage === 'capturing') this.film.end()
    if (isCapturing && face.guidance !== undefined) this.film.hear(face.guidance)
    this.#stage = face?.stage
  }

  /** Who stands before the camera from the next capture on. */
  comes(personId: number, kind: StoryKind = 'pays'): void {
    this.#story = { kind, personId }
  }

  async isReady(): Promise<void> {
    await this.cashier.waitForSelector('.panel[data-state="ready"]')
    await this.customer.waitForSelector('.customer[data-state="idle"]')
    await this.cashier.waitForSelector('.lights > li:first-child[data-level="ok"]')
  }

  /** Types an amount; resolves when a code is waited for, and face pay is offered beside it. */
  async collect(yuan: string): Promise<void> {
    await this.cashier.keyboard.type(yuan)
    await this.cashier.keyboard.press('Enter')
    await this.stage('offered')
  }

  async stage(name: FaceStage): Promise<void> {
    await this.customer.waitForSelector(`.customer[data-face="${name}"]`)
  }

  /** Both pages have nothing of face pay on them. */
  async isWithoutFace(): Promise<void> {
    await this.isNotOffered()
    await this.cashier.waitForSelector('.detail-face', { state: 'detached' })
  }

  /** The customer's page has nothing of face pay on it. */
  async isNotOffered(): Promise<void> {
    await this.customer.waitForSelector('.customer:not([data-face])')
  }

  /** A tap right after a stage came would be meant for the one before. */
  async #press(selector: string): Promise<void> {
    await this.customer.evaluate('window.aheadMs += 600')
    await this.customer.locator(selector).click()
  }

  async choose(): Promise<void> {
    await this.#press('button.way')
    await this.stage('notice')
  }

  async consent(): Promise<void> {
    await this.#press('[data-act="consent"]')
  }

  async confirm(digits: string): Promise<void> {
    for (const digit of digits) await this.customer.locator(`.keypad [data-key="${digit}"]`).click()
    await this.#press('[data-act="confirm"]')
  }

  async decline(): Promise<void> {
    await this.#press('[data-act="decline"]')
  }

  /** From the offer to a stage of it. */
  async upTo(stage: FaceStage, digits: string): Promise<void> {
    if (stage === 'offered') return
    await this.choose()
    if (stage === 'notice') return
    await this.consent()
    if (stage === 'capturing') return this.stage(stage)
    await this.stage('confirming')
    if (stage === 'confirming') return
    await this.confirm(digits)
    await this.stage(stage)
  }

  /** From the offer to where the digits are asked for. */
  untilConfirming(): Promise<void> {
    return this.upTo('confirming', '')
  }

  /** Takes a measure against the merchant; its id. */
  async measure(code: string, params: Json): Promise<string> {
    const { merchants } = (await this.control('services/overview')) as { merchants: Json[] }
    const wish = { role: 'risk-issuer', merchant_id: merchants[0]?.id, code, params }
    return String((await this.control('services/measures', wish)).measure_id)
  }

  async isPaid(): Promise<void> {
    await this.customer.waitForSelector('.customer[data-state="paid"]')
    await this.cashier.waitForSelector('.panel[data-state="paid"]')
  }

  async next(): Promise<void> {
    await this.cashier.keyboard.press('F2')
    await this.isReady()
  }

  /** Calls of getUserMedia so far, and tracks of it that are live. */
  async camera(): Promise<{ readonly opened: number; readonly live: number }> {
    return this.customer.evaluate(`({
      opened: window.watch.opened,
      live: window.watch.tracks.filter(({ readyState }) => readyState === 'live').length,
    })`)
  }

  async scan(): Promise<void> {
    await this.control('scan', { scenario: 'ok' })
  }

  /** What staff read of face pay, and the customer of everything; waits until staff read something. */
  async read(): Promise<{ readonly staff: string; readonly customer: string }> {
    const staff = (await this.cashier.locator('.detail-face').textContent()) ?? ''
    return { staff, customer: (await this.customer.locator('.customer').textContent()) ?? '' }
  }

  /** What the recognition provider was asked, whatever it said, oldest first. */
  async recognitions(): Promise<readonly Json[]> {
    const { entries, whole } = await this.control('faces/audit')
    if (whole !== true) throw new Error('the audit log of faces was changed')
    return entries as Json[]
  }

  async ledger(): Promise<readonly LedgerRow[]> {
    return ((await this.control('ledger')) as { orders: LedgerRow[] }).orders
  }

  /** The newest sale, as the terminal tells a register. */
  async sale(): Promise<SaleView> {
    const { api, tokens } = this.#terminal.ready
    const headers = { authorization: `Bearer ${tokens.register}` }
    const answer = (await (await fetch(`${api}/v1/sales`, { headers })).json()) as {
      sales: SaleView[]
    }
    const [sale] = answer.sales
    if (sale === undefined) throw new Error('there is no sale')
    return sale
  }

  async control(path: string, value?: Json | readonly Json[]): Promise<Json> {
    return control({ dir: this.dir, ...this.#sandbox.ready }, path, value)
  }

  /** Ends the terminal; the rows of its journal, oldest first. */
  async journal(): Promise<readonly Json[]> {
    await this.#terminal.stop()
    const words = ['--config', this.#configFile]
    const verified = await runGuitai('journal', 'verify', ...words)
    if (verified.code !== 0) throw new Error(verified.said)
    const { out } = await runGuitai('journal', 'export', '--format', 'jsonl', ...words)
    return out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  }

  /** Pictures of both pages where they are wanted: the customer's in both sizes, all in both languages. */
  async picture(name: string): Promise<void> {
    if (PICTURES === undefined) return
    for (const page of [this.customer, this.cashier]) {
      const who = page === this.customer ? 'customer' : 'cashier'
      for (const language of ['zh-CN', 'en']) {
        await page.waitForSelector(`html[lang="${language}"]`)
        for (const size of page === this.customer ? SIZES : SIZES.slice(0, 1)) {
          await page.setViewportSize(size)
          const file = `${name}-${who}-${size.width}x${size.height}-${language}.png`
          await page.screenshot({ path: join(resolve(PICTURES), file) })
        }
        await page.keyboard.press('F9')
      }
      await page.setViewportSize(SIZES[0])
    }
  }

  async close(): Promise<void> {
    await this.#browser.close()
    this.film.close()
    await this.#terminal.stop()
    await this.#sandbox.stop()
    rmSync(this.dir, { recursive: true, force: true })
  }
}

async function control(
  at: SandboxReady & { readonly dir: string },
  path: string,
  value?: Json | readonly Json[],
): Promise<Json> {
  const raw = await sendRaw(at.dir, `${at.origin}/sandbox/${path}`, {
    method: value === undefined ? 'GET' : 'POST',
    headers: { Authorization: `Bearer ${at.controlToken}` },
    ...(value === undefined ? {} : { body: JSON.stringify(value) }),
  })
  if (raw.status !== 200) throw new Error(`${path}: ${raw.body}`)
  return JSON.parse(raw.body)
}

/** Everything is approved, and the terminal enrolled; where its configuration is. */
async function enrol(
  dir: string,
  ready: SandboxReady,
  { onlyDevelopmentModel = !HAS_MODELS }: FaceShopOptions,
): Promise<string> {
  const { serial, code } = await control({ dir, ...ready }, 'services/demo', {})
  const written = JSON.parse(readFileSync(ready.terminalConfig, 'utf8'))
  const value = {
    ...written,
    services: { address: ready.origin, serial, position: POSITION },
    face: {
      provider: 'camera',
      camera: 'page',
      modelsDir: onlyDevelopmentModel ? DEVELOPMENT_MODELS : MODELS,
      allowDevelopmentModel: onlyDevelopmentModel,
    },
  }
  const path = join(dir, 'terminal-face.json')
  writeFileSync(path, JSON.stringify(value), { mode: 0o600 })
  const config = readConfig(path)
  if (!config.ok) throw new Error(JSON.stringify(config.error))
  const parts = { clock: systemClock, log: QUIET }
  const enrolled = await enrolTerminal(config.value, parts, String(code))
  if (!enrolled.ok) throw new Error(JSON.stringify(enrolled.error))
  return path
}
