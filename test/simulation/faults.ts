/** What can go wrong in the simulated world, and how often, per chance it has. */
export const FAULTS = {
  crash_before_append: 0.004,
  crash_after_append: 0.012,
  crash_at_send: 0.01,
  crash_after_send: 0.01,
  crash_on_answer: 0.004,
  disk_full: 0.004,
  connection_refused: 0.03,
  request_lost: 0.03,
  request_late: 0.03,
  request_doubled: 0.02,
  answer_lost: 0.05,
  answer_late: 0.03,
  answer_unsigned: 0.03,
  answer_server_error: 0.03,
  done_but_server_error: 0.03,
  answer_unknown_code: 0.02,
  outage: 0.02,
  refused_though_paid: 0.02,
  reverse_refused: 0.05,
  wall_clock_jump: 0.2,
  scanner_lost: 0.02,
  double_scan: 0.05,
  scan_at_wrong_moment: 0.05,
  command_repeated: 0.1,
  command_reused_with_other_body: 0.03,
  cancel_at_random: 0.08,
  check_at_random: 0.08,
  dismiss_at_random: 0.06,
  close_by_hand: 0.01,
} as const

export type FaultKind = keyof typeof FAULTS

/** Decides about faults and counts those that were met. */
export class Fate {
  readonly counts = new Map<FaultKind, number>()
  readonly #chance: (probability: number) => boolean
  /** While calm nothing goes wrong any more. */
  calm = false

  constructor(chance: (probability: number) => boolean) {
    this.#chance = chance
  }

  /** Whether the fault strikes now. */
  strikes(kind: FaultKind): boolean {
    if (this.calm || !this.#chance(FAULTS[kind])) return false
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1)
    return true
  }
}
