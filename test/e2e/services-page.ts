import type { Browser, Page } from 'playwright-core'

type Json = Readonly<Record<string, unknown>>

/**
 * The sandbox's own page of terminal services, in a browser: what those who approve, set limits and watch
 * risk do there, by its buttons and fields.
 */
export class ServicesPage {
  readonly page: Page

  private constructor(page: Page) {
    this.page = page
  }

  static async open(
    browser: Browser,
    sandbox: { readonly origin: string; readonly controlToken: string },
  ): Promise<ServicesPage> {
    // Its authority is the sandbox's own, which no browser knows.
    const context = await browser.newContext({
      ignoreHTTPSErrors: true,
      locale: 'zh-CN',
      viewport: { width: 1280, height: 800 },
    })
    const page = await context.newPage()
    page.setDefaultTimeout(15_000)
    await page.goto(`${sandbox.origin}/sandbox/services/admin`)
    await page.getByLabel('控制令牌').fill(sandbox.controlToken)
    await page.getByRole('button', { name: '打开' }).click()
    await page.getByRole('heading', { name: '商户' }).waitFor()
    return new ServicesPage(page)
  }

  /** Does something by the form for everything; what it was answered with. */
  async send(role: string, name: string, value: Json): Promise<Json> {
    const form = this.#section('其他操作')
    await form.getByLabel('角色').fill(role)
    await form.getByLabel('名称').fill(name)
    await form.locator('textarea').fill(JSON.stringify(value))
    const said = await this.#press(form.getByRole('button', { name: '提交' }))
    if (!said.startsWith('已完成')) throw new Error(`${name}: ${said}`)
    return JSON.parse(said.slice(said.indexOf('{')))
  }

  /** As {@link ServicesPage.send}, of what must not be done; why it was not. */
  async sendInVain(role: string, name: string, value: Json): Promise<string> {
    try {
      await this.send(role, name, value)
    } catch (error) {
      return String(error)
    }
    throw new Error(`${name} was done`)
  }

  /** Approves the one application that waits. */
  async approve(reference: string): Promise<void> {
    const row = this.#section('接口申请').locator('tr', { hasText: 'PENDING' })
    await row.getByLabel('审批编号').fill(reference)
    await this.#done(row.getByRole('button', { name: '通过' }))
  }

  /** Takes a measure against the one merchant there is. */
  async measure(code: string, params: Json = {}): Promise<void> {
    const row = this.#section('商户').locator('tr')
    await row.getByLabel('措施').fill(code)
    await row.getByLabel('参数（JSON）').fill(JSON.stringify(params))
    await this.#done(row.getByRole('button', { name: '采取措施' }))
  }

  /** Lifts the one measure of that code that is in force. */
  async lift(code: string): Promise<void> {
    const lift = this.page.getByRole('button', { name: '解除' })
    const rows = this.#section('处置措施').locator('tr').filter({ has: lift })
    await this.#done(rows.filter({ hasText: code }).getByRole('button', { name: '解除' }))
  }

  /** What a table says, a line for each row; read anew. */
  async rows(title: string): Promise<readonly string[]> {
    await this.#press(this.page.getByRole('button', { name: '刷新' }))
    const rows = await this.#section(title).locator('tr').all()
    return Promise.all(
      rows.map(async (row) => (await row.locator('td').allTextContents()).join(' | ')),
    )
  }

  #section(title: string) {
    const heading = this.page.getByRole('heading', { name: title })
    return this.page.locator('section').filter({ has: heading })
  }

  async #done(button: ReturnType<Page['getByRole']>): Promise<void> {
    const said = await this.#press(button)
    if (!said.startsWith('已完成')) throw new Error(said)
  }

  /** The page draws itself anew when it was answered; what it then says. */
  async #press(button: ReturnType<Page['getByRole']>): Promise<string> {
    const before = await this.page.getByRole('heading', { level: 1 }).elementHandle()
    await button.click()
    await this.page.waitForFunction((drawn) => drawn?.isConnected === false, before)
    return (await this.page.getByRole('status').textContent()) ?? ''
  }
}
