import { Pool } from 'undici'
import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import { exchange, type HostExchange, type HttpRequest, type Timeouts } from './exchange.ts'
import { beginProof, type GrantProof, type ProveGrant } from './grant-proof.ts'

/** The two addresses of the gateway. */
export type HostName = 'primary' | 'backup'

/** An exchange, and which host it ended with. */
export type Exchange = HostExchange & {
  readonly host: HostName
  /** The request was offered to a second host after the first one could not be reached. */
  readonly resent: boolean
}

/** The certificate that some calls of APIv2 ask for in the TLS handshake, with its key. */
export type ClientCertificate = { readonly certificatePem: string; readonly privateKeyPem: string }

export type TransportOptions = {
  /** `https://host[:port]`. */
  readonly primary: string
  readonly backup?: string
  /** Absent: the roots of the system. */
  readonly caPem?: string
  /** Presented as TLS client certificate; absent: none is. */
  readonly client?: ClientCertificate
  readonly timeouts: Timeouts
  readonly clock: Clock
  readonly log: Log
  /** Proves charges and refunds to the addresses that the grant names; absent: nothing is said of it. */
  readonly prove?: ProveGrant
  /** A call that was proven got an answer that gives a reason for refusing (`Guitai-Refusal`). */
  readonly onGrantRefused?: (reason: string) => void
}

/** Nothing leaves when it cannot be said what permits it. */
const UNPROVEN = {
  kind: 'failed',
  cause: 'gateway.unreachable',
  sent: false,
  detail: 'no proof of the grant',
} as const

/** Connections held to one host at the most. */
const CONNECTIONS_MAX = 4
/** How long before the gateway's own limit an idle connection is dropped. */
const KEEP_ALIVE_MARGIN_MS = 1_000
/** How long the backup host stays first after the primary could not be reached. */
const PREFER_BACKUP_MS = 60_000

/**
 * HTTPS to the gateway. Certificates are always checked, redirects are answers like any other, and
 * the backup host is tried only when it is certain that nothing was sent to the primary.
 */
export class Transport {
  readonly #options: TransportOptions
  readonly #pools: ReadonlyMap<HostName, Pool>
  readonly #origins: Readonly<Record<HostName, string>>
  /** Hosts whose failure was logged and that have not answered since. */
  readonly #unreached = new Set<HostName>()
  #backupFirstUntilMs = Number.NEGATIVE_INFINITY

  constructor(options: TransportOptions) {
    this.#options = options
    const pools = new Map<HostName, Pool>([['primary', makePool(options.primary, options)]])
    if (options.backup !== undefined) pools.set('backup', makePool(options.backup, options))
    this.#pools = pools
    const { primary, backup = primary } = options
    this.#origins = { primary: new URL(primary).origin, backup: new URL(backup).origin }
  }

  /** Sends once, or once more to the other host when nothing left or it is a read. Never rejects. */
  async send(wanted: HttpRequest): Promise<Exchange> {
    const [first, second] = this.#order()
    const begun = wanted.proof ?? beginProof(wanted, this.#options.prove)
    const proof = begun && (await begun)
    if (begun && !proof) return { ...UNPROVEN, host: first, resent: false }
    const end = await this.#exchange(first, wanted, proof)
    const isOver = end.kind === 'answered' || (end.sent && !wanted.isRepeatable)
    if (isOver || second === undefined) {
      if (end.kind === 'answered') this.#unreached.delete(first)
      else this.#sayOnce(first, end.detail)
      return { ...end, host: first, resent: false }
    }
    if (end.kind === 'failed') this.#sayOnce(first, end.detail)
    const again = await this.#exchange(second, wanted, proof)
    if (again.kind === 'answered') {
      this.#unreached.delete(second)
      this.#prefer(second)
    } else this.#sayOnce(second, again.detail)
    return { ...again, host: second, resent: true }
  }

  /** Drops all connections; what is still under way ends as a failure. */
  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()))
  }

  /** A host that the grant does not name learns nothing of it. */
  async #exchange(
    host: HostName,
    request: HttpRequest,
    proof: GrantProof | undefined,
  ): Promise<HostExchange> {
    const isNamed = proof?.origins.includes(this.#origins[host]) ?? false
    if (!proof || !isNamed) return this.#send(host, request)
    const headers = { ...request.headers, ...proof.headers }
    const end = await this.#send(host, { ...request, headers })
    const reason = end.kind === 'answered' ? end.answer.headers['guitai-refusal'] : undefined
    if (reason !== undefined) this.#options.onGrantRefused?.(reason)
    return end
  }

  /** Says that a host fails when it begins to, not at every attempt. */
  #sayOnce(host: HostName, detail: string): void {
    if (this.#unreached.has(host)) return
    this.#unreached.add(host)
    this.#options.log.warn('gateway host fails', { host, detail })
  }

  #order(): readonly [HostName, HostName | undefined] {
    if (!this.#pools.has('backup')) return ['primary', undefined]
    const backupFirst = this.#options.clock.monotonicMs() < this.#backupFirstUntilMs
    return backupFirst ? ['backup', 'primary'] : ['primary', 'backup']
  }

  #prefer(host: HostName): void {
    const untilMs = this.#options.clock.monotonicMs() + PREFER_BACKUP_MS
    this.#backupFirstUntilMs = host === 'backup' ? untilMs : Number.NEGATIVE_INFINITY
  }

  #send(host: HostName, request: HttpRequest): Promise<HostExchange> {
    const dispatcher = this.#pools.get(host)
    if (!dispatcher) {
      const detail = 'no such host'
      return Promise.resolve({ kind: 'failed', cause: 'gateway.unreachable', sent: false, detail })
    }
    const { clock, timeouts } = this.#options
    return exchange(request, { dispatcher, clock, timeouts })
  }
}

/** Connections to one host, with certificates checked. */
export function makePool(
  origin: string,
  options: Pick<TransportOptions, 'caPem' | 'client' | 'timeouts'>,
): Pool {
  const { client } = options
  const { connectMs, headersMs, bodyMs } = options.timeouts
  return new Pool(origin, {
    connections: CONNECTIONS_MAX,
    pipelining: 1,
    allowH2: false,
    headersTimeout: headersMs,
    bodyTimeout: bodyMs,
    keepAliveTimeoutThreshold: KEEP_ALIVE_MARGIN_MS,
    connect: {
      timeout: connectMs,
      minVersion: 'TLSv1.2',
      // Said aloud, because an environment variable could otherwise switch it off.
      rejectUnauthorized: true,
      ...(options.caPem === undefined ? {} : { ca: options.caPem }),
      ...(client === undefined ? {} : { cert: client.certificatePem, key: client.privateKeyPem }),
    },
  })
}
