import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { findChromium } from '../../main/chromium.mjs'
import { readPerson } from '../../src/sandbox/faces/recognise.ts'
import { drawScene } from '../../src/sandbox/faces/scene.ts'
import { writeVideo } from '../../src/sandbox/node/video-file.ts'
import { CHROMIUM_ARGUMENTS } from '../support/chromium.ts'
import { cropOf } from '../support/drawn-crop.ts'

const PERSON = 23
const folder = mkdtempSync(join(tmpdir(), 'guitai-drawn-'))
const page = createServer((_request, response) => response.end('<!doctype html>'))
let browser: Browser

beforeAll(async () => {
  const video = join(folder, 'camera.y4m')
  // Stands still from the start: no script, and the last second of what was drawn.
  writeVideo(video, { kind: 'pays', personId: PERSON }, { seconds: 3, script: [] })
  browser = await chromium.launch({
    executablePath: findChromium() as string,
    args: [
      ...CHROMIUM_ARGUMENTS,
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${video}`,
    ],
  })
  await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  await browser?.close()
  page.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Runs in the page: draws frames of the camera and gives their RGBA in base64. */
const WATCH = `async (wanted) => {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 480 } })
  const video = document.createElement('video')
  video.srcObject = stream
  await video.play()
  const canvas = new OffscreenCanvas(640, 480)
  const context = canvas.getContext('2d', { willReadFrequently: true })
  const seen = []
  while (seen.length < wanted) {
    await new Promise((resolve) => video.requestVideoFrameCallback(resolve))
    context.drawImage(video, 0, 0)
    const { data } = context.getImageData(0, 0, 640, 480)
    let text = ''
    for (let at = 0; at < data.length; at += 8192) {
      text += String.fromCharCode(...data.subarray(at, at + 8192))
    }
    seen.push(btoa(text))
  }
  for (const track of stream.getTracks()) track.stop()
  return seen
}`

/** Frames that the page's camera gives, as RGBA in base64, until `count` have come. */
async function framesSeen(count: number): Promise<Buffer[]> {
  const tab = await browser.newPage()
  await tab.goto(`http://127.0.0.1:${(page.address() as AddressInfo).port}/`)
  const texts = await tab.evaluate<string[]>(`(${WATCH})(${count})`)
  return texts.map((text) => Buffer.from(text, 'base64'))
}

it('Chromium plays a written story as its camera, and the mark is read from what it shows', async () => {
  const [truth] = drawScene(PERSON, { still: true, pose: { distanceM: 0.56 } }, 0).truth
  if (truth === undefined) throw new Error('nobody is there')
  const frames = await framesSeen(45)
  const people = frames.map((frame) => {
    const picture = { width: 640, height: 480, rgba: new Uint8ClampedArray(frame) }
    return readPerson(cropOf(picture, truth))
  })
  // While the person arrives the crop is beside them; nobody else is ever read.
  expect(people.filter((person) => person === PERSON).length).toBeGreaterThan(5)
  expect(people.filter((person) => person !== undefined && person !== PERSON)).toEqual([])
})
