import type { FastifyInstance, FastifyReply } from 'fastify'
import { LIMITS } from '../../domain/limits.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import { createRateLimit } from '../rate-limit.ts'

/** Where the merchant's proxy passes refund notifications on to. */
export const NOTICE_PATH = '/v1/notify/refund'

/**
 * What became of a notification.
 * - `taken`: it need not be sent again.
 * - `refused`: it was not believed.
 * - `later`: it cannot be dealt with now; the gateway sends it again.
 */
export type NoticeOutcome = 'taken' | 'refused' | 'later'

/** Takes one notification; header fields in lower case, and the bytes of the body. Never rejects. */
export type TakeNotice = (notice: {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}) => Promise<NoticeOutcome>

export type NoticeOptions = {
  readonly take: TakeNotice
  readonly clock: Clock
  readonly log: Log
}

/** Status of each outcome: with 4xx and 5xx it is sent again (APIv3 退款结果通知, 通知应答). */
const STATUSES: Readonly<Record<Exclude<NoticeOutcome, 'taken'>, number>> = {
  refused: 401,
  later: 503,
}

/**
 * Serves the refund notifications. No token: the gateway has none, and what vouches is the signature
 * and the seal, checked over the bytes as they came. Too many, or too large ones, are refused unread.
 */
export function serveNotices(app: FastifyInstance, options: NoticeOptions): void {
  const { take, clock, log } = options
  const limit = { atOnceMax: LIMITS.noticesAtOnceMax, perSecondMax: LIMITS.noticesPerSecondMax }
  const mayPass = createRateLimit(limit, () => clock.monotonicMs())
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
      done(null, body)
    })
    scope.setErrorHandler((error: { statusCode?: number; message: string }, _request, reply) => {
      if (error.statusCode === undefined) log.error('bug in the API', { detail: error.message })
      return fail(reply, error.statusCode ?? STATUSES.later)
    })
    scope.addHook('onRequest', async (_request, reply) => {
      if (!mayPass()) return fail(reply, 429)
    })
    scope.post(NOTICE_PATH, { bodyLimit: LIMITS.noticeBytesMax }, async (request, reply) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
      const outcome = await take({ headers: plainHeaders(request.headers), body })
      // APIv2 takes nothing for an answer but its own XML; what is not taken is sent again there as well.
      if (body[0] === LESS_THAN && outcome === 'taken') {
        return reply.code(200).type('text/xml').send(V2_TAKEN)
      }
      return outcome === 'taken' ? reply.code(204).send() : fail(reply, STATUSES[outcome])
    })
  })
}

const LESS_THAN = 0x3c
/** What APIv2 reads as taken (APIv2 退款结果通知, "返回参数"). */
const V2_TAKEN =
  '<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>'

/** What the gateway reads as "send it again". */
function fail(reply: FastifyReply, status: number): FastifyReply {
  return reply.code(status).send({ code: 'FAIL', message: '失败' })
}

function plainHeaders(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  const plain = Object.entries(headers).filter(([, value]) => typeof value === 'string')
  return Object.fromEntries(plain as [string, string][])
}
