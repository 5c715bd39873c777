import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Server } from 'node:https'
import { createServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { WireRequest } from '../wire-checks.ts'

export type Arrival = {
  readonly request: WireRequest
  readonly receivedNs: bigint
  readonly response: ServerResponse
  readonly rawSocket: Socket | undefined
}

export type HttpHost = {
  readonly port: number
  /** Ends the listener and every connection. */
  close(): Promise<void>
}

const BODY_MAX_BYTES = 4 * 1024 * 1024
/** Idle connections end after this, as on the public host (`Keep-Alive: timeout=8`). */
const IDLE_MS = 8000
const LOOPBACK = '127.0.0.1'

const headersOf = (message: IncomingMessage): Record<string, string | undefined> => {
  const headers: Record<string, string | undefined> = {}
  for (const [name, value] of Object.entries(message.headers)) {
    headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return headers
}

/** Calls under this path are made with a client certificate (v2 certificate page). */
const CERTIFICATE_PATHS = '/secapi/'

const certificateOf = (message: IncomingMessage): Uint8Array | undefined => {
  const { socket, url = '' } = message
  if (!url.startsWith(CERTIFICATE_PATHS) || !(socket instanceof TLSSocket)) return undefined
  return socket.getPeerX509Certificate()?.raw
}

const readBody = (
  message: IncomingMessage,
  done: (body: string, receivedNs: bigint) => void,
): void => {
  const chunks: Buffer[] = []
  let size = 0
  message.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > BODY_MAX_BYTES) return void message.destroy()
    chunks.push(chunk)
  })
  message.on('end', () => {
    const receivedNs = process.hrtime.bigint()
    done(Buffer.concat(chunks).toString('utf8'), receivedNs)
  })
}

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, LOOPBACK, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })

/** HTTPS on loopback. Keeps hold of the TCP socket under each TLS connection. */
export async function openHttpHost(options: {
  readonly port: number
  readonly certificate: string
  readonly key: string
  /** PEM of the authority of client certificates; clients are asked for one and need none. */
  readonly clientAuthority: string | undefined
  readonly onRequest: (arrival: Arrival) => void
}): Promise<HttpHost> {
  const rawSockets = new Map<number, Socket>()
  const server = createServer(
    {
      cert: options.certificate,
      key: options.key,
      // Who must show one depends on the path, and is answered in words there.
      requestCert: true,
      rejectUnauthorized: false,
      ...(options.clientAuthority === undefined ? {} : { ca: options.clientAuthority }),
    },
    (message, response) => {
      const rawSocket = rawSockets.get(message.socket.remotePort ?? -1)
      // A client that goes away in mid-answer is part of the day's work.
      response.on('error', () => undefined)
      message.on('error', () => undefined)
      const clientCertificate = certificateOf(message)
      readBody(message, (body, receivedNs) => {
        const request: WireRequest = {
          method: message.method ?? '',
          url: message.url ?? '',
          headers: headersOf(message),
          body,
          clientCertificate,
        }
        options.onRequest({ request, receivedNs, response, rawSocket })
      })
    },
  )
  server.keepAliveTimeout = IDLE_MS
  server.on('connection', (socket: Socket) => {
    const port = socket.remotePort
    if (port === undefined) return
    rawSockets.set(port, socket)
    socket.on('error', () => undefined)
    socket.once('close', () => {
      if (rawSockets.get(port) === socket) rawSockets.delete(port)
    })
  })
  server.on('tlsClientError', (_error, socket) => socket.destroy())
  const port = await listen(server, options.port)
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
      for (const socket of rawSockets.values()) socket.destroy()
    })
  return { port, close }
}
