import { z } from 'zod'
import { beijingTime } from '../beijing-time.ts'
import type { InterfaceType } from './interface-types.ts'
import { INTERFACE_TYPES } from './interface-types.ts'

/** Where the customer's money can come from. */
export const CHANNELS = ['QUICK', 'BALANCE', 'CREDIT'] as const
export type Channel = (typeof CHANNELS)[number]
/** A limit is for one of them, or for the interface as a whole. */
export const LIMIT_CHANNELS = [...CHANNELS, 'ALL'] as const
export type LimitChannel = (typeof LIMIT_CHANNELS)[number]

/** Any offset is taken, and told as everywhere on this wire. */
const instant = z.iso.datetime({ offset: true }).transform((text) => beijingTime(Date.parse(text)))
const interfaceType = z.enum(INTERFACE_TYPES)
const fen = z.number().int().min(0)
const ceiling = z.strictObject({
  interface: interfaceType,
  channel: z.enum(LIMIT_CHANNELS),
  single: fen,
  day: fen,
  month: fen,
})
const nothing = z.strictObject({})

/** What a measure says beside its code (docs/gateway.md, Bulletin). */
const PARAMS = {
  M1: nothing,
  M2: z.strictObject({ items: z.array(z.string().min(1).max(200)).min(1).max(20) }),
  M3: z.strictObject({ limits: z.array(ceiling).min(1).max(20) }),
  M4: z.strictObject({ cycle: z.string().min(1).max(32) }),
  M5: z.strictObject({ channels_allowed: z.array(z.enum(CHANNELS)).max(3) }),
  M6: z.strictObject({
    interfaces_allowed: z.array(interfaceType).max(7),
    attended_only: z.boolean(),
  }),
  M7: z.strictObject({ delay_days: z.number().int().min(0).max(3650) }),
  M8: z.strictObject({ refund: z.enum(['allowed', 'blocked']) }),
  M9: nothing,
  M10: z.strictObject({ agreement_end: instant }),
} as const

export type MeasureCode = keyof typeof PARAMS
const MEASURE_CODES = Object.keys(PARAMS) as MeasureCode[]
export type MeasureParams = { [Code in MeasureCode]: z.infer<(typeof PARAMS)[Code]> }

/** Lifted by a newer word of the risk issuer; what M9 and M10 closed needs a new approval. */
const LIFTABLE: readonly MeasureCode[] = ['M1', 'M2', 'M3', 'M4', 'M5', 'M6', 'M7', 'M8']
/** These change what a grant allows, so that an older grant is no longer good enough. */
const NARROWING: readonly MeasureCode[] = ['M3', 'M5', 'M6', 'M8', 'M9', 'M10']

/** A code that no terminal of today knows, as one of tomorrow would look to it. */
const FUTURE_CODE = /^M\d{1,3}$/

const wish = z.strictObject({
  code: z.string().regex(FUTURE_CODE),
  interfaces: z.array(interfaceType).max(7).default([]),
  params: z.record(z.string(), z.unknown()).default({}),
  effective_at: instant.optional(),
  deadline: instant.optional(),
  on_deadline: z.enum(['suspend', 'none']).optional(),
  ack_due: instant.optional(),
})

/** A measure as documents carry it. */
export type Measure = {
  readonly [Code in MeasureCode]: {
    readonly measure_id: string
    readonly code: Code
    readonly seq: number
    readonly effective_at: string
    readonly scope: { readonly interfaces: readonly InterfaceType[] }
    readonly params: MeasureParams[Code]
    readonly deadline?: string
    readonly on_deadline?: 'suspend' | 'none'
    readonly ack_due?: string
  }
}[MeasureCode]

function isKnown(code: string): code is MeasureCode {
  return MEASURE_CODES.some((one) => one === code)
}

/** Whether a measure stops all new money: M8, and what a terminal that does not know it takes for M8. */
export function suspends({ code }: { readonly code: string }): boolean {
  return code === 'M8' || !isKnown(code)
}

/**
 * A measure from what somebody asked for; `seq` is 0 until a bulletin carries it. A code outside the
 * table goes out as it is, to try what a terminal makes of it. Throws with a readable text when
 * parameters do not fit the code, or M2 has no deadline.
 */
export function newMeasure(
  asked: unknown,
  stamp: { readonly measureId: string; readonly now: string },
): Measure {
  const { code, interfaces, effective_at, params, ...rest } = wish.parse(asked)
  const dated = code === 'M2'
  if (dated && rest.deadline === undefined) throw new Error('M2 needs a deadline')
  if (!dated && (rest.deadline !== undefined || rest.on_deadline !== undefined)) {
    throw new Error('only M2 has a deadline')
  }
  const given = Object.entries(rest).filter(([, value]) => value !== undefined)
  return {
    measure_id: stamp.measureId,
    code,
    seq: 0,
    effective_at: effective_at ?? stamp.now,
    scope: { interfaces },
    params: isKnown(code) ? PARAMS[code].parse(params) : params,
    ...Object.fromEntries(given),
  } as Measure
}

export function isLiftable(code: MeasureCode): boolean {
  return LIFTABLE.includes(code) || !isKnown(code)
}

/** Whether a grant from before the measure has become too wide. */
export function narrows(code: MeasureCode): boolean {
  return NARROWING.includes(code) || !isKnown(code)
}

/** Whether a measure is in force for an interface. */
export function bears(measure: Measure, at: { nowMs: number; type: InterfaceType }): boolean {
  if (at.nowMs < Date.parse(measure.effective_at)) return false
  const { interfaces } = measure.scope
  return interfaces.length === 0 || interfaces.includes(at.type)
}
