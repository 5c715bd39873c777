import { EventEmitter } from 'node:events'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { TerminalProcess } from '../../main/electron/terminal-process.ts'

type Port = Parameters<TerminalProcess['connect']>[1]

/** Electron's utility process and its message bus, as far as the shell uses them. */
class FakeProcess extends EventEmitter {
  readonly pid = undefined
  readonly posted: { message: unknown; ports: unknown[] }[] = []
  asked = 0
  postMessage(message: unknown, ports: unknown[] = []) {
    if (message !== 'guitai:stop') {
      // As a channel does: the other end has a copy, whatever becomes of the sender's.
      this.posted.push({ message: structuredClone(message), ports })
      return
    }
    this.asked += 1
    this.emit('exit', 0)
  }
}

const electron = vi.hoisted(() => ({
  forked: [] as { child: unknown; args: unknown[] }[],
  handlers: new Map<string, (event: unknown) => void>(),
}))

vi.mock('electron', () => ({
  utilityProcess: {
    fork: (...args: unknown[]) => {
      const child = new FakeProcess()
      electron.forked.push({ child, args })
      return child
    },
  },
  ipcMain: {
    on: (name: string, handler: (event: unknown) => void) => electron.handlers.set(name, handler),
  },
}))

const { TerminalProcess: Process } = await import('../../main/electron/terminal-process.ts')
const { onPortWanted } = await import('../../main/electron/ipc.ts')

function child(index: number): FakeProcess {
  const { child: found } = electron.forked[index] ?? {}
  if (!(found instanceof FakeProcess)) throw new Error(`process ${index} was not started`)
  return found
}

function port(): Port & { closed: number } {
  const made = {
    closed: 0,
    close() {
      made.closed += 1
    },
  }
  return made as unknown as Port & { closed: number }
}

describe('the terminal’s process', () => {
  let refused: string[]
  let terminal: TerminalProcess

  beforeEach(() => {
    vi.useFakeTimers()
    electron.forked.length = 0
    refused = []
    terminal = new Process({
      entry: '/app/terminal-entry.js',
      configFile: '/etc/terminal.json',
      say: () => {},
      keyStore: {
        wrap: async (key) => ({ kind: 'done', bytes: Uint8Array.from(key).reverse() }),
        unwrap: async () => ({ kind: 'refused', why: 'elsewhere' }),
      },
      onRefused: ({ code }) => refused.push(code),
    })
    terminal.start()
    return () => vi.useRealTimers()
  })

  const READY = { event: 'ready', api: 'http://127.0.0.1:1' }

  it('is given the configuration’s path', () => {
    expect(electron.forked[0]?.args.slice(0, 2)).toEqual([
      '/app/terminal-entry.js',
      ['/etc/terminal.json'],
    ])
  })

  it('gets ports at once when it is ready, and the latest of each screen when it becomes so', () => {
    const early = port()
    const later = port()
    const other = port()
    terminal.connect({ screen: 'cashier', use: 'protocol' }, early)
    terminal.connect({ screen: 'cashier', use: 'protocol' }, later)
    terminal.connect({ screen: 'customer', use: 'protocol' }, other)
    expect(child(0).posted).toEqual([])
    expect(early.closed).toBe(1)
    child(0).emit('message', READY)
    expect(child(0).posted.map(({ ports }) => ports)).toEqual([[later], [other]])
    const last = port()
    terminal.connect({ screen: 'cashier', use: 'protocol' }, last)
    expect(child(0).posted.at(-1)?.ports).toEqual([last])
  })

  it('is started again after it died, and ports wait for it', () => {
    child(0).emit('message', READY)
    child(0).emit('exit', 1)
    const wanted = port()
    terminal.connect({ screen: 'cashier', use: 'protocol' }, wanted)
    expect(electron.forked).toHaveLength(1)
    vi.advanceTimersByTime(250)
    expect(electron.forked).toHaveLength(2)
    expect(child(1).posted).toEqual([])
    child(1).emit('message', READY)
    expect(child(1).posted.map(({ ports }) => ports)).toEqual([[wanted]])
    expect(child(0).posted).toEqual([])
  })

  it('is not started again when its configuration is refused', () => {
    child(0).emit('message', { event: 'refused', code: 'config.file_unreadable', text: 't' })
    child(0).emit('exit', 78)
    vi.advanceTimersByTime(60_000)
    expect(refused).toEqual(['config.file_unreadable'])
    expect(electron.forked).toHaveLength(1)
  })

  it('is answered what it asks of the key store, once for each wish', async () => {
    const key = Uint8Array.of(1, 2, 3)
    child(0).emit('message', { event: 'key_wish', ask: 'wrap', bytes: key })
    child(0).emit('message', { event: 'key_wish', ask: 'unwrap', bytes: Uint8Array.of(9) })
    child(0).emit('message', { event: 'key_wish', ask: 'unwrap', bytes: 'nine' })
    await vi.advanceTimersByTimeAsync(0)
    expect(child(0).posted.map(({ message }) => message)).toEqual([
      { event: 'key_answer', answer: { kind: 'done', bytes: Uint8Array.of(3, 2, 1) } },
      { event: 'key_answer', answer: { kind: 'refused', why: 'elsewhere' } },
    ])
    expect(key).toEqual(new Uint8Array(3))
  })

  it('ends when the shell ends', async () => {
    child(0).emit('message', READY)
    await terminal.stop()
    vi.advanceTimersByTime(60_000)
    expect(child(0).asked).toBe(1)
    expect(electron.forked).toHaveLength(1)
  })
})

describe('a wish for a port', () => {
  it('is granted to the main frame of a known window only', () => {
    const granted: string[] = []
    const frame = { url: 'app://guitai/cashier.html' }
    const known = { mainFrame: frame }
    onPortWanted(
      (contents) => ((contents as unknown) === known ? 'cashier' : undefined),
      (screen) => granted.push(screen),
    )
    const ask = electron.handlers.get('guitai:want-port')
    ask?.({ sender: known, senderFrame: frame })
    expect(granted).toEqual(['cashier'])
    ask?.({ sender: { mainFrame: frame }, senderFrame: frame })
    ask?.({ sender: known, senderFrame: { url: frame.url } })
    ask?.({ sender: known, senderFrame: null })
    frame.url = 'https://example.com/'
    ask?.({ sender: known, senderFrame: frame })
    expect(granted).toEqual(['cashier'])
  })
})
