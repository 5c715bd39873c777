import { resolve } from 'node:path'
import { err, ok, type Result } from '../base/result.ts'
import { beijingTime } from '../domain/beijing-time.ts'
import { type Problem, problem } from '../domain/errors.ts'
import { formatYuan } from '../domain/money.ts'
import { SCENE_ERRORS } from '../domain/scene-errors.ts'
import type { SceneDecision } from '../ports/scene.ts'
import type { Measure } from '../scene/measure.ts'
import { MEASURES } from '../scene/measures.ts'
import type { InterfaceType } from '../scene/words.ts'
import type { Config } from '../terminal/config.ts'
import type { SceneKeeper } from '../terminal/scene-keeper.ts'
import { lookAtScene } from '../terminal/scene-look.ts'
import type { SceneState } from '../terminal/scene-state.ts'
import { systemClock } from '../terminal/system.ts'
import { readOwnConfig, type SystemKeys } from '../terminal/system-key.ts'
import { sayRefused } from './running-terminal.ts'
import { fail, readOptions, systemLanguage } from './usage.ts'

const OPTIONS = {
  config: { type: 'string' },
  amount: { type: 'string', default: '1' },
  json: { type: 'boolean', default: false },
} as const

/**
 * `guitai grant show`: what this terminal may do, from what it keeps: the grant, measures, and for an
 * amount in fen what would be said to it and why. Asks nobody, so it may be used while the terminal
 * runs; what it says is as of the last time that was kept. Ends with 0, with 1 when there is nothing to
 * show, with 2 for a wrong call.
 */
export async function runGrant(argv: string[], host: SystemKeys = {}): Promise<void> {
  const { values, positionals } = readOptions(argv, OPTIONS)
  const [what = 'show'] = positionals
  if (what !== 'show') fail(`grant ${what}: there is only show`)
  if (values.config === undefined) fail('grant show needs --config FILE')
  const amountFen = Number(values.amount)
  if (!Number.isSafeInteger(amountFen) || amountFen < 1) {
    fail('--amount takes a whole number of fen')
  }
  const config = await readOwnConfig(resolve(values.config), host)
  const shown = config.ok ? show(config.value, amountFen) : config
  if (!shown.ok) {
    sayRefused(shown.error)
    return
  }
  console.log(values.json ? JSON.stringify(shown.value) : describe(shown.value))
}

type Answer = { readonly interface: InterfaceType; readonly decision: SceneDecision }
type Shown = {
  readonly asOf: string
  readonly serial: string
  readonly merchantId: string
  readonly storeId: string
  readonly standing: string
  readonly grant: {
    readonly version: string
    readonly notBefore: string
    readonly notAfter: string
    readonly policy: string
    readonly riskLevel: string
    readonly interfaces: readonly string[]
    readonly limits: readonly string[]
  } | null
  readonly bulletinSeq: number
  readonly measures: readonly string[]
  readonly amountFen: number
  readonly answers: readonly Answer[]
}

function show(config: Config, amountFen: number): Result<Shown, Problem> {
  const log = { info() {}, warn() {}, error() {} }
  const looked = lookAtScene(config, { clock: systemClock, log })
  if (!looked.ok) return looked
  const keeper = looked.value
  const state = keeper.state()
  if (state === undefined) return err(problem('services.not_enrolled'))
  return ok({ ...factsOf(keeper, state), amountFen, answers: answersOf(keeper, amountFen) })
}

function factsOf(keeper: SceneKeeper, state: SceneState): Omit<Shown, 'amountFen' | 'answers'> {
  const found = keeper.grantInHand()
  const grant = found.kind === 'read' ? found.grant : undefined
  const { serial, merchantId, storeId } = state.enrolment
  return {
    asOf: beijingTime(state.highWaterMs),
    serial,
    merchantId,
    storeId,
    standing: state.lifecycle === 'enrolled' ? state.standing : state.lifecycle,
    grant:
      grant === undefined
        ? null
        : {
            version: keeper.grantVersion(),
            notBefore: beijingTime(grant.notBeforeMs),
            notAfter: beijingTime(grant.notAfterMs),
            policy: `${grant.policyId}/${grant.policyVersion}`,
            riskLevel: grant.riskLevel,
            interfaces: grant.interfaces.map(({ type }) => type),
            limits: grant.limits.map(
              ({ type, channel, singleFen, dayFen, monthFen }) =>
                `${type} ${channel}: ${yuan(singleFen)} / ${yuan(dayFen)} / ${yuan(monthFen)}`,
            ),
          },
    bulletinSeq: state.bulletins.seq,
    measures: keeper.inForce().map(measureText),
  }
}

function yuan(limit: number | 'unlimited' | undefined): string {
  if (limit === undefined) return '?'
  return limit === 'unlimited' ? '∞' : formatYuan(limit)
}

function measureText(one: Measure): string {
  const name = one.code === 'unreadable' ? one.wireCode : MEASURES[one.code].name[systemLanguage()]
  const scope = one.interfaces.length === 0 ? '' : ` (${one.interfaces.join(', ')})`
  return `${one.code} ${name}${scope}, ${beijingTime(one.effectiveAtMs)}`
}

function answersOf(keeper: SceneKeeper, amountFen: number): readonly Answer[] {
  const found = keeper.grantInHand()
  const types = found.kind === 'read' ? found.grant.interfaces.map(({ type }) => type) : []
  const asked = [...new Set<InterfaceType>(['MICROPAY', ...types])]
  return asked.map((type) => ({
    interface: type,
    decision: keeper.decide({
      action: 'charge',
      interface: type,
      role: 'cashier',
      attended: true,
      currency: 'CNY',
      amountFen,
    }),
  }))
}

function describe(shown: Shown): string {
  const { grant, serial, merchantId, storeId, standing, asOf } = shown
  const head = [
    `as of ${asOf} (Beijing)`,
    `terminal ${serial}, merchant ${merchantId}, store ${storeId}; standing: ${standing}`,
  ]
  const granted =
    grant === null
      ? ['no grant']
      : [
          `grant ${grant.version}, ${grant.notBefore} to ${grant.notAfter}, ${grant.policy}, risk ${grant.riskLevel}`,
          `interfaces: ${grant.interfaces.join(', ') || 'none'}`,
          ...grant.limits.map((limit) => `limit ${limit} (one / day / month)`),
        ]
  const measures = shown.measures.map((one) => `measure ${one}`)
  const answers = shown.answers.map((one) => answerText(one, shown.amountFen))
  const bulletins = [`bulletins taken: ${shown.bulletinSeq}`]
  return [...head, ...granted, ...bulletins, ...measures, ...answers].join('\n')
}

function answerText({ interface: type, decision }: Answer, amountFen: number): string {
  const asked = `${type}, ${formatYuan(amountFen)}`
  if (decision.kind === 'refuse') {
    const { code, check } = decision
    return `${asked}: refused, ${SCENE_ERRORS[code].staff[systemLanguage()]} [${code}; ${check}]`
  }
  const credit = decision.sendWithoutCredit ? ', without credit' : ''
  const { ceilingFen } = decision
  const most = ceilingFen === undefined ? '' : `; at most ${formatYuan(ceilingFen)} now`
  return `${asked}: allowed${credit}${most}`
}
