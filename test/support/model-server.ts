import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer as createProxy } from 'node:http'
import { createServer } from 'node:https'
import { type AddressInfo, connect, type Server, type Socket } from 'node:net'
import { makeIdentity } from './pay-identities.ts'

/** Answers one request. */
export type Serve = (response: ServerResponse, request: IncomingMessage) => void

/** A place to fetch models from, over real TLS. */
export type ModelServer = {
  readonly origin: string
  /** Its authority, PEM. */
  readonly caPem: string
  /** Paths that were asked for. */
  readonly seen: string[]
  /** What it answers; the tests set it. */
  serve: Serve
  close(): Promise<void>
}

/** Starts a server on a free port of the loopback interface. */
export async function startModelServer(): Promise<ModelServer> {
  const authority = await makeIdentity({ name: 'CN=Models CA', kind: 'ec', isAuthority: true })
  const hosts = ['127.0.0.1']
  const own = await makeIdentity({ name: 'CN=Models', kind: 'ec', issuer: authority, hosts })
  const tls = { key: own.privateKeyPem, cert: own.certificatePem }
  const server = createServer(tls, (request, response) => {
    models.seen.push(request.url ?? '')
    models.serve(response, request)
  })
  server.on('tlsClientError', () => {})
  const { port, close } = await listening(server)
  const models: ModelServer = {
    origin: `https://127.0.0.1:${port}`,
    caPem: authority.certificatePem,
    seen: [],
    serve: (response) => response.writeHead(404).end(),
    close,
  }
  return models
}

/** A proxy that connects, and counts how often it was asked to. */
export async function startProxy() {
  const asked: string[] = []
  const server = createProxy()
  server.on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    asked.push(request.url ?? '')
    const [host, port] = (request.url ?? '').split(':')
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      onward.write(head)
      socket.pipe(onward).pipe(socket)
    })
    onward.on('error', () => socket.destroy())
    socket.on('error', () => onward.destroy())
  })
  const { port, close } = await listening(server)
  return { address: `http://127.0.0.1:${port}`, asked, close }
}

async function listening(server: Server) {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((done) => server.close(done))
    },
  }
}
