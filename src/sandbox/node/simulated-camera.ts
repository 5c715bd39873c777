import { WebSocket } from 'ws'
import { z } from 'zod'
import { drawScene } from '../faces/scene.ts'
import type { Story } from '../faces/story.ts'
import { Player } from '../faces/story.ts'
import { toI420 } from '../faces/yuv.ts'
import { CameraCipher } from './camera-cipher.ts'

/** Why a camera gives no pictures (docs/face.md, Camera). */
export type CameraWhy = 'none' | 'denied' | 'busy' | 'lost'

/** How it ended: the terminal closed it, its proof was wrong, or the line broke or was never there. */
export type CameraEnd = 'closed' | 'wrong_proof' | 'line_lost'

export type CameraOptions = {
  /** Of the terminal's API: `http://127.0.0.1:7080` or the same with `ws:`. */
  readonly address: string
  readonly token: string
  /** Milliseconds that never jump; stories play by it. */
  readonly nowMs: () => number
  readonly format?: 'rgba' | 'i420'
}

export type Playing = {
  /** How it ended, and how many frames went out. */
  readonly ended: Promise<{ readonly end: CameraEnd; readonly frames: number }>
  /** Tells the person before the camera what the screen asks. */
  readonly hear: (guidance: string) => void
  /** Says that the camera gives nothing more. */
  readonly fail: (why: CameraWhy) => void
  /** Breaks the line. */
  readonly unplug: () => void
}

const SUBPROTOCOL = 'guitai.v1'
const messageSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('opened'), publicKey: z.string(), proof: z.string() }),
  z.object({ kind: z.literal('next') }),
  z.object({ kind: z.literal('closed') }),
])

/**
 * A camera without a camera: feeds drawn stories to a terminal's capture over `/v1/camera`. It watches no
 * screen: the caller says which capture it is for, and passes on what the screen asks.
 */
export class SimulatedCamera {
  readonly #options: CameraOptions

  constructor(options: CameraOptions) {
    this.#options = options
  }

  /** Connects for one capture (32 hexadecimal digits) and plays until the terminal closes it. */
  play(captureId: string, story: Story): Playing {
    const { token, nowMs } = this.#options
    const address = new URL('/v1/camera', this.#options.address)
    address.protocol = address.protocol.replace('http', 'ws')
    const socket = new WebSocket(address, [SUBPROTOCOL, `token.${token}`])
    const film = { player: new Player(story), startMs: nowMs(), frames: 0 }
    const cipher = new CameraCipher(captureId, token)
    const say = (message: object): void => socket.send(JSON.stringify(message))
    const ended = new Promise<{ end: CameraEnd; frames: number }>((resolve) => {
      const end = (how: CameraEnd): void => {
        resolve({ end: how, frames: film.frames })
        socket.close()
      }
      socket.on('open', () => say(cipher.hello()))
      socket.on('message', (data) => {
        const message = messageSchema.parse(JSON.parse(String(data)))
        if (message.kind === 'closed') end('closed')
        if (message.kind === 'opened' && !cipher.agree(message)) end('wrong_proof')
        if (message.kind === 'next') socket.send(this.#frame(film, cipher))
      })
      socket.on('error', () => end('line_lost'))
      socket.on('close', () => end('line_lost'))
    })
    return {
      ended,
      hear: (guidance) => film.player.hear(guidance, nowMs() - film.startMs),
      fail: (why) => say({ kind: 'failed', why }),
      unplug: () => socket.terminate(),
    }
  }

  #frame(
    film: { player: Player; startMs: number; frames: number },
    cipher: CameraCipher,
  ): Uint8Array {
    film.frames += 1
    const timeMs = Math.max(Math.round(this.#options.nowMs() - film.startMs), 0)
    const scene = drawScene(film.player.seed, film.player.scene(timeMs), timeMs)
    const { width, height } = scene
    const format = this.#options.format ?? 'i420'
    const pixels = format === 'i420' ? toI420(scene) : new Uint8Array(scene.rgba.buffer)
    return cipher.seal({ format, width, height, pixels })
  }
}
