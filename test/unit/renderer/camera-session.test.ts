import { describe, expect, test, vi } from 'vitest'
import {
  CameraSession,
  PICTURE_WAIT_MAX_MS,
  type PictureReader,
  type SessionOptions,
} from '../../../renderer/camera/camera-session.ts'
import type { CameraFailure } from '../../../renderer/camera/camera-wire.ts'
import { middleSquare, type PictureLike, planCopy } from '../../../renderer/camera/frame-source.ts'
import { CameraPeer } from '../../support/camera-peer.ts'

const CAPTURE_ID = '00112233445566778899aabbccddeeff'
const NEXT = '{"kind":"next"}'

/** A picture that fills what it is copied into with one value, and says when it was closed. */
function picture(value: number, closed: number[] = []): PictureLike {
  return {
    format: 'I420',
    codedWidth: 64,
    codedHeight: 48,
    visibleRect: { x: 0, y: 0, width: 64, height: 48 },
    copyTo: async (target) => target.fill(value),
    close: () => closed.push(value),
  }
}

function rig(given: { token?: string; pictures?: PictureReader | CameraFailure } = {}) {
  const { token = 'token-1', pictures } = given
  const peer = new CameraPeer(CAPTURE_ID, token)
  const sent: (string | Buffer)[] = []
  const timers: { run: () => void; delayMs: number; isOn: boolean }[] = []
  const reads: ((picture: PictureLike | undefined) => void)[] = []
  const ended: string[] = []
  const log = { isCancelled: false, isClosed: false }
  const reader: PictureReader = {
    read: () => new Promise((give) => reads.push(give)),
    cancel: () => {
      log.isCancelled = true
    },
  }
  const options: SessionOptions = {
    captureId: CAPTURE_ID,
    token,
    line: {
      send: (data) => sent.push(typeof data === 'string' ? data : Buffer.from(data)),
      close: () => {
        log.isClosed = true
      },
    },
    pictures: pictures ?? reader,
    after: (delayMs, run) => {
      const timer = { run, delayMs, isOn: true }
      timers.push(timer)
      return () => {
        timer.isOn = false
      }
    },
    ended: (why) => ended.push(why),
  }
  return { peer, sent, timers, reads, ended, log, session: new CameraSession(options) }
}

type Rig = ReturnType<typeof rig>

/** Waits for what needs no picture and no timer: WebCrypto works elsewhere. */
function until(isSo: () => boolean): Promise<void> {
  return vi.waitFor(() => expect(isSo()).toBe(true), { timeout: 10_000, interval: 2 })
}

async function open(given: Rig): Promise<void> {
  await given.session.start()
  given.session.heard(given.peer.open(String(given.sent.shift())))
}

async function frame(given: Rig, value: number, closed: number[] = []) {
  const { session, reads, sent } = given
  const count = sent.length
  session.heard(NEXT)
  await until(() => reads.length > 0)
  reads.shift()?.(picture(value, closed))
  await until(() => sent.length > count)
  return given.peer.frame(sent.at(-1) as Buffer)
}

describe('F-12: frames', () => {
  test('are sealed for this capture, numbered from 1, and hold the middle square', async () => {
    const given = rig()
    const closed: number[] = []
    await open(given)
    for (const sequence of [1, 2, 3]) {
      const { pixels, ...header } = await frame(given, 10 + sequence, closed)
      expect(header).toEqual({ sequence, format: 2, width: 48, height: 48, strideBytes: 48 })
      expect(pixels.length).toBe((48 * 48 * 3) / 2)
      expect(new Set(pixels)).toEqual(new Set([10 + sequence]))
    }
    expect(closed).toEqual([11, 12, 13])
  })

  test('on a port without a token the proof has an empty key', async () => {
    const given = rig({ token: '' })
    await open(given)
    expect((await frame(given, 7)).sequence).toBe(1)
  })

  test('F-10: are copied into one buffer, which is empty as soon as the frame is sealed', async () => {
    const given = rig()
    const buffers: Uint8Array[] = []
    await open(given)
    for (const value of [1, 2]) {
      given.session.heard(NEXT)
      await until(() => given.reads.length > 0)
      const one = picture(value)
      const copyTo = async (target: Uint8Array) => {
        buffers.push(target)
        target.fill(value)
      }
      given.reads.shift()?.({ ...one, copyTo })
      await until(() => given.sent.length === value)
      await until(() => buffers[0]?.every((byte) => byte === 0) === true)
    }
    expect(buffers[1]).toBe(buffers[0])
  })

  test('none is read before the terminal wants it', async () => {
    const given = rig()
    await open(given)
    given.session.heard('{"kind":"next","more":1}')
    await until(() => given.reads.length === 1)
    expect(given.sent).toEqual([])
  })
})

describe('the end', () => {
  test('comes with a picture under way: it is not sent, and nothing of it is left', async () => {
    const given = rig()
    await open(given)
    given.session.heard(NEXT)
    await until(() => given.reads.length > 0)
    let copied: Uint8Array | undefined
    let finishCopy = () => {}
    const copyTo = (target: Uint8Array) =>
      new Promise<void>((done) => {
        copied = target
        finishCopy = () => {
          target.fill(9)
          done()
        }
      })
    given.reads.shift()?.({ ...picture(9), copyTo })
    await until(() => copied !== undefined)
    given.session.heard('{"kind":"closed"}')
    await until(() => given.ended.length === 1)
    finishCopy()
    await until(() => copied?.every((byte) => byte === 0) === true)
    expect(given.sent).toEqual([])
    expect(given.log).toEqual({ isCancelled: true, isClosed: true })
  })

  test.each([
    ['closed by the terminal', '{"kind":"closed"}'],
    ['a frame wanted before the agreement', NEXT],
    ['what is no word', 'hello'],
    ['what is no text', 5],
    ['a flood', `{"kind":"next","x":"${'x'.repeat(2_000)}"}`],
    ['a key that is none', '{"kind":"opened","publicKey":"AAAA","proof":"AAAA"}'],
  ])('%s ends it without a frame', async (_, said) => {
    const given = rig()
    await given.session.start()
    given.session.heard(said)
    await until(() => given.ended.length === 1)
    expect(given.ended).toEqual(['closed'])
    expect(given.log.isCancelled).toBe(true)
  })

  test('a terminal with another token is not believed', async () => {
    const given = rig()
    await given.session.start()
    const stranger = new CameraPeer(CAPTURE_ID, 'token-2')
    const text = String(given.sent[0])
    const answer = JSON.parse(given.peer.open(text)) as Record<string, string>
    given.session.heard(JSON.stringify({ ...answer, proof: stranger.proofOf(text, answer) }))
    await until(() => given.ended.length === 1)
    given.session.heard(NEXT)
    expect(given.reads).toEqual([])
  })
})

describe('failures', () => {
  test.each(['none', 'denied', 'busy', 'lost'] as const)('%s is told, once', async (why) => {
    const given = rig({ pictures: why })
    await open(given)
    await until(() => given.ended.length === 1)
    expect(given.sent).toEqual([JSON.stringify({ kind: 'failed', why })])
    expect(given.ended).toEqual([why])
  })

  test('a camera that ends is lost', async () => {
    const given = rig()
    await open(given)
    given.session.heard(NEXT)
    await until(() => given.reads.length > 0)
    given.reads.shift()?.(undefined)
    await until(() => given.ended.length === 1)
    expect(given.sent).toEqual(['{"kind":"failed","why":"lost"}'])
  })

  test('a camera that hangs is lost, and its late picture is closed', async () => {
    const given = rig()
    const closed: number[] = []
    await open(given)
    given.session.heard(NEXT)
    await until(() => given.timers.length === 1)
    expect(given.timers[0]?.delayMs).toBe(PICTURE_WAIT_MAX_MS)
    given.timers[0]?.run()
    await until(() => given.ended.length === 1)
    given.reads.shift()?.(picture(5, closed))
    await until(() => closed.length === 1)
    expect(given.ended).toEqual(['lost'])
  })
})

describe('F-24: the middle square', () => {
  test.each([
    [640, 480, { x: 80, y: 0, width: 480, height: 480 }],
    [480, 640, { x: 0, y: 80, width: 480, height: 480 }],
    [1_921, 1_081, { x: 420, y: 0, width: 1_080, height: 1_080 }],
    [101, 51, { x: 24, y: 0, width: 50, height: 50 }],
  ])('of %i × %i is even and in the middle', (width, height, square) => {
    expect(middleSquare({ x: 0, y: 0, width, height })).toEqual(square)
  })

  test.each([
    ['NV12', 'NV12', 64, 6_144, undefined],
    ['I420', 'I420', 64, 6_144, undefined],
    ['RGBA', 'RGBA', 256, 16_384, undefined],
    ['BGRX', 'RGBA', 256, 16_384, 'RGBA'],
    [null, 'RGBA', 256, 16_384, 'RGBA'],
  ])('of %s goes as %s', (format, wire, strideBytes, bytes, converted) => {
    const one = { ...picture(0), format, visibleRect: { x: 0, y: 0, width: 64, height: 64 } }
    const plan = planCopy(one)
    expect(plan.shape).toEqual({ format: wire, width: 64, height: 64, strideBytes })
    expect(plan.bytes).toBe(bytes)
    expect(plan.options.format).toBe(converted)
  })
})
