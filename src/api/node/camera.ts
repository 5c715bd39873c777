import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import type { Clock } from '../../ports/clock.ts'
import type { CameraIntake } from '../../ports/face.ts'
import type { Log } from '../../ports/log.ts'
import {
  CAMERA_FRAME_BYTES_MAX,
  CAMERA_TEXT_MAX,
  CameraDesk,
  type CameraEnd,
  type CameraProofs,
} from '../camera-link.ts'
import { SUBPROTOCOL } from '../protocol.ts'
import { isEvent, type PortLike } from './message-port.ts'

/** A policy was not kept (RFC 6455, section 7.4.1), and the good end. */
const CLOSE_REFUSED = 1008
const CLOSE_NORMAL = 1000

/** Connections of cameras at once. */
const CONNECTIONS_MAX = 4

/** Makes the one desk that all transports share. */
export function createCameraDesk(intake: CameraIntake, clock: Pick<Clock, 'after'>): CameraDesk {
  return new CameraDesk({
    intake,
    after: (delayMs, fire) => clock.after(delayMs, fire),
    fromBase64: (text) => Uint8Array.from(Buffer.from(text, 'base64')),
    toBase64: (bytes) => Buffer.from(bytes).toString('base64'),
  })
}

/** Proofs by a token, or by an empty key where the transport itself is the permission. */
function proofsBy(token: string): CameraProofs {
  const digest = (text: string) => createHmac('sha256', token).update(text).digest()
  return {
    sign: (text) => digest(text).toString('base64'),
    matches(text, proof) {
      const given = Buffer.from(proof, 'base64')
      const right = digest(text)
      return given.length === right.length && timingSafeEqual(given, right)
    },
  }
}

/** A camera that may come in, on its way to become a WebSocket. */
export type CameraArrival = {
  readonly request: IncomingMessage
  readonly socket: Duplex
  readonly head: Buffer
  readonly token: string
}

/** Serves cameras over WebSockets. */
export function serveCameras(desk: CameraDesk, log: Log) {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: CAMERA_FRAME_BYTES_MAX,
    perMessageDeflate: false,
    handleProtocols: () => SUBPROTOCOL,
  })
  return {
    /** Whether one more may come: one is served, and whoever is sent away needs a moment to go. */
    hasRoom: () => sockets.clients.size < CONNECTIONS_MAX,
    accept({ request, socket, head, token }: CameraArrival): void {
      sockets.handleUpgrade(request, socket, head, (client) => follow(client, token, { desk, log }))
    },
    close(): void {
      for (const client of sockets.clients) client.terminate()
      sockets.close()
    },
  }
}

function follow(
  client: WebSocket,
  token: string,
  { desk, log }: { readonly desk: CameraDesk; readonly log: Log },
): void {
  let isOver = false
  const end = (why: CameraEnd) => {
    isOver = true
    if (why === 'closed') return client.close(CLOSE_NORMAL, why)
    log.warn('camera sent away', { why })
    client.close(CLOSE_REFUSED, why)
  }
  const session = desk.connect({
    proofs: proofsBy(token),
    send: (reply) => {
      if (client.readyState === client.OPEN) client.send(JSON.stringify(reply))
    },
    end,
  })
  client.on('message', (data: RawData, isBinary: boolean) => {
    // Somebody who goes on after the end is not waited for.
    if (isOver) return client.terminate()
    const bytes = bufferOf(data)
    if (isBinary) session.frame(bytes)
    else session.text(bytes.length > CAMERA_TEXT_MAX ? undefined : parse(bytes.toString('utf8')))
  })
  client.on('close', () => session.ended())
  client.on('error', () => client.terminate())
}

/**
 * Serves a camera over a MessagePort (docs/face.md, Camera): texts as they are, frames as bytes. The port
 * is the permission, so the key of the proofs is empty.
 */
export function serveCameraPort(
  port: PortLike,
  { desk, log }: { readonly desk: CameraDesk; readonly log: Log },
): { close(): void } {
  const session = desk.connect({
    proofs: proofsBy(''),
    send: (reply) => port.postMessage(JSON.stringify(reply)),
    end: (why) => {
      if (why !== 'closed') log.warn('camera sent away', { why })
      port.close()
    },
  })
  port.on('message', (value) => {
    const data = isEvent(value) ? value.data : value
    const bytes = bytesOf(data)
    if (bytes === undefined) session.text(typeof data === 'string' ? parse(data) : undefined)
    else session.frame(bytes)
  })
  port.on('close', () => session.ended())
  port.start?.()
  return {
    close() {
      session.ended()
      port.close()
    },
  }
}

function bufferOf(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data)
  return Buffer.isBuffer(data) ? data : Buffer.from(data)
}

function bytesOf(data: unknown): Uint8Array | undefined {
  if (data instanceof Uint8Array) return data
  return data instanceof ArrayBuffer ? new Uint8Array(data) : undefined
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
