import { describe, expect, it } from 'vitest'
import {
  browserArguments,
  openingPage,
  readShellOptions,
} from '../../../../main/browser/command-line.ts'
import { readReadyLine } from '../../../../main/browser/ready-line.ts'

describe('the shell’s command line', () => {
  it('needs a configuration', () => {
    expect(() => readShellOptions([])).toThrow('--config FILE is missing')
    expect(readShellOptions(['--config', 'a.json'])).toEqual({ config: 'a.json', windowed: false })
  })

  it('reads where the customer’s display begins', () => {
    const options = readShellOptions([
      '--config',
      'a.json',
      '--windowed',
      '--customer-at',
      '1920,0',
    ])
    expect(options).toEqual({ config: 'a.json', windowed: true, customerAt: { x: 1_920, y: 0 } })
    expect(() => readShellOptions(['--config', 'a', '--customer-at', 'left'])).toThrow('X,Y')
  })

  it('refuses what it does not know', () => {
    expect(() => readShellOptions(['--config', 'a', '--allow-anything'])).toThrow()
  })
})

describe('the browser’s arguments', () => {
  const window = {
    url: 'http://127.0.0.1:4000/screens/cashier.html#token=t',
    profileDir: '/profile',
    kiosk: true,
    asRoot: false,
  }

  it('open one page in a profile of its own, as a kiosk', () => {
    const args = browserArguments(window)
    expect(args).toContain('--kiosk')
    expect(args).toContain('--user-data-dir=/profile')
    expect(args.at(-1)).toBe(`--app=${window.url}`)
  })

  it('keep the browser’s own sandbox unless it is root', () => {
    expect(browserArguments(window)).not.toContain('--no-sandbox')
    expect(browserArguments({ ...window, asRoot: true })).toContain('--no-sandbox')
  })

  it('open no door for debuggers and switch no protection off', () => {
    const dangerous = /remote-debugging|disable-web-security|allow-file|ignore-certificate|unsafe/
    expect(browserArguments(window).filter((argument) => dangerous.test(argument))).toEqual([])
  })

  it('place a window', () => {
    const args = browserArguments({
      ...window,
      kiosk: false,
      position: { x: 1_024, y: 0 },
      size: { width: 1_024, height: 768 },
    })
    expect(args).toContain('--window-position=1024,0')
    expect(args).toContain('--window-size=1024,768')
    expect(args).not.toContain('--kiosk')
  })
})

describe('the page that leads to a screen', () => {
  it('goes there at once, without a script', () => {
    const page = openingPage('http://127.0.0.1:1/screens/cashier.html#token=a&b="<c')
    expect(page).toContain(
      'content="0;url=http://127.0.0.1:1/screens/cashier.html#token=a&amp;b=&quot;&lt;c"',
    )
    expect(page).not.toContain('<script')
  })
})

describe('the terminal’s ready line', () => {
  const line = {
    event: 'ready',
    api: 'http://127.0.0.1:4000',
    token: 'secret',
    screens: {
      cashier: 'http://127.0.0.1:4000/screens/cashier.html#token=a',
      customer: 'http://127.0.0.1:4000/screens/customer.html#token=a',
    },
  }

  it('says where the screens are', () => {
    expect(readReadyLine(JSON.stringify(line))).toEqual({
      api: line.api,
      cashierUrl: line.screens.cashier,
      customerUrl: line.screens.customer,
    })
  })

  it.each([
    ['', 'nothing'],
    ['starting', 'a word'],
    ['{"event":"ready"', 'half an object'],
    ['{"event":"ready"}', 'no addresses'],
    [JSON.stringify({ ...line, event: 'other' }), 'another event'],
    [
      JSON.stringify({ ...line, screens: { ...line.screens, cashier: 'https://example.com/' } }),
      'a page elsewhere',
    ],
    [
      JSON.stringify({
        ...line,
        screens: { ...line.screens, cashier: 'http://127.0.0.1.example/' },
      }),
      'a name that looks like loopback',
    ],
    [
      JSON.stringify({ ...line, screens: { ...line.screens, customer: 'file:///etc/passwd' } }),
      'a file',
    ],
  ])('is not %s (%s)', (text) => {
    expect(readReadyLine(text)).toBeUndefined()
  })
})
