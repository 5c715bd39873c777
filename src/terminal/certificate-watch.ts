import { type CertificateLevel, certificateLife } from '../domain/certificate-life.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'

const DAY_MS = 86_400_000

const SAYS: Readonly<Record<Exclude<CertificateLevel, 'good'>, string>> = {
  last_month: 'merchant certificate ends within 30 days',
  last_week: 'merchant certificate ends within 7 days',
  last_day: 'merchant certificate ends within a day',
  ended: 'merchant certificate has ended: charges and refunds are refused',
}

/**
 * Logs how long the merchant certificate lasts, at once and then once a day, from 30 days before its
 * end. The returned function ends it.
 *
 * @param validUntilMs Unix milliseconds
 */
export function watchCertificate(
  validUntilMs: number,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): () => void {
  let cancel = () => {}
  const look = () => {
    const { level, daysLeft } = certificateLife(validUntilMs, clock.nowMs())
    if (level === 'ended') log.error(SAYS[level])
    else if (level !== 'good') log.warn(SAYS[level], { daysLeft })
    cancel = clock.after(DAY_MS, look)
  }
  look()
  return () => cancel()
}
