/** The size of everything that could grow. One name per bound; no queue or buffer is without one. */
export const LIMITS = {
  /** Events waiting for the loop. */
  inboxMax: 1_024,
  /** Questions to the gateway under way at once; a charge never waits for one. */
  questionsAtOnce: 32,
  /** Used payment codes that are known again. */
  usedCodesMax: 1_024,
  /** Attempts of one sale. */
  attemptsPerSaleMax: 50,
  /** Captures of a face that one sale records. */
  faceCapturesMax: 20,
  /** Sales not final that the terminal carries at once. */
  openSalesMax: 200,
  /** `description` on the wire (codepay, `description`, string(127)): characters. */
  descriptionMax: 127,
  /** `out_trade_no` on the wire (codepay, string(32)). */
  outTradeNoMax: 32,
  /** Refunds of one attempt (APIv3 refund: at most 50 for one order). */
  refundsPerAttemptMax: 50,
  /** The same with those that the gateway refused, which it does not count. */
  refundTriesMax: 200,
  /** `reason` of a refund on the wire (APIv3 refund, `reason`, string(80)): characters. */
  refundReasonMax: 80,
  /** A person's name in the journal, characters. */
  operatorMax: 40,
  /** People who work with one terminal. */
  operatorsMax: 200,
  /** PINs being looked at or waiting to be. */
  pinChecksMax: 8,
  /** Operators signed in at once; one more ends the session that was idle longest. */
  operatorSessionsMax: 8,
  /** Acts on the terminal that the admin screen lists. */
  actsShownMax: 50,
  /** A client's own id for a command. */
  clientIdMax: 64,
  /** One label from a scanner, bytes. */
  labelBytesMax: 512,
  /** One sentence of a satellite receiver: NMEA 0183 allows 82, receivers with more digits send more. */
  nmeaCharactersMax: 120,
  /** One answer of the gateway, bytes. */
  answerBytesMax: 256 * 1_024,
  /** One trade bill, unpacked, bytes. */
  billBytesMax: 1_024 * 1_024 * 1_024,
  /** One request to the local API, bytes. */
  apiRequestBytesMax: 16 * 1_024,
  /** One refund notification, bytes: its fields are bounded, and come to some two thousand. */
  noticeBytesMax: 16 * 1_024,
  /** Refund notifications at once, and a second after that; the gateway repeats those that were refused. */
  noticesAtOnceMax: 20,
  noticesPerSecondMax: 2,
  /** Refund notifications remembered, so that a repeat asks nothing. */
  noticesKnownMax: 256,
  /** Connections watching the local API. */
  watchersMax: 32,
  /** Sales in one page of a list. */
  listPageMax: 100,
} as const
