import { err, ok, type Result } from '../base/result.ts'
import type { CheckoutEvent, Effect, FaceWish } from '../checkout/events.ts'
import { type ErrorCode, type Problem, problem } from '../domain/errors.ts'
import { captureUnderWay } from '../domain/face.ts'
import type { FaceCode } from '../domain/face-errors.ts'
import { makeOutTradeNo } from '../domain/order-number.ts'
import { lastAttempt, type Sale } from '../domain/sale.ts'
import type {
  FaceCredential,
  FaceGuidance,
  FaceReader,
  FaceReaderEvent,
  FaceTerms,
} from '../ports/face.ts'
import type { Wish } from '../ports/terminal.ts'
import type { FaceFacts } from '../screen/face.ts'
import type { EngineOptions } from './options.ts'
import { permitOf, type SceneDesk } from './scene-desk.ts'
import type { SteadyTime } from './steady-time.ts'
import type { UsedCodes } from './used-codes.ts'
import type { Vault } from './vault.ts'

export type FaceDeskOptions = Pick<EngineOptions, 'face' | 'entropy' | 'binding'> & {
  readonly scene: SceneDesk
  readonly vault: Vault
  readonly used: UsedCodes
  readonly time: Pick<SteadyTime, 'nowMs'>
  readonly post: (event: CheckoutEvent) => void
  /** Something that the screens show became another. */
  readonly onChange: () => void
}

type FaceAct = Extract<Wish, { kind: 'face_wanted' }>
type FaceEffect = Extract<Effect, { kind: 'start_face' | 'confirm_face' | 'finish_face' }>

/** The last digits of the customer's phone. */
const DIGITS = /^\d{4}$/

/**
 * Between the checkout and whatever reads faces: says whether face pay is to be had, carries its orders
 * out, and makes events of what the reader tells. A face code goes into the vault like a payment code.
 */
export class FaceDesk {
  readonly #options: FaceDeskOptions
  #guidance: { readonly captureId: string; readonly now: FaceGuidance } | undefined
  /** The charge of a capture that the reader still waits to hear of. */
  #charged: { readonly captureId: string; readonly outTradeNo: string } | undefined
  #endReadiness = () => {}

  constructor(options: FaceDeskOptions) {
    this.#options = options
  }

  start(): void {
    const { face, onChange } = this.#options
    this.#endReadiness = face?.onReadiness(onChange) ?? this.#endReadiness
  }

  async stop(): Promise<void> {
    this.#endReadiness()
    await this.#options.face?.close()
  }

  /** Whether and how a sale may be paid by face. */
  facts(sale: Sale | undefined): FaceFacts {
    const { face } = this.#options
    const readiness = face?.readiness()
    const terms = this.#options.scene.faceTerms()
    if (!sale || readiness?.kind !== 'ready' || !terms) return { isOffered: false }
    const captureId = captureUnderWay(sale.face)?.captureId
    const isGuided = captureId !== undefined && this.#guidance?.captureId === captureId
    return {
      isOffered: this.#unavailable(sale) === undefined,
      notice: terms.notice,
      confirmBy: terms.confirm === 'digits' ? 'digits' : 'press',
      guidedBy: readiness.guidedBy,
      ...(readiness.isCameraElsewhere ? { isCameraElsewhere: true } : {}),
      ...(isGuided && this.#guidance ? { guidance: this.#guidance.now } : {}),
    }
  }

  /** Makes an event of an act; ids are drawn here, and digits go into the vault. */
  stamp(wish: FaceAct, sale: Sale | undefined): Result<FaceWish, Problem> {
    const { entropy, time } = this.#options
    const { saleId, act } = wish
    const atMs = time.nowMs()
    const event: FaceWish = { kind: 'face_wanted', atMs, saleId, act }
    if (act === 'decline' || sale === undefined) return ok(event)
    const unavailable = this.#unavailable(sale)
    if (unavailable !== undefined) return ok({ ...event, unavailable })
    const terms = this.#options.scene.faceTerms()
    if (act === 'consent') {
      const noticeVersion = wish.noticeVersion ?? ''
      // Another notice than the one that holds now was agreed to.
      if (noticeVersion !== terms?.notice.version) return err(problem('face.consent_old'))
      const captureId = hexOf(entropy.bytes(16))
      const outTradeNo = makeOutTradeNo(atMs, entropy.bytes(12))
      const consentId = entropy.uuid()
      return ok({ ...event, consented: { captureId, consentId, noticeVersion, outTradeNo } })
    }
    if (act === 'choose' || terms?.confirm !== 'digits') return ok(event)
    if (!DIGITS.test(wish.digits ?? '')) {
      return err(problem('api.bad_request', { field: 'digits', detail: 'four digits' }))
    }
    const held = { code: wish.digits ?? '', digest: '' }
    return ok({ ...event, digitsRef: this.#options.vault.put(held) })
  }

  /** The scene or the reader changed: a capture that may not go on is ended, and its camera closed (F-22). */
  whenChanged(sale: Sale | undefined): readonly CheckoutEvent[] {
    const capture = captureUnderWay(sale?.face)
    if (!sale || !capture || sale.phase !== 'armed') return []
    const unavailable = this.#unavailable(sale)
    if (unavailable === undefined) return []
    return [this.#failed(sale.id, capture.captureId, unavailable)]
  }

  /** Begins one effect; returns at once. */
  run(effect: FaceEffect): void {
    const { face } = this.#options
    switch (effect.kind) {
      case 'start_face':
        this.#begin(effect.sale, effect.captureId)
        return
      case 'confirm_face': {
        const { captureId, digitsRef } = effect
        const digits =
          digitsRef === undefined ? undefined : this.#options.vault.take(digitsRef)?.code
        face?.confirm(captureId, digits)
        return
      }
      case 'finish_face':
        this.#guidance = undefined
        face?.finish(effect.captureId, 'left')
    }
  }

  /** Steps became durable: the reader of a face that was charged hears what became of it. */
  kept(sales: readonly Sale[]): void {
    for (const sale of sales) {
      const attempt = lastAttempt(sale)
      const capture = sale.face?.captures.at(-1)
      if (!attempt || attempt.face === undefined || capture?.result !== 'charged') continue
      const { captureId, outTradeNo } = capture
      if (attempt.outTradeNo !== outTradeNo) continue
      if (attempt.phase === 'submitting') this.#charged = { captureId, outTradeNo }
      if (attempt.settledAtMs === undefined || this.#charged?.captureId !== captureId) continue
      this.#charged = undefined
      this.#guidance = undefined
      this.#options.face?.finish(captureId, attempt.outcome === 'PAID' ? 'paid' : 'not_paid')
    }
  }

  #begin(sale: Sale, captureId: string): void {
    const { face, binding, scene, time } = this.#options
    const capture = captureUnderWay(sale.face)
    const terms = scene.faceTerms()
    const decision = scene.mayCharge(sale, 'FACEPAY')
    if (!face || !capture || !terms || decision.kind === 'refuse') {
      const cause = decision.kind === 'refuse' ? decision.code : 'face.not_offered'
      this.#options.post(this.#failed(sale.id, captureId, cause))
      return
    }
    // The one before is charged, and nobody knows yet what came of it: its device is not kept waiting.
    if (this.#charged) face.finish(this.#charged.captureId, 'left')
    this.#charged = undefined
    this.#guidance = { captureId, now: 'starting' }
    const { outTradeNo, consentId, noticeVersion } = capture
    const order = {
      ...{ captureId, outTradeNo, terms },
      amountFen: sale.amountFen,
      storeId: binding.storeId,
      grantVersion: decision.grantVersion,
      consent: { id: consentId, noticeVersion, atMs: scene.trustedNowMs() ?? time.nowMs() },
    }
    face.capture(order, (told) => this.#told(sale, captureId, told))
  }

  #told(sale: Sale, captureId: string, told: FaceReaderEvent): void {
    const { post, time, onChange } = this.#options
    const about = { atMs: time.nowMs(), saleId: sale.id, captureId }
    switch (told.kind) {
      case 'guidance':
        this.#guidance = { captureId, now: told.guidance }
        onChange()
        return
      case 'captured':
        post({ kind: 'face_captured', ...about })
        return
      case 'code':
        post(this.#charge(sale, captureId, told.credential))
        return
      case 'code_instead':
        post({ kind: 'face_failed', ...about, cause: 'face.left' })
        return
      case 'failed':
        post({ kind: 'face_failed', ...about, cause: told.cause })
    }
  }

  /** The scene is asked again, now that there is a code (P7). */
  #charge(sale: Sale, captureId: string, { code, type }: FaceCredential): CheckoutEvent {
    const { scene, vault, used, binding, time, face } = this.#options
    const decision = scene.mayCharge(sale, 'FACEPAY')
    if (decision.kind === 'refuse') return this.#failed(sale.id, captureId, decision.code)
    const digest = used.digestOf(code)
    if (used.has(digest)) return this.#failed(sale.id, captureId, 'face.refused')
    const { grantVersion, ...permit } = permitOf(decision)
    const readiness = face?.readiness()
    const isByDevice = readiness?.kind === 'ready' && readiness.guidedBy === 'device'
    return {
      kind: 'face_recognised',
      atMs: time.nowMs(),
      saleId: sale.id,
      captureId,
      credentialRef: vault.put({ code, digest }),
      face: type,
      ...(isByDevice ? { byDevice: true } : {}),
      binding: { ...binding, interface: 'FACEPAY', grantVersion },
      ...permit,
    }
  }

  /** What keeps a sale from being paid by face now. */
  #unavailable(sale: Sale): ErrorCode | undefined {
    const { face, scene } = this.#options
    const readiness: ReturnType<FaceReader['readiness']> = face?.readiness() ?? NO_READER
    if (readiness.kind === 'not_ready') return readiness.cause
    const terms: FaceTerms | undefined = scene.faceTerms()
    if (terms === undefined) return 'face.not_offered'
    const decision = scene.mayOffer(sale, 'FACEPAY')
    return decision.kind === 'refuse' ? decision.code : undefined
  }

  #failed(saleId: string, captureId: string, why: ErrorCode): CheckoutEvent {
    const about = {
      kind: 'face_failed',
      atMs: this.#options.time.nowMs(),
      saleId,
      captureId,
    } as const
    // The customer is told what to do; the row says which check it was.
    if (!isFaceCode(why)) return { ...about, cause: 'face.not_offered', refusal: why }
    return { ...about, cause: why }
  }
}

const NO_READER = { kind: 'not_ready', cause: 'face.not_configured' } as const

function isFaceCode(code: ErrorCode): code is FaceCode {
  return code.startsWith('face.')
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
