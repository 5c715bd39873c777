import { createDecipheriv, createECDH, createHash, createHmac, hkdfSync } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { SimulatedCamera } from '../../../../src/sandbox/node/simulated-camera.ts'

const TOKEN = 'camera-token-of-this-test'
const CAPTURE = '00112233445566778899aabbccddeeff'

type Hello = { kind: string; captureId: string; publicKey: string; proof: string }

const opened: (() => void)[] = []
afterEach(() => {
  for (const close of opened.splice(0)) close()
})

const hmac = (text: string): string => createHmac('sha256', TOKEN).update(text).digest('base64')

/** The terminal's side of docs/face.md, written here once more. */
async function terminal(
  meet: (line: WebSocket, token: string | undefined) => void,
): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', path: '/v1/camera' })
  opened.push(() => {
    for (const client of server.clients) client.terminate()
    server.close()
  })
  server.on('connection', (line, request) => {
    const token = request.headers['sec-websocket-protocol']?.split(/,\s*/)[1]
    meet(line, token)
  })
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function answerTo(hello: Hello): { message: object; key: Buffer } {
  const agreement = createECDH('prime256v1')
  const mine = agreement.generateKeys()
  const theirs = Buffer.from(hello.publicKey, 'base64')
  const salt = createHash('sha256')
    .update(Buffer.concat([theirs, mine]))
    .digest()
  const secret = agreement.computeSecret(theirs)
  const key = Buffer.from(hkdfSync('sha256', secret, salt, `GUITAI-CAMERA-V1 ${CAPTURE}`, 32))
  const publicKey = mine.toString('base64')
  const proof = hmac(`GUITAI-CAMERA-V1\nopened\n${CAPTURE}\n${hello.publicKey}\n${publicKey}\n`)
  return { message: { kind: 'opened', publicKey, proof }, key }
}

function opening(frame: Buffer, key: Buffer): Buffer {
  const nonce = Buffer.concat([Buffer.alloc(4), frame.subarray(4, 12)])
  const decipher = createDecipheriv('aes-256-gcm', key, nonce)
  decipher.setAAD(frame.subarray(0, 20))
  decipher.setAuthTag(frame.subarray(-16))
  return Buffer.concat([decipher.update(frame.subarray(20, -16)), decipher.final()])
}

type Seen = { hello: Hello; token: string | undefined; frames: Buffer[]; key: Buffer }

/** Plays a story to a terminal that wants `count` frames and then closes. */
async function playTo(count: number, format: 'rgba' | 'i420') {
  let nowMs = 5_000
  const seen: Partial<Seen> & { frames: Buffer[] } = { frames: [] }
  const address = await terminal((line, token) => {
    const say = (message: object) => line.send(JSON.stringify(message))
    line.on('message', (data: Buffer, isBinary) => {
      if (isBinary) {
        seen.frames.push(data)
        nowMs += 400
        say({ kind: seen.frames.length < count ? 'next' : 'closed' })
        return
      }
      const hello = JSON.parse(data.toString()) as Hello
      const { message, key } = answerTo(hello)
      Object.assign(seen, { hello, token, key })
      say(message)
      say({ kind: 'next' })
    })
  })
  const camera = new SimulatedCamera({ address, token: TOKEN, nowMs: () => nowMs, format })
  const ended = await camera.play(CAPTURE, { kind: 'pays', personId: 11 }).ended
  return { ended, seen: seen as Seen }
}

describe('the simulated camera', () => {
  it('F-12 proves its key, and sends nothing but sealed frames with numbers that rise', async () => {
    const { ended, seen } = await playTo(3, 'i420')
    expect(ended).toEqual({ end: 'closed', frames: 3 })
    expect(seen.token).toBe(`token.${TOKEN}`)
    expect(seen.hello).toMatchObject({ kind: 'open', captureId: CAPTURE })
    const text = `GUITAI-CAMERA-V1\nopen\n${CAPTURE}\n${seen.hello.publicKey}\n`
    expect(seen.hello.proof).toBe(hmac(text))
    expect(Buffer.from(seen.hello.publicKey, 'base64')).toHaveLength(65)
    seen.frames.forEach((frame, index) => {
      expect(frame.subarray(0, 4).toString()).toBe('GTC1')
      expect(frame.readBigUInt64BE(4)).toBe(BigInt(index + 1))
      expect([frame[12], frame[13], frame.readUInt16BE(14), frame.readUInt16BE(16)]).toEqual([
        2, 0, 640, 480,
      ])
      expect(frame.readUInt16BE(18)).toBe(640)
      expect(opening(frame, seen.key)).toHaveLength(640 * 480 * 1.5)
    })
    const [first, second] = seen.frames.map((frame) => opening(frame, seen.key))
    expect(first && second && first.equals(second)).toBe(false)
  })

  it('sends RGBA when told', async () => {
    const { seen } = await playTo(1, 'rgba')
    const [frame] = seen.frames
    if (frame === undefined) throw new Error('no frame came')
    expect([frame[12], frame.readUInt16BE(18)]).toEqual([1, 640 * 4])
    const pixels = opening(frame, seen.key)
    expect(pixels).toHaveLength(640 * 480 * 4)
    expect(pixels[3]).toBe(255)
  })

  it('F-12 gives a terminal that does not know the token no frame', async () => {
    let frames = 0
    const address = await terminal((line) => {
      line.on('message', (data: Buffer, isBinary) => {
        if (isBinary) {
          frames += 1
          return
        }
        const { message } = answerTo(JSON.parse(data.toString()) as Hello)
        const wrong = Buffer.alloc(32, 1).toString('base64')
        line.send(JSON.stringify({ ...message, proof: wrong }))
      })
    })
    const camera = new SimulatedCamera({ address, token: TOKEN, nowMs: () => 0 })
    const { end } = await camera.play(CAPTURE, { kind: 'pays', personId: 1 }).ended
    expect([end, frames]).toEqual(['wrong_proof', 0])
  })

  it('says that it failed, and ends when the line breaks or is not there', async () => {
    const address = await terminal((line) => {
      line.on('message', (data: Buffer) => {
        const message = JSON.parse(data.toString()) as { kind: string; why?: string }
        if (message.kind === 'open') line.send(JSON.stringify(answerTo(message as Hello).message))
        if (message.kind === 'open') playing.fail('denied')
        if (message.kind === 'failed') {
          why = message.why
          line.terminate()
        }
      })
    })
    let why: string | undefined
    const camera = new SimulatedCamera({ address, token: TOKEN, nowMs: () => 0 })
    const playing = camera.play(CAPTURE, { kind: 'pays', personId: 1 })
    expect(await playing.ended).toEqual({ end: 'line_lost', frames: 0 })
    expect(why).toBe('denied')
    const nobody = new SimulatedCamera({
      address: 'http://127.0.0.1:9',
      token: TOKEN,
      nowMs: () => 0,
    })
    expect(await nobody.play(CAPTURE, { kind: 'pays', personId: 1 }).ended).toMatchObject({
      end: 'line_lost',
    })
  })
})
