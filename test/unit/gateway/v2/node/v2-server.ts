import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Identity } from '../../../../support/pay-identities.ts'
import { signedXml } from '../messages.ts'

/** One request as the server got it. */
export type SeenV2 = {
  readonly path: string
  readonly contentType: string | undefined
  /** Headers that begin with `guitai-`. */
  readonly proof: Readonly<Record<string, unknown>>
  readonly text: string
  /** The fields of the body, read by a pattern of the test's own. */
  readonly fields: Readonly<Record<string, string>>
  /** Subject of the client certificate, if one was shown, and whether our authority issued it. */
  readonly clientName?: string
  readonly clientUnit?: string
  readonly isTrusted: boolean
}

export type V2Server = {
  readonly origin: string
  readonly seen: SeenV2[]
  /** Connections accepted so far. */
  readonly connections: () => number
  reply: (response: ServerResponse, seen: SeenV2) => void
  close(): Promise<void>
}

/** Answers 200 with signed fields. */
export function says(fields: Readonly<Record<string, string>>): V2Server['reply'] {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/plain' })
    response.end(signedXml(fields))
  }
}

/** Asks for a client certificate; `isStrict` ends the connection of whoever has no good one. */
export async function startV2Server(
  tls: Identity,
  authority: Identity,
  isStrict = false,
): Promise<V2Server> {
  const sockets = new Set<Socket>()
  let accepted = 0
  const server = createServer(
    {
      key: tls.privateKeyPem,
      cert: tls.certificatePem,
      ca: authority.certificatePem,
      requestCert: true,
      rejectUnauthorized: isStrict,
    },
    (request, response) => void handle(request, response),
  )
  server.on('connection', (socket: Socket) => {
    accepted += 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const v2: V2Server = {
    origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: [],
    connections: () => accepted,
    reply: (response) => void response.writeHead(500).end(),
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/') {
      response.writeHead(404).end()
      return
    }
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString('utf8')
    const socket = request.socket as TLSSocket
    const { CN: name, OU: unit } = socket.getPeerCertificate().subject ?? {}
    const pattern = /<(\w+)>(?:<!\[CDATA\[(.*?)\]\]>|(.*?))<\/\1>/g
    const inner = text.slice('<xml>'.length, -'</xml>'.length)
    const seen = {
      path: request.url ?? '',
      contentType: request.headers['content-type'],
      proof: Object.fromEntries(
        Object.entries(request.headers).filter(([name]) => name.startsWith('guitai-')),
      ),
      text,
      fields: Object.fromEntries(
        [...inner.matchAll(pattern)].map(([, field, literal, plain]) => [field, literal ?? plain]),
      ),
      ...(name === undefined ? {} : { clientName: String(name) }),
      ...(unit === undefined ? {} : { clientUnit: String(unit) }),
      isTrusted: socket.authorized,
    }
    v2.seen.push(seen)
    v2.reply(response, seen)
  }
  return v2
}
