import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type GateEvent, GateHost } from '../../../../src/face/node/gate-host.ts'
import { FACE_TEXT_BYTES } from '../../../../src/face/sealed-text.ts'
import { readPerson } from '../../../../src/sandbox/faces/recognise.ts'
import { drawScene } from '../../../../src/sandbox/faces/scene.ts'
import { systemClock } from '../../../../src/terminal/system.ts'
import { gateModels, NO_MODELS } from '../../../support/gate-models.ts'
import { playStory, TestGate } from '../../../support/gate-story.ts'
import { beginFor, SealingCamera, TestProvider } from '../../../support/sealing-camera.ts'

const CAPTURE_ID = 'ab'.repeat(16)

describe('a gate with networks', () => {
  const gate = new TestGate()
  beforeAll(() => (NO_MODELS ? undefined : gate.load(gateModels())))
  beforeEach((context) => {
    if (NO_MODELS) context.skip(NO_MODELS)
  })
  afterAll(() => gate.close())

  it('seals the face of somebody who does what is asked, for this order alone (F-12, F-14)', async () => {
    for (const [personId, format] of [
      [3, 'rgba'],
      [16, 'i420'],
    ] as const) {
      gate.lot = personId
      const { end, guidance } = await playStory(
        gate,
        { kind: 'pays', personId },
        { profile: 'rehearsal-1', format },
      )
      expect(guidance.at(-1)).toBe('done')
      if (end?.kind !== 'sealed') throw new Error(`ended as ${JSON.stringify(end)}`)
      const { context } = beginFor(gate.provider, { captureId: CAPTURE_ID, profile: '' }).sealing
      const text = gate.provider.open(end.sealed, context)
      expect(text.length).toBe(FACE_TEXT_BYTES)
      expect(text.subarray(0, 4).toString()).toBe(Buffer.from('GTF1').toString())
      expect(readPerson(Uint8Array.from(text.subarray(8)))).toBe(personId)
      const other = { ...context, order: { ...context.order, amountFen: 1 } }
      expect(() => gate.provider.open(end.sealed, other)).toThrow()
    }
  })

  it('lets somebody pass whom the liveness networks think live', async () => {
    const { end } = await playStory(gate, { kind: 'pays', personId: 9 }, { profile: 'passive-1' })
    expect(end?.kind).toBe('sealed')
  })

  it.each([
    ['printed_photo', 'rehearsal-1', 'face.not_live'],
    ['screen_replay', 'rehearsal-1', 'face.not_live'],
    ['printed_photo', 'passive-1', 'face.not_live'],
    ['does_not_turn', 'rehearsal-1', 'face.not_live'],
    ['turns_the_other_way', 'rehearsal-1', 'face.not_live'],
    ['frozen', 'passive-1', 'face.camera_lost'],
    ['two_people', 'passive-1', 'face.no_face'],
    ['blurred', 'passive-1', 'face.no_face'],
    ['nobody', 'passive-1', 'face.no_face'],
    ['dark', 'passive-1', 'face.no_face'],
  ] as const)('seals nothing of %s under %s (F-15, F-21)', async (kind, profile, cause) => {
    gate.lot = 1
    const { end } = await playStory(gate, { kind, personId: 3 }, { profile, everyMs: 200 })
    expect(end).toMatchObject({ kind: 'failed', cause })
    // Whatever came of it, nothing of it is left (F-10).
    expect(gate.memory.protection().allocatedBytes).toBe(0)
  })

  it('fails a capture whose frames were not sealed for it, and overwrites it', async () => {
    const camera = await gate.begin(CAPTURE_ID, 'rehearsal-1')
    const { width, height, rgba } = drawScene(1, {}, 0)
    const size = { width, height, format: 'rgba' } as const
    const frame = camera.seal(new Uint8Array(rgba.buffer), size)
    frame[1_000] = (frame[1_000] ?? 0) ^ 1
    expect(gate.memory.protection().allocatedBytes).toBeGreaterThan(0)
    await gate.runner.tell({ kind: 'frame', captureId: CAPTURE_ID, frame })
    expect(gate.last('failed')?.cause).toBe('face.frame_invalid')
    expect(gate.memory.protection().allocatedBytes).toBe(0)
  })

  it('overwrites everything of a capture in which something throws (F-10)', async () => {
    const camera = await gate.begin(CAPTURE_ID, 'rehearsal-1')
    const { width, height, rgba } = drawScene(1, {}, 0)
    const frame = camera.seal(new Uint8Array(rgba.buffer), { width, height, format: 'rgba' })
    gate.memory.wipeAll()
    await gate.runner.tell({ kind: 'frame', captureId: CAPTURE_ID, frame })
    expect(gate.last('failed')?.cause).toBe('face.gate_failed')
    expect(gate.memory.protection().allocatedBytes).toBe(0)
  })

  it('says so where a profile is unknown or its networks are not there', async () => {
    await gate.begin(CAPTURE_ID, 'passive-9')
    expect(gate.last('failed')?.cause).toBe('face.profile_unknown')
    const poor = new TestGate()
    await poor.load({ ...gateModels(), liveness: [] })
    await poor.begin(CAPTURE_ID, 'active-1')
    expect(poor.last('failed')?.cause).toBe('face.model_missing')
    await poor.begin(CAPTURE_ID, 'rehearsal-1')
    expect(poor.last('begun')).toBeDefined()
    await poor.close()
  })

  it('refuses a model that is none', async () => {
    const bad = new TestGate()
    const { detector, liveness } = gateModels()
    const broken = { ...detector, bytes: detector.bytes.slice(0, 1_000) }
    await bad.runner.tell({ kind: 'load', models: { detector: broken, liveness } })
    expect(bad.last('not_loaded')).toBeDefined()
    await bad.close()
  })

  it('works in a thread of its own, and ends there', async () => {
    const provider = new TestProvider()
    const camera = new SealingCamera(CAPTURE_ID)
    const host = new GateHost({ models: gateModels(), clock: systemClock })
    await new Promise<void>((resolve) => {
      host.onReadiness(() => resolve())
    })
    expect(host.readiness()).toEqual({ kind: 'ready' })
    const events: GateEvent[] = []
    await new Promise<void>((resolve) => {
      host.begin(beginFor(provider, { captureId: CAPTURE_ID, profile: 'rehearsal-1' }), (event) => {
        events.push(event)
        if (event.kind === 'opened' && event.publicKey) camera.opened(event.publicKey)
        if (event.kind === 'guidance' && event.guidance !== 'closer') resolve()
        if (event.kind !== 'next') return
        const { width, height, rgba } = drawScene(
          5,
          { pose: { distanceM: 0.56 } },
          events.length * 30,
        )
        host.frame(
          CAPTURE_ID,
          camera.seal(new Uint8Array(rgba.buffer), { width, height, format: 'rgba' }),
        )
      })
      host.openCamera({ captureId: CAPTURE_ID, publicKey: camera.publicKey })
    })
    expect(events.findLast(({ kind }) => kind === 'guidance')).toMatchObject({
      guidance: 'hold_still',
    })
    await host.wipe(CAPTURE_ID)
    await host.close()
  })
})
