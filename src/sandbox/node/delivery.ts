import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Answer, Delivery } from '../answers.ts'
import type { SandboxClock } from '../clock.ts'
import type { Signer } from './signer.ts'
import { eachBlankChunk } from './signer.ts'

export type Outgoing = {
  readonly response: ServerResponse
  /** The TCP socket under TLS; a reset must happen there, or TLS says goodbye first. */
  readonly rawSocket: Socket | undefined
  readonly publicKeyMode: boolean
}

export type DeliverySettings = {
  readonly clock: SandboxClock
  readonly signer: Signer
  /** Keeps what cancels a pending timer until it has fired. */
  readonly after: (delayMs: number, fire: () => void) => void
}

/** A dribble arrives in this many pieces. */
const PIECES = 60

const requestId = (errno: number): string =>
  `08${randomBytes(14).toString('hex').toUpperCase()}-${errno}`

type Sink = { readonly gone: () => boolean; write(piece: string): void; end(): void }

/** Puts answers on the wire, in good order or in the bad one their delivery asks for. */
export class DeliveryDesk {
  readonly #settings: DeliverySettings

  constructor(settings: DeliverySettings) {
    this.#settings = settings
  }

  deliver(answer: Answer, delivery: Delivery, outgoing: Outgoing): void {
    switch (delivery.kind) {
      case 'plain':
        this.#plain(answer, outgoing)
        break
      case 'file':
        this.#file(answer, delivery.bytes, outgoing)
        break
      case 'reset':
        if (outgoing.rawSocket) outgoing.rawSocket.resetAndDestroy()
        else outgoing.response.socket?.destroy()
        break
      case 'delay':
        this.#settings.after(delivery.delayMs, () => this.#plain(answer, outgoing))
        break
      case 'cut':
        this.#cut(answer, outgoing)
        break
      case 'slow_headers':
        this.#slowHeaders(answer, outgoing, delivery.durationMs)
        break
      case 'slow_body':
        this.#slowBody(answer, outgoing, delivery.durationMs)
        break
      case 'huge':
        this.#huge(answer, outgoing, delivery.totalBytes)
        break
    }
  }

  #headers(answer: Answer, outgoing: Outgoing, blanks: number): Record<string, string> {
    const { clock, signer } = this.#settings
    return {
      Server: 'nginx',
      Date: new Date(clock.nowMs()).toUTCString(),
      ...(answer.contentType === '' ? {} : { 'Content-Type': answer.contentType }),
      'Content-Length': String(Buffer.byteLength(answer.body) + blanks),
      'Content-Language': 'zh-CN',
      ...(answer.errno === null ? {} : { 'Request-ID': requestId(answer.errno) }),
      ...signer.headers(answer, { publicKeyMode: outgoing.publicKeyMode, blanks }),
      'Cache-Control': 'no-cache, must-revalidate',
      'X-Content-Type-Options': 'nosniff',
      ...answer.headers,
    }
  }

  #start(answer: Answer, outgoing: Outgoing, blanks: number): void {
    outgoing.response.sendDate = false
    outgoing.response.writeHead(answer.status, this.#headers(answer, outgoing, blanks))
  }

  #file(answer: Answer, bytes: Uint8Array, outgoing: Outgoing): void {
    if (outgoing.response.destroyed) return
    this.#start(answer, outgoing, bytes.length)
    outgoing.response.end(bytes)
  }

  #plain(answer: Answer, outgoing: Outgoing): void {
    if (outgoing.response.destroyed) return
    this.#start(answer, outgoing, 0)
    outgoing.response.end(answer.body)
  }

  /** Writes pieces evenly over a time, the last at its end; stops when the other side has gone. */
  #dribble(pieces: readonly string[], durationMs: number, sink: Sink): void {
    const dueMs = (index: number): number => Math.round((durationMs * index) / pieces.length)
    const step = (index: number): void => {
      const piece = pieces[index]
      if (piece === undefined) {
        sink.end()
        return
      }
      this.#settings.after(dueMs(index + 1) - dueMs(index), () => {
        if (sink.gone()) return
        sink.write(piece)
        step(index + 1)
      })
    }
    step(0)
  }

  #slowHeaders(answer: Answer, outgoing: Outgoing, durationMs: number): void {
    const socket = outgoing.response.socket
    if (socket === null) return
    const fillers = Array.from({ length: PIECES }, (_, index) => `X-Sandbox-Wait: ${index}\r\n`)
    this.#dribble([`HTTP/1.1 ${answer.status} OK\r\n`, ...fillers], durationMs, {
      gone: () => socket.destroyed,
      write: (piece) => socket.write(piece),
      end: () => {
        const headers = Object.entries(this.#headers(answer, outgoing, 0))
        const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`)
        socket.end(`${lines.join('')}Connection: close\r\n\r\n${answer.body}`)
      },
    })
  }

  #slowBody(answer: Answer, outgoing: Outgoing, durationMs: number): void {
    const { response } = outgoing
    this.#start(answer, outgoing, 0)
    response.flushHeaders()
    const bytes = Buffer.from(answer.body)
    const size = Math.max(1, Math.ceil(bytes.length / PIECES))
    // Latin-1 carries each byte through the string unchanged.
    const pieces = bytes.toString('latin1').match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []
    this.#dribble(pieces, durationMs, {
      gone: () => response.destroyed,
      write: (piece) => response.write(piece, 'latin1'),
      end: () => response.end(),
    })
  }

  #cut(answer: Answer, outgoing: Outgoing): void {
    const { response } = outgoing
    const bytes = Buffer.from(answer.body)
    this.#start(answer, outgoing, 0)
    response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.socket?.end())
  }

  #huge(answer: Answer, outgoing: Outgoing, totalBytes: number): void {
    const { response } = outgoing
    const blanks = Math.max(0, totalBytes - Buffer.byteLength(answer.body))
    this.#start(answer, outgoing, blanks)
    response.write(answer.body)
    const chunks: Buffer[] = []
    eachBlankChunk(blanks, (chunk) => chunks.push(chunk))
    const next = (): void => {
      while (!response.destroyed) {
        const chunk = chunks.pop()
        if (chunk === undefined) {
          response.end()
          return
        }
        if (!response.write(chunk)) {
          response.once('drain', next)
          return
        }
      }
    }
    next()
  }
}
