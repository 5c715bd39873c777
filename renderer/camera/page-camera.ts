import { askForPort } from '../connection/message-port-link.ts'
import { CAMERA_PORT_GRANT, CAMERA_PORT_REQUEST } from '../connection/names.ts'
import { takeToken } from '../connection/token.ts'
import type { CameraFailure } from './camera-wire.ts'
import type { CameraMachine } from './face-camera.ts'
import type { PictureLike } from './frame-source.ts'
import type { CameraAddress, WorkerNews, WorkerOrder } from './worker-messages.ts'

/** Chromium's way from a track to its pictures; the DOM's types do not know it. */
type TrackProcessor = new (options: {
  readonly track: MediaStreamTrack
  readonly maxBufferSize: number
}) => { readonly readable: ReadableStream<PictureLike> }

/** Small, because a face that fills it has more than enough pixels, and slow, because each is judged. */
const WANTED: MediaStreamConstraints = {
  audio: false,
  video: { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 15 } },
}
/** A worker that does not end when it is asked to is ended. */
const STOP_MAX_MS = 500

/** The machine of a real page. */
export function pageCamera(
  page: Window,
  onStream: (stream: MediaStream | undefined) => void,
): CameraMachine<MediaStream> {
  return {
    openStream: async () => {
      const { mediaDevices } = page.navigator
      if (mediaDevices === undefined) throw new DOMException('no camera here', 'NotFoundError')
      return mediaDevices.getUserMedia(WANTED)
    },
    feed: ({ captureId, pictures, ended }) => {
      let isStopped = false
      let stop = () => {
        isStopped = true
      }
      withAddress(page, (address) => {
        if (!isStopped) stop = runWorker({ captureId, address, pictures, ended })
      })
      return () => stop()
    },
    onStream,
  }
}

function withAddress(page: Window, use: (address: CameraAddress) => void): void {
  const { protocol, host } = page.location
  if (protocol.startsWith('http')) {
    use({ kind: 'socket', host, token: takeToken(page) })
    return
  }
  askForPort(page, { request: CAMERA_PORT_REQUEST, grant: CAMERA_PORT_GRANT }, (port) =>
    use({ kind: 'port', port: port as MessagePort }),
  )
}

function runWorker(given: {
  readonly captureId: string
  readonly address: CameraAddress
  readonly pictures: MediaStream | CameraFailure
  readonly ended: () => void
}): () => void {
  const { captureId, address, ended } = given
  const worker = new Worker(new URL('./camera-worker.ts', import.meta.url), { type: 'module' })
  const end = () => {
    worker.terminate()
    ended()
  }
  worker.addEventListener('message', ({ data }: MessageEvent<WorkerNews>) => {
    if (data.kind === 'ended') end()
  })
  worker.addEventListener('error', end)
  const pictures = typeof given.pictures === 'string' ? given.pictures : picturesOf(given.pictures)
  const order: WorkerOrder = { kind: 'start', captureId, address, pictures }
  const transfer: Transferable[] = typeof pictures === 'string' ? [] : [pictures]
  if (address.kind === 'port') transfer.push(address.port)
  worker.postMessage(order, transfer)
  return () => {
    worker.postMessage({ kind: 'stop' } satisfies WorkerOrder)
    setTimeout(() => worker.terminate(), STOP_MAX_MS)
  }
}

/** The pictures of a stream, handed to the worker whole: the page sees none of them pass. */
function picturesOf(stream: MediaStream): ReadableStream<PictureLike> | CameraFailure {
  const { MediaStreamTrackProcessor: Processor } = globalThis as unknown as {
    readonly MediaStreamTrackProcessor?: TrackProcessor
  }
  const [track] = stream.getVideoTracks()
  if (Processor === undefined || track === undefined) return 'none'
  return new Processor({ track, maxBufferSize: 1 }).readable
}
