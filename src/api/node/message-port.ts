import type { Terminal } from '../../ports/terminal.ts'
import type { Dispatch } from '../dispatch.ts'
import type { Scope } from '../protocol.ts'
import { openSession } from '../session.ts'

/** The part of a MessagePort that is needed: Electron's MessagePortMain and Node's both have it. */
export type PortLike = {
  postMessage(value: unknown): void
  on(event: 'message' | 'close', listener: (value: unknown) => void): unknown
  start?(): void
  close(): void
}

/**
 * Serves the frames of the WebSocket over a MessagePort. The port is the permission: whoever made it
 * decided its scopes, so there is no token.
 */
export function servePort(
  port: PortLike,
  options: {
    readonly terminal: Terminal
    readonly dispatch: Dispatch
    readonly scopes: readonly Scope[]
  },
): { close(): void } {
  const session = openSession({ ...options, send: (frame) => port.postMessage(frame) })
  port.on('message', (value) => session.receive(isEvent(value) ? value.data : value))
  port.on('close', () => session.close())
  port.start?.()
  return {
    close() {
      session.close()
      port.close()
    },
  }
}

/** Electron wraps the value in an event, Node does not. */
export function isEvent(value: unknown): value is { readonly data: unknown } {
  return typeof value === 'object' && value !== null && 'data' in value && 'ports' in value
}
