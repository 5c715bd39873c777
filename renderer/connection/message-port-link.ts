import type { ServerFrame } from '../../src/api/protocol.ts'
import type { OpenLink } from './connection.ts'
import { PORT_GRANT, PORT_REQUEST } from './names.ts'

/** The part of a MessagePort that is needed. */
type Port = {
  postMessage(value: unknown): void
  start(): void
  close(): void
  addEventListener(kind: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(kind: 'close', listener: () => void): void
}
type PortGrant = {
  readonly source: unknown
  readonly data: unknown
  readonly ports: readonly Port[]
}
type Listen = (kind: 'message', listener: (event: PortGrant) => void) => void

/** The part of a page's window that is needed. */
export type PortWindow = {
  readonly location: { readonly origin: string }
  readonly postMessage: (message: unknown, targetOrigin: string) => void
  readonly addEventListener: Listen
  readonly removeEventListener: Listen
}

/**
 * The protocol over a MessagePort. The page posts a request to its own window; the shell's preload
 * answers with a fresh port every time, so that a lost port is replaced like a lost socket.
 */
export function messagePortLink(page: PortWindow): OpenLink {
  return (events) => {
    let port: Port | undefined
    const granted = (event: PortGrant): void => {
      const [given] = event.ports
      if (event.source !== page || event.data !== PORT_GRANT || given === undefined) return
      page.removeEventListener('message', granted)
      port = given
      port.addEventListener('message', ({ data }) => events.onFrame(data as ServerFrame))
      port.addEventListener('close', () => events.onClosed())
      port.start()
      events.onOpen()
    }
    page.addEventListener('message', granted)
    page.postMessage(PORT_REQUEST, page.location.origin === 'null' ? '*' : page.location.origin)
    return {
      send: (frame) => port?.postMessage(frame),
      close: () => {
        page.removeEventListener('message', granted)
        port?.close()
      },
    }
  }
}
