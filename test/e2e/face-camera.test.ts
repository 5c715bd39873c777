import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import { CameraPeer, type OpenedFrame } from '../support/camera-peer.ts'
import { writeGradientVideo } from '../support/gradient-video.ts'
import { CAPTURE_ID, faceModelOf, faceSceneNamed } from './face-fixtures.ts'
import {
  buildScreens,
  openChromium,
  pageAddress,
  type ScreensServer,
  serveScreens,
} from './screens-server.ts'

const VIDEO = { width: 640, height: 480, framesPerSecond: 20 } as const
const FRAMES = 30
/** A busy machine needs a moment to end a line. */
const SOON = { timeout: 10_000 } as const

let folder: string
let browser: Browser
let server: ScreensServer
let context: BrowserContext
let page: Page
let revision = 0

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'guitai-face-camera-'))
  await buildScreens(join(folder, 'built'))
  const video = join(folder, 'gradient.y4m')
  writeGradientVideo(video, VIDEO, 40)
  browser = await openChromium([
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
    `--use-file-for-fake-video-capture=${video}`,
  ])
})

afterAll(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Counts what the page asks of the camera, and its long tasks; runs in the page. */
const WATCH = `(() => {
  window.watch = { opened: 0, tracks: [], longTasksMs: [] }
  const { mediaDevices } = navigator
  const ask = mediaDevices.getUserMedia.bind(mediaDevices)
  mediaDevices.getUserMedia = async (wanted) => {
    window.watch.opened += 1
    const stream = await ask(wanted)
    window.watch.tracks.push(...stream.getTracks())
    return stream
  }
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.watch.longTasksMs.push(entry.duration)
  }).observe({ entryTypes: ['longtask'] })
})()`

beforeEach(async () => {
  server = await serveScreens(join(folder, 'built'), faceModelOf(faceSceneNamed('offered')))
  context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  page = await context.newPage()
  await page.addInitScript(WATCH)
  await page.goto(pageAddress(server, 'customer'))
  await page.waitForSelector('html[data-painted-revision]')
})

afterEach(async () => {
  await context.close()
  await server.close()
})

async function show(name: string): Promise<void> {
  revision += 1
  server.show(faceModelOf(faceSceneNamed(name), revision))
  await page.waitForSelector(`html[data-painted-revision="${revision}"]`)
}

const opened = () => page.evaluate('window.watch.opened') as Promise<number>
const live = () =>
  page.evaluate(
    'window.watch.tracks.filter(({ readyState }) => readyState === "live").length',
  ) as Promise<number>

/** The terminal's end of a camera's line: asks for frames one by one until it has enough. */
function terminalEnd(wanted: number): Promise<{ frames: OpenedFrame[]; socket: WebSocket }> {
  return new Promise((done, failed) => {
    server.onCamera = (socket, token) => {
      const peer = new CameraPeer(CAPTURE_ID, token)
      const frames: OpenedFrame[] = []
      socket.on('message', (data: Buffer, isBinary) => {
        try {
          if (isBinary) frames.push(peer.frame(data))
          else socket.send(peer.open(String(data)))
        } catch (error) {
          failed(error)
        }
        if (frames.length === wanted) done({ frames, socket })
        else socket.send('{"kind":"next"}')
      })
    }
  })
}

test('F-12, F-24: frames come one by one, sealed, and hold the middle square alone', async () => {
  const ended = terminalEnd(FRAMES)
  await show('starting')
  const { frames } = await ended
  expect(frames.map(({ sequence }) => sequence)).toEqual(
    [...Array(FRAMES).keys()].map((n) => n + 1),
  )
  for (const { format, width, height, strideBytes, pixels } of frames) {
    expect([1, 2, 3]).toContain(format)
    expect([width, height]).toEqual([480, 480])
    expect(strideBytes).toBe(format === 1 ? 1_920 : 480)
    expect(pixels.length).toBe(format === 1 ? 4 * 480 * 480 : (3 * 480 * 480) / 2)
  }
  // The picture is the film's: every row is the same, and the white stripe at its edge is outside.
  const first = frames[0]?.pixels ?? Buffer.alloc(0)
  const stride = frames[0]?.strideBytes ?? 0
  expect(first.subarray(0, stride).equals(first.subarray(stride, 2 * stride))).toBe(true)
  expect(new Set(frames.map(({ pixels }) => pixels[240])).size).toBeGreaterThan(5)
  expect(await page.evaluate('document.querySelector(".mirror video").videoWidth')).toBe(640)
  const longTasksMs = (await page.evaluate('window.watch.longTasksMs')) as number[]
  console.log(`long tasks of the page while ${FRAMES} frames left it, ms:`, longTasksMs)
})

test('F-01, F-06: the camera is open while a capture wants it, and closed by everything else', async () => {
  for (const name of ['offered', 'notice', 'digits', 'recognising', 'device']) {
    await show(name)
    expect(await opened(), name).toBe(0)
  }
  const ended = terminalEnd(3)
  await show('closer')
  const { socket } = await ended
  expect(await live()).toBe(1)
  const closed = new Promise((done) => socket.once('close', done))
  await show('digits')
  await closed
  expect(await live()).toBe(0)
  expect(await opened()).toBe(1)
  expect(await page.locator('video').count()).toBe(0)
})

test('F-22: the terminal closes the camera, and the same capture does not open it again', async () => {
  const ended = terminalEnd(2)
  await show('closer')
  const { socket } = await ended
  socket.send('{"kind":"closed"}')
  await expect.poll(live, SOON).toBe(0)
  await show('turn_left')
  expect(await opened()).toBe(1)
})

test('a terminal that does not know the token gets no frame', async () => {
  let frames = 0
  const closed = new Promise<void>((done) => {
    server.onCamera = (socket, token) => {
      const peer = new CameraPeer(CAPTURE_ID, token)
      const stranger = new CameraPeer(CAPTURE_ID, `${token} `)
      socket.on('close', () => done())
      socket.on('message', (data: Buffer, isBinary) => {
        if (isBinary) frames += 1
        else {
          const answer = JSON.parse(peer.open(String(data))) as Record<string, string>
          // Everything is right but the key of the proof.
          socket.send(JSON.stringify({ ...answer, proof: stranger.proofOf(String(data), answer) }))
        }
        socket.send('{"kind":"next"}')
      })
    }
  })
  await show('closer')
  await closed
  expect(frames).toBe(0)
  await expect.poll(live, SOON).toBe(0)
})

test('a camera that the system does not give is told to the terminal', async () => {
  await page.evaluate(`navigator.mediaDevices.getUserMedia = async () => {
    throw new DOMException('no', 'NotAllowedError')
  }`)
  const told = new Promise<string>((done) => {
    server.onCamera = (socket, token) => {
      const peer = new CameraPeer(CAPTURE_ID, token)
      socket.on('message', (data: Buffer) => {
        const text = String(data)
        if (text.includes('"open"')) socket.send(peer.open(text))
        else done(text)
      })
    }
  })
  await show('closer')
  expect(JSON.parse(await told)).toEqual({ kind: 'failed', why: 'denied' })
})

test('a line to the terminal that breaks closes the camera', async () => {
  const ended = terminalEnd(2)
  await show('closer')
  await ended
  expect(await live()).toBe(1)
  server.cut(true)
  await expect.poll(live, SOON).toBe(0)
})
