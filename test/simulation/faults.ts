import { createRandom } from '../support/seeded.ts'

/** What can go wrong in the simulated world, and how often, per chance it has. */
export const FAULTS = {
  crash_before_append: 0.003,
  crash_after_append: 0.003,
  crash_before_effect: 0.002,
  crash_after_effect: 0.002,
  crash_on_answer: 0.004,
  write_torn: 0.02,
  disk_full: 0.004,
  connection_refused: 0.03,
  backup_host_answers: 0.03,
  line_outage: 0.004,
  request_lost: 0.02,
  reverse_lost: 0.05,
  reverse_late: 0.2,
  request_late: 0.03,
  refund_late: 0.15,
  request_doubled: 0.02,
  answer_lost: 0.04,
  answer_late: 0.02,
  answer_cut_off: 0.02,
  answer_unsigned: 0.02,
  answer_wrongly_signed: 0.02,
  answer_probe: 0.02,
  answer_of_unknown_serial: 0.01,
  answer_unreadable: 0.01,
  answer_of_other_order: 0.01,
  answer_of_other_amount: 0.01,
  answer_of_other_merchant: 0.01,
  answer_of_other_app: 0.01,
  answer_of_other_refund: 0.01,
  answer_unknown_state: 0.01,
  answer_stale: 0.05,
  answer_unknown_code: 0.02,
  server_error: 0.03,
  too_many_requests: 0.02,
  gateway_outage: 0.006,
  charge_done_but_server_error: 0.04,
  reverse_done_but_server_error: 0.1,
  charge_refused_though_paid: 0.02,
  order_invisible: 0.06,
  merchant_has_no_funds: 0.2,
  refund_refused_though_taken: 0.05,
  refund_taken_but_server_error: 0.06,
  wall_clock_forward: 0.05,
  wall_clock_back: 0.05,
  scanner_lost: 0.03,
  double_scan: 0.05,
  scan_at_wrong_moment: 0.08,
  code_shown_again: 0.04,
  other_wallet_scanned: 0.03,
  label_garbled: 0.03,
  command_repeated: 0.1,
  command_doubled: 0.05,
  command_reused_with_other_body: 0.03,
  arm_at_random: 0.12,
  cancel_at_random: 0.12,
  check_at_random: 0.12,
  dismiss_at_random: 0.12,
  sale_at_random: 0.08,
  close_by_hand: 0.01,
  refund_at_random: 0.5,
  scene_refuses: 0.05,
  scene_refuses_refunds: 0.02,
  scene_changes_while_armed: 0.04,
  scene_granted_anew: 0.05,
  code_shown_after_restart: 0.3,
  face_fails: 0.15,
  face_never_told: 0.05,
  face_told_late: 0.3,
  face_told_twice: 0.1,
} as const

/** What follows from the faults and the customers, and must have been met as well. */
export const MET = [
  'restart_while_unknown',
  'restart_after_torn_write',
  'customer_paid_after_password',
  'customer_cancelled_password',
  'customer_never_answered',
  'customer_had_no_money',
  'code_expired',
  'code_used_before',
  'used_code_refused_here',
  'late_commit_with_dead_code',
  'charge_arrived_after_query',
  'charge_arrived_after_reverse',
  'reverse_refused_while_paying',
  'reverse_of_no_order',
  'reverse_returned_money',
  'reverse_repeated',
  'clock_refused_by_gateway',
  'health_came_back',
  'refund_ends_SUCCESS',
  'refund_ends_CLOSED',
  'refund_ends_ABNORMAL',
  'refund_submitted_again',
  'refund_arrived_after_query',
  'refund_of_part_beside_another',
  'refund_closed_by_hand',
  'refund_given_up_and_not_given',
  'restart_while_refunding',
  'charge_withheld_at_the_wire',
  'armed_sale_stopped_by_scene',
  'recovery_while_scene_refuses',
  'counters_caught_up',
  'face_chosen',
  'face_left_by_customer',
  'face_charged',
  'face_ended_by_code',
] as const

export type FaultKind = keyof typeof FAULTS
/** Everything that is counted by name. */
export type Counted = FaultKind | (typeof MET)[number]

export const FAULT_KINDS = Object.keys(FAULTS) as readonly FaultKind[]

/** Faults that touch the way of money; how long an outcome takes is counted from the last of them. */
const HARMLESS: ReadonlySet<FaultKind> = new Set<FaultKind>([
  'backup_host_answers',
  'scanner_lost',
  'double_scan',
  'scan_at_wrong_moment',
  'code_shown_again',
  'other_wallet_scanned',
  'label_garbled',
  'command_repeated',
  'command_doubled',
  'command_reused_with_other_body',
  'arm_at_random',
  'cancel_at_random',
  'check_at_random',
  'dismiss_at_random',
  'sale_at_random',
  'close_by_hand',
  'refund_at_random',
  'scene_refuses',
  'scene_refuses_refunds',
  'scene_changes_while_armed',
  'scene_granted_anew',
  'code_shown_after_restart',
  'face_fails',
  'face_never_told',
  'face_told_late',
  'face_told_twice',
])

/** Some days are better: where less goes wrong, one fault is not hidden by the next. */
const SEVERITIES = [1, 0.2, 0.5]

/**
 * Decides about faults and counts what was met. Every kind draws from numbers of its own, so that a
 * kind that is masked moves no other.
 */
export class Fate {
  readonly counts = new Map<Counted, number>()
  /** While calm nothing goes wrong any more. */
  calm = false
  readonly #masked: ReadonlySet<FaultKind>
  readonly #chances = new Map<FaultKind, (probability: number) => boolean>()
  readonly #severity: number
  readonly #nowMs: () => number
  readonly #lastFaultMs = new Map<string, number>()
  #lastOfAllMs = Number.NEGATIVE_INFINITY

  constructor(seed: number, nowMs: () => number, masked: ReadonlySet<FaultKind>) {
    this.#nowMs = nowMs
    this.#severity = SEVERITIES[seed % SEVERITIES.length] ?? 1
    this.#masked = masked
    for (const [index, kind] of FAULT_KINDS.entries()) {
      this.#chances.set(kind, createRandom(seed * 131 + index * 7_919).chance)
    }
  }

  /**
   * Whether the fault strikes now.
   *
   * @param outTradeNo the order it strikes; absent: everybody
   * @param endsInMs how long it goes on
   */
  strikes(kind: FaultKind, outTradeNo?: string, endsInMs = 0): boolean {
    const drawn = this.#chances.get(kind)?.(FAULTS[kind] * this.#severity) === true
    if (this.calm || !drawn || this.#masked.has(kind)) return false
    this.met(kind)
    if (!HARMLESS.has(kind)) this.blame(outTradeNo, endsInMs)
    return true
  }

  /** A fault strikes an order, or everybody, now and until `endsInMs` from now. */
  blame(outTradeNo?: string, endsInMs = 0): void {
    const endMs = this.#nowMs() + endsInMs
    if (outTradeNo === undefined) this.#lastOfAllMs = Math.max(this.#lastOfAllMs, endMs)
    else this.#lastFaultMs.set(outTradeNo, Math.max(endMs, this.#lastFaultMs.get(outTradeNo) ?? 0))
  }

  /** Counts something that happened. */
  met(what: Counted): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1)
  }

  /**
   * When the last fault ended that struck an order since `sinceMs`, on the monotonic clock; undefined
   * when there was none.
   */
  lastFaultMs(outTradeNo: string, sinceMs: number): number | undefined {
    const own = this.#lastFaultMs.get(outTradeNo) ?? Number.NEGATIVE_INFINITY
    const last = Math.max(own, this.#lastOfAllMs)
    return last >= sinceMs ? last : undefined
  }
}
