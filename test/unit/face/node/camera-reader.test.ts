import { beforeEach, describe, expect, it } from 'vitest'
import { err, ok, type Result } from '../../../../src/base/result.ts'
import { type Problem, problem } from '../../../../src/domain/errors.ts'
import type { FaceCode } from '../../../../src/domain/face-errors.ts'
import { CameraReader } from '../../../../src/face/node/camera-reader.ts'
import type { FaceGate, GateEvent, GateFlaw, GateOrder } from '../../../../src/face/reader-gate.ts'
import { SealingKeyKeeper } from '../../../../src/face/sealing-key.ts'
import type {
  CameraLink,
  FaceAnswer,
  FaceOrder,
  FaceReaderEvent,
  FaceTerms,
  SealedFace,
} from '../../../../src/ports/face.ts'
import { createKeptLog, type KeptLog } from '../../../support/kept-log.ts'
import { createManualClock, type ManualClock } from '../../../support/manual-clock.ts'

const ID = '0123456789abcdef0123456789abcdef'
const OTHER_ID = 'f'.repeat(32)
const CODE = '130061098828009406'
const DIGITS = '0451'
const KEY = new Uint8Array(32).fill(9)
const CAMERA_KEY = new Uint8Array(65).fill(4)
const OWN_KEY = new Uint8Array(65).fill(5)
const SEALED: SealedFace = {
  ephemeralKey: new Uint8Array(32),
  nonce: new Uint8Array(12),
  ciphertext: new Uint8Array(50),
}
const TERMS: FaceTerms = {
  confirm: 'digits',
  livenessProfile: 'passive-1',
  sealingKeySha256: 'a'.repeat(64),
  notice: { version: '1', handler: '示例店', contact: '示例', recipient: 'Example' },
}

/** A gate that does what a test says, and remembers what it was told. */
function createFakeGate() {
  const calls: string[] = []
  let readiness: Result<undefined, GateFlaw> = ok(undefined)
  let listener: () => void = () => {}
  let throwing: string | undefined
  let order: GateOrder | undefined
  let tell: (event: GateEvent) => void = () => {}
  let answer: () => Promise<Uint8Array | undefined> = () => Promise.resolve(OWN_KEY)
  const call = (what: string) => {
    if (throwing !== undefined && what.startsWith(throwing)) throw new TypeError(CODE)
    calls.push(what)
  }
  const gate: FaceGate = {
    readiness: () => readiness,
    onReadiness(told) {
      listener = told
      return () => {
        listener = () => {}
      }
    },
    begin(wanted, told) {
      call(`begin ${wanted.captureId}`)
      order = wanted
      tell = told
    },
    openCamera(hello) {
      call(`camera ${hello.captureId}`)
      return answer()
    },
    frame: (captureId, frame) => call(`frame ${captureId} ${frame.length}`),
    wipe: (captureId) => call(`wipe ${captureId}`),
    close: () => {
      call('close')
      return Promise.resolve()
    },
  }
  return {
    gate,
    calls,
    order: () => order,
    says: (event: GateEvent) => tell(event),
    isReady(next: Result<undefined, GateFlaw>) {
      readiness = next
      listener()
    },
    throwsAt(what: string) {
      throwing = what
    },
    agrees(next: () => Promise<Uint8Array | undefined>) {
      answer = next
    },
  }
}

type Asked = { order: FaceOrder; sealed: SealedFace; digits: string | undefined }

/** A provider that answers when a test says so. */
function createFakeAuthority() {
  const asked: Asked[] = []
  const keyAsked: string[] = []
  let key: Result<Uint8Array, Problem> = ok(KEY)
  let give: (answer: FaceAnswer) => void = () => {}
  return {
    asked,
    keyAsked,
    gives: (answer: FaceAnswer) => give(answer),
    hasKey(next: Result<Uint8Array, Problem>) {
      key = next
    },
    authority: {
      sealingKey(sha256: string) {
        keyAsked.push(sha256)
        return Promise.resolve(key)
      },
      recognise(order: FaceOrder, sealed: SealedFace, digits: string | undefined) {
        asked.push({ order, sealed, digits })
        return new Promise<FaceAnswer>((resolve) => {
          give = resolve
        })
      },
    },
  }
}

let clock: ManualClock
let log: KeptLog
let gate: ReturnType<typeof createFakeGate>
let provider: ReturnType<typeof createFakeAuthority>
let terms: FaceTerms | undefined
let termsChanged: () => void
let reader: CameraReader
let told: FaceReaderEvent[]
let camera: string[]

/** Lets promises and microtasks that are due run. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

beforeEach(async () => {
  clock = createManualClock()
  log = createKeptLog()
  gate = createFakeGate()
  provider = createFakeAuthority()
  terms = TERMS
  told = []
  camera = []
  reader = makeReader()
  await settled()
})

function makeReader(): CameraReader {
  return new CameraReader({
    gate: gate.gate,
    authority: provider.authority,
    granted: {
      terms: () => terms,
      onChange(listener) {
        termsChanged = listener
        return () => {
          termsChanged = () => {}
        }
      },
    },
    terminalSerial: 'T-1',
    clock,
    log,
  })
}

function orderOf(changes: Partial<FaceOrder> = {}): FaceOrder {
  return {
    captureId: ID,
    outTradeNo: 'GT01J0000000ABCDEFGHJKMN',
    amountFen: 1_230,
    storeId: 'S001',
    grantVersion: 'G-1/3',
    consent: { id: 'CONSENT-1', noticeVersion: '1', atMs: clock.nowMs() },
    terms: TERMS,
    ...changes,
  }
}

async function begin(changes: Partial<FaceOrder> = {}): Promise<void> {
  reader.capture(orderOf(changes), (event) => told.push(event))
  await settled()
}

const peer = { next: () => camera.push('next'), close: () => camera.push('close') }
const hello = (captureId = ID) => ({ captureId, publicKey: CAMERA_KEY })

async function openCamera(): Promise<CameraLink> {
  const opened = await reader.openCamera(hello(), peer)
  if (!opened.ok) throw new Error(opened.error.code)
  return opened.value
}

/** Up to a picture that is sealed and waits for the customer. */
async function upToCaptured(changes: Partial<FaceOrder> = {}): Promise<void> {
  await begin(changes)
  const link = await openCamera()
  link.take(new Uint8Array(40))
  gate.says({ kind: 'sealed', sealed: SEALED })
  await settled()
}

const failures = () => told.filter(({ kind }) => kind === 'failed')
const failed = (cause: FaceCode) => ({ kind: 'failed', cause })

describe('a capture', () => {
  it('F-01, F-12, F-16: camera after consent, sealed here, sent after the customer confirmed', async () => {
    expect(gate.calls).toEqual([])
    await begin()
    expect(gate.order()).toEqual({
      captureId: ID,
      profile: 'passive-1',
      sealing: { providerKey: KEY, context: { terminalSerial: 'T-1', order: orderOf() } },
    })
    const link = await openCamera()
    expect(link.publicKey).toBe(OWN_KEY)
    expect(camera).toEqual(['next'])
    link.take(new Uint8Array(40))
    gate.says({ kind: 'guidance', guidance: 'closer' })
    gate.says({ kind: 'guidance', guidance: 'closer' })
    gate.says({ kind: 'next' })
    expect(camera).toEqual(['next', 'next'])
    link.take(new Uint8Array(41))
    gate.says({ kind: 'sealed', sealed: SEALED })
    await settled()
    expect(camera).toEqual(['next', 'next', 'close'])
    expect(told).toEqual([
      { kind: 'guidance', guidance: 'starting' },
      { kind: 'guidance', guidance: 'closer' },
      { kind: 'captured' },
    ])
    expect(provider.asked).toEqual([])
    reader.confirm(ID, DIGITS)
    expect(provider.asked).toEqual([{ order: orderOf(), sealed: SEALED, digits: DIGITS }])
    provider.gives({ kind: 'recognised', credential: { code: CODE, type: 'payment_code' } })
    await settled()
    expect(told.slice(3)).toEqual([
      { kind: 'code', credential: { code: CODE, type: 'payment_code' } },
    ])
    reader.finish(ID, 'paid')
    expect(gate.calls).toEqual([
      ...[`begin ${ID}`, `camera ${ID}`, `frame ${ID} 40`, `frame ${ID} 41`],
      ...[`wipe ${ID}`, `wipe ${ID}`],
    ])
    expect(clock.pendingCount()).toBe(1) // the refresh of the key
  })

  it('tells nothing from within a call', () => {
    reader.capture(orderOf(), (event) => told.push(event))
    gate.says({ kind: 'failed', cause: 'face.not_live' })
    expect(told).toEqual([])
  })

  it('asks for one frame at a time, and never for two', async () => {
    await begin()
    const link = await openCamera()
    for (let count = 0; count < 3; count += 1) gate.says({ kind: 'next' })
    expect(camera).toEqual(['next'])
    link.take(new Uint8Array(40))
    expect(camera).toEqual(['next'])
  })

  it.each<[string, () => void | Promise<void>, FaceCode]>([
    [
      'the gate says so',
      () => gate.says({ kind: 'failed', cause: 'face.not_live' }),
      'face.not_live',
    ],
    ['no camera comes', () => clock.advance(20_000), 'face.no_camera'],
    [
      'a camera shows nothing',
      async () => {
        await openCamera()
        clock.advance(20_000)
      },
      'face.camera_lost',
    ],
    [
      'no face is seen for 20 s',
      async () => {
        const link = await openCamera()
        link.take(new Uint8Array(40))
        clock.advance(20_000)
      },
      'face.no_face',
    ],
    ['the camera goes', async () => (await openCamera()).ended(), 'face.camera_lost'],
    ['there is no camera', async () => (await openCamera()).failed('none'), 'face.no_camera'],
    ['it is denied', async () => (await openCamera()).failed('denied'), 'face.camera_denied'],
    ['it is busy', async () => (await openCamera()).failed('busy'), 'face.camera_busy'],
    ['it is lost', async () => (await openCamera()).failed('lost'), 'face.camera_lost'],
    [
      'F-22: the grant changes',
      () => {
        terms = { ...TERMS, confirm: 'on_phone' }
        termsChanged()
      },
      'face.not_offered',
    ],
    [
      'F-22: the grant has another notice',
      () => {
        terms = { ...TERMS, notice: { ...TERMS.notice, recipient: 'Somebody else' } }
        termsChanged()
      },
      'face.not_offered',
    ],
    [
      'F-22: face pay is gone',
      () => {
        terms = undefined
        termsChanged()
      },
      'face.not_offered',
    ],
  ])('F-10, F-21: ends when %s, camera closed and memory wiped', async (_what, act, cause) => {
    await begin()
    await act()
    await settled()
    expect(failures()).toEqual([failed(cause)])
    expect(gate.calls.at(-1)).toBe(`wipe ${ID}`)
    expect(camera.filter((one) => one === 'close')).toHaveLength(
      gate.calls.includes(`camera ${ID}`) ? 1 : 0,
    )
    // And nothing of it comes any more.
    gate.says({ kind: 'sealed', sealed: SEALED })
    clock.advance(60_000)
    await settled()
    expect(failures()).toHaveLength(1)
    expect(told.some(({ kind }) => kind === 'captured')).toBe(false)
    reader.confirm(ID, DIGITS)
    expect(provider.asked).toEqual([])
  })

  it.each(['begin', 'frame'])('a gate that throws at %s has failed, once', async (where) => {
    gate.throwsAt(where)
    await begin()
    if (where === 'frame') (await openCamera()).take(new Uint8Array(40))
    await settled()
    expect(failures()).toEqual([failed('face.gate_failed')])
    expect(log.lines.join('')).not.toContain(CODE)
  })

  it('a gate that throws when it is to be wiped stops nobody', async () => {
    gate.throwsAt('wipe')
    await begin()
    reader.finish(ID, 'left')
    await begin({ captureId: OTHER_ID })
    expect(gate.calls).toContain(`begin ${OTHER_ID}`)
  })

  it('F-05: with a consent of 60 s ago, or to another notice, nothing begins', async () => {
    const nowMs = clock.nowMs()
    const consent = { id: 'CONSENT-1', noticeVersion: '1', atMs: nowMs - 60_000 }
    await begin({ consent })
    await begin({ captureId: OTHER_ID, consent: { ...consent, atMs: nowMs, noticeVersion: '0' } })
    expect(failures()).toEqual([failed('face.consent_old'), failed('face.consent_old')])
    expect(gate.calls).not.toContain(`begin ${ID}`)
  })

  it('F-05: a consent ends while the customer is asked to confirm', async () => {
    const consent = { id: 'CONSENT-1', noticeVersion: '1', atMs: clock.nowMs() - 10_000 }
    await upToCaptured({ consent })
    clock.advance(49_999)
    await settled()
    expect(failures()).toEqual([])
    clock.advance(1)
    await settled()
    expect(failures()).toEqual([failed('face.consent_old')])
    reader.confirm(ID, DIGITS)
    expect(provider.asked).toEqual([])
  })

  it('a consent by a clock that is ahead is no older than now', async () => {
    await upToCaptured({
      consent: { id: 'CONSENT-1', noticeVersion: '1', atMs: clock.nowMs() + 3_600_000 },
    })
    clock.advance(60_000)
    await settled()
    expect(failures()).toEqual([failed('face.consent_old')])
  })

  it('F-16: without the digits that the terms ask for nothing is sent', async () => {
    await upToCaptured()
    reader.confirm(ID, undefined)
    await settled()
    expect(failures()).toEqual([failed('face.not_confirmed')])
    expect(provider.asked).toEqual([])
  })

  it('is confirmed once, by its own number, after it was captured', async () => {
    await begin()
    reader.confirm(ID, DIGITS)
    await openCamera()
    gate.says({ kind: 'sealed', sealed: SEALED })
    reader.confirm(OTHER_ID, DIGITS)
    reader.confirm(ID, DIGITS)
    reader.confirm(ID, DIGITS)
    expect(provider.asked).toHaveLength(1)
  })

  it('a refusal of the provider is told, and the consent does not end it before', async () => {
    await upToCaptured()
    reader.confirm(ID, DIGITS)
    clock.advance(90_000)
    provider.gives({ kind: 'refused', cause: 'face.minor' })
    await settled()
    expect(failures()).toEqual([failed('face.minor')])
  })

  it('F-06: what is withdrawn before it was sent is never sent', async () => {
    await upToCaptured()
    reader.finish(ID, 'left')
    reader.confirm(ID, DIGITS)
    expect(provider.asked).toEqual([])
    expect(gate.calls.at(-1)).toBe(`wipe ${ID}`)
  })

  it('P6: an answer of a capture that is finished is thrown away', async () => {
    await upToCaptured()
    reader.confirm(ID, DIGITS)
    reader.finish(ID, 'left')
    provider.gives({ kind: 'recognised', credential: { code: CODE, type: 'payment_code' } })
    await settled()
    expect(told.some(({ kind }) => kind === 'code')).toBe(false)
    expect(gate.calls.filter((one) => one.startsWith('wipe'))).toHaveLength(1)
  })

  it('a capture ends the one before it, of which nothing comes any more', async () => {
    await begin()
    const link = await openCamera()
    await begin({ captureId: OTHER_ID })
    expect(gate.calls.slice(-2)).toEqual([`wipe ${ID}`, `begin ${OTHER_ID}`])
    expect(camera.at(-1)).toBe('close')
    told = []
    link.take(new Uint8Array(40))
    link.failed('lost')
    link.ended()
    reader.finish(ID, 'left')
    await settled()
    expect(told).toEqual([])
    expect(gate.calls.at(-1)).toBe(`begin ${OTHER_ID}`)
  })

  it('P6, F-19: neither code, digits nor key is logged', async () => {
    await upToCaptured()
    reader.confirm(ID, DIGITS)
    provider.gives({ kind: 'recognised', credential: { code: CODE, type: 'payment_code' } })
    await settled()
    const written = log.lines.join('\n')
    expect(written).toContain(ID)
    for (const secret of [CODE, DIGITS, '9,9,9']) expect(written).not.toContain(secret)
  })
})

describe('the cameras of a capture', () => {
  it('F-01: none is let in without a capture, or for another one', async () => {
    expect(await reader.openCamera(hello(), peer)).toMatchObject({ ok: false })
    await begin()
    expect(await reader.openCamera(hello(OTHER_ID), peer)).toMatchObject({ ok: false })
    expect(gate.calls).toEqual([`begin ${ID}`])
    await openCamera()
    expect(await reader.openCamera(hello(), peer)).toMatchObject({
      error: { code: 'face.camera_busy' },
    })
  })

  it('F-01: none is let in once there is a picture', async () => {
    await upToCaptured()
    expect(await reader.openCamera(hello(), peer)).toMatchObject({ ok: false })
  })

  it('one whose key is none is refused, and another may come', async () => {
    await begin()
    gate.agrees(() => Promise.resolve(undefined))
    expect(await reader.openCamera(hello(), peer)).toMatchObject({
      error: { code: 'face.frame_invalid' },
    })
    gate.agrees(() => Promise.reject(new Error('bug')))
    expect(await reader.openCamera(hello(), peer)).toMatchObject({ ok: false })
    gate.agrees(() => Promise.resolve(OWN_KEY))
    await openCamera()
  })

  it('one that is let in after the capture is over is closed', async () => {
    await begin()
    let agree: (key: Uint8Array) => void = () => {}
    gate.agrees(
      () =>
        new Promise((resolve) => {
          agree = resolve
        }),
    )
    const opening = reader.openCamera(hello(), peer)
    reader.finish(ID, 'left')
    agree(OWN_KEY)
    expect(await opening).toMatchObject({ ok: false })
    expect(camera).toEqual(['close'])
  })
})

describe('whether a face can be read', () => {
  it('is said by terms, gate and key, and told when it changes', async () => {
    let changes = 0
    const end = reader.onReadiness(() => {
      changes += 1
    })
    expect(reader.readiness()).toEqual({ kind: 'ready', guidedBy: 'page' })
    gate.isReady(err({ cause: 'face.model_missing', detail: 'detector' }))
    expect(reader.readiness()).toEqual({
      ...{ kind: 'not_ready', cause: 'face.model_missing', detail: 'detector' },
    })
    expect(changes).toBe(1)
    await begin()
    expect(failures()).toEqual([failed('face.model_missing')])
    gate.isReady(ok(undefined))
    terms = undefined
    termsChanged()
    expect(reader.readiness()).toEqual({ kind: 'not_ready', cause: 'face.not_offered' })
    expect(changes).toBe(3)
    end()
    termsChanged()
    expect(changes).toBe(3)
  })

  it('F-12: the key is there before a customer comes, kept while the service is away', async () => {
    expect(provider.keyAsked).toEqual([TERMS.sealingKeySha256])
    provider.hasKey(err(problem('face.service_unreachable')))
    clock.advance(600_000)
    await settled()
    expect(provider.keyAsked).toHaveLength(2)
    expect(reader.readiness()).toMatchObject({ kind: 'ready' })
    provider.hasKey(err(problem('face.service_not_verified')))
    clock.advance(2_000)
    await settled()
    expect(reader.readiness()).toEqual({ kind: 'not_ready', cause: 'face.service_not_verified' })
    provider.hasKey(ok(KEY))
    clock.advance(5_000)
    await settled()
    expect(reader.readiness()).toMatchObject({ kind: 'ready' })
  })

  it('F-12: the key of an earlier grant is not used for the next', async () => {
    provider.hasKey(err(problem('face.service_unreachable')))
    terms = { ...TERMS, sealingKeySha256: 'b'.repeat(64) }
    termsChanged()
    await settled()
    expect(provider.keyAsked.at(-1)).toBe('b'.repeat(64))
    expect(reader.readiness()).toEqual({ kind: 'not_ready', cause: 'face.service_unreachable' })
    await begin({ terms: TERMS })
    await begin({ captureId: OTHER_ID, terms })
    expect(gate.calls.filter((one) => one.startsWith('begin'))).toEqual([])
    expect(failures()).toHaveLength(2)
  })

  it('F-12: an answer about the key of an earlier grant comes too late', async () => {
    let answerFirst: (key: Result<Uint8Array, Problem>) => void = () => {}
    const asked: string[] = []
    const keys = new SealingKeyKeeper({
      authority: {
        sealingKey(sha256) {
          asked.push(sha256)
          if (asked.length > 1) return Promise.resolve(ok(KEY))
          return new Promise((resolve) => {
            answerFirst = resolve
          })
        },
      },
      clock,
      onChange() {},
    })
    keys.want('old')
    keys.want('new')
    await settled()
    answerFirst(ok(OWN_KEY))
    await settled()
    expect([keys.key('old'), keys.key('new')]).toEqual(['face.service_unreachable', KEY])
    keys.want('new')
    expect(asked).toEqual(['old', 'new'])
  })

  it('closing ends what is under way, and leaves no timer', async () => {
    await begin()
    await openCamera()
    await reader.close()
    expect(camera.at(-1)).toBe('close')
    expect(gate.calls.slice(-2)).toEqual([`wipe ${ID}`, 'close'])
    expect(clock.pendingCount()).toBe(0)
    expect(reader.readiness()).toEqual({ kind: 'not_ready', cause: 'face.not_offered' })
  })
})
