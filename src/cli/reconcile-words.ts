import type { DateRefusal } from '../bills/bill-date.ts'
import type { Candidate } from '../bills/candidates.ts'
import { NUMBER_CELLS } from '../bills/report.ts'
import { padRight } from '../bills/width.ts'
import type { RepairRefusal } from '../checkout/repair.ts'
import type { Language, Text } from '../domain/errors.ts'
import { numberOf, type RepairResult } from './reconcile-repair.ts'

/** Why a day cannot be reconciled. */
export const DATE_WORDS: Readonly<Record<DateRefusal, Text>> = {
  not_a_date: {
    'zh-CN': '不是日期，请写成 YYYY-MM-DD',
    en: 'not a date; write it as YYYY-MM-DD',
  },
  not_ended: {
    'zh-CN': '这一天（北京时间）还没有结束，账单要到第二天上午十点以后才有',
    en: 'that day has not ended in Beijing; its bill can be had after ten the next morning',
  },
  too_old: {
    'zh-CN': '超过三个月，网关不再提供账单；请从商户平台下载后用 --bill 核对',
    en: 'more than three months ago: the gateway no longer gives the bill; download it from the merchant platform and use --bill',
  },
}

/** Why the journal was left as it is. */
const REFUSAL_WORDS: Readonly<Record<RepairRefusal, Text>> = {
  unknown_number: { 'zh-CN': '流水里没有这个单号', en: 'the journal has no such number' },
  left_to_terminal: {
    'zh-CN': '终端还在处理这笔收款：请启动终端等待结果',
    en: 'the terminal is still settling this sale: start it and wait for the result',
  },
  stands_already: { 'zh-CN': '网关所说与流水一致', en: 'the gateway says what the journal says' },
  kept_here: {
    'zh-CN': '流水已确认的结果与网关不同：请在商户平台核对',
    en: 'the journal is certain of something else: check it on the merchant platform',
  },
  not_certain: {
    'zh-CN': '网关没有给出确定的结果：请稍后再对账',
    en: 'the gateway gave no certain answer: reconcile again later',
  },
  not_ours: {
    'zh-CN': '单号、金额或交易类型不是本终端的：请在商户平台核对',
    en: "number, amount or kind are not this terminal's: check it on the merchant platform",
  },
  above_paid: {
    'zh-CN': '【退款超过收款！】请立即在商户平台核对该订单的全部退款',
    en: 'MORE WOULD BE REFUNDED THAN WAS PAID! CHECK ALL REFUNDS OF THIS ORDER ON THE MERCHANT PLATFORM',
  },
}

/** Everything else that the command says. */
export const REPAIR_WORDS = {
  repaired: { 'zh-CN': '已补记', en: 'repaired' },
  left: { 'zh-CN': '未改动', en: 'left as it is' },
  wouldAsk: {
    'zh-CN': '加 --repair 会向网关查询并补记',
    en: 'would be asked about and repaired with --repair',
  },
  givenUp: {
    'zh-CN': '网关连续没有回答，其余未查询：请稍后再试',
    en: 'the gateway did not answer several times; the rest was not asked about: try again later',
  },
  tooMany: {
    'zh-CN': '需要查询的太多，其余请再运行一次',
    en: 'too many to ask about in one run: run it again for the rest',
  },
  running: {
    'zh-CN': '终端正在运行。请先停止终端再对账：流水同一时间只能有一个使用者。什么都没有改动。',
    en: 'The terminal is running. Stop it first, then reconcile: a journal has one user at a time. Nothing was changed.',
  },
} as const satisfies Readonly<Record<string, Text>>

/** One question that --repair would ask, as a line. */
export function candidateLine(candidate: Candidate, language: Language): string {
  return `${padRight(numberOf(candidate), NUMBER_CELLS)}  ${REPAIR_WORDS.wouldAsk[language]}`
}

/** What one question came to, as a line. */
export function resultLine({ number, end }: RepairResult, language: Language): string {
  const word = end.ok ? REPAIR_WORDS.repaired[language] : REPAIR_WORDS.left[language]
  const detail = end.ok
    ? `${end.value.event.was} → ${end.value.event.outcome}`
    : REFUSAL_WORDS[end.error][language]
  return `${padRight(number, NUMBER_CELLS)}  ${word}: ${detail}`
}
