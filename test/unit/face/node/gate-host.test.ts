import { describe, expect, it } from 'vitest'
import type { FromGate, GateModels, ToGate } from '../../../../src/face/gate-protocol.ts'
import {
  type GateEvent,
  GateHost,
  type GateThreadListener,
  HOST_LIMITS,
} from '../../../../src/face/node/gate-host.ts'
import { createManualClock } from '../../../support/manual-clock.ts'
import { beginFor, TestProvider } from '../../../support/sealing-camera.ts'

const A = 'a1'.repeat(16)
const B = 'b2'.repeat(16)
const MODELS: GateModels = {
  detector: {
    bytes: Uint8Array.of(1),
    model: {
      name: 'none',
      input: { name: 'input', shape: [1, 3, 320, 320] },
      outputs: [],
      decoding: { kind: 'yunet', strides: [8] },
    },
  },
  liveness: [],
}
const provider = new TestProvider()
const beginOf = (captureId: string) => beginFor(provider, { captureId, profile: 'rehearsal-1' })

/** A thread that says what the test says. */
class FakeThread {
  readonly told: ToGate[] = []
  readonly listener: GateThreadListener
  isTerminated = false

  constructor(listener: GateThreadListener) {
    this.listener = listener
  }

  post(message: ToGate): void {
    this.told.push(message)
  }

  terminate(): Promise<void> {
    this.isTerminated = true
    return Promise.resolve()
  }

  say(...messages: FromGate[]): void {
    for (const message of messages) this.listener.message(message)
  }

  kinds(): string[] {
    return this.told.map(({ kind }) => kind)
  }
}

function open() {
  const clock = createManualClock()
  const threads: FakeThread[] = []
  const host = new GateHost({
    models: MODELS,
    clock,
    startThread: (listener) => {
      const thread = new FakeThread(listener)
      threads.push(thread)
      return thread
    },
  })
  const readiness: string[] = []
  host.onReadiness(() => readiness.push(host.readiness().kind))
  const thread = (index = threads.length - 1) => {
    const one = threads[index]
    if (one === undefined) throw new Error('no such thread')
    return one
  }
  const load = () => thread().say({ kind: 'loaded' }, { kind: 'answered' })
  return { clock, threads, host, readiness, thread, load }
}

function begun() {
  const all = open()
  all.load()
  const events: GateEvent[] = []
  all.host.begin(beginOf(A), (event) => events.push(event))
  all.thread().say({ kind: 'begun', captureId: A }, { kind: 'answered' })
  all.host.openCamera({ captureId: A, publicKey: new Uint8Array(65) })
  all
    .thread()
    .say({ kind: 'opened', captureId: A, publicKey: Uint8Array.of(4) }, { kind: 'answered' })
  return { ...all, events }
}

const kindsOf = (events: readonly GateEvent[]) => events.map(({ kind }) => kind)

describe('the host of the gate', () => {
  it('loads once, is then ready, and asks for frames one by one', () => {
    const { host, thread, readiness, events } = begun()
    expect(readiness).toEqual(['ready'])
    expect(thread().kinds()).toEqual(['load', 'begin', 'camera'])
    expect(kindsOf(events)).toEqual(['opened', 'next'])
    host.frame(A, new Uint8Array(100))
    host.frame(A, new Uint8Array(100))
    host.frame(B, new Uint8Array(100))
    expect(
      thread()
        .kinds()
        .filter((kind) => kind === 'frame'),
    ).toHaveLength(1)
    thread().say({ kind: 'next', captureId: A }, { kind: 'answered' })
    expect(kindsOf(events)).toEqual(['opened', 'next', 'next'])
  })

  it('says that a gate which is not there has failed, and not from within the call', async () => {
    const { host } = open()
    const events: GateEvent[] = []
    host.begin(beginOf(A), (event) => events.push(event))
    expect(events).toEqual([])
    await Promise.resolve()
    expect(events).toEqual([{ kind: 'failed', cause: 'face.gate_failed' }])
  })

  it('says why models cannot be used, and does not try them again and again', () => {
    const { host, thread, threads, clock } = open()
    thread().say({ kind: 'not_loaded', detail: 'no output cls_8' }, { kind: 'answered' })
    expect(host.readiness()).toEqual({ kind: 'broken', detail: 'no output cls_8' })
    thread().listener.gone('exit 0')
    clock.advance(HOST_LIMITS.restartMaxMs)
    expect(threads).toHaveLength(1)
  })

  it('ends a thread that hangs in a frame, fails the capture, and starts another', () => {
    const { host, thread, threads, clock, events, load } = begun()
    host.frame(A, new Uint8Array(100))
    clock.advance(HOST_LIMITS.answerMs - 1)
    expect(kindsOf(events)).not.toContain('failed')
    clock.advance(1)
    expect(events.at(-1)).toEqual({ kind: 'failed', cause: 'face.gate_failed' })
    // It is asked to overwrite what it holds before it is ended.
    expect(thread(0).kinds().at(-1)).toBe('wipe')
    expect(thread(0).isTerminated).toBe(false)
    clock.advance(HOST_LIMITS.wipeMs)
    expect(thread(0).isTerminated).toBe(true)
    clock.advance(HOST_LIMITS.restartMs)
    expect(threads).toHaveLength(2)
    thread(0).say({ kind: 'loaded' })
    expect(host.readiness().kind).toBe('loading')
    load()
    expect(host.readiness().kind).toBe('ready')
    thread(0).say({ kind: 'guidance', captureId: A, guidance: 'closer' })
    expect(events.at(-1)?.kind).toBe('failed')
  })

  it('is not taken for hung while nobody asks anything of it', () => {
    const { clock, threads, events } = begun()
    clock.advance(600_000)
    expect(threads).toHaveLength(1)
    expect(kindsOf(events)).not.toContain('failed')
  })

  it('outlives a thread that crashes, and waits longer before each new one', () => {
    const { host, thread, threads, clock, events } = begun()
    thread().listener.gone('exit 1')
    expect(events.at(-1)).toEqual({ kind: 'failed', cause: 'face.gate_failed' })
    expect(host.readiness().kind).toBe('loading')
    const waits: number[] = []
    for (let crash = 0; crash < 8; crash += 1) {
      waits.push(clock.nextDueInMs() ?? 0)
      clock.advanceToNext()
      thread().listener.gone('exit 1')
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000])
    expect(threads).toHaveLength(9)
  })

  it('says nothing of a capture that is over, and wipes one before the next', async () => {
    const { host, thread, events } = begun()
    const other: GateEvent[] = []
    host.begin(beginOf(B), (event) => other.push(event))
    expect(thread().kinds().slice(-2)).toEqual(['wipe', 'begin'])
    thread().say(
      { kind: 'sealed', captureId: A, sealed: sealedOf() },
      { kind: 'failed', captureId: A, cause: 'face.no_face' },
    )
    expect(kindsOf(events)).toEqual(['opened', 'next'])
    expect(other).toEqual([])
  })

  it('tells of a sealed picture once', () => {
    const { thread, events } = begun()
    const sealed = { kind: 'sealed', captureId: A, sealed: sealedOf() } as const
    thread().say(sealed, sealed, { kind: 'failed', captureId: A, cause: 'face.no_face' })
    expect(kindsOf(events)).toEqual(['opened', 'next', 'sealed'])
  })

  it('has wiped when the thread says so, or when there is no thread any more', async () => {
    const { host, thread } = begun()
    const seen: string[] = []
    const first = host.wipe(A).then(() => seen.push('wiped'))
    await Promise.resolve()
    expect(seen).toEqual([])
    thread().say({ kind: 'wiped', captureId: A }, { kind: 'answered' })
    await first
    const second = host.wipe(A)
    thread().listener.gone('exit 1')
    await second
    await host.wipe(A)
    expect(seen).toEqual(['wiped'])
  })

  it('hands over memory of its own: never more than the frame', () => {
    const { host, thread } = begun()
    const pool = new Uint8Array(1_000).fill(5)
    host.frame(A, pool.subarray(10, 20))
    const told = thread().told.at(-1)
    expect(told?.kind === 'frame' && told.frame.buffer.byteLength).toBe(10)
    expect(pool.byteLength).toBe(1_000)
  })

  it('closes in bounded time though the thread hangs', async () => {
    const { host, thread, clock, threads } = begun()
    const closed = host.close()
    clock.advance(HOST_LIMITS.answerMs + HOST_LIMITS.wipeMs)
    await closed
    expect(thread(0).isTerminated).toBe(true)
    clock.advance(HOST_LIMITS.restartMaxMs)
    expect(threads).toHaveLength(1)
  })
})

function sealedOf() {
  return {
    ephemeralKey: new Uint8Array(32),
    nonce: new Uint8Array(12),
    ciphertext: new Uint8Array(16),
  }
}
