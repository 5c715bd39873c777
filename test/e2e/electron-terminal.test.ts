import { type ChildProcess, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createKeyStore, serveKeyStore } from '../../main/electron/key-store.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/node/sandbox.ts'
import { ROOT } from '../architecture/cruise.ts'
import { createFakeStorage, type FakeMachine } from '../support/fake-storage.ts'
import { asAsker, forkUtility } from '../support/utility-process.ts'

/**
 * The terminal and the commands as they are built for Electron's utility process, run by Node, with the
 * main process's own key store over a channel; only safeStorage itself is played. It proves the build;
 * Electron itself is proved by electron.test.ts where its runtime is.
 */
const dir = mkdtempSync(join(tmpdir(), 'guitai-entry-'))
const children: ChildProcess[] = []
let sandbox: Sandbox
let settings: { secrets?: object; merchant: Record<string, string>; dataDir: string }

const built = (name: string) => join(ROOT, 'dist', 'electron', `${name}.js`)
const keyFiles = () =>
  ['sealing.json', 'sealing-wrapped.json'].map((name) =>
    existsSync(join(sandbox.dir, settings.dataDir, 'keys', name)),
  )

function configure(change: object): void {
  settings = { ...settings, ...change }
  writeFileSync(sandbox.terminalConfig, JSON.stringify(settings))
}

function connect(child: ChildProcess, machine: FakeMachine = {}): ChildProcess {
  children.push(child)
  serveKeyStore(asAsker(child), createKeyStore(createFakeStorage(machine), 'linux'))
  return child
}

/** What the app does for `Guitai --cli …`. */
function command(words: readonly string[], machine?: FakeMachine) {
  const args = [...words, '--config', sandbox.terminalConfig]
  const child = connect(
    forkUtility(built('cli-entry'), args, ['ignore', 'pipe', 'pipe', 'ipc']),
    machine,
  )
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      said += String(chunk)
    })
  }
  return new Promise<{ code: number | null; said: string }>((done) =>
    child.once('close', (code) => done({ code, said })),
  )
}

/** The same command outside the app. */
function outside(words: readonly string[]) {
  const args = [join(ROOT, 'src', 'cli.ts'), ...words, '--config', sandbox.terminalConfig]
  const run = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...process.env, LANG: 'en' },
  })
  return { code: run.status, said: `${run.stdout}${run.stderr}` }
}

function start(configFile: string, machine?: FakeMachine): ChildProcess {
  return connect(forkUtility(built('terminal-entry'), [configFile]), machine)
}

const exitCode = (child: ChildProcess) =>
  new Promise<number | null>((resolve) => child.once('exit', resolve))

function news(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) =>
    child.on('message', (value: { event?: string }) => {
      if (value.event === 'ready' || value.event === 'refused') resolve(value)
    }),
  )
}

const IMPORT = () => {
  const { certificateFile = '', privateKeyFile = '' } = settings.merchant
  const at = (file: string) => join(sandbox.dir, file)
  return ['cert', 'import', '--cert', at(certificateFile), '--key', at(privateKeyFile)]
}

beforeAll(async () => {
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js')
  const args = [vite, 'build', '--config', 'main/electron/vite.config.ts']
  expect(spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' }).status).toBe(0)
  sandbox = await startSandbox({ dir: join(dir, 'sandbox') })
  settings = JSON.parse(readFileSync(sandbox.terminalConfig, 'utf8')) as typeof settings
})

afterAll(async () => {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL')
  await sandbox?.close()
  rmSync(dir, { recursive: true, force: true })
})

describe('the terminal as built for Electron', () => {
  it.each([
    ['by a message', (child: ChildProcess) => child.send('guitai:stop')],
    ['by a signal', (child: ChildProcess) => child.kill('SIGTERM')],
  ])('starts, says where it is, and ends when asked %s', async (_, ask) => {
    const child = start(sandbox.terminalConfig)
    const ended = exitCode(child)
    expect(await news(child)).toEqual({
      event: 'ready',
      api: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    })
    ask(child)
    expect(await ended).toBe(0)
  })

  it('says why it refuses to start, with a code that stops the shell from trying again', async () => {
    const child = start(join(dir, 'nowhere.json'))
    const ended = exitCode(child)
    expect(await news(child)).toMatchObject({
      event: 'refused',
      code: 'config.file_unreadable',
    })
    expect(await ended).toBe(78)
  })
})

describe('the key store of the system, through the processes of the shell', () => {
  it('refuses to make a key where nothing would protect it', async () => {
    configure({ secrets: { store: 'electron' } })
    for (const machine of [{ backend: 'basic_text' }, { isAvailable: false }] as const) {
      const refused = await command(IMPORT(), machine)
      expect(refused).toMatchObject({
        code: 1,
        said: expect.stringContaining('keys.system_store_missing'),
      })
    }
    expect(keyFiles()).toEqual([false, false])
  })

  it('seals what a command imports, and nobody outside the app opens it', async () => {
    const imported = await command(IMPORT())
    expect(imported).toMatchObject({ code: 0, said: expect.stringContaining('imported') })
    expect(keyFiles()).toEqual([false, true])
    expect(outside(['cert', 'list'])).toMatchObject({
      code: 1,
      said: expect.stringContaining('keys.store_outside_app'),
    })
  })

  it('lets the terminal start with the imported key, and end when asked', async () => {
    const { certificateFile: _file, privateKeyFile: _key, ...merchant } = settings.merchant
    const files = settings.merchant
    configure({ merchant })
    const child = start(sandbox.terminalConfig)
    const ended = exitCode(child)
    expect(await news(child)).toMatchObject({ event: 'ready' })
    child.send('guitai:stop')
    expect(await ended).toBe(0)
    configure({ merchant: files })
  })

  it.each([
    ['of another machine or user', { owner: 'elsewhere' }, 'keys.wrapped_elsewhere'],
    ['with a locked keyring', { failure: 'temporarily unavailable' }, 'keys.system_store_busy'],
  ] as const)('refuses to start %s', async (_, machine, code) => {
    const child = start(sandbox.terminalConfig, machine)
    const ended = exitCode(child)
    expect(await news(child)).toMatchObject({ event: 'refused', code })
    expect(await ended).toBe(78)
  })

  it('is left for the file and come back to by a command, and the setting has to follow', async () => {
    expect(outside(['secrets', 'move', '--to', 'file'])).toMatchObject({
      code: 1,
      said: expect.stringContaining('keys.store_outside_app'),
    })
    const moved = await command(['secrets', 'move', '--to', 'file'])
    expect(moved).toMatchObject({ code: 0, said: expect.stringContaining('set secrets.store') })
    expect(keyFiles()).toEqual([true, false])
    expect(await command(['cert', 'list'])).toMatchObject({
      code: 1,
      said: expect.stringContaining('keys.in_other_store'),
    })
    configure({ secrets: { store: 'file' } })
    expect(outside(['cert', 'list'])).toMatchObject({
      code: 0,
      said: expect.stringContaining('signs'),
    })
    expect(await command(['secrets', 'move', '--to', 'electron'])).toMatchObject({ code: 0 })
    expect(keyFiles()).toEqual([false, true])
    expect(outside(['cert', 'list']).said).toContain('keys.in_other_store')
    configure({ secrets: { store: 'electron' } })
    const listed = await command(['cert', 'list'])
    expect(listed).toMatchObject({ code: 0, said: expect.stringContaining('signs') })
    expect(outside(['journal', 'list']).said).toContain('secrets.move electron')
  })

  it('is moved by an installer, once there are operators', async () => {
    const pin = join(dir, 'pin')
    writeFileSync(pin, '274913\n', { mode: 0o600 })
    const named = ['--name', 'first', '--role', 'installer', '--pin-file', pin]
    expect(await command(['operator', 'add', ...named])).toMatchObject({ code: 0 })
    expect(await command(['secrets', 'move', '--to', 'file'])).toMatchObject({
      code: 1,
      said: expect.stringContaining('operator.not_allowed'),
    })
    expect(keyFiles()).toEqual([false, true])
    const as = ['--as', 'first', '--as-pin-file', pin]
    expect(await command(['secrets', 'move', '--to', 'file', ...as])).toMatchObject({ code: 0 })
    expect(await command(['secrets', 'move', '--to', 'electron', ...as])).toMatchObject({ code: 0 })
    expect(keyFiles()).toEqual([false, true])
  })

  it('says that a move stopped half-way', async () => {
    writeFileSync(join(sandbox.dir, settings.dataDir, 'keys', 'sealing.json'), '{}', {
      mode: 0o600,
    })
    expect((await command(['cert', 'list'])).said).toContain('keys.move_unfinished')
    rmSync(join(sandbox.dir, settings.dataDir, 'keys', 'sealing.json'))
  })
})
