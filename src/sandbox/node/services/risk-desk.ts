import { randomUUID, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { InterfaceType } from '../../services/interface-types.ts'
import { INTERFACE_TYPES } from '../../services/interface-types.ts'
import type { Measure } from '../../services/measures.ts'
import { isLiftable, narrows, newMeasure } from '../../services/measures.ts'
import type { Closed, MerchantRow, TerminalRow } from '../../services/records.ts'
import type { ServiceRefusal } from '../../services/wire.ts'
import { hashPassword } from './life-cycle.ts'
import type { Registry } from './registry.ts'
import { ServiceFault } from './registry.ts'

/** Wrong operation passwords after which closing is locked. */
const TRIES_MAX = 5

const measureWish = z.looseObject({ merchant_id: z.string() })
const liftWish = z.strictObject({ measure_id: z.string() })
const suspension = z.strictObject({ serial: z.string(), reason: z.string().min(1).max(64) })

export type ClosingWish = {
  readonly merchantId: string
  readonly interface: InterfaceType | 'ALL'
  readonly administrator: string
  readonly password: string
}
export type Closing =
  | { readonly ok: true; readonly closed: readonly InterfaceType[] }
  | { readonly ok: false; readonly refusal: ServiceRefusal; readonly triesLeft?: number }

/** Measures, suspension and closing. Every method expects a ledger transaction. */
export class RiskDesk {
  readonly #registry: Registry

  constructor(registry: Registry) {
    this.#registry = registry
  }

  /** Takes a measure against a merchant, in force on all its terminals from its instant on. */
  takeMeasure(asked: unknown): { measure_id: string } {
    const { merchant_id, ...wish } = measureWish.parse(asked)
    const merchant = this.#registry.merchant(merchant_id)
    const stamp = { measureId: `M-${randomUUID()}`, now: this.#registry.now() }
    const measure = this.#completed(merchant, newMeasure(wish, stamp))
    const row = { merchantId: merchant_id, measure, liftedAt: undefined }
    this.#registry.table.measures.put(measure.measure_id, row)
    this.#close(merchant, measure)
    this.#tellAll(merchant_id, { measures: [measure], lifts: [] }, narrows(measure.code))
    return { measure_id: measure.measure_id }
  }

  /** M9 names what it closes; M10 begins when the agreement ends. */
  #completed(merchant: MerchantRow, measure: Measure): Measure {
    if (measure.code === 'M10') {
      return { ...measure, effective_at: measure.params.agreement_end, scope: { interfaces: [] } }
    }
    if (measure.code !== 'M9' || measure.scope.interfaces.length > 0) return measure
    return { ...measure, scope: { interfaces: this.#grantedTypes(merchant.id) } }
  }

  #grantedTypes(merchantId: string): InterfaceType[] {
    const all = this.#registry.storesOf(merchantId).flatMap(({ interfaces }) => interfaces)
    return [...new Set(all.map(({ type }) => type))]
  }

  #close(merchant: MerchantRow, { code, scope, effective_at }: Measure): void {
    if (code === 'M9') this.#closeTypes(merchant, scope.interfaces, [effective_at, 'RISK'])
    if (code === 'M10') {
      this.#closeTypes(merchant, this.#grantedTypes(merchant.id), [effective_at, 'TERMINATION'])
    }
  }

  /** What is closed at once also leaves the store, so that only a new approval brings it back. */
  #closeTypes(
    merchant: MerchantRow,
    types: readonly InterfaceType[],
    [closed_at, by]: readonly [string, Closed['by']],
  ): void {
    const kept = merchant.closed.filter((one) => !types.includes(one.interface))
    const closed = [...kept, ...types.map((one) => ({ interface: one, closed_at, by }))]
    this.#registry.table.merchants.put(merchant.id, { ...merchant, closed })
    if (Date.parse(closed_at) > this.#registry.nowMs()) return
    for (const store of this.#registry.storesOf(merchant.id)) {
      const interfaces = store.interfaces.filter(({ type }) => !types.includes(type))
      this.#registry.saveStore({ ...store, interfaces })
    }
  }

  #tellAll(
    merchantId: string,
    news: { measures: readonly Measure[]; lifts: readonly string[] },
    narrow: boolean,
  ): void {
    for (const terminal of this.#registry.terminalsOf(merchantId)) {
      this.#registry.issueGrant(this.#registry.issueBulletin(terminal, news), narrow)
    }
  }

  /** Lifts a measure, but for those whose end needs a new approval or is none. */
  lift(asked: unknown): { lifted: string } {
    const { measure_id } = liftWish.parse(asked)
    const row = this.#registry.table.measures.get(measure_id)
    if (row === undefined) throw new ServiceFault('measure.unknown')
    if (row.liftedAt !== undefined) throw new ServiceFault('measure.lifted')
    if (!isLiftable(row.measure.code)) throw new ServiceFault('measure.not_liftable')
    this.#registry.table.measures.put(measure_id, { ...row, liftedAt: this.#registry.now() })
    this.#tellAll(row.merchantId, { measures: [], lifts: [measure_id] }, false)
    return { lifted: measure_id }
  }

  #terminal(serial: string): TerminalRow {
    const found = this.#registry.table.terminals.get(serial)
    if (found === undefined) throw new ServiceFault('terminal.unknown')
    return found
  }

  /** Stops one terminal. */
  suspend(asked: unknown): { status: string } {
    const { serial, reason } = suspension.parse(asked)
    this.suspendTerminal(this.#terminal(serial), reason)
    return { status: 'SUSPENDED' }
  }

  suspendTerminal(terminal: TerminalRow, reason: string): void {
    if (terminal.status !== 'LIVE') throw new ServiceFault('terminal.not_live')
    this.#registry.saveTerminal({ ...terminal, status: 'SUSPENDED', suspendedFor: reason })
    this.#registry.note('service', 'terminal.suspended', `${terminal.serial} ${reason}`)
  }

  /**
   * Stops a terminal whose key is used in two places, and writes the event down (trigger 5, a terminal in
   * other hands): which of the two is the right one nobody can tell from here.
   */
  suspendCopied(
    terminal: TerminalRow,
    code: string,
    more: Readonly<Record<string, number | string>> = {},
  ): void {
    const { serial } = terminal
    const id = randomUUID()
    const event = { serial, id, kind: 'terminal.copied', at: this.#registry.now(), trigger: 5 }
    this.#registry.table.events.put(`${serial}/${id}`, { ...event, facts: { code, ...more } })
    this.suspendTerminal(terminal, code)
  }

  /** Lets a suspended terminal work again, after people have looked. */
  resume(asked: unknown): { status: string } {
    const { serial } = suspension.parse(asked)
    const terminal = this.#terminal(serial)
    if (terminal.status !== 'SUSPENDED') throw new ServiceFault('terminal.not_suspended')
    const seen = undefined
    this.#registry.saveTerminal({ ...terminal, status: 'LIVE', suspendedFor: undefined, seen })
    return { status: 'LIVE' }
  }

  /** Closes interfaces for the super administrator, who proves to be so by the operation password. */
  closeByAdministrator(wish: ClosingWish): Closing {
    const merchant = this.#registry.merchant(wish.merchantId)
    if (merchant.administrator !== wish.administrator) {
      return { ok: false, refusal: 'closing.not_administrator' }
    }
    if (merchant.wrongPasswords >= TRIES_MAX) return { ok: false, refusal: 'closing.locked' }
    const { salt, hash } = merchant.password
    const given = Buffer.from(hashPassword(wish.password, salt), 'hex')
    if (!timingSafeEqual(given, Buffer.from(hash, 'hex'))) return this.#wrongPassword(merchant)
    const right = { ...merchant, wrongPasswords: 0 }
    this.#registry.table.merchants.put(merchant.id, right)
    const open = this.#grantedTypes(merchant.id)
    const types = wish.interface === 'ALL' ? open : open.filter((one) => one === wish.interface)
    if (types.length === 0) return { ok: false, refusal: 'closing.not_granted' }
    this.#closeTypes(right, types, [this.#registry.now(), 'SUPERADMIN'])
    for (const terminal of this.#registry.terminalsOf(merchant.id)) {
      this.#registry.issueGrant(terminal, true)
    }
    this.#registry.note('super-administrator', 'interface.closed', types.join(' '))
    return { ok: true, closed: types }
  }

  #wrongPassword(merchant: MerchantRow): Closing {
    const wrongPasswords = merchant.wrongPasswords + 1
    this.#registry.table.merchants.put(merchant.id, { ...merchant, wrongPasswords })
    this.#registry.note('service', 'closing.password_wrong', merchant.id)
    const triesLeft = TRIES_MAX - wrongPasswords
    if (triesLeft <= 0) return { ok: false, refusal: 'closing.locked' }
    return { ok: false, refusal: 'closing.password_wrong', triesLeft }
  }

  /** Gives the super administrator five tries again. */
  unlockClosing(asked: unknown): { unlocked: string } {
    const { merchant_id } = z.strictObject({ merchant_id: z.string() }).parse(asked)
    const merchant = this.#registry.merchant(merchant_id)
    this.#registry.table.merchants.put(merchant_id, { ...merchant, wrongPasswords: 0 })
    return { unlocked: merchant_id }
  }
}

const closingWish = z.strictObject({
  interface: z.union([z.enum(INTERFACE_TYPES), z.literal('ALL')]),
  administrator: z.string().min(1).max(64),
  password: z.string().min(1).max(64),
})

/** Reads the body of a closing; undefined when a field is wrong. */
export function readClosing(asked: unknown): Omit<ClosingWish, 'merchantId'> | undefined {
  return closingWish.safeParse(asked).data
}
