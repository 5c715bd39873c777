/**
 * The waits of the payment-code flow, in milliseconds, in one place.
 * Source: WeChat Pay, payment code development guide (2025.08.14) and the reverse API's page; the
 * schedule of repeated reversals and the 60 s rule are this terminal's own choices.
 */
export const WAITS = {
  /** From an unclear answer or USERPAYING to the first query. */
  firstQueryMs: 5_000,
  /** Between two queries while the customer confirms or the outcome is unknown. */
  queryEveryMs: 5_000,
  /** From submit to giving the customer up: WeChat itself fails an unpaid order at about 45 s. */
  payingCapMs: 45_000,
  /** A reversal is never sent earlier than this after submit. */
  reverseNotBeforeMs: 15_000,
  /**
   * "No such order" is believed only this long after submit: a charge that is still on its way
   * carries a code that is dead by then.
   */
  notFoundFinalMs: 60_000,
  /**
   * From the answer to a reversal that was not carried out until a payment found afterwards is kept: a
   * second copy of the reversal, should the way have made one, has undone it by then or never will.
   */
  reverseConfirmMs: 10_000,
  /** Pauses between repeated reversals; the last one repeats. */
  reverseRetryMs: [5_000, 10_000, 20_000, 40_000, 60_000, 300_000],
  /** The longest of these pauses until the alarm is raised: until then somebody waits at the counter. */
  reverseRetryYoungMs: 20_000,
  /** An order older than this takes no reversal (reverse API's page: 7 days). */
  reverseLimitMs: 604_800_000,
  /** Between two refunds of one order (APIv3 refund: at least a minute). */
  refundEveryMs: 60_000,
  /** An order older than this takes no refund (APIv3 refund: one year). */
  refundLimitMs: 365 * 86_400_000,
  /**
   * From a refusal of a refund to the query that confirms it: a second copy of the request, should the
   * way have made one, is taken or refused by then.
   */
  refundConfirmMs: 10_000,
  /** Pauses between questions about a refund whose request was not answered clearly; the last repeats. */
  refundRetryMs: [5_000, 10_000, 20_000, 40_000, 60_000, 300_000],
  /** Pauses between questions about a refund that the gateway took; the last repeats. */
  refundPollMs: [60_000, 60_000, 60_000, 60_000, 60_000, 300_000, 900_000, 3_600_000],
  /**
   * How long after a request for a refund went without a clear answer it may still be taken: the gateway
   * refuses a signature whose time is five minutes off (interface rules), and our clock may be as much
   * ahead of the gateway's.
   */
  refundArrivesMs: 600_000,
  /** Between questions about a refund that staff have to settle with the gateway. */
  refundAbnormalMs: 3_600_000,
  /** For so long the same notification of a refund, sent again, asks nothing. */
  noticeRepeatMs: 60_000,
  /** From a refund's wish to when somebody should look although the gateway took it: cards need days. */
  refundStuckMs: 5 * 86_400_000,
  /** How long a counter stays armed for a code before it says so and disarms. */
  armedMs: 180_000,
  /** How long the notice about faces stands before the sale waits for a code again. */
  faceNoticeMs: 60_000,
  /** From the consent to a face that was clear enough (F-21). */
  faceCaptureMs: 20_000,
  /** From the consent to its end: confirmed, sent and answered (F-05). */
  faceConsentMs: 60_000,
  /** Between two rounds of questions because the line is back. */
  waveEveryMs: 30_000,
  /** From submit to the alarm when the outcome is still not known. */
  overdueMs: 600_000,
  /** How long a result stays on the screens when nobody acts. */
  resultShownMs: 30_000,
  /**
   * How long a newer grant that was announced may take to arrive before what waits for a code waits no
   * longer: a few answers of the service.
   */
  grantFollowsMs: 5_000,
  /** Pause before a step is tried again that the journal could not take. */
  journalRetryMs: 2_000,
  /** How long a payment code may stay in memory. */
  codeLifeMs: 60_000,
  /** For so long a used payment code is known again: far longer than any code can live. */
  usedCodeMs: 600_000,
} as const
