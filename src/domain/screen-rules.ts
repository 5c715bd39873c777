/** What the screens show under measures, from least to most restrictive. */
export const SCREEN_RULES = [
  'as_usual',
  'manager_note',
  'manager_banner',
  'countdown',
  'ceiling_before_scan',
  'no_credit_before_payment',
  'option_not_drawn',
  'way_closed',
  'stopped',
  'retired',
] as const
export type ScreenRule = (typeof SCREEN_RULES)[number]
