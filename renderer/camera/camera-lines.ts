import { CAMERA_PATH_NAME, SUBPROTOCOL_NAME } from '../connection/names.ts'
import type { CameraLine } from './camera-session.ts'
import type { CameraAddress } from './worker-messages.ts'

/** What a line tells. */
export type LineEvents = {
  readonly onOpen: () => void
  readonly onData: (data: unknown) => void
  readonly onClosed: () => void
}

/** Opens the camera's line. On both kinds words are text and a frame is bytes. */
export function openLine(address: CameraAddress, events: LineEvents): CameraLine {
  return address.kind === 'socket' ? socketLine(address, events) : portLine(address.port, events)
}

function socketLine(
  { host, token }: Extract<CameraAddress, { kind: 'socket' }>,
  events: LineEvents,
): CameraLine {
  const protocols = [SUBPROTOCOL_NAME, `token.${token}`]
  const socket = new WebSocket(`ws://${host}${CAMERA_PATH_NAME}`, protocols)
  socket.addEventListener('open', () => events.onOpen())
  socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => events.onData(data))
  socket.addEventListener('close', () => events.onClosed())
  return {
    send: (data) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(data)
    },
    close: () => socket.close(),
  }
}

function portLine(port: MessagePort, events: LineEvents): CameraLine {
  port.addEventListener('message', ({ data }: MessageEvent<unknown>) => events.onData(data))
  port.addEventListener('close', () => events.onClosed())
  port.start()
  queueMicrotask(() => events.onOpen())
  return { send: (data) => port.postMessage(data), close: () => port.close() }
}
