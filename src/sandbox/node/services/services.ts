import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SandboxClock } from '../../clock.ts'
import type { WireRequest } from '../../wire-checks.ts'
import type { Credentials } from '../credentials.ts'
import { SANDBOX_MERCHANT, writePrivate } from '../credentials.ts'
import type { Ledger } from '../ledger.ts'
import { Certificates } from './certificates.ts'
import { Enrolment } from './enrolment.ts'
import { PaymentGate } from './gate.ts'
import { Issuers, sha256 } from './issuers.ts'
import { LifeCycle } from './life-cycle.ts'
import { ProofDesk } from './proof-desk.ts'
import { Registry } from './registry.ts'
import { RiskDesk } from './risk-desk.ts'
import { ServiceFaults } from './service-faults.ts'
import type { Send } from './terminal-service.ts'
import { TerminalService } from './terminal-service.ts'

export type ServicesSettings = {
  readonly dir: string
  readonly ledger: Ledger
  readonly clock: SandboxClock
  readonly credentials: Credentials
  readonly after: (delayMs: number, fire: () => void) => () => void
  readonly log: (line: string) => void
  /** Origins under which terminals reach the sandbox; asked when a grant is issued. */
  readonly origins: () => { readonly origin: string; readonly backupOrigin: string }
}

/** Nothing here decrypts: a face is for whoever holds the other half, which is kept apart. */
const faceKeySha256 = (dir: string): string => {
  const path = join(dir, 'services_face_key.pem')
  if (!existsSync(path)) {
    const { privateKey } = generateKeyPairSync('x25519')
    writePrivate(path, String(privateKey.export({ type: 'pkcs8', format: 'pem' })))
  }
  const der = createPublicKey(readFileSync(path)).export({ type: 'spki', format: 'der' })
  return sha256(der)
}

/** The parts of terminal services, over the sandbox's ledger. */
export class Services {
  readonly registry: Registry
  readonly lifeCycle: LifeCycle
  readonly risk: RiskDesk
  readonly enrolment: Enrolment
  readonly certificates: Certificates
  readonly gate: PaymentGate
  readonly issuers: Issuers
  readonly faults: ServiceFaults
  readonly #terminals: TerminalService
  readonly #ledger: Ledger
  readonly #merchantCertificate: string

  constructor(settings: ServicesSettings) {
    const { dir, ledger, clock, credentials, after, log, origins } = settings
    this.#ledger = ledger
    this.#merchantCertificate = credentials.merchantCertificate
    const transaction = <Value>(work: () => Value): Value => ledger.transaction(work)
    const caSha256 = sha256(new X509Certificate(readFileSync(join(dir, 'ca.pem'))).raw)
    this.issuers = new Issuers(dir, () => clock.nowMs())
    const { issuers } = this
    this.registry = new Registry({
      table: ledger.services,
      issuers,
      clock,
      network: () => ({ ...origins(), caSha256 }),
      faceKeySha256: faceKeySha256(dir),
      wake: (serial) => this.#terminals.wake(serial),
    })
    const { registry } = this
    this.lifeCycle = new LifeCycle(registry)
    this.risk = new RiskDesk(registry)
    this.enrolment = new Enrolment(registry, issuers)
    this.certificates = new Certificates(registry, dir, transaction)
    this.gate = new PaymentGate({
      registry,
      proofs: new ProofDesk(registry, this.risk),
      merchantId: SANDBOX_MERCHANT.id,
      isTaken: (number) => ledger.refunds.byNumber(number) !== undefined,
    })
    this.faults = new ServiceFaults(issuers)
    const { risk, enrolment, faults } = this
    this.#terminals = new TerminalService({
      registry,
      risk,
      enrolment,
      issuers,
      faults,
      transaction,
      after,
      log,
    })
  }

  /** Runs in one durable transaction. */
  transaction<Value>(work: () => Value): Value {
    return this.#ledger.transaction(work)
  }

  /** Admits a merchant; the sandbox's own comes with the API certificate it already has. */
  admit(asked: unknown): { merchant_id: string } {
    const admitted = this.lifeCycle.admit(asked)
    if (admitted.merchant_id === SANDBOX_MERCHANT.id) {
      this.certificates.register(SANDBOX_MERCHANT.id, this.#merchantCertificate)
    }
    return admitted
  }

  /** A terminal's call. */
  handle(request: WireRequest, send: Send): void {
    this.#terminals.handle(request, send)
  }

  close(): void {
    this.#terminals.close()
  }
}
