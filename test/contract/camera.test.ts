import { MessageChannel } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { CAMERA_FRAME_BYTES_MAX, type CameraReply } from '../../src/api/camera-link.ts'
import { createDispatch } from '../../src/api/dispatch.ts'
import { createCameraDesk, serveCameraPort } from '../../src/api/node/camera.ts'
import { openServer, type Server } from '../../src/api/node/server.ts'
import { ok } from '../../src/base/result.ts'
import {
  CAPTURE_ID,
  createFakeIntake,
  type FakeIntake,
  frameOf,
  linkOf,
  newKey,
  proofOf,
} from '../support/fake-camera.ts'
import { createManualClock, type ManualClock } from '../support/manual-clock.ts'
import { openTill, type Till } from '../support/till.ts'

let till: Till
let server: Server
let intake: FakeIntake
let clock: ManualClock
let desk: ReturnType<typeof createCameraDesk>
const cameras: TestCamera[] = []

beforeEach(async () => {
  till = await openTill()
  intake = createFakeIntake()
  clock = createManualClock()
  desk = createCameraDesk(intake, clock)
  server = await openServer({
    terminal: till.engine,
    dispatch: createDispatch(till.engine, { name: { id: 'POS01', store: '店', version: 'test' } }),
    grants: [
      { token: 'customer-token', scopes: ['customer'] },
      { token: 'rig-token', scopes: ['rig'] },
      { token: 'screen-token', scopes: ['screen'] },
    ],
    port: 0,
    origins: [],
    cameras: desk,
    log: till.log,
  })
})
afterEach(async () => {
  for (const camera of cameras.splice(0)) camera.leave()
  await server.close()
  await till.close()
})

type TestCamera = {
  /** Of its proofs. */
  readonly token: string
  readonly heard: CameraReply[]
  /** Why it was ended; empty while it is not, and `gone` where the transport carries no reason. */
  ended(): string
  say(message: unknown): void
  show(frame: Uint8Array): void
  leave(): void
}

/** Both transports, in the same words. */
const TRANSPORTS = {
  WebSocket: (): Promise<TestCamera> => openSocket('customer-token'),
  MessagePort: (): Promise<TestCamera> => {
    const { port1, port2 } = new MessageChannel()
    const heard: CameraReply[] = []
    let why = ''
    port2.on('message', (value: string) => heard.push(JSON.parse(value)))
    port2.on('close', () => {
      why = 'gone'
    })
    serveCameraPort(port1, { desk, log: till.log })
    const camera: TestCamera = {
      token: '',
      heard,
      ended: () => why,
      say: (message) =>
        port2.postMessage(typeof message === 'string' ? message : JSON.stringify(message)),
      show: (frame) => port2.postMessage(new Uint8Array(frame)),
      leave: () => port2.close(),
    }
    cameras.push(camera)
    return Promise.resolve(camera)
  },
}

async function openSocket(token: string): Promise<TestCamera> {
  const protocols = ['guitai.v1', `token.${token}`]
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/v1/camera`, protocols)
  const heard: CameraReply[] = []
  let why = ''
  socket.on('message', (data) => heard.push(JSON.parse(String(data))))
  socket.on('close', (code, reason) => {
    why = String(reason) || `gone ${code}`
  })
  socket.on('error', () => {})
  await new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('unexpected-response', (_request, response) => {
      reject(new Error(`status ${response.statusCode}`))
    })
  })
  const camera: TestCamera = {
    token,
    heard,
    ended: () => why,
    say: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    show: (frame) => socket.send(frame),
    leave: () => socket.terminate(),
  }
  cameras.push(camera)
  return camera
}

function openMessage(token: string, changes: Record<string, string> = {}) {
  const { captureId = CAPTURE_ID, publicKey = newKey(), proof } = changes
  const right = proofOf(token, ['open', captureId, publicKey])
  return { kind: 'open', captureId, publicKey, proof: proof ?? right }
}

async function opened(camera: TestCamera): Promise<string> {
  const message = openMessage(camera.token)
  camera.say(message)
  await expect.poll(() => camera.heard.length).toBe(1)
  return message.publicKey
}

describe.each(['WebSocket', 'MessagePort'] as const)('a camera over a %s', (transport) => {
  const connect = TRANSPORTS[transport]
  const reasonOf = (camera: TestCamera) => expect.poll(() => camera.ended())
  const ends = (camera: TestCamera, why: string) =>
    reasonOf(camera).toBe(transport === 'WebSocket' ? why : 'gone')

  it('F-12: proves itself, hears the terminal prove itself, and gives one frame for each next', async () => {
    const camera = await connect()
    const key = await opened(camera)
    const lines = ['opened', CAPTURE_ID, key, intake.publicKey]
    expect(camera.heard).toEqual([
      { kind: 'opened', publicKey: intake.publicKey, proof: proofOf(camera.token, lines) },
    ])
    expect(intake.heard).toEqual([`open ${key}`])
    intake.peer().next()
    // One frame is out: another wish is the same wish.
    intake.peer().next()
    await expect.poll(() => camera.heard.slice(1)).toEqual([{ kind: 'next' }])
    camera.show(frameOf())
    await expect.poll(() => intake.heard.length).toBe(2)
    expect(Buffer.from(intake.heard[1] as Uint8Array)).toEqual(frameOf())
    intake.peer().next()
    await expect.poll(() => camera.heard.slice(2)).toEqual([{ kind: 'next' }])
    intake.peer().close()
    await expect.poll(() => camera.heard.slice(3)).toEqual([{ kind: 'closed' }])
    await ends(camera, 'closed')
    expect(intake.heard.slice(2)).toEqual(['ended'])
  })

  it('the largest frame there is comes through whole', async () => {
    const camera = await connect()
    await opened(camera)
    intake.peer().next()
    const frame = frameOf({ width: 1_920, height: 1_080, pixelBytes: 1_920 * 1_080 * 4 })
    expect(frame.length).toBe(CAMERA_FRAME_BYTES_MAX)
    camera.show(frame)
    await expect.poll(() => intake.heard.length).toBe(2)
    expect(Buffer.compare(intake.heard[1] as Uint8Array, frame)).toBe(0)
  })

  it.each(['none', 'denied', 'busy', 'lost'])('says that it failed: %s', async (why) => {
    const camera = await connect()
    await opened(camera)
    camera.say({ kind: 'failed', why })
    await ends(camera, 'failed')
    expect(intake.heard.slice(1)).toEqual([`failed ${why}`, 'ended'])
  })

  it('is told of when it goes', async () => {
    const camera = await connect()
    await opened(camera)
    camera.leave()
    await expect.poll(() => intake.heard.slice(1)).toEqual(['ended'])
    // And the next one is let in.
    await opened(await connect())
  })

  it.each<[string, (token: string) => unknown, string]>([
    ['a wrong proof', (token) => openMessage(`${token}x`), 'proof_wrong'],
    [
      'a proof for another capture',
      (token) => ({ ...openMessage(token), captureId: 'f'.repeat(32) }),
      'proof_wrong',
    ],
    [
      'a proof for another key',
      (token) => ({ ...openMessage(token), publicKey: newKey() }),
      'proof_wrong',
    ],
    ['a short proof', (token) => ({ ...openMessage(token), proof: 'AAAA' }), 'text_invalid'],
    [
      'another capture',
      (token) => openMessage(token, { captureId: 'f'.repeat(32) }),
      'capture_refused',
    ],
    ['a capture that is none', (token) => openMessage(token, { captureId: 'x' }), 'text_invalid'],
    ['a short key', (token) => openMessage(token, { publicKey: 'AAAA' }), 'text_invalid'],
    ['one key too many', (token) => ({ ...openMessage(token), more: 1 }), 'text_invalid'],
    ['a failure before it is let in', () => ({ kind: 'failed', why: 'none' }), 'text_invalid'],
    ['no message', () => 'hello', 'text_invalid'],
    ['nothing', () => '', 'text_invalid'],
    ['null', () => null, 'text_invalid'],
    [
      'a text that is too long',
      (token) => ({ ...openMessage(token), more: 'x'.repeat(2_000) }),
      'text_invalid',
    ],
  ])('with %s it is sent away', async (_what, message, why) => {
    const camera = await connect()
    camera.say(message(camera.token))
    await ends(camera, why)
    expect(camera.heard).toEqual([])
    expect(intake.heard.length).toBe(why === 'capture_refused' ? 1 : 0)
  })

  it('F-01: a frame before it is let in is read by nobody', async () => {
    const camera = await connect()
    camera.show(frameOf())
    await ends(camera, 'frame_before_open')
    expect(intake.heard).toEqual([])
  })

  it('a frame that nobody asked for ends it', async () => {
    const camera = await connect()
    await opened(camera)
    intake.peer().next()
    await expect.poll(() => camera.heard.length).toBe(2)
    camera.show(frameOf())
    camera.show(frameOf())
    await ends(camera, 'frame_not_asked')
    expect(intake.heard.filter((one) => typeof one !== 'string')).toHaveLength(1)
  })

  it.each<[string, Uint8Array]>([
    ['of 10,000 by 10,000', frameOf({ width: 10_000, height: 10_000 })],
    ['of 1,922 across', frameOf({ width: 1_922 })],
    ['of nothing', new Uint8Array(0)],
    ['of a header alone', frameOf({ pixelBytes: 0 })],
    ['of other bytes', Buffer.alloc(100, 1)],
  ])('F-14: a frame %s ends it', async (_what, frame) => {
    const camera = await connect()
    await opened(camera)
    intake.peer().next()
    await expect.poll(() => camera.heard.length).toBe(2)
    camera.show(frame)
    await ends(camera, 'frame_invalid')
    expect(intake.heard.slice(1)).toEqual(['ended'])
  })

  it('a second opening, or a flood of texts, ends it once', async () => {
    const camera = await connect()
    await opened(camera)
    for (let count = 0; count < 1_000; count += 1) camera.say({ kind: 'open', count })
    await reasonOf(camera).not.toBe('')
    expect(intake.heard.slice(1)).toEqual(['ended'])
    await opened(await connect())
  })

  it('a second camera is sent away, and the first goes on', async () => {
    const first = await connect()
    await opened(first)
    const second = await connect()
    await ends(second, 'busy')
    intake.peer().next()
    await expect.poll(() => first.heard.length).toBe(2)
    expect(first.ended()).toBe('')
  })

  it('one that says nothing is sent away after 10 s', async () => {
    const camera = await connect()
    // Until the terminal has it.
    await expect.poll(() => clock.pendingCount()).toBe(1)
    clock.advance(9_999)
    expect(camera.ended()).toBe('')
    clock.advance(1)
    await ends(camera, 'too_slow')
    expect(clock.pendingCount()).toBe(0)
  })

  it('one that goes while it is being let in leaves nothing open', async () => {
    let letIn: () => void = () => {}
    intake.answer = () =>
      new Promise((resolve) => {
        letIn = () => resolve(ok(linkOf(intake.heard, intake.publicKey)))
      })
    const camera = await connect()
    camera.say(openMessage(camera.token))
    await expect.poll(() => intake.heard.length).toBe(1)
    // Wanted before the camera was told anything: asked for after.
    intake.peer().next()
    expect(camera.heard).toEqual([])
    camera.leave()
    await expect
      .poll(async () => {
        const next = await connect()
        const isFree = await Promise.race([
          expect
            .poll(() => next.ended(), { timeout: 200 })
            .not.toBe('')
            .then(
              () => false,
              () => true,
            ),
        ])
        next.leave()
        return isFree
      })
      .toBe(true)
    letIn()
    await expect.poll(() => intake.heard).toContain('ended')
  })

  it('an intake that refuses by throwing is a refusal', async () => {
    intake.answer = () => Promise.reject(new Error('bug'))
    const camera = await connect()
    camera.say(openMessage(camera.token))
    await ends(camera, 'capture_refused')
  })
})

describe('who may be a camera', () => {
  it.each(['customer-token', 'rig-token'])('%s may, proven by itself', async (token) => {
    const camera = await openSocket(token)
    camera.say(openMessage(token))
    await expect.poll(() => camera.heard.length).toBe(1)
  })

  it.each([
    ['screen-token', 403],
    ['wrong', 401],
  ])('%s may not: %s', async (token, status) => {
    await expect(openSocket(String(token))).rejects.toThrow(`status ${status}`)
  })

  it('the proof of another token is none', async () => {
    const camera = await openSocket('customer-token')
    camera.say(openMessage('rig-token'))
    await expect.poll(() => camera.ended()).toBe('proof_wrong')
  })

  it('a message of more than the largest frame is cut off by its length', async () => {
    const camera = await openSocket('customer-token')
    await opened(camera)
    intake.peer().next()
    await expect.poll(() => camera.heard.length).toBe(2)
    camera.show(Buffer.alloc(CAMERA_FRAME_BYTES_MAX + 1))
    await expect.poll(() => camera.ended()).not.toBe('')
    await expect.poll(() => intake.heard.slice(1)).toEqual(['ended'])
  })
})
