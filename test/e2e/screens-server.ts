import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize, sep } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { build } from 'vite'
import { type WebSocket, WebSocketServer } from 'ws'
import { SCREEN_POLICY } from '../../src/api/node/screens.ts'
import { type ClientFrame, type ServerFrame, SUBPROTOCOL } from '../../src/api/protocol.ts'
import type { ScreenModel } from '../../src/screen/model.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
}

const CAMERA_PATH = '/v1/camera'
const TEST_TOKEN = 'screens-test-token'

/** A stand-in for the terminal: serves the pages and shows whatever picture a test gives it. */
export type ScreensServer = {
  readonly address: string
  /** Commands that came, in order. */
  readonly calls: { operation: string; input: Record<string, unknown> }[]
  readonly show: (model: ScreenModel) => void
  /** Gives the answer to a command; by default every command succeeds. */
  answer: (operation: string) => Omit<Extract<ServerFrame, { kind: 'answer' }>, 'id'> | undefined
  /** Takes the line of a camera, with the token it gave; by default it is closed. */
  onCamera: (socket: WebSocket, token: string) => void
  /** Breaks every line; refuses or accepts new ones. */
  readonly cut: (isDown: boolean) => void
  /** Keeps lines open but says nothing any more. */
  isMute: boolean
  readonly close: () => Promise<void>
}

/** Builds the pages from source into `folder`. */
export async function buildScreens(folder: string): Promise<void> {
  await build({
    configFile: join(import.meta.dirname, '../../renderer/vite.config.ts'),
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true },
  })
}

export async function serveScreens(folder: string, first: ScreenModel): Promise<ScreensServer> {
  let model = first
  let isDown = false
  const watchers = new Map<WebSocket, 'cashier' | 'customer'>()
  const http = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://127.0.0.1').pathname
    const file = normalize(join(folder, path.replace(/^\/screens\//, '')))
    if (!file.startsWith(folder + sep)) {
      response.writeHead(404).end()
      return
    }
    readFile(file).then(
      (body) => {
        const type = TYPES[extname(file)] ?? 'application/octet-stream'
        response.writeHead(200, { 'content-type': type, 'content-security-policy': SCREEN_POLICY })
        response.end(body)
      },
      () => response.writeHead(path === '/favicon.ico' ? 204 : 404).end(),
    )
  })
  const sockets = new WebSocketServer({
    server: http,
    verifyClient: ({ req }: { req: { headers: Record<string, unknown> } }) =>
      !isDown &&
      String(req.headers['sec-websocket-protocol'] ?? '').includes(`token.${TEST_TOKEN}`),
    handleProtocols: () => SUBPROTOCOL,
  })
  const server: ScreensServer = {
    address: '',
    calls: [],
    isMute: false,
    answer: () => undefined,
    onCamera: (socket) => socket.close(),
    show: (next) => {
      model = next
      for (const [socket, screen] of watchers) send(socket, half(screen))
    },
    cut: (next) => {
      isDown = next
      for (const socket of sockets.clients) socket.terminate()
    },
    close: async () => {
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
      http.closeAllConnections()
      await new Promise((done) => http.close(done))
    },
  }
  const half = (screen: 'cashier' | 'customer'): ServerFrame => {
    const { revision, atMs, cashier, customer } = model
    return screen === 'cashier'
      ? { kind: 'cashier', model: { revision, atMs, cashier } }
      : { kind: 'customer', model: { revision, atMs, customer } }
  }
  const send = (socket: WebSocket, frame: ServerFrame): void => {
    if (!server.isMute) socket.send(JSON.stringify(frame))
  }
  sockets.on('connection', (socket, request) => {
    if (request.url === CAMERA_PATH) {
      server.onCamera(socket, TEST_TOKEN)
      return
    }
    socket.on('close', () => watchers.delete(socket))
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data)) as ClientFrame
      if (frame.kind === 'ping') send(socket, { kind: 'pong' })
      if (frame.kind === 'watch') {
        if (frame.topic === 'sales') return
        watchers.set(socket, frame.topic)
        send(socket, half(frame.topic))
      }
      if (frame.kind === 'call') {
        const { operation, input } = frame
        // Who may sign in is asked by every page as it opens, and is no command.
        if (operation !== 'operator.list') {
          server.calls.push({ operation, input: input as Record<string, unknown> })
        }
        const given = server.answer(frame.operation) ?? {
          kind: 'answer' as const,
          ok: true as const,
          value: {},
        }
        send(socket, { ...given, id: frame.id } as ServerFrame)
      }
    })
  })
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done))
  const { port } = http.address() as AddressInfo
  return Object.assign(server, { address: `http://127.0.0.1:${port}` })
}

/** The address of a page, with the token where the shell would put it. */
export function pageAddress(server: ScreensServer, page: string, query = ''): string {
  return `${server.address}/screens/${page}.html${query}#token=${TEST_TOKEN}`
}

export async function openChromium(more: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...more,
    ],
  })
}
