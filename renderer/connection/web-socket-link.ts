import type { ServerFrame } from '../../src/api/protocol.ts'
import type { OpenLink } from './connection.ts'
import { SUBPROTOCOL_NAME, WATCH_PATH_NAME } from './names.ts'

/**
 * The protocol over a WebSocket to the terminal's own server. The token travels as a second
 * subprotocol, so that it is in no address and no log of addresses.
 */
export function webSocketLink(host: string, token: string): OpenLink {
  return (events) => {
    const socket = new WebSocket(`ws://${host}${WATCH_PATH_NAME}`, [
      SUBPROTOCOL_NAME,
      `token.${token}`,
    ])
    socket.addEventListener('open', () => events.onOpen())
    socket.addEventListener('message', (event: MessageEvent<unknown>) => {
      if (typeof event.data === 'string') events.onFrame(JSON.parse(event.data) as ServerFrame)
    })
    socket.addEventListener('close', () => events.onClosed())
    return {
      send: (frame) => {
        if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame))
      },
      close: () => socket.close(),
    }
  }
}
