import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { WebSocketServer } from 'ws'
import { ERRORS, isErrorCode, type Problem, problem } from '../../domain/errors.ts'
import { LIMITS } from '../../domain/limits.ts'
import type { Log } from '../../ports/log.ts'
import type { Terminal } from '../../ports/terminal.ts'
import { CAMERA_PATH, CAMERA_SCOPES, type CameraDesk } from '../camera-link.ts'
import type { Dispatch } from '../dispatch.ts'
import { bearerToken, checkApproach, findGrant, type Grant, subprotocolToken } from '../gate.ts'
import { OPERATIONS, type Scope, SUBPROTOCOL, WATCH_PATH } from '../protocol.ts'
import { openSession } from '../session.ts'
import { serveCameras } from './camera.ts'
import { type NoticeOptions, serveNotices } from './notices.ts'
import { serveScreens } from './screens.ts'

export type ServerOptions = {
  readonly terminal: Terminal
  readonly dispatch: Dispatch
  readonly grants: readonly Grant[]
  /** 0 lets the system choose. */
  readonly port: number
  /** Web origins, beside our own, that may call. */
  readonly origins: readonly string[]
  /** Folder of the built screens; absent serves none. */
  readonly screensDir?: string
  /** Who takes refund notifications; absent: there is no such address. */
  readonly notices?: NoticeOptions
  /** Who takes cameras; absent: there is no such address. */
  readonly cameras?: CameraDesk
  readonly log: Log
}

export type Server = { readonly port: number; close(): Promise<void> }

/** A watcher that does not read is cut off when this much waits for it, bytes. */
const BACKLOG_BYTES_MAX = 4 * 1_024 * 1_024

/** Serves the local API over HTTP and WebSocket, on loopback only. Rejects when the port is taken. */
export async function openServer(options: ServerOptions): Promise<Server> {
  const app = Fastify({ bodyLimit: LIMITS.apiRequestBytesMax, forceCloseConnections: true })
  let port = options.port
  const allowed = () => ({ port, origins: options.origins })

  app.addHook('onRequest', async (request, reply) => {
    const { host, origin } = request.headers
    const approach = checkApproach({ host, origin, token: undefined }, allowed())
    if (!approach.ok) return refuse(reply, approach.error)
    if (origin !== undefined) allowOrigin(reply, origin)
  })
  app.setErrorHandler((error: { statusCode?: number; message: string }, _request, reply) =>
    refuse(reply, explain(error, options.log)),
  )
  app.setNotFoundHandler((_request, reply) => refuse(reply, problem('api.no_such_operation')))
  addOperations(app, options)
  if (options.notices) serveNotices(app, options.notices)
  if (options.screensDir !== undefined) serveScreens(app, options.screensDir)

  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: LIMITS.apiRequestBytesMax,
    handleProtocols: () => SUBPROTOCOL,
  })
  const cameras = options.cameras && serveCameras(options.cameras, options.log)
  app.server.on('upgrade', (request, socket, head) => {
    // Nobody else listens to this socket any more: a client that resets it must not end the terminal.
    socket.on('error', () => socket.destroy())
    const admitted = admitSocket(request, { ...options, port, count: sockets.clients.size })
    if (typeof admitted === 'string') return reject(socket, admitted)
    const { scopes, token } = admitted
    if (request.url === CAMERA_PATH) {
      if (!cameras?.hasRoom()) return reject(socket, 'terminal.overloaded')
      return cameras.accept({ request, socket, head, token })
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      const session = openSession({
        terminal: options.terminal,
        dispatch: options.dispatch,
        scopes,
        send: (frame) => {
          if (client.readyState !== client.OPEN) return
          if (client.bufferedAmount > BACKLOG_BYTES_MAX) client.terminate()
          else client.send(JSON.stringify(frame))
        },
      })
      client.on('message', (data) => session.receive(parse(String(data))))
      client.on('close', () => session.close())
      client.on('error', () => client.terminate())
    })
  })

  await app.listen({ host: '127.0.0.1', port: options.port })
  port = (app.server.address() as AddressInfo).port
  return {
    port,
    async close() {
      for (const client of sockets.clients) client.terminate()
      sockets.close()
      cameras?.close()
      await app.close()
    },
  }
}

function addOperations(app: FastifyInstance, options: ServerOptions): void {
  app.options('/*', async (_request, reply) => reply.code(204).send())
  for (const [name, { http }] of Object.entries(OPERATIONS)) {
    app.route({
      method: http.method,
      url: http.path.replace(/\{(\w+)\}/g, ':$1'),
      handler: async (request, reply) => {
        const token = bearerToken(request.headers.authorization)
        const scopes = findGrant(options.grants, token, sameSecret)
        if (!scopes.ok) return refuse(reply, scopes.error)
        const answer = await options.dispatch(name, inputOf(request), scopes.value)
        if (!answer.ok) return refuse(reply, answer.error)
        return reply.code(http.status).send(answer.value)
      },
    })
  }
}

function inputOf(request: FastifyRequest): unknown {
  const fromPath = request.params as object
  if (request.method === 'GET') return { ...(request.query as object), ...fromPath }
  const body = request.body
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body
  return { ...body, ...fromPath }
}

function refuse(reply: FastifyReply, refusal: Problem): FastifyReply {
  return reply.code(ERRORS[refusal.code].status).send(refusal)
}

function allowOrigin(reply: FastifyReply, origin: string): void {
  reply.header('access-control-allow-origin', origin)
  reply.header('access-control-allow-headers', 'authorization, content-type')
  reply.header('access-control-allow-methods', 'GET, POST')
  reply.header('vary', 'origin')
}

function explain(error: { statusCode?: number; message: string }, log: Log): Problem {
  if (error.statusCode === 413) return problem('api.too_large')
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return problem('api.bad_request', { detail: error.message })
  }
  log.error('bug in the API', { detail: error.message })
  return problem('api.internal')
}

/** Scopes and token of a WebSocket that may come in, or the code of the refusal. */
function admitSocket(
  request: IncomingMessage,
  options: ServerOptions & { readonly count: number },
): { readonly scopes: readonly Scope[]; readonly token: string } | string {
  const { host, origin } = request.headers
  const approach = checkApproach({ host, origin, token: undefined }, options)
  if (!approach.ok) return approach.error.code
  const isCamera = options.cameras !== undefined && request.url === CAMERA_PATH
  if (!isCamera && request.url !== WATCH_PATH) return 'api.no_such_operation'
  if (!isCamera && options.count >= LIMITS.watchersMax) return 'terminal.overloaded'
  const token = subprotocolToken(request.headers['sec-websocket-protocol'])
  const scopes = findGrant(options.grants, token, sameSecret)
  if (!scopes.ok || token === undefined) return scopes.ok ? 'api.unauthorised' : scopes.error.code
  const may = !isCamera || CAMERA_SCOPES.some((scope) => scopes.value.includes(scope))
  return may ? { scopes: scopes.value, token } : 'api.forbidden'
}

function reject(socket: Duplex, code: string): void {
  const refusal = problem(isErrorCode(code) ? code : 'api.internal')
  const body = JSON.stringify(refusal)
  socket.end(
    [
      `HTTP/1.1 ${ERRORS[refusal.code].status} Refused`,
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  )
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function sameSecret(one: string, other: string): boolean {
  return timingSafeEqual(sha256(one), sha256(other))
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
