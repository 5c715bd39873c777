import { type ChildProcess, spawn } from 'node:child_process'
import { createCipheriv, createECDH, createHash, generateKeyPairSync, hkdfSync } from 'node:crypto'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it, type TestContext } from 'vitest'
import { SENTINEL_RGB, sentinelForms, stampSentinel } from '../support/face-sentinel.ts'
import { scanMemory } from '../support/memory-scan.ts'

const PROGRAM = join(import.meta.dirname, '..', 'support', 'frame-opener.ts')
const HUNG = join(import.meta.dirname, '..', 'support', 'hung-worker.ts')
const WIDTH = 640
const HEIGHT = 480
const CAPTURE = 'a'.repeat(32)

type Opener = {
  readonly process: ChildProcess
  tell(order: object): Promise<unknown>
}

async function startChild(program: string): Promise<Opener> {
  const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async () =>
    (JSON.parse((await lines.next()).value ?? '{}') as { answer: unknown }).answer
  await next()
  return {
    process: child,
    tell(order) {
      child.stdin.write(`${JSON.stringify(order)}\n`)
      return next()
    },
  }
}

/** A camera whose frames are one colour. The child gets them sealed, so it has no other copy to find. */
async function startCamera(opener: Opener) {
  const own = createECDH('prime256v1')
  const ownKey = own.generateKeys()
  const agreed = { do: 'agree', captureId: CAPTURE, publicKey: ownKey.toString('base64') }
  const theirKey = Buffer.from(String(await opener.tell(agreed)), 'base64')
  const salt = createHash('sha256').update(ownKey).update(theirKey).digest()
  const secret = own.computeSecret(theirKey)
  const key = new Uint8Array(hkdfSync('sha256', secret, salt, `GUITAI-CAMERA-V1 ${CAPTURE}`, 32))
  const picture = { width: WIDTH, height: HEIGHT, rgba: new Uint8Array(WIDTH * HEIGHT * 4) }
  stampSentinel(picture)
  return {
    secret,
    frame(sequence: number): string {
      const header = Buffer.alloc(20)
      header.write('GTC1', 'latin1')
      header.writeBigUInt64BE(BigInt(sequence), 4)
      header.writeUInt8(1, 12)
      for (const [at, value] of [WIDTH, HEIGHT, WIDTH * 4].entries()) {
        header.writeUInt16BE(value, 14 + 2 * at)
      }
      const nonce = Buffer.concat([Buffer.alloc(4), header.subarray(4, 12)])
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(header)
      const sealed = [cipher.update(picture.rgba), cipher.final(), cipher.getAuthTag()]
      return Buffer.concat([header, ...sealed]).toString('base64')
    },
  }
}

let opener: Opener
beforeEach(async () => {
  opener = await startChild(PROGRAM)
})
afterEach(() => {
  opener.process.kill()
})

function sightings(child: Opener = opener): number {
  const counts = scanMemory(child.process.pid ?? 0, sentinelForms())
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

/** Only Linux lets a process read the memory of its child. */
function needScanner(context: TestContext): void {
  if (process.platform !== 'linux') context.skip('memory of a process is read on Linux only')
}

const BYTES = WIDTH * HEIGHT * 4

describe('F-10: memory of a process that opens frames', { timeout: 180_000 }, () => {
  it('holds a frame once while it is open, and not at all once it is wiped', async (context) => {
    needScanner(context)
    const camera = await startCamera(opener)
    expect(sightings()).toBe(0)
    for (const sequence of [1, 2]) {
      const answer = await opener.tell({ do: 'open', frame: camera.frame(sequence), bytes: BYTES })
      expect(answer).toMatchObject({ ok: true })
      expect(sightings()).toBe(BYTES / (24 * 4))
      await opener.tell({ do: sequence === 2 ? 'release' : 'wipe' })
      expect(sightings()).toBe(0)
    }
  })

  it('is searched well enough to find a copy that was forgotten', async (context) => {
    needScanner(context)
    const camera = await startCamera(opener)
    await opener.tell({ do: 'open', frame: camera.frame(1), bytes: BYTES })
    await opener.tell({ do: 'copy' })
    await opener.tell({ do: 'wipe' })
    expect(sightings()).toBe(BYTES / (24 * 4))
  })

  it('holds nothing of a picture that was sealed and wiped', async (context) => {
    needScanner(context)
    const camera = await startCamera(opener)
    await opener.tell({ do: 'open', frame: camera.frame(1), bytes: BYTES })
    const { publicKey } = generateKeyPairSync('x25519')
    const providerKey = publicKey.export({ format: 'der', type: 'spki' }).subarray(12)
    const order = { do: 'seal', providerKey: providerKey.toString('base64') }
    expect(await opener.tell(order)).toBe(true)
    await opener.tell({ do: 'release' })
    expect(sightings()).toBe(0)
  })

  it('holds nothing of a worker that hung, was terminated and overwritten from outside', async (context) => {
    needScanner(context)
    const hung = await startChild(HUNG)
    // Not as it is to be found: the words of an order stay in memory too.
    const complement = SENTINEL_RGB.map((value) => 255 - value)
    await hung.tell({ do: 'hang', complement, bytes: BYTES })
    await hung.tell({ do: 'terminate' })
    expect(sightings(hung)).toBe(BYTES / (24 * 4))
    await hung.tell({ do: 'overwrite' })
    expect(sightings(hung)).toBe(0)
    hung.process.kill()
  })

  it('is read of children only', () => {
    expect(() => scanMemory(process.ppid, sentinelForms())).toThrow('no child')
  })
})
