import { randomInt } from 'node:crypto'
import { join, resolve } from 'node:path'
import { goodAnswer, PLAIN, refusalAnswer } from '../answers.ts'
import type { SandboxClock } from '../clock.ts'
import { readPerson } from '../faces/recognise.ts'
import { totalsOf } from '../ledger-row.ts'
import type { Refund } from '../refunds.ts'
import { REFUSALS } from '../refusals.ts'
import { isChargeEntry, isFaceEntry, isRefundEntry, scriptSchema } from '../script.ts'
import { Bills } from './bills.ts'
import { handleControl } from './control.ts'
import type { Credentials } from './credentials.ts'
import { openCredentials, SANDBOX_MERCHANT } from './credentials.ts'
import { DeliveryDesk } from './delivery.ts'
import { FACES_CONTROL, handleFacesControl } from './faces/face-control.ts'
import type { ReadPerson } from './faces/face-provider.ts'
import type { Decision, GatewaySettings } from './gateway.ts'
import { handleRequest } from './gateway.ts'
import type { Arrival } from './http-host.ts'
import { openHttpHost } from './http-host.ts'
import { Ledger } from './ledger.ts'
import { Notices } from './notices.ts'
import { Payments } from './payments.ts'
import { REAL_CLOCK } from './real-clock.ts'
import type { NoticeWish } from './refunds.ts'
import { Refunds } from './refunds.ts'
import type { SandboxControls, ScanWish } from './sandbox-controls.ts'
import { deliverServices, isServicesRequest } from './services/deliver.ts'
import { Services, type ServicesSettings } from './services/services.ts'
import { Signer } from './signer.ts'
import { mintPaymentCode } from './simulated-scanner.ts'
import type { SignatureName } from './suite.ts'
import { writeTerminalFile } from './terminal-file.ts'

export type SandboxOptions = {
  /** Folder of keys, ledger and terminal.json; made when missing, reused when there. */
  readonly dir: string
  /** Ports on 127.0.0.1; absent or 0 lets the system choose. */
  readonly port?: number
  readonly backupPort?: number
  readonly clock?: SandboxClock
  readonly log?: (line: string) => void
  /** Whether payment calls without a grant are refused from the start. */
  readonly enforceGrants?: boolean
  /** What the merchant is set up for; absent: `rsa`. */
  readonly signature?: SignatureName
  /** Whose a drawn face is; absent: whoever's mark is read. */
  readonly readPerson?: ReadPerson
}

/** What a scan types into, and whose cable can be pulled. */
export type Scanner = {
  scan(text: string, suffix?: string): void
  unplug(): void
  replug(): void
}

/** A running sandbox. */
export interface Sandbox extends SandboxControls {
  readonly origin: string
  readonly backupOrigin: string
  readonly dir: string
  /** Path of the terminal.json for a terminal on this sandbox. */
  readonly terminalConfig: string
  /** For the control surface, `/sandbox/*` on either origin. */
  readonly controlToken: string
  readonly merchantSerial: string
  readonly publicKeyId: string
  /** Every state an order has had, oldest first. */
  history(outTradeNo: string): { state: string; atMs: number }[]
  /** How the ledger is told to reach the disk. */
  durability(): { readonly journalMode: unknown; readonly synchronous: unknown }
  /** Gives `scan` something to type into; undefined takes it away. */
  attachScanner(scanner: Scanner | undefined): void
  close(): Promise<void>
}

/** Timers that must not outlive the sandbox. */
class Timers {
  readonly #clock: SandboxClock
  readonly #pending = new Set<() => void>()

  constructor(clock: SandboxClock) {
    this.#clock = clock
  }

  after(delayMs: number, fire: () => void): () => void {
    const cancelTimer = this.#clock.after(delayMs, () => {
      this.#pending.delete(cancel)
      fire()
    })
    const cancel = (): void => {
      this.#pending.delete(cancel)
      cancelTimer()
    }
    this.#pending.add(cancel)
    return cancel
  }

  cancelAll(): void {
    for (const cancel of [...this.#pending]) cancel()
  }
}

/** A clock that can be set wrong. Waiting is not affected. */
class SkewedClock implements SandboxClock {
  readonly #clock: SandboxClock
  skewMs = 0

  constructor(clock: SandboxClock) {
    this.#clock = clock
  }

  nowMs(): number {
    return this.#clock.nowMs() + this.skewMs
  }

  after(delayMs: number, fire: () => void): () => void {
    return this.#clock.after(delayMs, fire)
  }
}

const makeControls = (
  settings: GatewaySettings,
  clock: SkewedClock,
  scannerOf: () => Scanner | undefined,
) => {
  const { ledger, payments, refunds, signer } = settings
  const random = (): number => randomInt(2 ** 32) / 2 ** 32
  const controls: SandboxControls = {
    ledger: () => ledger.rows(clock.nowMs()),
    totals: () => totalsOf(ledger.rows(clock.nowMs())),
    notices: () => ledger.notices.all(),
    requests: (limit = 100) => ledger.requests(limit),
    refusedClientCertificates: () => ledger.v2.countVerdicts('client_certificate_'),
    script: (entries) => {
      const script = scriptSchema.parse(entries)
      payments.script(script.filter(isChargeEntry))
      refunds.script(script.filter(isRefundEntry))
      settings.services.faceDesk.script(script.filter(isFaceEntry))
      return script.length
    },
    scan: ({ scenario, text, suffix }: ScanWish) => {
      const scanner = scannerOf()
      if (scanner === undefined) throw new Error('no simulated scanner is attached')
      scanner.scan(text ?? mintPaymentCode(scenario, random), suffix)
      return { scanned: true }
    },
    setCable: (plugged) => {
      const scanner = scannerOf()
      if (scanner === undefined) throw new Error('no simulated scanner is attached')
      if (plugged) scanner.replug()
      else scanner.unplug()
    },
    rotate: () => signer.rotate(),
    setListing: (listing) => signer.setListing(listing),
    setClockSkew: (skewMs) => {
      clock.skewMs = skewMs
    },
    setBillFault: (fault) => settings.bills.setFault(fault),
    setProbeShare: (share) => signer.setProbeShare(share),
  }
  return controls
}

/** A bug answers like a gateway that has one, and the log says what it was. */
const decide = (
  settings: GatewaySettings,
  { request, receivedNs }: Arrival,
  log: (line: string) => void,
): Decision => {
  try {
    return handleRequest(settings, request, receivedNs)
  } catch (error) {
    log(`sandbox bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    const answer = refusalAnswer(REFUSALS.system_error)
    const reply = { answer, delivery: PLAIN, verdict: 'bug', outTradeNo: null }
    return { reply, publicKeyMode: false }
  }
}

const makeOnRequest = (
  settings: GatewaySettings,
  controls: SandboxControls,
  use: { readonly timers: Timers; readonly token: string; readonly log: (line: string) => void },
) => {
  const { clock, signer } = settings
  const after = (delayMs: number, fire: () => void): void => void use.timers.after(delayMs, fire)
  const desk = new DeliveryDesk({ clock, signer, after })
  return (arrival: Arrival): void => {
    const { request, response, rawSocket } = arrival
    if (isServicesRequest(request)) {
      deliverServices(settings.services, { request, response, token: use.token })
      return
    }
    if (request.url.startsWith('/sandbox/')) {
      const { status, value } = request.url.startsWith(FACES_CONTROL)
        ? handleFacesControl(settings.services, request, use.token)
        : handleControl(controls, request, use.token)
      const answer = { ...goodAnswer(status, value), signature: 'none', errno: null } as const
      desk.deliver(answer, PLAIN, { response, rawSocket, publicKeyMode: false })
      return
    }
    const path = request.url.split('?')[0]
    const { reply, publicKeyMode } = decide(settings, arrival, use.log)
    use.log(`${request.method} ${path} ${reply.answer.status} ${reply.verdict}`)
    const outgoing = { response, rawSocket, publicKeyMode }
    const { later } = reply
    if (later === undefined) desk.deliver(reply.answer, reply.delivery, outgoing)
    else after(later.delayMs, () => desk.deliver(later.answer(), reply.delivery, outgoing))
  }
}

const makeParts = (use: {
  readonly dir: string
  readonly credentials: Credentials
  readonly ledger: Ledger
  readonly clock: SkewedClock
  readonly timers: Timers
  readonly log: (line: string) => void
  readonly origins: ServicesSettings['origins']
  readonly readPerson: ReadPerson
}): { readonly settings: GatewaySettings; readonly notices: Notices } => {
  const { credentials, ledger, clock, timers, log } = use
  const merchant = SANDBOX_MERCHANT
  const { apiV3Key, suite } = credentials
  const after = (delayMs: number, fire: () => void) => timers.after(delayMs, fire)
  const services = new Services({ ...use, after })
  const faceOf = (code: string) => services.faces.codes.find(code)
  const payments = new Payments({ ledger, clock, merchant, hashKey: apiV3Key, log, faceOf })
  const signer = new Signer(credentials, clock)
  const notices = new Notices({ ledger, clock, signer, merchant, apiV3Key, suite, after, log })
  const notify = (refund: Refund, wish: NoticeWish): void => notices.plan(refund, wish)
  const refunds = new Refunds({ ledger, clock, notify })
  const bills = new Bills({ ledger, clock, merchant })
  const settings = { credentials, ledger, payments, refunds, signer, bills, clock, services }
  return { settings, notices }
}

/**
 * Starts the sandbox gateway: two HTTPS hosts on loopback over one ledger. The first run in a folder
 * makes all keys and certificates; later runs reuse them. Rejects when a port is taken, when the
 * ledger is held by another process, or when terminal.json is not JSON.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const dir = resolve(options.dir)
  const clock = new SkewedClock(options.clock ?? REAL_CLOCK)
  const log = options.log ?? (() => undefined)
  const signature = options.signature ?? 'rsa'
  const credentials = await openCredentials(dir, { nowMs: clock.nowMs(), signature })
  const ledger = new Ledger(join(dir, 'ledger.sqlite'))
  const timers = new Timers(clock)
  let primary = ''
  let backupOrigin = ''
  const origins = () => ({ origin: primary, backupOrigin })
  const { settings, notices } = makeParts({
    dir,
    credentials,
    ledger,
    clock,
    timers,
    log,
    origins,
    readPerson: options.readPerson ?? readPerson,
  })
  settings.services.gate.enforced = options.enforceGrants ?? false
  let scanner: Scanner | undefined
  const controls = makeControls(settings, clock, () => scanner)
  const token = credentials.controlToken
  const onRequest = makeOnRequest(settings, controls, { timers, token, log })
  const tls = {
    certificate: credentials.serverCertificate,
    key: credentials.serverKey,
    clientAuthority: credentials.merchantAuthority,
  }
  const hosts: { port: number; close(): Promise<void> }[] = []
  const close = async (): Promise<void> => {
    timers.cancelAll()
    notices.close()
    settings.services.close()
    await Promise.all(hosts.map((host) => host.close()))
    ledger.close()
  }
  const open = async (port: number): Promise<string> => {
    const host = await openHttpHost({ port, ...tls, onRequest })
    hosts.push(host)
    return `https://127.0.0.1:${host.port}`
  }
  try {
    primary = await open(options.port ?? 0)
    backupOrigin = await open(options.backupPort ?? 0)
    notices.wake()
    const terminalConfig = writeTerminalFile(dir, SANDBOX_MERCHANT, {
      primary,
      backup: backupOrigin,
      signature,
    })
    return {
      ...controls,
      origin: primary,
      backupOrigin,
      dir,
      terminalConfig,
      controlToken: token,
      merchantSerial: credentials.merchantSerial,
      publicKeyId: credentials.publicKey.serial,
      history: (outTradeNo) => ledger.history(outTradeNo),
      durability: () => ledger.durability(),
      attachScanner: (next) => {
        scanner = next
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
