import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SandboxClock } from '../../clock.ts'
import type { WireRequest } from '../../wire-checks.ts'
import type { Credentials } from '../credentials.ts'
import { SANDBOX_MERCHANT } from '../credentials.ts'
import { AuthInfos } from '../faces/auth-infos.ts'
import { FaceAudit } from '../faces/face-audit.ts'
import type { ReadPerson } from '../faces/face-provider.ts'
import { Faces } from '../faces/faces.ts'
import type { Ledger } from '../ledger.ts'
import { Certificates } from './certificates.ts'
import { Enrolment } from './enrolment.ts'
import { FaceDesk } from './face-desk.ts'
import type { Admit } from './gate.ts'
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
  /** Whose a drawn face is. */
  readonly readPerson: ReadPerson
  /** Origins under which terminals reach the sandbox; asked when a grant is issued. */
  readonly origins: () => { readonly origin: string; readonly backupOrigin: string }
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
  readonly faces: Faces
  readonly audit: FaceAudit
  readonly faceDesk: FaceDesk
  readonly authInfos: AuthInfos
  readonly #terminals: TerminalService
  readonly #ledger: Ledger
  readonly #merchantCertificate: string

  constructor(settings: ServicesSettings) {
    const { dir, ledger, clock, credentials, after, log, origins } = settings
    this.#ledger = ledger
    this.#merchantCertificate = credentials.merchantCertificate
    const transaction = <Value>(work: () => Value): Value => ledger.transaction(work)
    const caSha256 = sha256(new X509Certificate(readFileSync(join(dir, 'ca.pem'))).raw)
    const hashKey = credentials.apiV3Key
    const { readPerson } = settings
    this.faces = new Faces({ dir, table: ledger.faces, clock, hashKey, readPerson })
    this.authInfos = new AuthInfos({ clock, hashKey, merchantId: SANDBOX_MERCHANT.id })
    this.audit = new FaceAudit(dir, ledger.faces)
    this.issuers = new Issuers(dir, () => clock.nowMs())
    const { issuers } = this
    this.registry = new Registry({
      table: ledger.services,
      issuers,
      clock,
      network: () => ({ ...origins(), caSha256 }),
      faceKeySha256: this.faces.provider.sha256,
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
    const { gate, audit } = this
    this.faceDesk = new FaceDesk({ provider: this.faces.provider, registry, gate, audit, log })
    const { risk, enrolment, faults, faceDesk } = this
    this.#terminals = new TerminalService({
      registry,
      risk,
      enrolment,
      issuers,
      faults,
      faceDesk,
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

  /** What stands between a charge and the ledger: the scene, and what a face code is good for. */
  admitCharge(
    request: WireRequest,
    how: { hasAddress: boolean; isFacePath?: boolean; openid?: string | undefined },
  ): Admit {
    const { hasAddress, isFacePath = false, openid } = how
    const admit = this.gate.forCharge(request, hasAddress)
    const named = request.headers['guitai-interface']
    // The v2 face calls are for faces by their path; a grant is held against what the header says.
    const byPath = isFacePath && admit === undefined ? 'FACEPAY' : 'MICROPAY'
    return (charge) =>
      admit?.(charge) ??
      this.faces.codes.refuse(charge, {
        interface: named ?? byPath,
        serial: this.gate.serialOf(request),
        openid,
      })
  }

  /** A terminal's call. */
  handle(request: WireRequest, send: Send): void {
    this.#terminals.handle(request, send)
  }

  close(): void {
    this.#terminals.close()
  }
}
