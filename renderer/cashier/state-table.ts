import type { CashierScreen, ScreenState, StopKind } from '../../src/screen/model.ts'
import type { IconName } from '../shared/icon-name.ts'
import type { TextKey } from '../text/translate.ts'

/** What the big panel can show: the model's states, and the line to the terminal being down. */
export type PanelState = ScreenState | 'connecting' | 'lost'

/**
 * How a state looks and what it says. `armable` replaces the action when a code may be taken, `blocked`
 * when no new money may.
 */
export type StateLook = {
  readonly icon: IconName
  readonly title: TextKey
  readonly action: TextKey
  readonly armable?: TextKey
  readonly blocked?: TextKey
  /** Whether the amount pad takes the next amount. */
  readonly takesAmount: boolean
  /** Whether money may be moving, so that a cancel asks twice. */
  readonly isInFlight: boolean
}

const STILL = { takesAmount: false, isInFlight: false } as const
const OPEN = { takesAmount: true, isInFlight: false } as const
const MOVING = { takesAmount: false, isInFlight: true } as const

/** The cashier's panel, state by state. */
export const STATE_LOOKS: { readonly [state in PanelState]: StateLook } = {
  ready: {
    icon: 'ready',
    title: 'state.ready.title',
    action: 'state.ready.action',
    armable: 'state.ready.armable',
    blocked: 'state.ready.blocked',
    ...OPEN,
  },
  waiting_code: {
    icon: 'scan',
    title: 'state.waiting_code.title',
    action: 'state.waiting_code.action',
    ...STILL,
  },
  submitting: {
    icon: 'charging',
    title: 'state.submitting.title',
    action: 'state.submitting.action',
    ...MOVING,
  },
  on_phone: {
    icon: 'phone',
    title: 'state.on_phone.title',
    action: 'state.on_phone.action',
    ...MOVING,
  },
  checking: {
    icon: 'search',
    title: 'state.checking.title',
    action: 'state.hold',
    ...MOVING,
  },
  reversing: {
    icon: 'back',
    title: 'state.reversing.title',
    action: 'state.hold',
    ...MOVING,
  },
  paid: {
    icon: 'check',
    title: 'state.paid.title',
    action: 'state.paid.action',
    blocked: 'state.paid.blocked',
    ...OPEN,
  },
  not_paid: {
    icon: 'cross',
    title: 'state.not_paid.title',
    action: 'state.not_paid.action',
    armable: 'state.not_paid.armable',
    blocked: 'state.not_paid.blocked',
    ...OPEN,
  },
  unknown: {
    icon: 'question',
    title: 'state.unknown.title',
    action: 'state.hold',
    ...MOVING,
  },
  stopped: {
    icon: 'stop',
    title: 'state.stopped.title',
    action: 'state.stopped.action',
    ...STILL,
  },
  connecting: { icon: 'link', title: 'link.connecting', action: 'link.lost.action', ...STILL },
  lost: { icon: 'link', title: 'link.lost', action: 'link.lost.action', ...STILL },
}

/** The state `stopped` by what has stopped it. */
export const STOP_LOOKS: { readonly [stop in StopKind]: StateLook } = {
  terminal: STATE_LOOKS.stopped,
  not_set_up: {
    icon: 'stop',
    title: 'stop.not_set_up.title',
    action: 'stop.not_set_up.action',
    ...STILL,
  },
  suspended: {
    icon: 'stop',
    title: 'stop.suspended.title',
    action: 'stop.suspended.action',
    ...STILL,
  },
  way_closed: {
    icon: 'stop',
    title: 'stop.way_closed.title',
    action: 'stop.way_closed.action',
    ...STILL,
  },
  retired: { icon: 'stop', title: 'stop.retired.title', action: 'stop.retired.action', ...STILL },
}

/** Whether another view may cover the panel: no sale is under way, and what it does can be recorded. */
export function mayCover({ state, stop = 'terminal' }: CashierScreen): boolean {
  return STATE_LOOKS[state].takesAmount || (state === 'stopped' && stop !== 'terminal')
}
