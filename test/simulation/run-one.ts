import { isGivenUp, isRefundOpen } from '../../src/domain/refund.ts'
import { WAITS } from '../../src/domain/waits.ts'
import type { Wish } from '../../src/ports/terminal.ts'
import type { Counted, FaultKind } from './faults.ts'
import { LATEST_REFUND_MS } from './network.ts'
import { SimulatedTill } from './till.ts'
import type { Settling } from './watch.ts'

/** What one seed came to. */
export type RunResult = {
  readonly seed: number
  readonly sales: number
  readonly paid: number
  readonly broken: readonly string[]
  readonly counts: ReadonlyMap<Counted, number>
  readonly settling: Settling
  /** Rows of the journal, for who looks at one seed. */
  readonly rows: readonly string[]
}

/** Longest time that anything may stay unsettled in a calm world: the longest pause, twice, and some. */
const CALM_LIMIT_MS = 900_000
/** The longest pause of a refund under way, and some. */
const REFUND_LIMIT_MS = 8_000_000
/** After this nothing that was sent in the bad world is still on its way. */
const LATEST_MS = LATEST_REFUND_MS + 20_000

const NOBODY: ReadonlySet<FaultKind> = new Set()

/** Plays one seed: some sales in a bad world, then a calm one, then the two ledgers are compared. */
export async function runOne(
  seed: number,
  sales: number,
  masked: ReadonlySet<FaultKind> = NOBODY,
): Promise<RunResult> {
  const till = new SimulatedTill(seed, masked)
  try {
    for (let index = 0; index < sales; index += 1) {
      await sell(till)
      till.touchClock()
      await till.pass(till.random.integer(0, 20_000))
    }
    await till.becomeCalm()
    await waitForCalm(till)
    await checkGivenUp(till)
    const end = till.watch.compare(till.journal)
    const { settling } = till.watch
    const sceneBroke = till.scene.compare(till.journal.recentSales(100_000))
    const broken = [...till.watch.broken, ...sceneBroke]
    const rows = broken.length > 0 ? till.journal.rows(1, 100_000) : []
    return {
      seed,
      sales: end.sales,
      paid: end.paid,
      broken,
      counts: till.fate.counts,
      settling,
      rows: rows.map(({ seq, event }) => `${seq} ${JSON.stringify(event)}`),
    }
  } finally {
    await till.end()
  }
}

/** A register makes a sale, a customer shows codes, and everybody meddles meanwhile. */
async function sell(till: SimulatedTill): Promise<void> {
  const { random } = till
  await till.live(() => till.command(saleWish(till)))
  await till.pass(random.integer(0, 2_000))
  for (let scans = random.integer(1, 3); scans > 0; scans -= 1) {
    if (till.faces.isOn) await till.faces.payBy(till)
    await scan(till)
    meddle(till)
    await till.pass(random.integer(100, random.chance(0.3) ? 70_000 : 9_000))
    const { saleId, intents } = till.engine.screen().cashier
    if (saleId && intents.includes('arm')) {
      await till.live(() => till.command({ kind: 'arm_wanted', saleId }))
    }
    await till.live(() => till.repeat())
  }
  const { saleId, intents } = till.engine.screen().cashier
  const kind = intents.includes('dismiss') ? 'dismiss_wanted' : 'cancel_wanted'
  if (saleId) await till.live(() => till.command({ kind, saleId }))
}

function saleWish(till: SimulatedTill): Wish {
  const amountFen = till.random.integer(1, 200_000)
  return { kind: 'sale_wanted', amountFen, currency: 'CNY', arm: till.random.chance(0.9) }
}

async function scan(till: SimulatedTill): Promise<void> {
  const { fate, ledger } = till
  const present = (label: string) => till.live(() => till.scanner.present(label))
  if (fate.strikes('scanner_lost')) {
    await till.live(() => till.scanner.unplug())
    await till.pass(500)
    await till.live(() => till.scanner.replug())
  }
  if (fate.strikes('other_wallet_scanned')) await present('285000000000000001')
  if (fate.strikes('label_garbled')) await till.live(() => till.scanner.disturb('garbled'))
  // A picture of the screen that was used before, or the code that is there now. What a life of the
  // terminal knows of used codes ends with it, and then the gateway has to refuse.
  const isOld =
    fate.strikes('code_shown_again') ||
    (till.isReborn() && fate.strikes('code_shown_after_restart'))
  const code = (isOld && ledger.lastCode) || ledger.mint()
  await present(code)
  if (fate.strikes('double_scan')) {
    await till.pass(till.random.integer(0, 4_000))
    await present(code)
  }
  if (fate.strikes('scan_at_wrong_moment')) {
    await till.pass(1_200)
    // The same code again, after it was used, or another one.
    await present(till.random.chance(0.5) ? code : ledger.mint())
  }
}

/** Two screens and another register do what they like, at the same time as everything else. */
function meddle(till: SimulatedTill): void {
  const { fate, clock, random } = till
  const later = (kind: FaultKind, wishOn: (saleId: string) => Wish) => {
    const atMs = random.integer(0, random.chance(0.3) ? 60_000 : 4_000)
    const which = random.integer(0, 2)
    if (!fate.strikes(kind)) return
    clock.after(atMs, () => {
      if (!till.isUp || fate.calm) return
      const saleId = till.watch.saleIds.at(-1 - which)
      if (saleId) till.command(wishOn(saleId))
    })
  }
  later('arm_at_random', (saleId) => ({ kind: 'arm_wanted', saleId }))
  later('cancel_at_random', (saleId) => ({ kind: 'cancel_wanted', saleId }))
  later('check_at_random', (saleId) => ({ kind: 'check_wanted', saleId }))
  later('dismiss_at_random', (saleId) => ({ kind: 'dismiss_wanted', saleId }))
  later('sale_at_random', () => saleWish(till))
  later('close_by_hand', (saleId) => ({
    kind: 'close_wanted',
    saleId,
    operator: '店长',
    reason: '模拟',
  }))
  // Mostly of a sale that is paid; else what must be refused would be all that is ever asked for.
  const paidId = () =>
    random.chance(0.8) ? till.watch.paidIds.at(-random.integer(1, 5)) : undefined
  later('refund_at_random', (saleId) => ({
    kind: 'refund_wanted',
    saleId: paidId() ?? saleId,
    operator: '店长',
    reason: '模拟退货',
    ...(random.chance(0.3)
      ? {}
      : { amountFen: random.integer(1, random.chance(0.3) ? 150_000 : 20_000) }),
  }))
}

/** Time passes until nothing is in flight any more, and nothing on its way can arrive. */
async function waitForCalm(till: SimulatedTill): Promise<void> {
  const calmAtMs = till.clock.monotonicMs()
  while (till.engine.pending().length > 0) {
    if (till.clock.monotonicMs() - calmAtMs > CALM_LIMIT_MS) return
    await till.pass(1_000)
  }
  const paidAtMs = till.clock.monotonicMs()
  while (isRefunding(till) && till.clock.monotonicMs() - paidAtMs < REFUND_LIMIT_MS) {
    await till.pass(60_000)
  }
  await till.pass(LATEST_MS)
}

/** Somebody wants every refund checked that was given up, when no request of it can arrive any more. */
async function checkGivenUp(till: SimulatedTill): Promise<void> {
  const sales = till.journal.recentSales(100_000).filter(({ refunds }) => refunds?.some(isGivenUp))
  if (sales.length === 0) return
  // Twice: a decision that a clock dated a little ahead is waited for once more.
  for (let round = 0; round < 2; round += 1) {
    await till.pass(2 * WAITS.refundArrivesMs)
    for (const { id } of sales) {
      till.command({ kind: 'check_wanted', saleId: id })
      await till.pass(60_000)
    }
  }
}

/** Whether a refund is under way that the gateway will still end. */
function isRefunding(till: SimulatedTill): boolean {
  return till.engine
    .refunding()
    .some(({ refunds }) => refunds?.some((one) => isRefundOpen(one) && one.phase !== 'abnormal'))
}
