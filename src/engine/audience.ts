import { type State, saleOnScreen } from '../checkout/state.ts'
import { lastAttempt, type Sale } from '../domain/sale.ts'
import type { RecentSale, ScreenModel } from '../screen/model.ts'
import { project } from '../screen/project.ts'
import { Broadcast } from './broadcast.ts'
import type { CertificateLook } from './certificate-look.ts'
import type { FaceDesk } from './face-desk.ts'
import type { EngineOptions } from './options.ts'
import { asRecent, RECENT_MAX, remember } from './recent.ts'
import { logFieldsOf } from './sale-report.ts'
import type { SceneDesk } from './scene-desk.ts'
import type { SteadyTime } from './steady-time.ts'

export type AudienceOptions = Pick<
  EngineOptions,
  | 'scanners'
  | 'gateway'
  | 'journal'
  | 'storeName'
  | 'terminalId'
  | 'refundsAtCounter'
  | 'log'
  | 'onMark'
> & {
  readonly time: Pick<SteadyTime, 'nowMs'>
  readonly scene: Pick<SceneDesk, 'facts'>
  readonly face: Pick<FaceDesk, 'facts'>
  readonly certificate: Pick<CertificateLook, 'life'>
  /** The present, as it is durable. */
  readonly state: () => State
}

/** Everybody who is told: screens, registers and the log, of what is durable and of nothing else. */
export class Audience {
  readonly screens: Broadcast<ScreenModel>
  readonly sales: Broadcast<Sale>
  readonly #options: AudienceOptions
  readonly #changed: Sale[] = []
  #recent: readonly RecentSale[] = []
  #revision = 0

  constructor(options: AudienceOptions) {
    this.#options = options
    this.screens = new Broadcast(options.log)
    this.sales = new Broadcast(options.log)
  }

  /** Reads the last sales; for a start. */
  begin(): void {
    this.#recent = this.#options.journal.recentSales(RECENT_MAX).map(asRecent)
  }

  /** Sales that became durable; they are told with the next {@link Audience.tell}. */
  changed(sales: readonly Sale[]): void {
    this.#changed.push(...sales)
  }

  /** Tells registers, log and screens what became durable. */
  tell(): void {
    for (const sale of this.#changed.splice(0)) {
      this.#recent = remember(this.#recent, sale)
      this.sales.send(sale)
      this.#log(sale)
    }
    this.publish()
  }

  /** Draws the screens anew, when there is one. */
  publish(): void {
    if (this.screens.size === 0) return
    this.#revision += 1
    this.screens.send(this.screen())
  }

  /** Both screens as they are. */
  screen(): ScreenModel {
    const { scanners, gateway, journal, storeName, terminalId } = this.#options
    const { time, scene, face, certificate, refundsAtCounter } = this.#options
    const state = this.#options.state()
    const shown = saleOnScreen(state)
    return project(state, {
      revision: this.#revision,
      atMs: time.nowMs(),
      store: storeName,
      terminal: terminalId,
      scanners: scanners.map((scanner) => scanner.status()),
      gateway: gateway.health(),
      journal: journal.status(),
      recent: this.#recent,
      scene: scene.facts(shown),
      face: face.facts(shown?.phase === 'armed' ? shown : undefined),
      mayRefund: refundsAtCounter ?? false,
      certificate: certificate.life(),
    })
  }

  #log(sale: Sale): void {
    const { log, onMark } = this.#options
    if (lastAttempt(sale)?.settledAtMs !== undefined) onMark?.('settled', sale)
    log.info('sale', logFieldsOf(sale))
  }
}
