import { z } from 'zod'
import type { FaceParams, FaceScenario } from './face-scenarios.ts'
import { FACE_SCENARIOS } from './face-scenarios.ts'
import type { RefundParams, RefundScenario } from './refund-scenarios.ts'
import { REFUND_CALLS, refundScenarioNamed } from './refund-scenarios.ts'
import type { RefundWish } from './refunds.ts'
import type { Scenario, ScenarioParams } from './scenarios.ts'
import { CALLS, scenarioNamed } from './scenarios.ts'

const paramsWith = <Name extends string>(calls: readonly [Name, ...Name[]]) =>
  z
    .strictObject({
      seconds: z.number().min(0).max(31_536_000).exactOptional(),
      times: z.number().int().min(0).max(1_000_000).exactOptional(),
      count: z.number().int().min(0).max(1_000_000).exactOptional(),
      on: z.array(z.enum(calls)).exactOptional(),
      bytes: z.number().int().min(1).max(1_073_741_824).exactOptional(),
    })
    .optional()

const chargeEntrySchema = z.strictObject({
  match: z.strictObject({
    amountFen: z.number().int().optional(),
    codeTail: z
      .string()
      .regex(/^\d{1,18}$/)
      .optional(),
    nth: z.number().int().min(1).optional(),
  }),
  scenario: z.string().refine((name) => scenarioNamed(name) !== undefined, 'no such scenario'),
  params: paramsWith(CALLS),
})

const refundEntrySchema = z.strictObject({
  matchRefund: z.strictObject({
    refundFen: z.number().int().optional(),
    outTradeNo: z.string().min(1).max(32).optional(),
    nth: z.number().int().min(1).optional(),
  }),
  scenario: z
    .string()
    .refine((name) => refundScenarioNamed(name) !== undefined, 'no such refund scenario'),
  params: paramsWith(REFUND_CALLS),
})

const faceEntrySchema = z.strictObject({
  matchFace: z.strictObject({
    amountFen: z.number().int().optional(),
    outTradeNo: z.string().min(1).max(32).optional(),
    nth: z.number().int().min(1).optional(),
  }),
  scenario: z.string().refine((name) => FACE_SCENARIOS.has(name), 'no such face scenario'),
  params: z.strictObject({ seconds: z.number().min(0).max(31_536_000).exactOptional() }).optional(),
})

/**
 * A script: the first entry whose every condition holds decides. `match` is about charges,
 * `matchRefund` about refunds and `matchFace` about recognitions. `nth` counts those seen since the script
 * was set, from 1; an empty match holds always.
 */
export const scriptSchema = z
  .array(z.union([chargeEntrySchema, refundEntrySchema, faceEntrySchema]))
  .max(10_000)
export type ChargeScriptEntry = z.input<typeof chargeEntrySchema>
export type RefundScriptEntry = z.input<typeof refundEntrySchema>
export type FaceScriptEntry = z.input<typeof faceEntrySchema>
export type ScriptEntry = ChargeScriptEntry | RefundScriptEntry | FaceScriptEntry

/** Whether an entry of a script is about refunds. */
export const isRefundEntry = (entry: ScriptEntry): entry is RefundScriptEntry =>
  'matchRefund' in entry

/** Whether an entry of a script is about recognitions. */
export const isFaceEntry = (entry: ScriptEntry): entry is FaceScriptEntry => 'matchFace' in entry

/** Whether an entry of a script is about charges. */
export const isChargeEntry = (entry: ScriptEntry): entry is ChargeScriptEntry => 'match' in entry

export type Chosen = { readonly scenario: Scenario; readonly params: ScenarioParams }
export type ChosenRefund = { readonly scenario: RefundScenario; readonly params: RefundParams }

/** The scenario a script gives to a charge, or undefined. */
export function scenarioOfScript(
  script: readonly ChargeScriptEntry[],
  charge: { readonly amountFen: number; readonly code: string; readonly nth: number },
): Chosen | undefined {
  for (const { match, scenario: name, params } of script) {
    if (match.amountFen !== undefined && match.amountFen !== charge.amountFen) continue
    if (match.codeTail !== undefined && !charge.code.endsWith(match.codeTail)) continue
    if (match.nth !== undefined && match.nth !== charge.nth) continue
    const scenario = scenarioNamed(name)
    if (scenario) return { scenario, params: { ...scenario.params, ...params } }
  }
  return undefined
}

/** The scenario a script gives to a refund, or undefined. */
export function scenarioOfRefundScript(
  script: readonly RefundScriptEntry[],
  refund: RefundWish & { readonly nth: number },
): ChosenRefund | undefined {
  for (const { matchRefund: match, scenario: name, params } of script) {
    if (match.refundFen !== undefined && match.refundFen !== refund.refundFen) continue
    if (match.outTradeNo !== undefined && match.outTradeNo !== refund.outTradeNo) continue
    if (match.nth !== undefined && match.nth !== refund.nth) continue
    const scenario = refundScenarioNamed(name)
    if (scenario) return { scenario, params: { ...scenario.params, ...params } }
  }
  return undefined
}

/** The scenario a script gives to a recognition; `ok` when it gives none. */
export function scenarioOfFaceScript(
  script: readonly FaceScriptEntry[],
  face: { readonly amountFen: number; readonly outTradeNo: string; readonly nth: number },
): { readonly scenario: FaceScenario; readonly params: FaceParams } {
  for (const { matchFace: match, scenario: name, params } of script) {
    if (match.amountFen !== undefined && match.amountFen !== face.amountFen) continue
    if (match.outTradeNo !== undefined && match.outTradeNo !== face.outTradeNo) continue
    if (match.nth !== undefined && match.nth !== face.nth) continue
    const scenario = FACE_SCENARIOS.get(name)
    if (scenario) return { scenario, params: { ...scenario.params, ...params } }
  }
  return { scenario: { name: 'ok', summary: '', params: {} }, params: {} }
}
