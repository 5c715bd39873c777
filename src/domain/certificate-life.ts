const DAY_MS = 86_400_000

/** From how many days before its end a certificate is warned about, and under which name. */
const WARNINGS = [
  { daysLeft: 1, level: 'last_day' },
  { daysLeft: 7, level: 'last_week' },
  { daysLeft: 30, level: 'last_month' },
] as const

/** How urgently a certificate has to be replaced; after `ended` nothing may be signed with it. */
export type CertificateLevel = 'good' | 'last_month' | 'last_week' | 'last_day' | 'ended'

/** How much of a certificate's life is left. */
export type CertificateLife = {
  readonly level: CertificateLevel
  /** Whole days, rounded down; 0 on the last day and after the end. */
  readonly daysLeft: number
}

/** What to say of a certificate that ends at `validUntilMs`; both times in Unix milliseconds. */
export function certificateLife(validUntilMs: number, nowMs: number): CertificateLife {
  const leftMs = validUntilMs - nowMs
  if (leftMs <= 0) return { level: 'ended', daysLeft: 0 }
  const warning = WARNINGS.find(({ daysLeft }) => leftMs <= daysLeft * DAY_MS)
  return { level: warning?.level ?? 'good', daysLeft: Math.floor(leftMs / DAY_MS) }
}
