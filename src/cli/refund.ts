import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { SaleView } from '../api/protocol.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { Language, Problem, Text } from '../domain/errors.ts'
import { formatYuan } from '../domain/money.ts'
import { type AskTerminal, callTerminal, sayRefused } from './running-terminal.ts'
import { fail, readOptions, systemLanguage } from './usage.ts'

type RefundView = NonNullable<SaleView['refunds']>[number]

/** How often a refund is looked at while somebody waits. */
const LOOK_EVERY_MS = 1_000

const SILENCE =
  'the terminal does not answer; start it, and look at the sale before you refund again'

/**
 * `guitai refund`: gives money of a paid sale back, by the running terminal. Ends with 0 when the refund
 * is taken, or with --wait given; with 1 when it is refused or cannot be delivered; with 2 when it could
 * not be asked for.
 */
export async function runRefund(argv: string[]): Promise<void> {
  const { values } = readOptions(argv, {
    config: { type: 'string' },
    sale: { type: 'string' },
    amount: { type: 'string' },
    operator: { type: 'string' },
    reason: { type: 'string' },
    order: { type: 'string' },
    wait: { type: 'boolean', default: false },
  })
  const { config, sale, operator, reason, order, amount, wait } = values
  if (!config || !sale || !operator || !reason) {
    fail('refund needs --config FILE --sale ID --operator NAME --reason TEXT')
  }
  const amountFen = amount === undefined ? undefined : readYuan(amount)
  const ask = callTerminal(config, SILENCE)
  if (!ask.ok) return sayRefused(ask.error)
  const path = `/v1/sales/${encodeURIComponent(sale)}`
  const body = {
    clientId: randomUUID(),
    operator,
    reason,
    ...(amountFen === undefined ? {} : { amountFen }),
    ...(order === undefined ? {} : { outTradeNo: order }),
  }
  const made = await ask.value({ method: 'POST', path: `${path}/refunds`, body })
  if (!made.ok) return sayRefused(made.error)
  const refund = (made.value as SaleView).refunds?.at(-1)
  if (!refund) throw new Error('the terminal took a refund and shows none')
  const language = systemLanguage()
  console.log(lineOf(refund, language))
  if (!wait) return
  const end = await follow(ask.value, { path, refund, language })
  if (!end.ok) sayRefused(end.error)
  else if (end.value.outcome !== 'REFUNDED') process.exitCode = 1
}

/** Fen of an amount in yuan, by its digits; ends with status 2 for anything else. */
function readYuan(text: string): number {
  const digits = /^(\d{1,8})(?:\.(\d{1,2}))?$/.exec(text)
  if (!digits) fail('--amount is in yuan, such as 12.30')
  return Number(`${digits[1]}${(digits[2] ?? '').padEnd(2, '0')}`)
}

/** Says each change of a refund until there is nothing left to wait for. */
async function follow(
  ask: AskTerminal,
  about: { readonly path: string; readonly refund: RefundView; readonly language: Language },
): Promise<Result<RefundView, Problem>> {
  let { refund } = about
  while (!isAtRest(refund)) {
    await pause(LOOK_EVERY_MS)
    const seen = await ask({ method: 'GET', path: about.path })
    if (!seen.ok) return err(seen.error)
    const { refunds = [] } = seen.value as SaleView
    const next = refunds.find(({ outRefundNo }) => outRefundNo === refund.outRefundNo)
    if (next && lineOf(next, about.language) !== lineOf(refund, about.language)) {
      console.log(lineOf(next, about.language))
    }
    refund = next ?? refund
  }
  return ok(refund)
}

/** Final, or nothing that waiting would change: an abnormal one is for staff to settle. */
function isAtRest(refund: RefundView): boolean {
  return refund.outcome !== 'UNKNOWN' || refund.phase === 'abnormal' || !!refund.closedByHand
}

const NOT_KNOWN: Text = {
  'zh-CN': '终端已受理，结果待确认，不要再次退款',
  en: 'taken by the terminal; the result is not known yet, do not refund again',
}
const WORDS: Readonly<Record<string, Text>> = {
  processing: { 'zh-CN': '微信支付已受理，钱在退回途中', en: 'the money is on its way back' },
  abnormal: { 'zh-CN': '没有到顾客账户', en: 'it did not reach the customer' },
  refunded: { 'zh-CN': '已退还顾客', en: 'given back' },
  not_refunded: { 'zh-CN': '没有退款', en: 'not given back' },
}

/** Amount, number and state of a refund in one line. */
function lineOf(refund: RefundView, language: Language): string {
  const { amountFen, outRefundNo, phase, problem } = refund
  const isUnclear = WORDS[phase] === undefined
  const state = (WORDS[phase] ?? NOT_KNOWN)[language]
  const why = problem && !isUnclear ? ` (${problem.staff[language]} [${problem.code}])` : ''
  const yuan = formatYuan(amountFen)
  return language === 'en'
    ? `refund of ${yuan} yuan, ${outRefundNo}: ${state}${why}`
    : `退款 ${yuan} 元，${outRefundNo}：${state}${why}`
}
