import { parseArgs } from 'node:util'

/** What the browser shell was asked to do. */
export type ShellOptions = {
  /** The terminal's configuration file. */
  readonly config: string
  /** Windows with a frame instead of kiosk screens. */
  readonly windowed: boolean
  /** Where the customer's display begins, in pixels of the desktop; absent: no such screen. */
  readonly customerAt?: { readonly x: number; readonly y: number }
}

const POSITION = /^(-?\d{1,5}),(-?\d{1,5})$/

/**
 * Reads `--config FILE [--windowed] [--customer-at X,Y]`.
 *
 * @throws Error naming what is wrong, in words for the person who typed it
 */
export function readShellOptions(args: readonly string[]): ShellOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      config: { type: 'string' },
      windowed: { type: 'boolean', default: false },
      'customer-at': { type: 'string' },
    },
  })
  if (values.config === undefined) throw new Error('--config FILE is missing')
  const options = { config: values.config, windowed: values.windowed }
  const at = values['customer-at']
  if (at === undefined) return options
  const [, x, y] = POSITION.exec(at) ?? []
  if (x === undefined || y === undefined) throw new Error(`--customer-at ${at}: write it as X,Y`)
  return { ...options, customerAt: { x: Number(x), y: Number(y) } }
}

/** One window of the browser. */
export type BrowserWindow = {
  readonly url: string
  /** A profile folder of its own: nothing is shared with the browser of whoever uses the machine. */
  readonly profileDir: string
  readonly kiosk: boolean
  readonly position?: { readonly x: number; readonly y: number }
  readonly size?: { readonly width: number; readonly height: number }
  /** Chromium's own sandbox refuses to run as root, and only then may it be off. */
  readonly asRoot: boolean
}

/** Switches that every window has: no questions, no offers, no calls home, no gestures that leave. */
const QUIET_SWITCHES: readonly string[] = [
  '--no-first-run',
  '--no-default-browser-check',
  '--noerrdialogs',
  '--hide-crash-restore-bubble',
  '--disable-session-crashed-bubble',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-extensions',
  '--disable-sync',
  '--disable-pinch',
  '--disable-features=Translate,MediaRouter,OptimizationHints,AutofillServerCommunication',
  '--overscroll-history-navigation=0',
  '--password-store=basic',
  '--autoplay-policy=no-user-gesture-required',
]

/**
 * A page that leads to the screen. The screen's address holds its token, and a command line can be
 * read by everybody on the machine: the browser is given this file instead, which only its owner
 * can read.
 */
export function openingPage(url: string): string {
  const address = url.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
  return `<!doctype html>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0;url=${address}">
<title>Guitai</title>
`
}

/** The arguments of Chromium for one window. */
export function browserArguments(window: BrowserWindow): string[] {
  const { url, profileDir, kiosk, position, size, asRoot } = window
  return [
    ...QUIET_SWITCHES,
    // As root the missing sandbox is known; a bar over the amount helps nobody.
    ...(asRoot ? ['--no-sandbox', '--test-type'] : []),
    ...(kiosk ? ['--kiosk'] : []),
    ...(position === undefined ? [] : [`--window-position=${position.x},${position.y}`]),
    ...(size === undefined ? [] : [`--window-size=${size.width},${size.height}`]),
    `--user-data-dir=${profileDir}`,
    `--app=${url}`,
  ]
}
