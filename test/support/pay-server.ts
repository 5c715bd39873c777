import { createCipheriv, randomBytes, sign } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Identity } from './pay-identities.ts'

/** One request as the server got it. */
export type SeenRequest = {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** What signs an answer. */
export type Signer = { readonly serial: string; readonly identity: Identity }

/** How an answer differs from a good one. */
export type ReplyTwist = {
  readonly headers?: Readonly<Record<string, string>>
  readonly without?: readonly string[]
  readonly signer?: Signer
  readonly unsigned?: boolean
  readonly timestampS?: number
  /** Body to send instead of the one that was signed. */
  readonly sentBody?: string
}

/** Sends one answer, whole. */
export type Reply = (response: ServerResponse, request: SeenRequest, server: PayServer) => void

/** A gateway that answers what the test tells it to, over real TLS. */
export type PayServer = {
  readonly origin: string
  readonly seen: SeenRequest[]
  /** Sockets accepted so far. */
  readonly connections: () => number
  reply: Reply
  signer: Signer
  /** What `GET /v3/certificates` brings; undefined makes it fail. */
  certificates: readonly Identity[] | undefined
  /** Beginning of the next certificate answers' signatures is a probe; counts down. */
  probes: number
  close(): Promise<void>
}

/** Header fields and body of an answer, signed as the wire wants it. */
export function signedHeaders(
  body: string,
  signer: Signer,
  timestampS: number,
): Record<string, string> {
  const nonce = randomBytes(16).toString('hex')
  const message = Buffer.from(`${timestampS}\n${nonce}\n${body}\n`, 'utf8')
  return {
    'Wechatpay-Timestamp': String(timestampS),
    'Wechatpay-Nonce': nonce,
    'Wechatpay-Serial': signer.serial,
    'Wechatpay-Signature-Type': 'WECHATPAY2-SHA256-RSA2048',
    'Wechatpay-Signature': sign('sha256', message, signer.identity.privateKey).toString('base64'),
  }
}

/** A reply with a status and a JSON body, signed unless the twist says otherwise. */
export function answer(status: number, body: unknown, twist: ReplyTwist = {}): Reply {
  return (response, _request, server) => {
    const text = body === undefined ? '' : JSON.stringify(body)
    const timestampS = twist.timestampS ?? Math.floor(Date.now() / 1_000)
    const headers = {
      'Content-Type': 'application/json; charset=utf-8',
      'Request-ID': '08F2E9-0',
      ...(twist.unsigned ? {} : signedHeaders(text, twist.signer ?? server.signer, timestampS)),
      ...twist.headers,
    }
    for (const name of twist.without ?? []) delete (headers as Record<string, string>)[name]
    response.writeHead(status, headers)
    response.end(twist.sentBody ?? text)
  }
}

/** Seals certificates as `GET /v3/certificates` does. */
export function sealCertificates(apiV3Key: string, identities: readonly Identity[]): unknown {
  return {
    data: identities.map((identity) => {
      const nonce = randomBytes(6).toString('hex')
      const cipher = createCipheriv('aes-256-gcm', apiV3Key, nonce)
      cipher.setAAD(Buffer.from('certificate'))
      const sealed = [cipher.update(identity.certificatePem, 'utf8'), cipher.final()]
      return {
        serial_no: identity.serial,
        effective_time: '2026-01-01T00:00:00+08:00',
        expire_time: '2031-01-01T00:00:00+08:00',
        encrypt_certificate: {
          algorithm: 'AEAD_AES_256_GCM',
          nonce,
          associated_data: 'certificate',
          ciphertext: Buffer.concat([...sealed, cipher.getAuthTag()]).toString('base64'),
        },
      }
    }),
  }
}

export type PayServerOptions = {
  readonly tls: Identity
  readonly platform: Identity
  readonly apiV3Key: string
}

/** Starts a server on a free port of the loopback interface. */
export async function startPayServer(options: PayServerOptions): Promise<PayServer> {
  const sockets = new Set<Socket>()
  let accepted = 0
  const server: Server = createServer(
    { key: options.tls.privateKeyPem, cert: options.tls.certificatePem },
    (request, response) => void handle(request, response),
  )
  server.on('connection', (socket: Socket) => {
    accepted += 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  const pay: PayServer = {
    origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: [],
    connections: () => accepted,
    reply: answer(500, { code: 'SYSTEM_ERROR', message: 'nothing scripted' }, { unsigned: true }),
    signer: { serial: options.platform.serial, identity: options.platform },
    certificates: [options.platform],
    probes: 0,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { method = '', url = '', headers } = request
    const seen = { method, url, headers, body: Buffer.concat(chunks).toString('utf8') }
    if (url === '/') {
      response.writeHead(404).end()
      return
    }
    pay.seen.push(seen)
    if (url === '/v3/certificates') {
      if (!pay.certificates) {
        response.writeHead(500).end()
        return
      }
      const body = sealCertificates(options.apiV3Key, pay.certificates)
      const probe = pay.probes > 0 ? PROBE : {}
      if (pay.probes > 0) pay.probes -= 1
      answer(200, body, probe)(response, seen, pay)
      return
    }
    pay.reply(response, seen, pay)
  }
  return pay
}

/** A signature that only tests whether signatures are checked. */
export const PROBE: ReplyTwist = {
  headers: { 'Wechatpay-Signature': 'WECHATPAY/SIGNTEST/dGhpcyBpcyBub3QgYSBzaWduYXR1cmU' },
}
