import { describe, expect, it } from 'vitest'
import { readNews, readPortLabel } from '../../../../main/electron/messages.ts'
import {
  assetHeaders,
  assetOf,
  CAMERA_PORT_GRANT,
  CAMERA_PORT_REQUEST,
  CONTENT_SECURITY_POLICY,
  isPermitted,
  mayHavePort,
  mayNavigate,
  PORT_GRANT,
  PORT_REQUEST,
  pageUrl,
  placeWindows,
  SCREEN_NAMES,
  SCREEN_SCOPES,
  trustedScreen,
  windowOptions,
} from '../../../../main/electron/policy.ts'
import * as names from '../../../../renderer/connection/names.ts'

const LEFT = { x: 0, y: 0, width: 1_920, height: 1_080 }
const RIGHT = { x: 1_920, y: 0, width: 1_280, height: 800 }

describe('the port of a screen', () => {
  it('is for what its window shows, and the customer may only watch', () => {
    expect(SCREEN_SCOPES).toEqual({ cashier: ['screen'], customer: ['customer'] })
  })

  it('goes to no screen that is not named', () => {
    for (const screen of SCREEN_NAMES) {
      for (const use of ['protocol', 'camera'] as const) {
        expect(readPortLabel({ screen, use })).toEqual({ screen, use })
      }
      expect(readPortLabel({ screen })).toBeUndefined()
      expect(readPortLabel({ screen, use: 'toString' })).toBeUndefined()
    }
    for (const other of [{ screen: 'admin' }, { screen: 'toString' }, {}, null, 'cashier']) {
      expect(readPortLabel(other)).toBeUndefined()
    }
  })
})

describe('windows', () => {
  const options = windowOptions({ bounds: LEFT, windowed: false, preload: 'p', developer: false })

  it('are sandboxed, isolated and without Node, whatever else changes', () => {
    expect(options.webPreferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      devTools: false,
    })
  })

  it('are kiosks unless asked otherwise', () => {
    expect(options).toMatchObject({ kiosk: true, frame: false, ...LEFT })
    const framed = windowOptions({ bounds: LEFT, windowed: true, preload: 'p', developer: true })
    expect(framed).toMatchObject({ kiosk: false, frame: true })
  })

  it('go to the cashier’s display and to the first other one', () => {
    const displays = [
      { bounds: RIGHT, isPrimary: false },
      { bounds: LEFT, isPrimary: true },
    ]
    expect(placeWindows(displays, false)).toEqual([
      { screen: 'cashier', bounds: LEFT },
      { screen: 'customer', bounds: RIGHT },
    ])
    expect(placeWindows([{ bounds: LEFT, isPrimary: true }], false)).toEqual([
      { screen: 'cashier', bounds: LEFT },
    ])
    expect(placeWindows([], false)).toEqual([])
    expect(placeWindows([{ bounds: LEFT, isPrimary: true }], true)).toHaveLength(2)
  })
})

describe('the screens’ own scheme', () => {
  it('serves files of the built screens', () => {
    expect(assetOf('app://guitai/cashier.html')).toEqual({
      segments: ['cashier.html'],
      contentType: 'text/html; charset=utf-8',
    })
    expect(assetOf('app://guitai/assets/main-B1_x.js')?.segments).toEqual([
      'assets',
      'main-B1_x.js',
    ])
  })

  it.each([
    'app://guitai/',
    'app://guitai/assets/',
    'app://guitai/../package.json/..',
    'app://guitai/..%2fpackage.json',
    'app://guitai/a%00.html',
    'app://guitai/.hidden.html',
    'app://guitai/a\\..\\b.html',
    'app://guitai/terminal-entry.ts',
    'app://other/cashier.html',
    'app://user@guitai/cashier.html',
    'app://guitai:1/cashier.html',
    'file:///etc/passwd',
    'not an address',
  ])('serves nothing for %s', (url) => {
    expect(assetOf(url)).toBeUndefined()
  })

  it('reads steps upward as addresses do: they end at its own folder', () => {
    expect(assetOf('app://guitai/%2e%2e/../package.json')?.segments).toEqual(['package.json'])
  })

  it('sends a policy without inline code, connections or frames with every file', () => {
    const headers = assetHeaders({ segments: ['a.html'], contentType: 'text/html' })
    expect(headers['content-security-policy']).toBe(CONTENT_SECURITY_POLICY)
    expect(CONTENT_SECURITY_POLICY).not.toMatch(/unsafe|\*|https?:/)
    expect(CONTENT_SECURITY_POLICY).toMatch(/^default-src 'none'/)
    expect(headers['x-content-type-options']).toBe('nosniff')
  })
})

describe('leaving', () => {
  it.each(SCREEN_NAMES)('the %s page may only load itself again', (screen) => {
    expect(mayNavigate(screen, pageUrl(screen))).toBe(true)
    expect(mayNavigate(screen, `${pageUrl(screen)}#part`)).toBe(true)
    for (const url of [
      'https://example.com/',
      'http://127.0.0.1/',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'app://guitai/assets/main.js',
      'app://guitai.example/cashier.html',
      `${pageUrl(screen)}?x=1`,
    ]) {
      expect(mayNavigate(screen, url), url).toBe(false)
    }
  })
})

describe('the admin page', () => {
  it('belongs to the cashier’s window, which may show it and come back, and to no other', () => {
    const admin = 'app://guitai/admin.html'
    expect(mayNavigate('cashier', admin)).toBe(true)
    expect(mayNavigate('customer', admin)).toBe(false)
    expect(trustedScreen({ screen: 'cashier', frameUrl: admin, isMainFrame: true })).toBe('cashier')
    expect(
      trustedScreen({ screen: 'customer', frameUrl: admin, isMainFrame: true }),
    ).toBeUndefined()
    for (const url of [
      `${admin}?x=1`,
      'app://guitai/admin.html/x',
      'https://example.com/admin.html',
    ]) {
      expect(mayNavigate('cashier', url), url).toBe(false)
    }
  })
})

describe('permissions', () => {
  const wish = { permission: 'media', url: pageUrl('customer'), media: ['video'] } as const

  it('are the camera, for the customer’s page', () => {
    expect(isPermitted(wish)).toBe(true)
    expect(mayHavePort('customer', 'camera')).toBe(true)
    const asset = { segments: ['customer.html'], contentType: 'text/html' }
    expect(assetHeaders(asset)['permissions-policy']).toMatch(/^camera=\(self\), microphone=\(\)/)
  })

  it.each([
    ['the cashier’s page', { url: pageUrl('cashier') }],
    ['another site', { url: 'https://example.com/customer.html' }],
    ['another port of our name', { url: 'app://guitai:1/customer.html' }],
    ['a page that is not known', { url: undefined }],
    ['a microphone with it', { media: ['video', 'audio'] }],
    ['a microphone', { media: ['audio'] }],
    ['nothing in particular', { media: [] }],
    ['the place', { permission: 'geolocation' }],
    ['a serial line', { permission: 'serial' }],
    ['the clipboard', { permission: 'clipboard-read' }],
    ['the screen', { permission: 'display-capture' }],
  ])('are refused for %s', (_, other) => {
    expect(isPermitted({ ...wish, ...other })).toBe(false)
  })

  it('are none for the cashier’s page, which gets no camera’s port either', () => {
    expect(mayHavePort('cashier', 'camera')).toBe(false)
    for (const segments of [['cashier.html'], ['admin.html'], ['assets', 'customer.html']]) {
      const headers = assetHeaders({ segments, contentType: 'text/html' })
      expect(headers['permissions-policy']).toMatch(/^camera=\(\)/)
    }
  })
})

describe('a message to the main process', () => {
  const good = { screen: 'cashier', frameUrl: pageUrl('cashier'), isMainFrame: true } as const

  it('is believed from a main frame that shows its own page', () => {
    expect(trustedScreen(good)).toBe('cashier')
  })

  it.each([
    ['a window we did not open', { ...good, screen: undefined }],
    ['a frame within the page', { ...good, isMainFrame: false }],
    ['a frame that is gone', { ...good, frameUrl: undefined }],
    ['another page', { ...good, frameUrl: pageUrl('customer') }],
    ['another site', { ...good, frameUrl: 'https://example.com/cashier.html' }],
  ])('is thrown away from %s', (_, sender) => {
    expect(trustedScreen(sender)).toBeUndefined()
  })

  it('has the name that pages use', () => {
    expect(PORT_REQUEST).toBe(names.PORT_REQUEST)
    expect(PORT_GRANT).toBe(names.PORT_GRANT)
    expect(CAMERA_PORT_REQUEST).toBe(names.CAMERA_PORT_REQUEST)
    expect(CAMERA_PORT_GRANT).toBe(names.CAMERA_PORT_GRANT)
  })
})

describe('news of the terminal’s process', () => {
  it('is read by shape', () => {
    expect(readNews({ event: 'ready', api: 'http://127.0.0.1:1' })).toEqual({
      event: 'ready',
      api: 'http://127.0.0.1:1',
    })
    expect(readNews({ event: 'refused', code: 'config.x', text: 't' })?.event).toBe('refused')
    for (const value of [null, 'ready', {}, { event: 'ready' }, { event: 'refused', code: 1 }]) {
      expect(readNews(value)).toBeUndefined()
    }
  })
})
