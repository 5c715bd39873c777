import type { CheckoutEvent, Effect, WaitedFor } from '../checkout/events.ts'
import { LIMITS } from '../domain/limits.ts'
import { lastAttempt, type Sale } from '../domain/sale.ts'
import type { Clock } from '../ports/clock.ts'
import type {
  Gateway,
  GatewayAnswer,
  RefundAnswer,
  RefundRequest,
  SignedCharge,
} from '../ports/gateway.ts'
import type { Scanner } from '../ports/scanner.ts'
import type { SceneRefusal } from '../ports/scene.ts'
import type { FaceDesk } from './face-desk.ts'
import { redactAnswer } from './record.ts'
import type { SceneDesk } from './scene-desk.ts'
import type { SteadyTime } from './steady-time.ts'
import { Turnstile } from './turnstile.ts'
import type { UsedCodes } from './used-codes.ts'
import type { Vault } from './vault.ts'

export type EffectRunnerOptions = {
  readonly gateway: Gateway
  readonly scanners: readonly Scanner[]
  readonly clock: Clock
  readonly vault: Vault
  readonly used: UsedCodes
  readonly time: SteadyTime
  readonly scene: SceneDesk
  readonly face: Pick<FaceDesk, 'run'>
  readonly post: (event: CheckoutEvent) => void
}

/** Carries out the orders of the checkout. Every outcome comes back as an event. */
export class EffectRunner {
  readonly #options: EffectRunnerOptions
  readonly #timers = new Map<string, () => void>()
  readonly #questions = new Turnstile(LIMITS.questionsAtOnce)
  readonly #signed = new Map<string, SignedCharge>()

  constructor(options: EffectRunnerOptions) {
    this.#options = options
  }

  /** Ends all waits. Requests under way end by themselves; nobody listens to their answers. */
  stop(): void {
    for (const cancel of this.#timers.values()) cancel()
    this.#timers.clear()
    this.#questions.clear()
  }

  /**
   * Begins to sign the charges among effects that are about to be made durable, on another thread
   * while the disk writes. Nothing is sent. The code leaves the vault here, for this one use.
   */
  sign(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind !== 'charge') continue
      const attempt = lastAttempt(effect.sale)
      const held = this.#options.vault.take(effect.credentialRef)
      if (!attempt || held === undefined) continue
      const { code, digest } = held
      this.#options.used.use(attempt.outTradeNo, digest)
      const { outTradeNo, amountFen, merchantId, appId, storeId, noCredit, face } = attempt
      const { description } = effect.sale
      const charge = {
        ...{ outTradeNo, amountFen, merchantId, appId, storeId, code, description },
        ...(noCredit ? { noCredit } : {}),
        ...(face === undefined ? {} : { face }),
      }
      this.#signed.set(outTradeNo, this.#options.gateway.signCharge(charge))
    }
  }

  /** Drops charges that were signed and could not be made durable. */
  drop(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind !== 'charge') continue
      const outTradeNo = lastAttempt(effect.sale)?.outTradeNo ?? ''
      this.#signed.delete(outTradeNo)
      this.#options.used.giveBack(outTradeNo)
    }
  }

  /** Begins one effect; returns at once. */
  run(effect: Effect): void {
    switch (effect.kind) {
      case 'charge':
        this.#charge(effect.sale)
        return
      case 'query':
      case 'reverse':
        this.#ask(effect.kind, effect.sale)
        return
      case 'refund':
      case 'query_refund':
        this.#refund(effect)
        return
      case 'start_face':
      case 'confirm_face':
      case 'finish_face':
        this.#options.face.run(effect)
        return
      case 'wait':
        this.#wait(effect)
        return
      case 'stop_waiting':
        this.#timers.get(effect.key)?.()
        this.#timers.delete(effect.key)
        return
      case 'enable_scanner':
        this.#options.gateway.expectCharge()
        for (const scanner of this.#options.scanners) scanner.enable()
        return
      case 'disable_scanner':
        for (const scanner of this.#options.scanners) scanner.disable(effect.reason)
    }
  }

  #charge(sale: Sale): void {
    const attempt = lastAttempt(sale)
    if (!attempt) return
    const { outTradeNo, step } = attempt
    const signed = this.#signed.get(outTradeNo)
    this.#signed.delete(outTradeNo)
    const refusal = this.#options.scene.release(attempt)
    if (refusal) {
      const { code, check } = refusal
      this.#options.used.giveBack(outTradeNo)
      const atMs = this.#options.time.nowMs()
      const about = { saleId: sale.id, outTradeNo, step }
      this.#options.post({ kind: 'charge_withheld', atMs, ...about, code, check })
      return
    }
    if (signed === undefined) {
      this.#answered('charge_answered', sale, {
        kind: 'unknown',
        cause: 'code.too_late',
        sent: false,
      })
      return
    }
    void signed.send().then((answer) => {
      if (answer.kind === 'unknown' && !answer.sent) this.#options.used.giveBack(outTradeNo)
      this.#answered('charge_answered', sale, answer)
    })
  }

  #ask(kind: 'query' | 'reverse', sale: Sale): void {
    const attempt = lastAttempt(sale)
    if (!attempt) return
    const { outTradeNo, amountFen, merchantId, appId, face } = attempt
    const about = {
      ...{ outTradeNo, amountFen, merchantId, appId },
      ...(face === undefined ? {} : { face }),
    }
    const { gateway, scene } = this.#options
    const ask = () => {
      const refusal = scene.mayRecover(kind, attempt.interface)
      const asked = refusal ? notAsked(refusal) : gateway[kind](about)
      return asked.then((answer) =>
        this.#answered(kind === 'query' ? 'query_answered' : 'reverse_answered', sale, answer),
      )
    }
    // Nobody stands and waits for what a start found.
    this.#questions.pass(ask, attempt.waitsFromMs === undefined)
  }

  #refund(effect: Extract<Effect, { kind: 'refund' | 'query_refund' }>): void {
    const { sale, outRefundNo, kind } = effect
    const refund = sale.refunds?.find((made) => made.outRefundNo === outRefundNo)
    const attempt = sale.attempts.find(({ outTradeNo }) => outTradeNo === refund?.outTradeNo)
    if (!refund || !attempt) return
    const { time } = this.#options
    const request = {
      outRefundNo,
      outTradeNo: attempt.outTradeNo,
      merchantId: attempt.merchantId,
      appId: attempt.appId,
      totalFen: attempt.amountFen,
      refundFen: refund.amountFen,
      reason: refund.reason,
    }
    const isSubmit = kind === 'refund'
    const ask = () =>
      this.#askAboutRefund(kind, request).then((answer) =>
        this.#options.post({
          kind: isSubmit ? 'refund_answered' : 'refund_query_answered',
          atMs: time.nowMs(),
          saleId: sale.id,
          outRefundNo,
          step: refund.step,
          answer: redactAnswer(answer),
        }),
      )
    this.#questions.pass(ask, refund.waitsFromMs === undefined)
  }

  /**
   * A refund that the scene refuses is not sent: as a definite refusal it still has to be confirmed by a
   * query, because an earlier request under its number may have arrived.
   */
  #askAboutRefund(kind: 'refund' | 'query_refund', request: RefundRequest): Promise<RefundAnswer> {
    const { gateway, scene } = this.#options
    if (kind === 'refund') {
      const refusal = scene.mayRefund()
      if (refusal) return Promise.resolve({ kind: 'refused', cause: refusal.code })
      return gateway.refund(request)
    }
    const refusal = scene.mayRecover('query')
    return refusal ? notAsked(refusal) : gateway.queryRefund(request)
  }

  #answered(
    kind: 'charge_answered' | 'query_answered' | 'reverse_answered',
    sale: Sale,
    answer: GatewayAnswer,
  ): void {
    const attempt = lastAttempt(sale)
    if (!attempt) return
    this.#options.post({
      kind,
      atMs: this.#options.time.nowMs(),
      saleId: sale.id,
      outTradeNo: attempt.outTradeNo,
      step: attempt.step,
      answer: redactAnswer(answer),
    })
  }

  #wait(effect: Extract<Effect, { kind: 'wait' }>): void {
    this.#timers.get(effect.key)?.()
    const delayMs = Math.max(0, effect.dueAtMs - this.#options.time.nowMs())
    const cancel = this.#options.clock.after(delayMs, () => {
      if (this.#timers.get(effect.key) === cancel) this.#timers.delete(effect.key)
      this.#options.post(
        stampWaited(effect.fires, Math.max(effect.dueAtMs, this.#options.time.nowMs())),
      )
    })
    this.#timers.set(effect.key, cancel)
  }
}

/** Nobody was asked, and no byte left: the outcome stays as unknown as it was. */
function notAsked({ code }: SceneRefusal) {
  return Promise.resolve({ kind: 'unknown' as const, cause: code, sent: false })
}

function stampWaited(fires: WaitedFor, atMs: number): CheckoutEvent {
  return { ...fires, atMs }
}
