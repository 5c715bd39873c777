import { openLine } from './camera-lines.ts'
import { CameraSession, type PictureReader } from './camera-session.ts'
import type { PictureLike } from './frame-source.ts'
import type { WorkerNews, WorkerOrder } from './worker-messages.ts'

/**
 * The camera's worker: pictures are copied, sealed and sent here, so that the page never waits for them.
 * One worker serves one capture.
 */
const tell = (news: WorkerNews): void => self.postMessage(news)
let session: CameraSession | undefined

self.addEventListener('message', ({ data: order }: MessageEvent<WorkerOrder>) => {
  if (order.kind === 'start') session ??= begin(order)
  else if (session === undefined) tell({ kind: 'ended', why: 'closed' })
  else session.stop()
})

function begin(order: Extract<WorkerOrder, { kind: 'start' }>): CameraSession {
  const { captureId, address, pictures } = order
  const token = address.kind === 'socket' ? address.token : ''
  const line = openLine(address, {
    onOpen: () => {
      current.start().catch(() => current.stop())
    },
    onData: (data) => current.heard(data),
    onClosed: () => current.stop(),
  })
  const current = new CameraSession({
    captureId,
    token,
    line,
    pictures: typeof pictures === 'string' ? pictures : newestOf(pictures),
    after: (delayMs, run) => {
      const timer = setTimeout(run, delayMs)
      return () => clearTimeout(timer)
    },
    ended: (why) => tell({ kind: 'ended', why }),
  })
  return current
}

/** The stream keeps one picture, the newest, and drops the rest (its maxBufferSize). */
function newestOf(stream: ReadableStream<PictureLike>): PictureReader {
  const reader = stream.getReader()
  return {
    read: async () => (await reader.read()).value,
    cancel: () => {
      // The picture that waits in the stream is closed too, and its memory is free at once.
      reader.read().then(
        ({ value }) => value?.close(),
        () => {},
      )
      reader.cancel().catch(() => {})
    },
  }
}
