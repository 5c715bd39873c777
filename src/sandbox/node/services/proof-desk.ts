import { takeCounter } from '../../services/counter-window.ts'
import { readPlace } from '../../services/payment-gate.ts'
import type { TerminalRow } from '../../services/records.ts'
import { leapM } from '../../services/travel.ts'
import { type Proof, paymentText, readProof } from '../../services/wire.ts'
import type { WireRequest } from '../../wire-checks.ts'
import { readPublicKey, sha256, verifyText } from './issuers.ts'
import type { Registry } from './registry.ts'
import type { RiskDesk } from './risk-desk.ts'

const SKEW_MAX_MS = 300_000

export type Proven =
  | { readonly kind: 'proven'; readonly terminal: TerminalRow }
  | { readonly kind: 'refused'; readonly reason: string }
  /** There is nothing that could be wrong. */
  | { readonly kind: 'absent' }

const refused = (reason: string): Proven => ({ kind: 'refused', reason })

/** Tells which machine makes a payment call. Every method expects a ledger transaction. */
export class ProofDesk {
  readonly #registry: Registry
  readonly #risk: RiskDesk

  constructor(registry: Registry, risk: RiskDesk) {
    this.#registry = registry
    this.#risk = risk
  }

  /**
   * Looks at the proof of one request, once: its counter is used up by that.
   * @param merchantId by whose certificate the request came
   */
  verify(request: WireRequest, merchantId: string): Proven {
    const proof = readProof(request.headers)
    if (proof === 'absent') return { kind: 'absent' }
    if (proof === 'malformed') return refused('proof.missing')
    const terminal = this.#registry.table.terminals.get(proof.serial)
    if (terminal === undefined || terminal.status === 'RELEASED') return refused('terminal.unknown')
    const key = readPublicKey(terminal.publicKey)
    if (proof.kid !== terminal.kid || key === undefined) return refused('signature.wrong')
    const text = paymentText(request, proof, sha256(request.body))
    if (!verifyText(text, key.key, proof.signature)) return refused('signature.wrong')
    if (terminal.status === 'SUSPENDED') return refused('terminal.suspended')
    return this.#believe(terminal, proof, merchantId)
  }

  /** The key has signed; whether it is the only one of its kind, in the one place it may be. */
  #believe(terminal: TerminalRow, proof: Proof, merchantId: string): Proven {
    const copied = (reason: string, facts: Readonly<Record<string, number | string>> = {}) => {
      this.#risk.suspendCopied(terminal, reason, facts)
      return refused(reason)
    }
    const counters = takeCounter(terminal.counters, proof.counter)
    if (counters === undefined) return copied('counter.replayed')
    if (terminal.merchantId !== merchantId) return copied('terminal.elsewhere')
    const nowMs = this.#registry.nowMs()
    const place = readPlace(proof.place === '' ? undefined : proof.place)
    const seen = typeof place === 'object' ? { ...place, atMs: nowMs } : terminal.seen
    const distance_m = seen && leapM(terminal.seen, seen)
    if (distance_m !== undefined) return copied('terminal.elsewhere', { distance_m })
    const counted = this.#registry.saveTerminal({ ...terminal, counters, seen })
    if (Math.abs(nowMs - proof.timestampMs) > SKEW_MAX_MS) return refused('clock.skew')
    if (proof.deviceType !== terminal.deviceType) return refused('device_type.differs')
    if (proof.appVersion !== terminal.appVersion) return refused('app_version.differs')
    return { kind: 'proven', terminal: counted }
  }
}
