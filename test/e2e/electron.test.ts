import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { _electron, type ElectronApplication, type Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Sandbox, startSandbox } from '../../src/sandbox/node/sandbox.ts'
import {
  mintPaymentCode,
  openSimulatedScanner,
  type SimulatedScanner,
} from '../../src/sandbox/node/simulated-scanner.ts'
import { SCANNER_LINK } from '../../src/sandbox/node/terminal-file.ts'
import { ROOT } from '../architecture/cruise.ts'

/** Where Electron's runtime is, or why the tests cannot run. */
function electronRuntime(): { path: string } | { missing: string } {
  const folder = join(ROOT, 'node_modules', 'electron')
  const listed = join(folder, 'path.txt')
  const name = existsSync(listed) ? readFileSync(listed, 'utf8').trim() : 'electron'
  const path = join(process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(folder, 'dist'), name)
  if (!existsSync(path)) {
    return { missing: 'no Electron runtime here (npx install-electron downloads it)' }
  }
  const needsDisplay = process.platform === 'linux'
  if (needsDisplay && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
    return { missing: 'Electron needs a display (run the tests under xvfb-run)' }
  }
  return { path }
}

const runtime = electronRuntime()

describe('the Electron shell', () => {
  const dir = mkdtempSync(join(tmpdir(), 'guitai-electron-'))
  let sandbox: Sandbox | undefined
  let scanner: SimulatedScanner | undefined
  let shell: ElectronApplication | undefined
  let cashier: Page
  let customer: Page

  async function pageOf(app: ElectronApplication, name: string): Promise<Page> {
    const isIt = (page: Page) => page.url().includes(`/${name}.html`)
    return app.windows().find(isIt) ?? (await app.waitForEvent('window', { predicate: isIt }))
  }

  beforeAll(async () => {
    if ('missing' in runtime) return
    const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js')
    for (const config of ['renderer/vite.config.ts', 'main/electron/vite.config.ts']) {
      const build = spawnSync(process.execPath, [vite, 'build', '--config', config], { cwd: ROOT })
      expect(build.status).toBe(0)
    }
    sandbox = await startSandbox({ dir: join(dir, 'sandbox') })
    scanner = openSimulatedScanner({ linkPath: join(sandbox.dir, SCANNER_LINK) })
    shell = await _electron.launch({
      executablePath: runtime.path,
      args: [
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        `--user-data-dir=${join(dir, 'user')}`,
        join(ROOT, 'dist', 'electron', 'main.js'),
        '--config',
        sandbox.terminalConfig,
        '--windowed',
      ],
      env: { ...process.env, GUITAI_QUIET: '1' } as Record<string, string>,
    })
    cashier = await pageOf(shell, 'cashier')
    customer = await pageOf(shell, 'customer')
  })

  afterAll(async () => {
    await shell?.close()
    scanner?.close()
    await sandbox?.close()
    rmSync(dir, { recursive: true, force: true })
  })

  beforeEach((context) => {
    if ('missing' in runtime) context.skip(runtime.missing)
  })

  it('opens both screens and connects them', async () => {
    await cashier.waitForSelector('[data-state="ready"]')
    await customer.waitForSelector('[data-state="idle"]')
  })

  it('takes a sale to its end', async () => {
    await cashier.keyboard.type('12.30')
    await cashier.keyboard.press('Enter')
    await cashier.waitForSelector('[data-state="waiting_code"]')
    // Any code that stands for no scenario is paid at once.
    scanner?.scan(mintPaymentCode(undefined, () => 0.5))
    await cashier.waitForSelector('[data-state="paid"]')
    await customer.waitForSelector('[data-state="paid"]')
  })

  it('keeps the sealing key in the store of the system, or says that there is none', async () => {
    const settings = JSON.parse(readFileSync(sandbox?.terminalConfig ?? '', 'utf8')) as object
    const configFile = join(sandbox?.dir ?? '', 'terminal-key-store.json')
    const changed = { ...settings, dataDir: 'terminal-key-store', secrets: { store: 'electron' } }
    writeFileSync(configFile, JSON.stringify(changed))
    const hasStore = await shell?.evaluate(async ({ safeStorage }) => {
      const isPlain =
        process.platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text'
      return !isPlain && (await safeStorage.isAsyncEncryptionAvailable())
    })
    const run = (...words: string[]) => {
      const args = ['--cli', ...words, '--config', configFile]
      const user = `--user-data-dir=${join(dir, 'user-cli')}`
      const own = process.getuid?.() === 0 ? ['--no-sandbox', user] : [user]
      const main = join(ROOT, 'dist', 'electron', 'main.js')
      return spawnSync('path' in runtime ? runtime.path : '', [...own, main, ...args], {
        encoding: 'utf8',
        cwd: sandbox?.dir,
      })
    }
    const words = ['cert', 'import', '--cert', 'apiclient_cert.pem', '--key', 'apiclient_key.pem']
    const imported = run(...words)
    if (hasStore) {
      expect(imported.status).toBe(0)
      expect(run('cert', 'list').stdout).toContain('signs')
    } else {
      expect(imported.status).toBe(1)
      expect(imported.stderr).toContain('keys.system_store_missing')
    }
  })

  it('gives pages nothing of Node or Electron', async () => {
    const seen = await cashier.evaluate(() =>
      ['require', 'process', 'module', 'Buffer', 'electron', 'ipcRenderer'].filter(
        (name) => name in globalThis,
      ),
    )
    expect(seen).toEqual([])
  })

  it('lets no page leave, open a window or reach the network', async () => {
    const before = cashier.url()
    const outcome = await cashier.evaluate(async () => {
      const page = globalThis as unknown as {
        open(url: string): unknown
        location: { href: string }
      }
      const opened = page.open('https://example.com/')
      const fetched = await fetch('app://guitai/cashier.html').then(
        () => 'answered',
        () => 'refused',
      )
      page.location.href = 'https://example.com/'
      return { opened, fetched }
    })
    expect(outcome).toEqual({ opened: null, fetched: 'refused' })
    expect(cashier.url()).toBe(before)
    expect(shell?.windows()).toHaveLength(2)
  })
})
