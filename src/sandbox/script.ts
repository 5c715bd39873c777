import { z } from 'zod'
import type { Scenario, ScenarioParams } from './scenarios.ts'
import { CALLS, scenarioNamed } from './scenarios.ts'

const entrySchema = z.strictObject({
  match: z.strictObject({
    amountFen: z.number().int().optional(),
    codeTail: z
      .string()
      .regex(/^\d{1,18}$/)
      .optional(),
    nth: z.number().int().min(1).optional(),
  }),
  scenario: z.string().refine((name) => scenarioNamed(name) !== undefined, 'no such scenario'),
  params: z
    .strictObject({
      seconds: z.number().min(0).max(86_400).exactOptional(),
      times: z.number().int().min(0).max(1_000_000).exactOptional(),
      count: z.number().int().min(0).max(1_000_000).exactOptional(),
      on: z.array(z.enum(CALLS)).exactOptional(),
      bytes: z.number().int().min(1).max(1_073_741_824).exactOptional(),
    })
    .optional(),
})

/**
 * A script: the first entry whose every condition holds decides. `nth` counts the charges seen
 * since the script was set, from 1; an empty match holds always.
 */
export const scriptSchema = z.array(entrySchema).max(10_000)
export type ScriptEntry = z.input<typeof entrySchema>

export type Chosen = { readonly scenario: Scenario; readonly params: ScenarioParams }

/** The scenario a script gives to a charge, or undefined. */
export function scenarioOfScript(
  script: readonly ScriptEntry[],
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
