import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FaceCode } from '../../../src/domain/face-errors.ts'
import type { SceneDecision, SceneRequest } from '../../../src/ports/scene.ts'
import { createFakeFaceReader, FACE_CODE, FACE_TERMS } from '../../support/fake-face-reader.ts'
import { createScriptedGate, type ScriptedGate } from '../../support/scripted-gate.ts'
import { paidAnswer } from '../../support/scripted-gateway.ts'
import { CODE, openTill, type Till } from '../../support/till.ts'

let till: Till
let gate: ScriptedGate
let reader: ReturnType<typeof createFakeFaceReader>
beforeEach(async () => {
  gate = createScriptedGate()
  gate.setFaceTerms(FACE_TERMS)
  reader = createFakeFaceReader()
  till = await openTill({ scene: gate, face: reader })
})
afterEach(() => till.close())

const DIGITS = { digits: '4321' }
const AGREED = { noticeVersion: '1' }
const customer = () => till.engine.screen().customer
const faceOf = (saleId: string) => till.sale(saleId).face

/** A sale whose customer has agreed; the camera looks. */
async function agreed(): Promise<string> {
  const { id } = await till.sell()
  expect(await till.face(id, 'choose')).toMatchObject({ ok: true })
  expect(await till.face(id, 'consent', AGREED)).toMatchObject({ ok: true })
  return id
}

/** One whose customer has confirmed; the provider is being asked. */
async function confirmed(): Promise<string> {
  const id = await agreed()
  await reader.tell({ kind: 'captured' })
  expect(await till.face(id, 'confirm', DIGITS)).toMatchObject({ ok: true })
  return id
}

const code = () =>
  reader.tell({ kind: 'code', credential: { code: FACE_CODE, type: 'payment_code' } })

describe('face pay', () => {
  it('P1, P2: is one attempt under the number that was agreed to, durable before it is charged', async () => {
    const id = await confirmed()
    expect(till.gateway.calls).toEqual([])
    await code()
    const { expected, code: sent } = till.gateway.last()
    expect(sent).toBe(FACE_CODE)
    expect(expected).toMatchObject({ face: 'payment_code', amountFen: 1_230 })
    const { outTradeNo } = reader.orders[0] ?? {}
    expect(till.sale(id).attempts).toMatchObject([{ outTradeNo, interface: 'FACEPAY' }])
    await till.gateway.last().answer(paidAnswer(till.gateway.last()))
    expect(till.sale(id)).toMatchObject({ phase: 'paid' })
    expect(reader.did.at(-1)).toMatch(/finish \w+ paid/)
  })

  it('F-01: opens no camera before somebody agreed', async () => {
    const { id } = await till.sell()
    expect(customer().face).toMatchObject({ stage: 'offered' })
    await till.face(id, 'choose')
    expect(customer().face).toMatchObject({ stage: 'notice', notice: FACE_TERMS.notice })
    expect(reader.did).toEqual([])
    await till.face(id, 'consent', AGREED)
    expect(reader.did).toHaveLength(1)
    expect(customer().face).toMatchObject({ stage: 'capturing', guidedBy: 'page' })
  })

  it('F-05, P7: keeps who agreed to what, and takes no agreement to another notice', async () => {
    const { id } = await till.sell()
    await till.face(id, 'choose')
    expect(await till.face(id, 'consent', { noticeVersion: '0' })).toMatchObject({
      error: { code: 'face.consent_old' },
    })
    await till.face(id, 'consent', AGREED)
    const [capture] = faceOf(id)?.captures ?? []
    expect(capture).toMatchObject({ noticeVersion: '1', consentedAtMs: till.clock.nowMs() })
    expect(reader.orders[0]?.consent).toMatchObject({ id: capture?.consentId, noticeVersion: '1' })
    expect(await till.face(id, 'consent', AGREED)).toMatchObject({ ok: false })
  })

  it('F-16, P2: charges nothing that nobody confirmed', async () => {
    const id = await agreed()
    await reader.tell({ kind: 'captured' })
    await code()
    expect(till.gateway.calls).toEqual([])
    expect(till.sale(id).attempts).toEqual([])
  })

  it('F-16: a device has it confirmed on its own screen', async () => {
    reader.setReadiness({ kind: 'ready', guidedBy: 'device' })
    const id = await agreed()
    await code()
    expect(till.sale(id).attempts).toHaveLength(1)
  })

  it('asks for four digits where the grant does, and passes them on once', async () => {
    const id = await agreed()
    await reader.tell({ kind: 'captured' })
    expect(customer().face).toMatchObject({ stage: 'confirming', confirmBy: 'digits' })
    expect(await till.face(id, 'confirm')).toMatchObject({ error: { code: 'api.bad_request' } })
    await till.face(id, 'confirm', DIGITS)
    expect(reader.did.at(-1)).toMatch(/confirm \w+ 4321/)
    expect(await till.face(id, 'confirm', DIGITS)).toMatchObject({ ok: false })
  })

  it('F-02, P6: P2: a payment code ends it at every step, and is charged', async () => {
    for (const begin of [agreed, confirmed]) {
      const id = await begin()
      till.scanner.present(till.freshCode())
      expect(till.sale(id).attempts.at(-1)).toMatchObject({ interface: 'MICROPAY' })
      expect(faceOf(id)?.captures.at(-1)).toMatchObject({ result: 'code_shown' })
      expect(reader.did.at(-1)).toMatch(/finish \w+ left/)
      await code()
      expect(till.sale(id).attempts).toHaveLength(1)
      await till.gateway.last().answer(paidAnswer(till.gateway.last()))
    }
  })

  it('F-03, F-06, P9: leaving wipes, sends nothing, and nobody is asked again', async () => {
    const id = await agreed()
    await reader.tell({ kind: 'captured' })
    await till.face(id, 'decline')
    expect(reader.did).toEqual([expect.stringMatching(/begin/), expect.stringMatching(/left/)])
    expect(customer().face).toBeUndefined()
    expect(await till.face(id, 'choose')).toMatchObject({ error: { code: 'face.off_for_sale' } })
    expect(till.sale(id)).toMatchObject({ phase: 'armed' })
  })

  it('F-21: ends after 20 s, and after three failures for this sale', async () => {
    const { id } = await till.sell()
    for (let tries = 1; tries <= 3; tries += 1) {
      await till.face(id, 'choose')
      await till.face(id, 'consent', AGREED)
      till.clock.advance(19_999)
      expect(faceOf(id)).toMatchObject({ step: 'capturing' })
      till.clock.advance(1)
      expect(faceOf(id)).toMatchObject({ step: 'idle', failures: tries, cause: 'face.no_face' })
    }
    expect(faceOf(id)?.isOff).toBe(true)
    expect(customer().face).toBeUndefined()
    expect(customer().hint?.en).toMatch(/payment code/)
  })

  it('F-05: a consent is good for a minute', async () => {
    const id = await confirmed()
    till.clock.advance(60_000)
    expect(faceOf(id)).toMatchObject({ step: 'idle', cause: 'face.service_unreachable' })
    await code()
    expect(till.gateway.calls).toEqual([])
  })

  it.each<[FaceCode, boolean]>([
    ['face.not_live', false],
    ['face.wrong_digits', false],
    ['face.minor', true],
    ['face.no_camera', true],
    ['face.service_unreachable', true],
  ])('F-07, F-21: %s ends face pay for the sale: %s', async (cause, isOff) => {
    const id = await agreed()
    await reader.tell({ kind: 'failed', cause })
    expect(faceOf(id)?.isOff ?? false).toBe(isOff)
    expect(faceOf(id)?.captures).toMatchObject([{ result: cause }])
    expect(till.engine.screen().cashier.face?.problem?.code).toBe(cause)
  })

  it('F-22: a measure that comes in the middle closes the camera and sends nothing', async () => {
    const id = await confirmed()
    gate.answer(noFace)
    gate.change()
    expect(faceOf(id)).toMatchObject({ step: 'idle', isOff: true })
    expect(reader.did.at(-1)).toMatch(/finish \w+ left/)
    await code()
    expect(till.gateway.calls).toEqual([])
    till.scanner.present(CODE)
    expect(till.gateway.last().code).toBe(CODE)
  })

  it('P7: the scene is asked when the code comes and once more before it is sent', async () => {
    const id = await confirmed()
    gate.answer(noFace)
    await code()
    expect(till.sale(id).attempts).toEqual([])
    const last = till.journal.rows(1, 1_000).at(-1)
    expect(last?.event).toMatchObject({ kind: 'face_failed', refusal: 'scene.scene_removed' })
  })

  it('is not offered where the scene, the grant or the reader says no', async () => {
    await till.sell()
    const isOffered = () => customer().face !== undefined
    expect(isOffered()).toBe(true)
    reader.setReadiness({ kind: 'not_ready', cause: 'face.model_missing' })
    expect(isOffered()).toBe(false)
    reader.setReadiness({ kind: 'ready', guidedBy: 'page' })
    gate.setFaceTerms(undefined)
    expect(isOffered()).toBe(false)
    gate.setFaceTerms(FACE_TERMS)
    gate.answer(noFace)
    expect(isOffered()).toBe(false)
  })

  it('is drawn without asking as if somebody wanted to be charged', async () => {
    await till.sell()
    customer()
    const asked = gate.requests.filter(({ interface: by }) => by === 'FACEPAY')
    expect(new Set(asked.map(({ action }) => action))).toEqual(new Set(['offer']))
  })

  it('is not offered above what one payment by face may be', async () => {
    gate.answer(({ interface: by }) =>
      by === 'FACEPAY' ? { ...ALLOWED, ceilingFen: 1_229 } : undefined,
    )
    await till.sell()
    expect(customer().face).toBeUndefined()
  })

  it('P6: neither code nor digits are in the journal', async () => {
    await confirmed()
    await code()
    const rows = till.journal.rows(1, 1_000).map(({ event }) => JSON.stringify(event))
    expect(rows.join('\n')).not.toMatch(new RegExp(`${FACE_CODE}|4321`))
    expect(rows.join('\n')).toMatch(/face_recognised/)
  })

  it('P4: a result that nobody knows is asked for as an order paid by face', async () => {
    const id = await confirmed()
    await code()
    await till.gateway.last().answer({ kind: 'unknown', cause: 'gateway.timeout', sent: true })
    till.clock.advance(5_000)
    expect(till.gateway.last()).toMatchObject({ kind: 'query', expected: { face: 'payment_code' } })
    await till.gateway.last().answer(paidAnswer(till.gateway.last()))
    expect(till.sale(id).phase).toBe('paid')
  })

  it('the notice ends by itself and agrees to nothing', async () => {
    const { id } = await till.sell()
    await till.face(id, 'choose')
    till.clock.advance(60_000)
    expect(faceOf(id)).toMatchObject({ step: 'idle', captures: [] })
    expect(reader.did).toEqual([])
  })
})

const ALLOWED = { kind: 'allow', grantVersion: 'grant-1', sendWithoutCredit: false } as const

/** M6: faces are out, payment codes are not. */
function noFace(request: SceneRequest): SceneDecision | undefined {
  if (request.interface !== 'FACEPAY') return undefined
  return { kind: 'refuse', code: 'scene.scene_removed', check: 'measures' }
}
