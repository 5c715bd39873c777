import { unreachable } from '../base/invariant.ts'
import type { ErrorCode } from '../domain/errors.ts'
import { LIMITS } from '../domain/limits.ts'
import { type Sale, type SalePhase, saleOutcome } from '../domain/sale.ts'
import type { CheckoutEvent, SaleWish, ScanEvent } from './events.ts'
import { actOnFace, advanceFace, leaveFace } from './face-steps.ts'
import { recover } from './recover.ts'
import { advanceRefund, checkRefunds, closeRefundByHand, makeRefund } from './refund-steps.ts'
import {
  advance,
  arm,
  type Cell,
  cancelInFlight,
  charge,
  chargeFace,
  checkNow,
  clearScreen,
  close,
  closeByHand,
  disarm,
  raiseAlarm,
  setAside,
  stopForScene,
} from './sale-steps.ts'
import { ignore, refuse, type State, type Step, saleOnScreen, withSales } from './state.ts'

/** Events that concern one sale. */
export type SaleEvent = Exclude<
  CheckoutEvent,
  { kind: 'sale_wanted' | 'terminal_started' | 'code_rejected' | 'label_dropped' }
>

type EventOf<Kind extends SaleEvent['kind']> = SaleEvent & { readonly kind: Kind }

/** Nothing happens, on purpose. */
const skip: Cell<unknown> = (state) => ignore(state)
/** The wish is refused with a code. */
function no(code: ErrorCode): Cell<unknown> {
  return (state) => refuse(state, code)
}

/** A sale that was never paid, or one that a manager closed without knowing. */
function refundOfClosed(state: State, sale: Sale): Step {
  const isUnknown = saleOutcome(sale) === 'UNKNOWN'
  return refuse(state, isUnknown ? 'refund.outcome_unknown' : 'refund.not_paid')
}

type Table = {
  readonly [Kind in SaleEvent['kind']]: { readonly [Phase in SalePhase]: Cell<EventOf<Kind>> }
}

/** Every event in every phase of a sale: each cell is a step, a refusal, or nothing on purpose. */
export const TABLE: Table = {
  arm_wanted: {
    ready: arm,
    armed: arm,
    in_flight: no('sale.in_flight'),
    paid: no('sale.already_paid'),
    closed: no('sale.closed'),
  },
  cancel_wanted: {
    ready: close,
    armed: close,
    in_flight: cancelInFlight,
    paid: no('sale.already_paid'),
    closed: skip,
  },
  check_wanted: {
    ready: no('sale.nothing_to_check'),
    armed: no('sale.nothing_to_check'),
    in_flight: checkNow,
    paid: checkRefunds,
    closed: no('sale.nothing_to_check'),
  },
  dismiss_wanted: {
    ready: close,
    armed: close,
    in_flight: setAside,
    paid: clearScreen,
    closed: clearScreen,
  },
  close_wanted: {
    ready: no('sale.nothing_to_close'),
    armed: no('sale.nothing_to_close'),
    in_flight: closeByHand,
    paid: closeRefundByHand,
    closed: no('sale.nothing_to_close'),
  },
  refund_wanted: {
    ready: no('refund.not_paid'),
    armed: no('refund.not_paid'),
    in_flight: no('refund.outcome_unknown'),
    paid: makeRefund,
    closed: refundOfClosed,
  },
  refund_answered: { ready: skip, armed: skip, in_flight: skip, paid: advanceRefund, closed: skip },
  refund_query_answered: {
    ready: skip,
    armed: skip,
    in_flight: skip,
    paid: advanceRefund,
    closed: skip,
  },
  refund_due: { ready: skip, armed: skip, in_flight: skip, paid: advanceRefund, closed: skip },
  code_scanned: { ready: skip, armed: charge, in_flight: skip, paid: skip, closed: skip },
  charge_answered: { ready: skip, armed: skip, in_flight: advance, paid: skip, closed: skip },
  query_answered: { ready: skip, armed: skip, in_flight: advance, paid: skip, closed: skip },
  reverse_answered: { ready: skip, armed: skip, in_flight: advance, paid: skip, closed: skip },
  attempt_due: { ready: skip, armed: skip, in_flight: advance, paid: skip, closed: skip },
  charge_withheld: { ready: skip, armed: skip, in_flight: advance, paid: skip, closed: skip },
  face_wanted: {
    ready: no('face.not_offered'),
    armed: actOnFace,
    in_flight: no('sale.in_flight'),
    paid: no('sale.already_paid'),
    closed: no('sale.closed'),
  },
  face_captured: { ready: skip, armed: advanceFace, in_flight: skip, paid: skip, closed: skip },
  face_failed: { ready: skip, armed: advanceFace, in_flight: skip, paid: skip, closed: skip },
  face_expired: { ready: skip, armed: advanceFace, in_flight: skip, paid: skip, closed: skip },
  face_recognised: { ready: skip, armed: chargeFace, in_flight: skip, paid: skip, closed: skip },
  scene_refused: { ready: skip, armed: stopForScene, in_flight: skip, paid: skip, closed: skip },
  arm_expired: { ready: skip, armed: disarm, in_flight: skip, paid: skip, closed: skip },
  outcome_overdue: { ready: skip, armed: skip, in_flight: raiseAlarm, paid: skip, closed: skip },
  result_expired: {
    ready: skip,
    armed: skip,
    in_flight: skip,
    paid: clearScreen,
    closed: clearScreen,
  },
}

/**
 * The whole checkout: what one event makes of the state, and what must be done about it.
 * Pure: reads no clock, draws no random number, and throws only for a bug.
 */
export function reduce(state: State, event: CheckoutEvent): Step {
  switch (event.kind) {
    case 'terminal_started':
      return recover(event)
    case 'sale_wanted':
      return open(state, event)
    case 'code_rejected':
    case 'label_dropped':
      return remark(state, event)
    case 'code_scanned': {
      const sale = saleOnScreen(state)
      return sale ? cell(state, sale, event) : ignore(state)
    }
    case 'arm_wanted':
    case 'cancel_wanted':
    case 'check_wanted':
    case 'dismiss_wanted':
    case 'close_wanted':
    case 'face_wanted':
    case 'refund_wanted': {
      const sale = state.sales.get(event.saleId) ?? event.archived
      return sale ? cell(state, sale, event) : refuse(state, 'sale.not_found')
    }
    case 'charge_answered':
    case 'query_answered':
    case 'reverse_answered':
    case 'attempt_due':
    case 'charge_withheld':
    case 'scene_refused':
    case 'face_captured':
    case 'face_failed':
    case 'face_expired':
    case 'face_recognised':
    case 'refund_answered':
    case 'refund_query_answered':
    case 'refund_due':
    case 'arm_expired':
    case 'outcome_overdue':
    case 'result_expired': {
      const sale = state.sales.get(event.saleId)
      return sale ? cell(state, sale, event) : ignore(state)
    }
    default:
      return unreachable(event)
  }
}

function cell(state: State, sale: Sale, event: SaleEvent): Step {
  // The table's type guarantees that the cell takes this event; the lookup cannot express it.
  const step = TABLE[event.kind][sale.phase] as Cell<SaleEvent>
  return leaveFace(sale, step(state, sale, event), event.atMs)
}

/** A new sale. One sale at a time is on the screens; a finished or idle one gives way. */
function open(state: State, event: Extract<SaleWish, { kind: 'sale_wanted' }>): Step {
  const shown = saleOnScreen(state)
  if (shown && (shown.phase === 'armed' || shown.phase === 'in_flight')) {
    return refuse(state, 'sale.busy')
  }
  if (countUnpaid(state) >= LIMITS.openSalesMax) return refuse(state, 'terminal.overloaded')
  const sale: Sale = {
    id: event.saleId,
    ...(event.orderRef === undefined ? {} : { orderRef: event.orderRef }),
    ...(event.operator === undefined ? {} : { operator: event.operator }),
    amountFen: event.amountFen,
    description: event.description,
    createdAtMs: event.atMs,
    traceId: event.traceId,
    phase: 'ready',
    attempts: [],
    cancelWanted: false,
  }
  const left = shown?.phase === 'ready' ? close(state, shown, event) : ignore(state)
  const base = withSales(left.state, [sale], sale.id)
  const opened: Step = { state: { ...base, notice: null }, effects: [], changed: [sale] }
  const step = event.arm ? arm(opened.state, sale, event) : opened
  return {
    ...step,
    effects: [...left.effects, ...step.effects],
    changed: [...left.changed, ...step.changed],
  }
}

/** Open sales that are not paid: one that is only being refunded does not keep the till from working. */
function countUnpaid(state: State): number {
  return [...state.sales.values()].filter(({ phase }) => phase !== 'paid').length
}

/** Something was scanned that is not charged. The counter stays armed; the screens say why. */
function remark(
  state: State,
  event: Extract<ScanEvent, { kind: 'code_rejected' | 'label_dropped' }>,
): Step {
  const shown = saleOnScreen(state)
  if (event.kind === 'code_rejected') {
    if (shown?.phase !== 'armed') return ignore(state)
    return {
      state: { ...state, notice: { code: event.cause, atMs: event.atMs } },
      effects: [{ kind: 'enable_scanner' }],
      changed: [],
    }
  }
  if (event.reason === 'in_flight' && shown?.phase === 'in_flight') {
    return {
      ...ignore(state),
      state: { ...state, notice: { code: 'code.in_flight', atMs: event.atMs } },
    }
  }
  const garbled = event.reason === 'garbled' || event.reason === 'too_long'
  if (garbled && shown?.phase === 'armed') {
    return {
      ...ignore(state),
      state: { ...state, notice: { code: 'code.garbled', atMs: event.atMs } },
    }
  }
  return ignore(state)
}
