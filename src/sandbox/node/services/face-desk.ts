import type { FaceFault, FaceScenario } from '../../face-scenarios.ts'
import type { FaceScriptEntry } from '../../script.ts'
import { scenarioOfFaceScript } from '../../script.ts'
import type { FaceRefusal, FaceRequest } from '../../services/face-wire.ts'
import { CONFIRM_KINDS, consentRefusal, faceRequestSchema } from '../../services/face-wire.ts'
import type { TerminalRow } from '../../services/records.ts'
import type { ServiceAnswer } from '../../services/wire.ts'
import { isServiceRefusal, refuseService } from '../../services/wire.ts'
import type { FaceAudit } from '../faces/face-audit.ts'
import type { FaceRecogniser } from '../faces/face-provider.ts'
import type { PaymentGate } from './gate.ts'
import type { Registry } from './registry.ts'

/** An answer about a face, and what is to be done to it on its way. */
export type FaceAnswer = {
  readonly answer: ServiceAnswer
  readonly fault?: FaceFault | undefined
  /** How long the fault lasts. */
  readonly delayMs?: number
}

/**
 * The gateway's part of face pay: who may ask, for how much, with whose consent. It passes the sealed
 * picture on to the provider, which alone can open it, and keeps nothing of it. Expects a ledger
 * transaction.
 */
export class FaceDesk {
  readonly #provider: FaceRecogniser
  readonly #registry: Registry
  readonly #gate: PaymentGate
  readonly #audit: FaceAudit
  readonly #log: (line: string) => void
  #script: readonly FaceScriptEntry[] = []
  #seen = 0
  #last: unknown

  constructor(parts: {
    readonly provider: FaceRecogniser
    readonly registry: Registry
    readonly gate: PaymentGate
    readonly audit: FaceAudit
    readonly log: (line: string) => void
  }) {
    this.#provider = parts.provider
    this.#registry = parts.registry
    this.#gate = parts.gate
    this.#audit = parts.audit
    this.#log = parts.log
  }

  /** Replaces the script and starts counting recognitions anew. */
  script(entries: readonly FaceScriptEntry[]): void {
    this.#script = entries
    this.#seen = 0
  }

  /** `GET faces/key`. */
  key(): ServiceAnswer {
    const { publicBytes, sha256 } = this.#provider
    return { status: 200, value: { key: Buffer.from(publicBytes).toString('base64'), sha256 } }
  }

  /** `POST faces`. */
  recognise(terminal: TerminalRow, body: unknown): FaceAnswer {
    const reading = faceRequestSchema.safeParse(body)
    if (!reading.success) {
      const field = reading.error.issues[0]?.path.join('.') ?? ''
      return { answer: refuseService('request.refused', { field }) }
    }
    const { data } = reading
    const barred = this.#refuseScene(terminal, data)
    if (barred !== undefined && isServiceRefusal(barred)) {
      this.#note(terminal, data, barred)
      return { answer: refuseService(barred, this.#news(terminal, barred)) }
    }
    const own = barred ?? this.#refuseConsent(terminal, data)
    if (own !== undefined) return this.#say(terminal, data, { result: 'refused', code: own })
    this.#seen += 1
    const { outcome, scenario, delayMs } = this.#choose(data)
    const said = this.#provider.recognise(data, terminal.serial, outcome)
    if (said.kind === 'refused')
      return this.#say(terminal, data, { result: 'refused', code: said.code })
    const value = {
      result: 'recognised',
      face_code: said.code,
      code_type: 'payment_code',
      expires_at_ms: said.expiresAtMs,
    }
    return this.#spoil(this.#say(terminal, data, value), { fault: scenario.fault, delayMs })
  }

  #choose(data: FaceRequest): {
    readonly outcome: FaceRefusal | undefined
    readonly scenario: FaceScenario
    readonly delayMs: number
  } {
    const nth = this.#seen
    const wish = { amountFen: data.amount, outTradeNo: data.out_trade_no, nth }
    const { scenario, params } = scenarioOfFaceScript(this.#script, wish)
    return { outcome: scenario.refusal, scenario, delayMs: (params.seconds ?? 0) * 1000 }
  }

  /** Why the scene does not allow it: the terminal's standing, its grant, measures and limits. */
  #refuseScene(terminal: TerminalRow, data: FaceRequest): string | undefined {
    const { grant_id: grantId, version } = data.grant
    if (data.store_id !== terminal.storeId) return 'capture.invalid'
    return this.#gate.refuseFace({ terminal, grantId, version, amountFen: data.amount })
  }

  #refuseConsent(
    terminal: TerminalRow,
    { grant, confirm, consent }: FaceRequest,
  ): string | undefined {
    const row = this.#registry.table.grants.get(`${terminal.serial}/${grant.version}`)
    const face = row?.document.face as { notice_version: string; confirm: string } | undefined
    if (face === undefined) return 'interface.not_granted'
    const kinds: Readonly<Record<string, string>> = CONFIRM_KINDS
    if (kinds[face.confirm] !== confirm.kind) return 'confirm.differs'
    const noticeVersion = face.notice_version
    return consentRefusal(consent, { noticeVersion, nowMs: this.#registry.nowMs() })
  }

  #news(terminal: TerminalRow, code: string): Readonly<Record<string, unknown>> {
    if (code === 'grant.version_too_low') return { minimum_version: terminal.minimumVersion }
    const revocation = terminal.revocations.at(-1)
    return code === 'grant.revoked' && revocation ? { revocation } : {}
  }

  #say(terminal: TerminalRow, data: FaceRequest, value: Record<string, unknown>): FaceAnswer {
    this.#note(terminal, data, String(value.code ?? value.result))
    const { capture_id, out_trade_no } = data
    return { answer: { status: 200, value: { ...value, capture_id, out_trade_no } } }
  }

  #note({ serial, storeId }: TerminalRow, data: FaceRequest, result: string): void {
    const { consent, capture_id, out_trade_no } = data
    const nowMs = this.#registry.nowMs()
    const sealed_bytes = Buffer.byteLength(data.sealed.ciphertext, 'base64')
    this.#audit.append({
      at: this.#registry.now(),
      terminal: serial,
      store: storeId,
      out_trade_no,
      capture_id,
      consent_id: consent.id,
      notice_version: consent.notice_version,
      result,
      duration_ms: Math.max(0, nowMs - consent.at_ms),
      sealed_bytes,
    })
    this.#log(`face ${serial} ${out_trade_no} ${result} ${sealed_bytes} bytes sealed`)
  }

  #spoil({ answer }: FaceAnswer, how: Pick<FaceAnswer, 'fault'> & { delayMs: number }): FaceAnswer {
    const { fault, delayMs } = how
    const value = answer.value as Record<string, unknown>
    const last = this.#last
    this.#last = value
    if (fault === 'other_order') {
      return { answer: { ...answer, value: { ...value, out_trade_no: 'SANDBOX-ANOTHER-ORDER' } } }
    }
    if (fault === 'other_capture') {
      return { answer: { ...answer, value: { ...value, capture_id: '0'.repeat(32) } } }
    }
    if (fault === 'old_value') return { answer: { ...answer, value: last ?? value } }
    return { answer, fault, delayMs }
  }
}
