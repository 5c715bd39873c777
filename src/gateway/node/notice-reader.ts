import { err, type Result } from '../../base/result.ts'
import type { Clock } from '../../ports/clock.ts'
import { type NoticeFault, type RefundNotice, readRefundNotice } from '../refund-notice.ts'
import type { PlatformKeys, RawAnswer } from '../verify.ts'
import type { NodeSuite } from './node-suite.ts'
import { RSA } from './signatures.ts'

/** A notification as it arrived: header fields in lower case, and the bytes of its body. */
export type ArrivedNotice = Pick<RawAnswer, 'headers' | 'body'>

/** Reads what the gateway tells of refunds unasked. */
export type RefundNotices = {
  /**
   * Believes a notification or says why not, at once: `unknown_serial` may be another thing when it is
   * sent again, because the certificates are fetched anew in the background. Never throws.
   */
  readNotice(notice: ArrivedNotice): Result<RefundNotice, NoticeFault>
}

export type NoticeReaderOptions = {
  readonly keys: PlatformKeys
  /** Absent: nothing can be opened. */
  readonly apiV3Key: Buffer | undefined
  /** Of the keys and of what is sealed; absent: RSA. */
  readonly suite?: NodeSuite
  readonly merchantId: string
  readonly clock: Clock
  /** Fetches the platform certificates anew. */
  readonly refresh: () => unknown
}

/** Anybody can name a serial that nobody knows: it costs one download in this time. */
const REFRESH_EVERY_MS = 60_000

/** Makes the reader of one merchant's notifications. */
export function createNoticeReader(options: NoticeReaderOptions): RefundNotices {
  const { keys, apiV3Key, suite = RSA, merchantId, clock, refresh } = options
  let refreshedAtMs = Number.NEGATIVE_INFINITY
  return {
    readNotice(notice) {
      if (!apiV3Key) return err('not_opened')
      const read = readRefundNotice(notice, {
        keys,
        open: (sealed) => suite.open(apiV3Key, sealed),
        merchantId,
        nowMs: clock.nowMs(),
      })
      const nowMs = clock.monotonicMs()
      if (
        !read.ok &&
        read.error === 'unknown_serial' &&
        nowMs - refreshedAtMs >= REFRESH_EVERY_MS
      ) {
        refreshedAtMs = nowMs
        refresh()
      }
      return read
    },
  }
}
