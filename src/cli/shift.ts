import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { ShiftView } from '../api/shift-protocol.ts'
import { beijingTime } from '../domain/beijing-time.ts'
import type { Language } from '../domain/errors.ts'
import { reportAmount } from '../domain/shift-report.ts'
import type { Ask } from './ask-terminal.ts'
import { callTerminal, sayRefused } from './running-terminal.ts'
import { shiftPage } from './shift-page.ts'
import { fail, readOptions, systemLanguage } from './usage.ts'

/**
 * `guitai shift`: shows or closes the shift of the running terminal, or lists those that were closed.
 * Ends with 0, with 1 when the terminal refused, with 2 when it could not be asked.
 */
export async function runShift(argv: string[]): Promise<void> {
  const { values, positionals } = readOptions(argv, {
    config: { type: 'string' },
    operator: { type: 'string' },
    carry: { type: 'boolean', default: false },
    limit: { type: 'string', default: '20' },
    language: { type: 'string' },
    json: { type: 'boolean', default: false },
    html: { type: 'string' },
  })
  const [what = 'show'] = positionals
  if (values.config === undefined) fail('shift needs --config FILE')
  const language = readLanguage(values.language)
  const ask = askFor(what, { ...values, language })
  const silence = 'the terminal does not answer; start it, and look with guitai shift list'
  const line = callTerminal(values.config, silence)
  if (!line.ok) return sayRefused(line.error)
  const answer = await line.value(ask)
  if (!answer.ok) return sayRefused(answer.error)
  const body = answer.value
  const shifts = what === 'list' ? (body as { shifts: ShiftView[] }).shifts : [body as ShiftView]
  // The names of staff are in it: readable by its owner, like every other report.
  if (values.html !== undefined) {
    writeFileSync(resolve(values.html), shiftPage(shifts, language), { mode: 0o600 })
  }
  if (values.json) console.log(JSON.stringify(body))
  else
    for (const shift of shifts) console.log(what === 'list' ? lineOf(shift) : shift.text.join('\n'))
}

function readLanguage(asked: string | undefined): Language {
  if (asked === undefined) return systemLanguage()
  return asked === 'zh-CN' || asked === 'en' ? asked : fail('--language is zh-CN or en')
}

function askFor(
  what: string,
  wish: {
    readonly operator?: string | undefined
    readonly carry: boolean
    readonly limit: string
    readonly language: Language
  },
): Ask {
  const { operator, carry, limit, language } = wish
  switch (what) {
    case 'show':
      return { method: 'GET', path: `/v1/shift?language=${language}` }
    case 'list':
      return {
        method: 'GET',
        path: `/v1/shifts?language=${language}&limit=${encodeURIComponent(limit)}`,
      }
    case 'close':
      if (!operator) fail('shift close needs --operator NAME')
      return {
        method: 'POST',
        path: '/v1/shift/close',
        body: { clientId: randomUUID(), operator, carryUnsettled: carry, language },
      }
    default:
      return fail(`shift ${what}: choose show, close or list`)
  }
}

function lineOf(shift: ShiftView): string {
  const { number, fromMs, toMs, operator, netFen, unsettled } = shift
  const open = unsettled.length === 0 ? '' : `  +${unsettled.length}?`
  const times = `${beijingTime(fromMs)} - ${beijingTime(toMs)}`
  return `${String(number).padStart(5)}  ${times}  ${reportAmount(netFen).padStart(16)}  ${operator ?? ''}${open}`
}
