import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { NOTICE_PATH } from '../../src/api/node/notices.ts'

/** A notification as it goes on. */
export type Passed = {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** What the terminal answered. */
export type Reply = { readonly status: number; readonly text: string }

/** How one is passed on. */
export type Passing = {
  readonly isChunked?: boolean
  /** The Host that is named; the terminal's own when absent, as a good proxy does. */
  readonly host?: string
}

/** The merchant's TLS proxy: takes notifications from outside and passes them on to the terminal. */
export type NoticeProxy = {
  readonly url: string
  /** What came, and what it was answered, in order. */
  readonly seen: readonly { readonly notice: Passed; readonly reply: Reply }[]
  /** Changes what is passed on; undefined passes nothing on and answers 502. */
  change: (notice: Passed) => Passed | undefined
  /** Where the terminal is, `http://127.0.0.1:<port>`. */
  terminal: string
  /** Passes one on, as if it had come. */
  pass(notice: Passed, how?: Passing): Promise<Reply>
  /** Resolves when so many have come in all. */
  until(count: number): Promise<void>
  close(): Promise<void>
}

/** Opens a {@link NoticeProxy} with the TLS certificate of the sandbox in `dir`. */
export async function openNoticeProxy(dir: string): Promise<NoticeProxy> {
  const seen: { notice: Passed; reply: Reply }[] = []
  const waiting = new Set<{ count: number; resolve: () => void }>()
  const pass = (notice: Passed, how: Passing = {}) =>
    new Promise<Reply>((resolve, reject) => {
      const url = new URL(NOTICE_PATH, proxy.terminal)
      const { host: _host, 'content-length': _length, ...headers } = notice.headers
      const length = how.isChunked ? {} : { 'content-length': notice.body.length }
      const host = how.host === undefined ? {} : { host: how.host }
      const options = { method: 'POST', headers: { ...headers, ...length, ...host } }
      const call = request(url, options, (answer) => {
        let text = ''
        answer.on('data', (chunk: Buffer) => {
          text += String(chunk)
        })
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }))
        answer.on('error', reject)
      })
      // A body that is too large is answered before it is all there.
      call.on('error', reject)
      call.end(notice.body)
    })
  const pem = (name: string) => readFileSync(join(dir, name))
  const tls = { cert: pem('server_cert.pem'), key: pem('server_key.pem') }
  const server = createServer(tls, (message, response) => {
    const chunks: Buffer[] = []
    message.on('data', (chunk: Buffer) => chunks.push(chunk))
    message.on('end', () => {
      const headers = message.headers as Record<string, string>
      const notice = { headers, body: Buffer.concat(chunks) }
      const changed = proxy.change(notice)
      const passed = changed ? pass(changed) : Promise.resolve({ status: 502, text: '' })
      void passed.then((reply) => {
        seen.push({ notice, reply })
        response.writeHead(reply.status).end(reply.text)
        for (const wait of waiting) if (seen.length >= wait.count) wait.resolve()
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const proxy: NoticeProxy = {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/refunds`,
    seen,
    change: (notice) => notice,
    terminal: '',
    pass,
    until: (count) =>
      new Promise<void>((resolve) => {
        if (seen.length >= count) resolve()
        else waiting.add({ count, resolve })
      }),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return proxy
}
