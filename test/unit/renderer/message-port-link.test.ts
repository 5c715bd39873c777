import { once } from 'node:events'
import { expect, test } from 'vitest'
import { messagePortLink, type PortWindow } from '../../../renderer/connection/message-port-link.ts'
import { PORT_GRANT, PORT_REQUEST } from '../../../renderer/connection/names.ts'
import type { ClientFrame, ServerFrame } from '../../../src/api/protocol.ts'

type Listener = Parameters<PortWindow['addEventListener']>[1]
type Port = Parameters<Listener>[0]['ports'][number]

/** A window that only passes messages to its own listeners, and a preload that grants ports. */
function fakePage() {
  const listeners = new Set<Listener>()
  const posted: { message: unknown; origin: string }[] = []
  const page: PortWindow = {
    location: { origin: 'app://guitai' },
    postMessage: (message, origin) => posted.push({ message, origin }),
    addEventListener: (_kind, listener) => listeners.add(listener),
    removeEventListener: (_kind, listener) => listeners.delete(listener),
  }
  const grant = (source: unknown, data: unknown = PORT_GRANT) => {
    const { port1, port2 } = new MessageChannel()
    for (const listener of [...listeners])
      listener({ source, data, ports: [port2 as unknown as Port] })
    return { shell: port1, page: port2 }
  }
  return { page, posted, grant, listeners }
}

function opened(page: PortWindow) {
  const seen: string[] = []
  const frames: ServerFrame[] = []
  let wake = (): void => {}
  const next = () =>
    new Promise<void>((done) => {
      wake = done
    })
  const note = (name: string) => {
    seen.push(name)
    wake()
  }
  const link = messagePortLink(page)({
    onOpen: () => note('open'),
    onFrame: (frame) => {
      frames.push(frame)
      note('frame')
    },
    onClosed: () => note('closed'),
  })
  return { link, seen, frames, next }
}

test('it asks its own origin for a port and speaks through the one it gets', async () => {
  const { page, posted, grant } = fakePage()
  const { link, seen, frames, next } = opened(page)
  expect(posted).toEqual([{ message: PORT_REQUEST, origin: 'app://guitai' }])
  const { shell } = grant(page)
  expect(seen).toEqual(['open'])
  const heard = once(shell, 'message') as Promise<[ClientFrame]>
  link.send({ kind: 'ping' })
  expect(await heard).toEqual([{ kind: 'ping' }])
  const arrived = next()
  shell.postMessage({ kind: 'pong' })
  await arrived
  expect(frames).toEqual([{ kind: 'pong' }])
  const gone = next()
  shell.close()
  await gone
  expect(seen.at(-1)).toBe('closed')
})

test('a port from another window, or under another name, is not taken', () => {
  const { page, grant } = fakePage()
  const { link, seen } = opened(page)
  for (const given of [grant({}), grant(page, 'something else')]) {
    given.shell.close()
    given.page.close()
  }
  expect(seen).toEqual([])
  link.close()
})

test('a link that was closed listens no more', () => {
  const { page, listeners } = fakePage()
  const { link } = opened(page)
  expect(listeners.size).toBe(1)
  link.close()
  expect(listeners.size).toBe(0)
})
