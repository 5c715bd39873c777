import { beijingDate } from '../../beijing-time.ts'
import type { InterfaceType } from '../../services/interface-types.ts'
import type { GateFacts } from '../../services/payment-gate.ts'
import { gateCharge, gateRefund, readPlace } from '../../services/payment-gate.ts'
import type { TerminalRow } from '../../services/records.ts'
import type { WireRequest } from '../../wire-checks.ts'
import type { ProofDesk } from './proof-desk.ts'
import type { Registry } from './registry.ts'

/** Why a payment call is refused: how the payment wire spells it, and what it is. */
export type Barred = {
  readonly name: 'no_auth' | 'rule_limit' | 'code_invalid' | 'code_expired'
  readonly reason: string
}

/** What the gate looks at in a charge. */
export type ChargeAtGate = {
  readonly outTradeNo: string
  readonly amountFen: number
  readonly code: string
  readonly limitPay?: string | undefined
}
export type Admit = (charge: ChargeAtGate) => Barred | undefined

type Quoted = { readonly terminal: TerminalRow; readonly grantId: string; readonly version: number }

const GRANT = /^([0-9A-Za-z-]{1,64})\/([1-9]\d{0,14})$/
/** Interfaces a payment call can be made by. */
const TYPES: Readonly<Record<string, InterfaceType>> = { MICROPAY: 'MICROPAY', FACEPAY: 'FACEPAY' }

const bar = (reason: string): Barred => ({
  name: reason.startsWith('limit.') ? 'rule_limit' : 'no_auth',
  reason,
})

/** Refuses payment calls that a terminal should never have made. */
export class PaymentGate {
  readonly #registry: Registry
  readonly #proofs: ProofDesk
  readonly #merchantId: string
  readonly #isTaken: (outRefundNo: string) => boolean
  /** Whether calls must name a grant, and prove which machine makes them. */
  enforced = false

  constructor(parts: {
    readonly registry: Registry
    readonly proofs: ProofDesk
    readonly merchantId: string
    /** Whether a refund of this number exists. */
    readonly isTaken: (outRefundNo: string) => boolean
  }) {
    this.#registry = parts.registry
    this.#proofs = parts.proofs
    this.#merchantId = parts.merchantId
    this.#isTaken = parts.isTaken
  }

  /** What stands between a charge and the ledger; undefined when nothing does. */
  forCharge(request: WireRequest, hasAddress: boolean): Admit | undefined {
    const quoted = this.#quoted(request)
    if (quoted === undefined) return undefined
    return (charge) => {
      if (typeof quoted === 'string') return bar(quoted)
      const type = TYPES[request.headers['guitai-interface'] ?? 'MICROPAY']
      if (type === undefined) return bar('interface.not_granted')
      const creditOff = charge.limitPay === 'no_credit'
      const facts = this.#facts(quoted, type)
      const { amountFen } = charge
      const place = readPlace(request.headers['guitai-place'])
      const refusal =
        gateCharge(facts, { type, amountFen, creditOff, place, hasAddress }) ??
        (type === 'FACEPAY' ? this.#faceLimit(amountFen, facts) : undefined)
      if (refusal !== undefined) return bar(refusal)
      this.#registry.table.pass({
        ...charge,
        merchantId: this.#merchantId,
        type,
        serial: quoted.terminal.serial,
        grantId: quoted.grantId,
        grantVersion: quoted.version,
        creditOff,
        day: beijingDate(facts.nowMs),
      })
      return undefined
    }
  }

  /**
   * Why a face may not be recognised for this amount, in fen; undefined when it may. Where the terminal
   * stands and what it is paid with are looked at when it is charged. Expects a ledger transaction.
   */
  refuseFace(asked: Quoted & { readonly amountFen: number }): string | undefined {
    const type = 'FACEPAY'
    const { amountFen } = asked
    const charge = { type, amountFen, creditOff: true, place: undefined, hasAddress: true } as const
    const facts = this.#facts(asked, type)
    return gateCharge(facts, charge) ?? this.#faceLimit(amountFen, facts)
  }

  /** The limits that stand among the terms of face pay. */
  #faceLimit(amountFen: number, { spent }: GateFacts): string | undefined {
    const { per_txn, per_day = Infinity } = this.#registry.faceTerms()
    if (amountFen > per_txn) return 'limit.single'
    return spent.dayFen + amountFen > per_day ? 'limit.day' : undefined
  }

  /** Serial of the terminal whose grant a call quotes; right once the call has passed here. */
  serialOf(request: WireRequest): string | undefined {
    const quoted = this.#granted(request.headers['guitai-grant'] ?? '')
    return typeof quoted === 'string' ? undefined : quoted.terminal.serial
  }

  /**
   * Why a refund is refused; undefined when it is not. A repeat of one that was taken only tells what
   * became of it. Expects a ledger transaction.
   */
  refuseRefund(request: WireRequest, outRefundNo: string): Barred | undefined {
    const quoted = this.#quoted(request)
    if (quoted === undefined || this.#isTaken(outRefundNo)) return undefined
    if (typeof quoted === 'string') return bar(quoted)
    const type = TYPES[request.headers['guitai-interface'] ?? 'MICROPAY'] ?? 'MICROPAY'
    const refusal = gateRefund(this.#facts(quoted, type), type)
    return refusal === undefined ? undefined : bar(refusal)
  }

  /** What a call says permits it, or why that is not believed; undefined when it need not say. */
  #quoted(request: WireRequest): Quoted | string | undefined {
    const proven = this.#proofs.verify(request, this.#merchantId)
    if (proven.kind === 'refused') return proven.reason
    const header = request.headers['guitai-grant']
    if (header === undefined) return this.enforced ? 'grant.missing' : undefined
    if (proven.kind === 'absent' && this.enforced) return 'proof.missing'
    const quoted = this.#granted(header)
    const isOther =
      typeof quoted === 'object' &&
      proven.kind === 'proven' &&
      proven.terminal.serial !== quoted.terminal.serial
    return isOther ? 'grant.unknown' : quoted
  }

  #granted(header: string): Quoted | string {
    const match = GRANT.exec(header)
    if (match === null) return 'grant.malformed'
    const [, grantId = '', version = ''] = match
    const { table } = this.#registry
    const owner = table.grantIds.get(grantId)
    const terminal = owner && table.terminals.get(owner.serial)
    if (terminal?.merchantId !== this.#merchantId) return 'grant.unknown'
    return { terminal, grantId, version: Number(version) }
  }

  #facts({ terminal, grantId, version }: Quoted, type: InterfaceType): GateFacts {
    const registry = this.#registry
    const merchant = registry.merchant(terminal.merchantId)
    const store = registry.store(terminal.merchantId, terminal.storeId)
    const document = registry.table.grants.get(`${terminal.serial}/${version}`)?.document ?? {}
    const nowMs = registry.nowMs()
    const closed = merchant.closed.filter((one) => Date.parse(one.closed_at) <= nowMs)
    return {
      nowMs,
      merchantStatus: registry.isTerminated(merchant.id) ? 'TERMINATED' : 'ACTIVE',
      terminalStatus: terminal.status,
      grant: {
        version,
        newest: terminal.grantVersion,
        minimum: terminal.minimumVersion,
        revoked: terminal.grantId !== grantId,
        notBeforeMs: Date.parse(String(document.not_before)),
        notAfterMs: Date.parse(String(document.not_after)),
      },
      granted: new Map(
        // Whether somebody attends is not told with a payment: one such entry is enough.
        store.interfaces
          .toSorted((left, right) => Number(left.attended) - Number(right.attended))
          .map((one) => [one.type, one]),
      ),
      closed: closed.map((one) => one.interface),
      measures: registry.measuresOf(merchant.id),
      limits: merchant.limits,
      channelsAllowed: merchant.channels_allowed,
      micro: registry.microCredit(merchant),
      refund: registry.refundOf(merchant.id),
      geo: store.geo,
      spent: this.#spent(type, nowMs),
    }
  }

  #spent(type: InterfaceType, nowMs: number): GateFacts['spent'] {
    const { table } = this.#registry
    const day = beijingDate(nowMs)
    const month = day.slice(0, 6)
    return {
      dayFen: table.spentFen(this.#merchantId, type, day),
      monthFen: table.spentFen(this.#merchantId, type, month),
      creditDayFen: table.spentCreditFen(this.#merchantId, day),
      creditMonthFen: table.spentCreditFen(this.#merchantId, month),
    }
  }
}
