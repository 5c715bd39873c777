import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  app,
  dialog,
  screen as displays,
  Menu,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  safeStorage,
  session,
} from 'electron'
import { readCall } from './command-line.ts'
import { runCommandProcess } from './command-process.ts'
import { onPortWanted } from './ipc.ts'
import { createKeyStore, type KeyStore } from './key-store.ts'
import { assetHeaders, assetOf, isPermitted, SCHEME } from './policy.ts'
import { ScreenWindows } from './screen-windows.ts'
import { TerminalProcess } from './terminal-process.ts'

const HERE = import.meta.dirname
const SCREENS = join(HERE, '..', 'renderer')
const say = (line: string) => console.error(line)
const call = readCall(process.argv.slice(1))

/** Serves the built screens under our scheme; every other address there does not exist. */
function serveScreens(): void {
  protocol.handle(SCHEME, async ({ url, method }) => {
    const asset = method === 'GET' ? assetOf(url) : undefined
    if (asset === undefined) return new Response(null, { status: 404 })
    try {
      const body = await readFile(join(SCREENS, ...asset.segments))
      return new Response(new Uint8Array(body), { headers: assetHeaders(asset) })
    } catch {
      return new Response(null, { status: 404 })
    }
  })
}

function denyPermissions(): void {
  const { defaultSession } = session
  defaultSession.setPermissionRequestHandler((...request) => {
    const [, permission, answer, details] = request
    const media = 'mediaTypes' in details ? (details.mediaTypes ?? []) : []
    answer(isPermitted({ permission, url: details.requestingUrl, media }))
  })
  defaultSession.setPermissionCheckHandler((...check) => {
    const [, permission, , { requestingUrl: url, mediaType }] = check
    return isPermitted({ permission, url, media: mediaType === undefined ? [] : [mediaType] })
  })
  defaultSession.setDevicePermissionHandler(() => false)
  defaultSession.on('will-download', (event) => event.preventDefault())
}

/** What runs as long as the app does. */
function run(keyStore: KeyStore): void {
  const { windowed } = call
  const configFile =
    call.config ?? process.env.GUITAI_CONFIG ?? join(app.getPath('userData'), 'terminal.json')
  const windows = new ScreenWindows({
    windowed,
    preload: join(HERE, 'preload.cjs'),
    developer: !app.isPackaged,
    say,
  })
  const terminal = new TerminalProcess({
    entry: join(HERE, 'terminal-entry.js'),
    configFile,
    say,
    keyStore,
    onRefused: ({ code, text }) => {
      say(`the terminal refused to start: ${code}\n${text}`)
      if (!process.env.GUITAI_QUIET) dialog.showErrorBox('Guitai 柜台', `${text}\n\n${code}`)
      windows.release()
      app.exit(1)
    },
  })
  onPortWanted(
    (contents) => windows.screenOf(contents),
    (screen, contents, use) => windows.connect({ screen, contents, use }, terminal),
  )
  terminal.start()
  windows.arrange()
  if (!windowed) {
    powerSaveBlocker.start('prevent-display-sleep')
    displays.on('display-added', () => windows.arrange())
    displays.on('display-removed', () => windows.arrange())
    displays.on('display-metrics-changed', () => windows.arrange())
  }
  powerMonitor.on('suspend', () => say('the machine goes to sleep'))
  powerMonitor.on('resume', () => {
    say('the machine woke up: screens are loaded again')
    windows.reload()
  })
  app.on('second-instance', () => windows.focus())
  quitCleanly(windows, terminal)
}

/** `--cli`: one command with the system's key store, beside a running app or without. */
function runOneCommand(command: readonly string[]): void {
  app
    .whenReady()
    .then(() =>
      runCommandProcess({
        entry: join(HERE, 'cli-entry.js'),
        command,
        keyStore: createKeyStore(safeStorage, process.platform),
      }),
    )
    .then(
      (code) => app.exit(code),
      (error: unknown) => {
        say(String(error))
        app.exit(1)
      },
    )
}

/** The terminal closes its journal before the app ends, whoever asks for the end. */
function quitCleanly(windows: ScreenWindows, terminal: TerminalProcess): void {
  let stopped = false
  app.on('window-all-closed', () => app.quit())
  app.on('before-quit', (event) => {
    windows.release()
    if (stopped) return
    event.preventDefault()
    terminal.stop().then(
      () => {
        stopped = true
        app.quit()
      },
      (error: unknown) => {
        say(String(error))
        app.exit(1)
      },
    )
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => app.quit())
}

if (call.command !== undefined) {
  runOneCommand(call.command)
} else if (app.requestSingleInstanceLock()) {
  app.enableSandbox()
  protocol.registerSchemesAsPrivileged([
    // Module scripts are fetched; what a page itself may fetch, its policy decides: nothing.
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
  app.whenReady().then(
    () => {
      Menu.setApplicationMenu(null)
      serveScreens()
      denyPermissions()
      run(createKeyStore(safeStorage, process.platform))
    },
    (error: unknown) => {
      say(String(error))
      app.exit(1)
    },
  )
} else {
  app.quit()
}
