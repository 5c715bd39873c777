import { BrowserWindow, screen as displays, MessageChannelMain, type WebContents } from 'electron'
import { failuresAfter, restartDelayMs } from '../shared/back-off.ts'
import { machineTiming } from '../shared/timing.ts'
import {
  mayNavigate,
  type Placement,
  PORT_NAMES,
  type PortUse,
  pageUrl,
  placeWindows,
  type ScreenName,
  windowOptions,
} from './policy.ts'
import type { TerminalProcess } from './terminal-process.ts'

export type ScreenWindowsOptions = {
  readonly windowed: boolean
  readonly preload: string
  readonly developer: boolean
  readonly say: (line: string) => void
}

/** The windows of the two screens. A page that dies or hangs is loaded again. */
export class ScreenWindows {
  readonly #options: ScreenWindowsOptions
  readonly #windows = new Map<ScreenName, BrowserWindow>()
  #mayClose = false

  constructor(options: ScreenWindowsOptions) {
    this.#options = options
  }

  /** Opens the windows that are missing for the displays there are, and closes what has none. */
  arrange(): void {
    const primaryId = displays.getPrimaryDisplay().id
    const found = displays
      .getAllDisplays()
      .map(({ id, bounds }) => ({ bounds, isPrimary: id === primaryId }))
    const placements = placeWindows(found, this.#options.windowed)
    const wanted = new Set(placements.map(({ screen }) => screen))
    for (const [screen, window] of this.#windows) if (!wanted.has(screen)) window.destroy()
    for (const placement of placements) this.#place(placement)
  }

  /** The screen a page belongs to. */
  screenOf(contents: WebContents): ScreenName | undefined {
    for (const [screen, window] of this.#windows) {
      if (window.webContents === contents) return screen
    }
    return undefined
  }

  /** Gives a page one end of a new channel and the terminal the other. */
  connect(
    wanted: {
      readonly screen: ScreenName
      readonly contents: WebContents
      readonly use: PortUse
    },
    terminal: TerminalProcess,
  ): void {
    const { screen, contents, use } = wanted
    const { port1, port2 } = new MessageChannelMain()
    contents.postMessage(PORT_NAMES[use].grant, null, [port1])
    terminal.connect({ screen, use }, port2)
  }

  /** Brings the cashier's window to the front. */
  focus(): void {
    this.#windows.get('cashier')?.focus()
  }

  reload(): void {
    for (const window of this.#windows.values()) window.webContents.reload()
  }

  /** From now on windows may be closed. */
  release(): void {
    this.#mayClose = true
  }

  #place({ screen, bounds }: Placement): void {
    const present = this.#windows.get(screen)
    if (present !== undefined) {
      present.setBounds(bounds)
      return
    }
    const { windowed, preload, developer } = this.#options
    const window = new BrowserWindow(windowOptions({ bounds, windowed, preload, developer }))
    this.#windows.set(screen, window)
    window.once('ready-to-show', () => window.show())
    window.on('close', (event) => {
      if (!windowed && !this.#mayClose) event.preventDefault()
    })
    window.on('closed', () => this.#windows.delete(screen))
    this.#guard(screen, window)
    this.#load(screen, window)
  }

  #guard(screen: ScreenName, window: BrowserWindow): void {
    const { webContents: contents } = window
    const stay = (event: Electron.Event, url: string) => {
      if (!mayNavigate(screen, url)) event.preventDefault()
    }
    contents.on('will-navigate', (event) => stay(event, event.url))
    contents.on('will-redirect', (event) => stay(event, event.url))
    contents.on('will-frame-navigate', (event) => stay(event, event.url))
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
    window.on('unresponsive', () => contents.forcefullyCrashRenderer())
  }

  #load(screen: ScreenName, window: BrowserWindow): void {
    const { say } = this.#options
    let failures = 0
    let startedAtMs = machineTiming.monotonicMs()
    const load = () => {
      if (window.isDestroyed()) return
      startedAtMs = machineTiming.monotonicMs()
      // A failed load also arrives as did-fail-load, which is where it is handled.
      window.loadURL(pageUrl(screen)).catch(() => {})
    }
    const again = (why: string) => {
      failures = failuresAfter(failures, machineTiming.monotonicMs() - startedAtMs)
      const delayMs = restartDelayMs(failures)
      say(`${screen} screen: ${why}, loading it again in ${delayMs} ms`)
      machineTiming.after(delayMs, load)
    }
    window.webContents.on('render-process-gone', (_, { reason }) => again(reason))
    window.webContents.on('did-fail-load', (_, code, description) =>
      again(`${description} (${code})`),
    )
    load()
  }
}
