import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { drawScene } from '../../src/sandbox/faces/scene.ts'
import { sentinelForms, stampSentinel } from '../support/face-sentinel.ts'
import { NO_MODELS } from '../support/gate-models.ts'
import type { GateOrder } from '../support/gate-process.ts'
import { scanMemory } from '../support/memory-scan.ts'
import { beginFor, SealingCamera, TestProvider } from '../support/sealing-camera.ts'

const CAPTURE_ID = 'ef'.repeat(16)
/** Beside the head, so that a face is found, and inside of what is sealed and shown to all networks. */
const STAMP = { x: 130, y: 120, width: 110, height: 220 }

type Heard = { readonly kind: string; readonly publicKey?: string; readonly detail?: string }

let child: ChildProcess
let next: () => Promise<Heard>
let tell: (order: GateOrder) => void

beforeEach((context) => {
  if (NO_MODELS) return context.skip(NO_MODELS)
  if (process.platform !== 'linux') context.skip('memory of a process is read on Linux only')
  const program = join(import.meta.dirname, '..', 'support', 'gate-process.ts')
  const started = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] })
  child = started
  const lines = createInterface({ input: started.stdout })[Symbol.asyncIterator]()
  next = async () => JSON.parse((await lines.next()).value ?? '{"kind":"gone"}') as Heard
  tell = (order) => started.stdin.write(`${JSON.stringify(order)}\n`)
})
afterEach(() => {
  child?.kill()
})

async function until(...kinds: string[]): Promise<Heard> {
  for (;;) {
    const heard = await next()
    if (kinds.includes(heard.kind)) return heard
    if (heard.kind === 'gone') throw new Error('the gate is gone')
  }
}

function sightings(): Record<string, number> {
  const counts = Object.entries(scanMemory(child.pid ?? 0, sentinelForms()))
  return Object.fromEntries(counts.filter(([, count]) => count > 0))
}

/** Somebody with a stamped board beside the head: sealed, so that the child has no other copy. */
function frameAt(camera: SealingCamera, index: number): string {
  const { width, height, rgba } = drawScene(9, { pose: { distanceM: 0.56 } }, index * 100)
  const pixels = new Uint8Array(rgba.buffer)
  stampSentinel({ width, height, rgba: pixels }, STAMP)
  return Buffer.from(camera.seal(pixels, { width, height, format: 'rgba' })).toString('base64')
}

async function capture(profile: string): Promise<SealingCamera> {
  const provider = new TestProvider()
  const begin = beginFor(provider, { captureId: CAPTURE_ID, profile })
  const providerKey = Buffer.from(provider.publicKey).toString('base64')
  tell({ do: 'begin', begin, providerKey })
  const camera = new SealingCamera(CAPTURE_ID)
  const publicKey = Buffer.from(camera.publicKey).toString('base64')
  tell({ do: 'camera', captureId: CAPTURE_ID, publicKey })
  camera.opened(Uint8Array.from(Buffer.from((await until('opened')).publicKey ?? '', 'base64')))
  await until('next')
  return camera
}

describe('F-10: memory of a process with a gate', () => {
  it('holds pixels during a capture, and none once it was sealed', async () => {
    await until('ready')
    expect(sightings()).toEqual({})
    const camera = await capture('passive-1')
    let heard: Heard = { kind: 'next' }
    for (let index = 0; heard.kind === 'next' && index < 30; index += 1) {
      tell({ do: 'frame', captureId: CAPTURE_ID, frame: frameAt(camera, index) })
      heard = await until('next', 'sealed', 'failed')
      if (index === 1) expect(sightings()).toMatchObject({ rgba: expect.any(Number) })
    }
    expect(heard.kind).toBe('sealed')
    expect(sightings()).toEqual({})
  })

  it('holds none once a capture that came to nothing was wiped', async () => {
    await until('ready')
    const camera = await capture('rehearsal-1')
    for (let index = 0; index < 6; index += 1) {
      tell({ do: 'frame', captureId: CAPTURE_ID, frame: frameAt(camera, index) })
      await until('next')
    }
    const during = sightings()
    expect(during).toMatchObject({ rgba: expect.any(Number), 'blue numbers': expect.any(Number) })
    tell({ do: 'wipe', captureId: CAPTURE_ID })
    await until('wiped')
    expect(sightings()).toEqual({})
  })
})
