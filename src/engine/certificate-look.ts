import { type CertificateLife, certificateLife } from '../domain/certificate-life.ts'
import type { Clock } from '../ports/clock.ts'
import type { Gateway } from '../ports/gateway.ts'

/** How often an idle terminal looks whether the words about its certificate have changed. */
const LOOK_EVERY_MS = 3_600_000

export type CertificateLookOptions = {
  readonly gateway: Pick<Gateway, 'health'>
  readonly clock: Clock
  /** The level or the days left are others than before. */
  readonly onChange: () => void
}

/** How long the merchant certificate lasts, read as the gateway's client reads it: by the wall clock. */
export class CertificateLook {
  readonly #options: CertificateLookOptions
  #seen: CertificateLife | undefined
  #cancel: () => void = () => undefined

  constructor(options: CertificateLookOptions) {
    this.#options = options
  }

  /** Undefined while the gateway's client does not say when it ends. */
  life(): CertificateLife | undefined {
    const { gateway, clock } = this.#options
    const { certificateExpiresAtMs } = gateway.health()
    if (certificateExpiresAtMs === undefined) return undefined
    return certificateLife(certificateExpiresAtMs, clock.nowMs())
  }

  /** Begins to look. */
  start(): void {
    this.#seen = this.life()
    this.#cancel = this.#options.clock.after(LOOK_EVERY_MS, () => {
      const before = words(this.#seen)
      this.start()
      if (words(this.#seen) !== before) this.#options.onChange()
    })
  }

  /** Ends the looking. */
  stop(): void {
    this.#cancel()
  }
}

/** What would be read on the screen: of years that are left nobody is told each day. */
function words(life: CertificateLife | undefined): string {
  return life === undefined || life.level === 'good' ? 'good' : `${life.level} ${life.daysLeft}`
}
