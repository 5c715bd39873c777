/** How tests start Chromium: no screen, nothing from outside, and no sandbox of its own where root runs it. */
export const CHROMIUM_ARGUMENTS: string[] = [
  '--headless',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
]
