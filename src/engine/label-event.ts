import type { Binding, CheckoutEvent } from '../checkout/events.ts'
import { makeOutTradeNo } from '../domain/order-number.ts'
import { readCode } from '../domain/payment-code.ts'
import type { Sale } from '../domain/sale.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { ScannerEvent } from '../ports/scanner.ts'
import { isRenewing, permitOf, type SceneDesk } from './scene-desk.ts'
import type { UsedCodes } from './used-codes.ts'
import type { Vault } from './vault.ts'

type Counter = {
  readonly atMs: number
  /** The sale on the screens. */
  readonly sale: Sale | undefined
  readonly scene: SceneDesk
  readonly vault: Vault
  readonly used: UsedCodes
  readonly entropy: Entropy
  readonly binding: Binding
  /** Told when the label is a code that may be charged. */
  readonly onCode: (sale: Sale) => void
}

/**
 * What a label is to the checkout. A code goes into the vault only when a sale waits for it and the
 * scene allows the charge (P6, P7); undefined when nobody waits.
 */
export function eventOfLabel(
  seen: Extract<ScannerEvent, { kind: 'label' }>,
  counter: Counter,
): CheckoutEvent | undefined {
  const { atMs, sale, scene, vault, used, entropy, binding } = counter
  const reading = readCode(seen.label, seen.symbology)
  if (reading.kind === 'refused') return { kind: 'code_rejected', atMs, cause: reading.cause }
  if (sale?.phase !== 'armed') return undefined
  // The gateway would refuse it as well, after a round trip and with a query to confirm (AC-296b).
  const digest = used.digestOf(seen.label)
  if (used.has(digest)) return { kind: 'code_rejected', atMs, cause: 'code.used_before' }
  counter.onCode(sale)
  const decision = scene.mayCharge(sale)
  // The sale goes on waiting: the same code may be shown again in a moment.
  if (isRenewing(decision)) return { kind: 'code_rejected', atMs, cause: 'scene.grant_updating' }
  if (decision.kind === 'refuse') {
    const { code, check } = decision
    return { kind: 'scene_refused', atMs, saleId: sale.id, code, check, moment: 'code' }
  }
  const { grantVersion, ...permit } = permitOf(decision)
  return {
    kind: 'code_scanned',
    atMs,
    wallet: reading.wallet,
    credentialRef: vault.put({ code: seen.label, digest }),
    outTradeNo: makeOutTradeNo(atMs, entropy.bytes(12)),
    binding: { ...binding, grantVersion },
    ...permit,
  }
}
