import type { CameraFailure } from './camera-wire.ts'
import type { PictureLike } from './frame-source.ts'

/** Where the camera's line leads: to the terminal that the page came from, or to a port of the shell. */
export type CameraAddress =
  | { readonly kind: 'socket'; readonly host: string; readonly token: string }
  | { readonly kind: 'port'; readonly port: MessagePort }

/** What the page tells the camera's worker. Anything but a start ends it. */
export type WorkerOrder =
  | {
      readonly kind: 'start'
      readonly captureId: string
      readonly address: CameraAddress
      /** Pictures of the camera, or why there are none. */
      readonly pictures: ReadableStream<PictureLike> | CameraFailure
    }
  | { readonly kind: 'stop' }

/** What the worker tells the page, once: it holds nothing any more. */
export type WorkerNews = { readonly kind: 'ended'; readonly why: 'closed' | CameraFailure }
