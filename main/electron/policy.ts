import type { BrowserWindowConstructorOptions } from 'electron'
import type { Scope } from '../../src/api/protocol.ts'

/**
 * What a window may do, as data and pure functions, so that it is tested without Electron.
 * The rest of this folder only carries it out.
 */

/** The screens' own scheme: it serves the built screens and nothing else of this machine. */
export const SCHEME = 'app'
const ORIGIN = `${SCHEME}://guitai`

export const SCREEN_NAMES = ['cashier', 'customer'] as const
export type ScreenName = (typeof SCREEN_NAMES)[number]

/** What the port of a screen is for: a page cannot ask for more than its window was given. */
export const SCREEN_SCOPES: { readonly [screen in ScreenName]: readonly Scope[] } = {
  cashier: ['screen'],
  customer: ['customer'],
}

/** Address of a screen's page. */
export function pageUrl(screen: ScreenName): string {
  return `${ORIGIN}/${screen}.html`
}

/** Names of the messages between a page, its preload and the main process; renderer/connection says the same. */
export const PORT_REQUEST = 'guitai:want-port'
export const PORT_GRANT = 'guitai:port'
/** The same for a camera, which has a port of its own for every capture. */
export const CAMERA_PORT_REQUEST = 'guitai:want-camera-port'
export const CAMERA_PORT_GRANT = 'guitai:camera-port'

/** What a port is for. Only the customer's page may feed a camera. */
export type PortUse = 'protocol' | 'camera'
export const PORT_NAMES: {
  readonly [use in PortUse]: { readonly request: string; readonly grant: string }
} = {
  protocol: { request: PORT_REQUEST, grant: PORT_GRANT },
  camera: { request: CAMERA_PORT_REQUEST, grant: CAMERA_PORT_GRANT },
}

/** Whether a screen may have a port for that. */
export function mayHavePort(screen: ScreenName, use: PortUse): boolean {
  return use === 'protocol' || screen === 'customer'
}

/** Nothing but its own files; no connection at all, because the port is handed in. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  woff2: 'font/woff2',
  json: 'application/json',
}

/** A file of the built screens, beneath their folder. */
export type Asset = { readonly segments: readonly string[]; readonly contentType: string }

/**
 * Which file an address of our scheme means. Names are letters, digits, `-`, `_` and `.`, never
 * beginning with a dot: no address can lead out of the folder.
 *
 * @returns undefined for anything else, which is answered with 404
 */
export function assetOf(url: string): Asset | undefined {
  if (!isOurs(url)) return undefined
  const segments = new URL(url).pathname.split('/').slice(1)
  if (!segments.every((segment) => /^[A-Za-z0-9_-][A-Za-z0-9_.-]*$/.test(segment))) return undefined
  const contentType = CONTENT_TYPES[/\.([a-z0-9]+)$/.exec(segments.at(-1) ?? '')?.[1] ?? '']
  return contentType === undefined ? undefined : { segments, contentType }
}

/** Headers of every answer of our scheme. */
export function assetHeaders(asset: Asset): Record<string, string> {
  return {
    'content-type': asset.contentType,
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': permissionsPolicy(asset),
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  }
}

/** The customer's page has the camera; no page has anything else. */
function permissionsPolicy({ segments }: Asset): string {
  const camera = segments.join('/') === 'customer.html' ? '(self)' : '()'
  return `camera=${camera}, microphone=(), geolocation=(), usb=(), serial=(), hid=()`
}

/** Whether an address is of our scheme and origin; user names and ports make it another one. */
function isOurs(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, host, username, password } = new URL(url)
  return `${protocol}//${host}` === ORIGIN && username === '' && password === ''
}

/** Pages a window may show beside its own: those who stand at the till may look after the terminal. */
const OTHER_PAGES: { readonly [screen in ScreenName]: readonly string[] } = {
  cashier: [`${ORIGIN}/admin.html`],
  customer: [],
}

/** Whether a window may go to an address: only to its own page, or to one that belongs to its screen. */
export function mayNavigate(screen: ScreenName, url: string): boolean {
  if (!isOurs(url)) return false
  const { pathname, search } = new URL(url)
  return [pageUrl(screen), ...OTHER_PAGES[screen]].includes(`${ORIGIN}${pathname}${search}`)
}

/** What a page asks of the machine. */
export type Wish = {
  /** Electron's name of it. */
  readonly permission: string
  /** Address of the page that asks. */
  readonly url: string | undefined
  /** What kinds of media, where it asks for media. */
  readonly media: readonly string[]
}

/**
 * Whether a page may have what it asks for: the customer's page the camera and nothing with it, no page
 * anything else. When the camera is opened, the page decides: after the consent (docs/face.md).
 */
export function isPermitted({ permission, url, media }: Wish): boolean {
  if (permission !== 'media' || url === undefined || !isOurs(url)) return false
  const { pathname } = new URL(url)
  const isCamera = media.length > 0 && media.every((kind) => kind === 'video')
  return isCamera && `${ORIGIN}${pathname}` === pageUrl('customer')
}

/** Who sent a message to the main process. */
export type Sender = {
  /** The screen whose window this is; undefined for a window we did not open. */
  readonly screen: ScreenName | undefined
  /** Address of the frame; undefined when the frame is gone. */
  readonly frameUrl: string | undefined
  readonly isMainFrame: boolean
}

/** The screen a message may be believed to come from; undefined: it is thrown away. */
export function trustedScreen({ screen, frameUrl, isMainFrame }: Sender): ScreenName | undefined {
  if (screen === undefined || frameUrl === undefined || !isMainFrame) return undefined
  return mayNavigate(screen, frameUrl) ? screen : undefined
}

export type Bounds = {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** A window to open. */
export type Placement = { readonly screen: ScreenName; readonly bounds: Bounds }

const WINDOWED = { width: 1_024, height: 768 }

/**
 * Which screen goes on which display. The cashier has the primary one; the customer the first other
 * one, if there is any. Windows with a frame stand side by side on the primary display.
 */
export function placeWindows(
  displays: readonly { readonly bounds: Bounds; readonly isPrimary: boolean }[],
  windowed: boolean,
): Placement[] {
  const primary = displays.find(({ isPrimary }) => isPrimary) ?? displays[0]
  if (primary === undefined) return []
  if (windowed) {
    const { x, y } = primary.bounds
    return [
      { screen: 'cashier', bounds: { x, y, ...WINDOWED } },
      { screen: 'customer', bounds: { x: x + WINDOWED.width, y, ...WINDOWED } },
    ]
  }
  const second = displays.find((display) => display !== primary)
  return [
    { screen: 'cashier', bounds: primary.bounds },
    ...(second === undefined ? [] : [{ screen: 'customer' as const, bounds: second.bounds }]),
  ]
}

/** The options of a window, all of which matter for safety. */
export function windowOptions(options: {
  readonly bounds: Bounds
  readonly windowed: boolean
  readonly preload: string
  readonly developer: boolean
}): BrowserWindowConstructorOptions {
  const { bounds, windowed, preload, developer } = options
  return {
    ...bounds,
    show: false,
    kiosk: !windowed,
    frame: windowed,
    fullscreenable: true,
    autoHideMenuBar: true,
    backgroundColor: '#f5f6f8',
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      backgroundThrottling: false,
      devTools: developer,
    },
  }
}
