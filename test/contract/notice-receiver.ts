import { createDecipheriv } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

export type Received = {
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** The whole notice. */
  readonly value: Readonly<Record<string, unknown>>
  /** What was sealed in it. */
  readonly resource: Readonly<Record<string, unknown>>
}

export type NoticeReceiver = {
  readonly url: string
  readonly received: readonly Received[]
  /** What the next notices are answered, one each, and `null` not at all; then 204. */
  answers: (number | null)[]
  /** Resolves when so many notices have come in all. */
  until(count: number): Promise<void>
  close(): Promise<void>
}

const unseal = (sealed: Record<string, string>, key: Buffer): string => {
  const bytes = Buffer.from(sealed.ciphertext ?? '', 'base64')
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(sealed.nonce ?? ''))
  decipher.setAAD(Buffer.from(sealed.associated_data ?? ''))
  decipher.setAuthTag(bytes.subarray(-16))
  return decipher.update(bytes.subarray(0, -16), undefined, 'utf8') + decipher.final('utf8')
}

/** A merchant's own server on loopback, which opens what it receives with the APIv3 key. */
export async function openNoticeReceiver(dir: string, tls = false): Promise<NoticeReceiver> {
  const key = readFileSync(join(dir, 'apiv3.key'))
  const received: Received[] = []
  const waiting = new Set<{ count: number; resolve: () => void }>()
  const receiver = { answers: [] as (number | null)[] }
  const onRequest = (message: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = []
    message.on('data', (chunk: Buffer) => chunks.push(chunk))
    message.on('end', () => {
      const body = Buffer.concat(chunks)
      const value = JSON.parse(body.toString('utf8'))
      const resource = JSON.parse(unseal(value.resource, key))
      received.push({ headers: message.headers, body, value, resource })
      const next = receiver.answers.shift()
      if (next !== null) {
        response.statusCode = next ?? 204
        response.end()
      }
      for (const wait of waiting) {
        if (received.length < wait.count) continue
        waiting.delete(wait)
        wait.resolve()
      }
    })
  }
  const pem = (name: string): Buffer => readFileSync(join(dir, name))
  const server = tls
    ? createTlsServer({ cert: pem('server_cert.pem'), key: pem('server_key.pem') }, onRequest)
    : createServer(onRequest)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(receiver, {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}/refunds`,
    received,
    until: (count: number) =>
      new Promise<void>((resolve) => {
        if (received.length >= count) resolve()
        else waiting.add({ count, resolve })
      }),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  })
}
