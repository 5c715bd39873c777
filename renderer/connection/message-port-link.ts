import type { ServerFrame } from '../../src/api/protocol.ts'
import type { OpenLink } from './connection.ts'
import { PORT_GRANT, PORT_REQUEST } from './names.ts'

/**
 * The protocol over a MessagePort. The page posts a request to its own window; the shell's preload
 * answers with a fresh port every time, so that a lost port is replaced like a lost socket.
 */
export function messagePortLink(page: Window): OpenLink {
  return (events) => {
    let port: MessagePort | undefined
    const granted = (event: MessageEvent<unknown>): void => {
      const [given] = event.ports
      if (event.source !== page || event.data !== PORT_GRANT || given === undefined) return
      page.removeEventListener('message', granted)
      port = given
      port.addEventListener('message', (message: MessageEvent<ServerFrame>) =>
        events.onFrame(message.data),
      )
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
