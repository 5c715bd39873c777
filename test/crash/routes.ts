import { join } from 'node:path'
import type { SaleView } from '../../src/api/protocol.ts'
import { allPoints, type Point } from '../../src/engine/points.ts'
import type { Till } from './till.ts'

/** How a till comes to a point: what the sandbox does with the charge, and what people do. */
export type Route = {
  readonly scenario: string
  readonly params?: object
  /** What the sandbox does with the refund of this way; absent: nothing is given back. */
  readonly refundScenario?: string
  /** Whether the shift is closed on this way, a backup made, a refund closed by hand. */
  readonly closesShift?: true
  readonly makesBackup?: true
  readonly closesRefund?: true
  /** The terminal dies on the way; whatever it was asked then rejects. */
  readonly go: (till: Till, amountFen: number) => Promise<unknown>
}

/** How often a wish is repeated that only counts between two requests. */
const PATIENCE = 50

async function collect(till: Till, amountFen: number): Promise<string> {
  const { saleId } = await till.command('/v1/sales', { amountFen })
  till.scan()
  return saleId
}

const isPaying = ({ attempts }: SaleView) => attempts.at(-1)?.phase === 'paying'
const isChecking = ({ attempts }: SaleView) => attempts.at(-1)?.phase === 'checking'

async function insist(till: Till, path: string, body: object): Promise<void> {
  for (let turn = 0; turn < PATIENCE; turn += 1) await till.command(path, body)
}

/** A sale as most are: made, armed, scanned, paid, and off the screens after a while. */
const PLAIN: Route = {
  scenario: 'ok',
  async go(till, amountFen) {
    const { saleId } = await till.command('/v1/sales', { amountFen, arm: false })
    await till.command(`/v1/sales/${saleId}/arm`)
    till.scan()
  },
}

const REVERSED: Route = {
  scenario: 'password_none',
  async go(till, amountFen) {
    await collect(till, amountFen)
  },
}
const LOST: Route = { ...REVERSED, scenario: 'answer_lost' }

/** A wish while the customer is at the password, or while nobody knows. */
function wishing(
  scenario: string,
  fits: (sale: SaleView) => boolean,
  wish: (till: Till, saleId: string) => Promise<unknown>,
): Route {
  return {
    scenario,
    async go(till, amountFen) {
      const saleId = await collect(till, amountFen)
      await till.saleWhen(saleId, fits)
      await wish(till, saleId)
    },
  }
}

/** What is given back on a way with a refund: not all, so that the rest is still held. */
export function refundFenOf(amountFen: number): number {
  return amountFen - 1
}

/** A sale that is paid, and money of it given back. */
function refunding(refundScenario: string): Route {
  return {
    scenario: 'ok',
    refundScenario,
    async go(till, amountFen) {
      const saleId = await collect(till, amountFen)
      await till.saleWhen(saleId, ({ outcome }) => outcome === 'PAID')
      await till.command(`/v1/sales/${saleId}/refunds`, {
        amountFen: refundFenOf(amountFen),
        operator: 'manager',
        reason: 'returned goods',
      })
    },
  }
}
/** The gateway takes it, and is asked until the money has arrived. */
const REFUNDED = refunding('ok')

/** The name a shift is closed with on the way of an amount. */
export function closerOf(amountFen: number): string {
  return `closer-${amountFen}`
}

/** A sale that is paid, and the shift that ends with it; a closed shift is signed soon after. */
const SHIFT: Route = {
  scenario: 'ok',
  closesShift: true,
  async go(till, amountFen) {
    const saleId = await collect(till, amountFen)
    await till.saleWhen(saleId, ({ outcome }) => outcome === 'PAID')
    await till.command('/v1/shift/close', { operator: closerOf(amountFen), carryUnsettled: true })
  },
}

/** Where a backup goes on the way of an amount. */
export function backupOf(till: Till, amountFen: number): string {
  return join(till.dataDir, `backup-${amountFen}.db`)
}

const BACKUP: Route = {
  scenario: 'ok',
  makesBackup: true,
  async go(till, amountFen) {
    const saleId = await collect(till, amountFen)
    await till.saleWhen(saleId, ({ outcome }) => outcome === 'PAID')
    await till.post('/v1/journal/backup', { path: backupOf(till, amountFen) })
  },
}

/** A refund that nobody can tell about, and a manager who stops waiting for it. */
const REFUND_CLOSED: Route = {
  ...refunding('request_dropped'),
  closesRefund: true,
  async go(till, amountFen) {
    await refunding('request_dropped').go(till, amountFen)
    const [sale] = (await till.get<{ sales: SaleView[] }>('/v1/sales?limit=1')).sales
    const saleId = sale?.saleId ?? ''
    await till.saleWhen(saleId, ({ refunds }) => refunds?.[0]?.phase === 'checking')
    await insist(till, `/v1/sales/${saleId}/close`, { operator: 'manager', reason: 'closing time' })
  },
}

/** Somebody agrees that the camera looks. */
async function agree(till: Till, amountFen: number): Promise<string> {
  const { saleId } = await till.command('/v1/sales', { amountFen })
  const path = `/v1/sales/${saleId}/face`
  await till.command(path, { act: 'choose' })
  await till.command(path, { act: 'consent', noticeVersion: '1' })
  return saleId
}

/** A customer whom the camera looks at. What it makes of that depends on the point. */
const LOOKED_AT: Route = {
  scenario: 'ok',
  async go(till, amountFen) {
    await agree(till, amountFen)
  },
}

/** A customer who pays by face. */
const FACE: Route = {
  scenario: 'ok',
  async go(till, amountFen) {
    const saleId = await agree(till, amountFen)
    await till.saleWhen(saleId, ({ face }) => face?.step === 'confirming')
    await till.command(`/v1/sales/${saleId}/face`, { act: 'confirm' })
  },
}

/** Which way leads to which point; every other point is met by a plain sale. */
const ROUTES: Readonly<Record<string, Route>> = {
  'append:query_answered': LOST,
  'append:attempt_due': LOST,
  'effect:query': LOST,
  'append:reverse_answered': REVERSED,
  'effect:reverse': REVERSED,
  'append:cancel_wanted': wishing('password_none', isPaying, (till, saleId) =>
    till.command(`/v1/sales/${saleId}/cancel`),
  ),
  'append:check_wanted': wishing('password_ok', isPaying, (till, saleId) =>
    till.command(`/v1/sales/${saleId}/check`),
  ),
  'append:close_wanted': wishing('password_none', isPaying, (till, saleId) =>
    insist(till, `/v1/sales/${saleId}/close`, { operator: 'manager', reason: 'closing time' }),
  ),
  'append:dismiss_wanted': wishing('late_arrival', isChecking, (till, saleId) =>
    till.command(`/v1/sales/${saleId}/dismiss`),
  ),
  'append:refund_wanted': refunding('at_once'),
  'effect:refund': refunding('answer_lost'),
  'append:refund_answered': refunding('system_error'),
  'append:refund_due': REFUNDED,
  'append:refund_query_answered': REFUNDED,
  'effect:query_refund': refunding('request_dropped'),
  'append:shift_closed': SHIFT,
  'file:checkpoint_row': SHIFT,
  'file:checkpoint_line': SHIFT,
  'file:backup_copy': BACKUP,
  'file:backup_sync': BACKUP,
  'file:backup_name': BACKUP,
  'append:face_wanted': LOOKED_AT,
  'append:face_captured': LOOKED_AT,
  'append:face_failed': LOOKED_AT,
  'append:face_expired': LOOKED_AT,
  'append:face_recognised': FACE,
  'effect:start_face': LOOKED_AT,
  'effect:confirm_face': FACE,
  'effect:finish_face': LOOKED_AT,
  'append:wish_refused': {
    scenario: 'ok',
    async go(till, amountFen) {
      await till.command('/v1/sales', { amountFen })
      await till.command('/v1/sales', { amountFen: amountFen + 1 })
    },
  },
  'append:arm_expired': {
    scenario: 'ok',
    async go(till, amountFen) {
      await till.command('/v1/sales', { amountFen })
    },
  },
  'append:outcome_overdue': {
    ...REVERSED,
    scenario: 'reverse_refused',
    // So many refusals, 20 s apart, reach beyond the alarm; the next ends it.
    params: { count: 33 },
  },
  'append:terminal_started': {
    scenario: 'answer_lost',
    async go(till, amountFen) {
      const saleId = await collect(till, amountFen)
      await till.saleWhen(saleId, isChecking)
      await till.kill()
      await till.start()
    },
  },
}

/** Ways that lead to a point which another way leads to as well. */
const OTHER_WAYS: readonly (readonly [place: string, words: string, route: Route])[] = [
  ['append:close_wanted', 'of a refund', REFUND_CLOSED],
]

/** One way to one point. */
export type Way = { readonly name: string; readonly point: Point; readonly route: Route }

/** Every point with a way to it. */
export function allWays(): readonly Way[] {
  const points = allPoints()
  const ways = points.map((point) => ({ name: point, point, route: routeTo(point) }))
  const others = OTHER_WAYS.flatMap(([place, words, route]) =>
    points
      .filter((point) => placeOf(point) === place)
      .map((point) => ({ name: `${point} ${words}`, point, route })),
  )
  return [...ways, ...others]
}

function routeTo(point: Point): Route {
  return ROUTES[placeOf(point)] ?? PLAIN
}

/** A point without its side. */
function placeOf(point: Point): string {
  return point.slice(point.indexOf('_') + 1)
}
