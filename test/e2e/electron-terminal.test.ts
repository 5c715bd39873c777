import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sandbox, startSandbox } from '../../src/sandbox/node/sandbox.ts'
import { ROOT } from '../architecture/cruise.ts'

/**
 * The terminal as it is built for Electron's utility process, run by Node: its `parentPort` is
 * played by Node's own channel to a child. It proves the build; Electron itself is proved by
 * electron.test.ts where its runtime is.
 */
const PARENT_PORT = `data:text/javascript,${encodeURIComponent(`
  process.parentPort = {
    postMessage: (value) => process.send(value),
    on: (name, listener) => {
      process.on(name, (value) => listener({ data: value, ports: [] }))
    },
  }
`)}`

const dir = mkdtempSync(join(tmpdir(), 'guitai-entry-'))
const children: ChildProcess[] = []
let sandbox: Sandbox

function start(configFile: string): ChildProcess {
  const entry = join(ROOT, 'dist', 'electron', 'terminal-entry.js')
  const child = spawn(process.execPath, ['--import', PARENT_PORT, entry, configFile], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  children.push(child)
  return child
}

const firstMessage = (child: ChildProcess) =>
  new Promise<unknown>((resolve) => child.once('message', resolve))
const exitCode = (child: ChildProcess) =>
  new Promise<number | null>((resolve) => child.once('exit', resolve))

beforeAll(async () => {
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js')
  const args = [vite, 'build', '--config', 'main/electron/vite.config.ts']
  expect(spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' }).status).toBe(0)
  sandbox = await startSandbox({ dir: join(dir, 'sandbox') })
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
    expect(await firstMessage(child)).toEqual({
      event: 'ready',
      api: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    })
    ask(child)
    expect(await ended).toBe(0)
  })

  it('says why it refuses to start, with a code that stops the shell from trying again', async () => {
    const child = start(join(dir, 'nowhere.json'))
    const ended = exitCode(child)
    expect(await firstMessage(child)).toMatchObject({
      event: 'refused',
      code: 'config.file_unreadable',
    })
    expect(await ended).toBe(78)
  })
})
