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
 * Asks the shell's preload for a port: the page posts a request to its own window, and the preload
 * answers with a fresh port every time. The answer takes the wish back.
 */
export function askForPort(
  page: PortWindow,
  names: { readonly request: string; readonly grant: string },
  take: (port: Port) => void,
): () => void {
  const granted = (event: PortGrant): void => {
    const [given] = event.ports
    if (event.source !== page || event.data !== names.grant || given === undefined) return
    page.removeEventListener('message', granted)
    take(given)
  }
  page.addEventListener('message', granted)
  page.postMessage(names.request, page.location.origin === 'null' ? '*' : page.location.origin)
  return () => page.removeEventListener('message', granted)
}

/** The protocol over a MessagePort; a lost port is replaced like a lost socket. */
export function messagePortLink(page: PortWindow): OpenLink {
  return (events) => {
    let port: Port | undefined
    const forget = askForPort(page, { request: PORT_REQUEST, grant: PORT_GRANT }, (given) => {
      port = given
      port.addEventListener('message', ({ data }) => events.onFrame(data as ServerFrame))
      port.addEventListener('close', () => events.onClosed())
      port.start()
      events.onOpen()
    })
    return {
      send: (frame) => port?.postMessage(frame),
      close: () => {
        forget()
        port?.close()
      },
    }
  }
}
