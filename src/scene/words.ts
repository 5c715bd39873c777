import { FUNDING_CHANNELS, type FundingChannel } from '../domain/sale.ts'

/** The seven interface types a grant may name (docs/gateway.md, Documents). */
export const INTERFACES = [
  'MICROPAY',
  'JSAPI',
  'MINIPROGRAM',
  'NATIVE',
  'APP',
  'H5',
  'FACEPAY',
] as const
export type InterfaceType = (typeof INTERFACES)[number]

/** Types for which no evidence is defined, so no grant can approve them. */
export const UNDEFINED_INTERFACES: readonly InterfaceType[] = ['H5']

/** Where the customer's money can come from. */
export const CHANNELS = FUNDING_CHANNELS
export type Channel = FundingChannel

/**
 * Channels an order cannot exclude: the one restriction the pay wire can carry is "no credit", so an
 * interface whose order may not use one of these is blocked.
 */
export const FIXED_CHANNELS = ['QUICK', 'BALANCE'] as const satisfies readonly Channel[]

/** A channel of a limit; `ALL` is the interface as a whole. */
export const LIMIT_CHANNELS = [...CHANNELS, 'ALL'] as const
export type LimitChannel = (typeof LIMIT_CHANNELS)[number]

/** Liveness profiles there are (docs/face.md, Gate); one that is not here switches face pay off. */
export const LIVENESS_PROFILES = ['passive-1', 'active-1', 'rehearsal-1'] as const

/** The ten measures; any other code stops charging as M8 does. */
export const MEASURE_CODES = [
  ...(['M1', 'M2', 'M3', 'M4', 'M5'] as const),
  ...(['M6', 'M7', 'M8', 'M9', 'M10'] as const),
] as const
export type MeasureCode = (typeof MEASURE_CODES)[number]

/** Who asks. `customer` is somebody at a terminal nobody attends, `terminal` its own recovery. */
export type Role = 'cashier' | 'manager' | 'installer' | 'customer' | 'terminal'
