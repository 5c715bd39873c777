import { createPublicKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { err, ok, type Result } from '../base/result.ts'
import { createNetworkWatch } from '../devices/node/network-watch.ts'
import { createSerialPosition } from '../devices/node/serial-position.ts'
import { type Problem, problem } from '../domain/errors.ts'
import type { OnFilePoint } from '../domain/file-points.ts'
import type { Sale } from '../domain/sale.ts'
import type { ProveGrant } from '../gateway/node/grant-proof.ts'
import { ServicesClient } from '../gateway/services/node/client.ts'
import { createFaceAuthority } from '../gateway/services/node/face-authority.ts'
import { createProver, type Standpoint } from '../gateway/services/node/prove.ts'
import { openTerminalKey } from '../keys/node/terminal-key.ts'
import type { Clock } from '../ports/clock.ts'
import type { FaceAuthority } from '../ports/face.ts'
import type { Log } from '../ports/log.ts'
import { openGate, type SceneGate } from '../ports/scene.ts'
import type { Signer } from '../ports/signer.ts'
import { VERSION } from '../version.ts'
import type { Config } from './config.ts'
import { portPath } from './folders.ts'
import { readMerchant } from './gateway.ts'
import { configurationVersion, readText } from './identity.ts'
import { openSecrets } from './keys.ts'
import { riskTerms } from './risk-terms.ts'
import { RiskWatch } from './risk-watch.ts'
import { type Report, SceneEvents } from './scene-events.ts'
import { SceneKeeper } from './scene-keeper.ts'
import { SceneLink } from './scene-link.ts'
import { type PlaceReport, ScenePlace } from './scene-place.ts'
import { createPlaceNotes, withReports } from './scene-risk.ts'
import { type KeptScene, SceneStore } from './scene-state.ts'
import type { SceneSurroundings } from './scene-surroundings.ts'
import { envelopeOf, isAnswerSigned, openTrust, sha256 } from './scene-trust.ts'
import { systemEntropy } from './system.ts'

export type SceneContext = {
  readonly clock: Clock
  readonly log: Log
  /** For tests that end the program at a piece of work on files. */
  readonly onPoint?: OnFilePoint | undefined
}

/** Calls a listener with every sale that changed; the returned function ends it. */
export type SaleFeed = (listener: (sale: Sale) => void) => () => void

/** The scene of a running terminal. */
export type RunningScene = {
  readonly gate: SceneGate
  /** Where the terminal is; absent where no services are configured. */
  readonly placeReport?: () => PlaceReport
  /** Proves payment calls, and hears of those refused; absent where no services are configured. */
  readonly proving?: {
    readonly prove: ProveGrant
    readonly onGrantRefused: (reason: string) => void
  }
  /** Absent where no services are configured. */
  readonly parts?: SceneParts
  /** Begins to ask the service; the gate decides from the start. Sales are watched for signs of risk. */
  start(sales?: SaleFeed): void
  stop(): Promise<void>
}

/** What of the scene there is once services are configured. */
export type SceneParts = {
  readonly store: SceneStore
  readonly keeper: SceneKeeper
  readonly place: ScenePlace
  readonly link: SceneLink
  readonly prove: ProveGrant
  readonly events: SceneEvents
  readonly signer: Signer
  /** The recognition provider, reached through the services. */
  readonly faces: FaceAuthority
  /** Serial that this terminal is enrolled under. */
  readonly serial: string
}

/** Waits for terminal services, milliseconds. */
export const SERVICES_WAITS = { connectMs: 5_000, answerMs: 15_000 } as const

/** The scene as configured: enforced, or open where no terminal services are named. */
export function openScene(config: Config, context: SceneContext): Result<RunningScene, Problem> {
  if (config.services === undefined) {
    const gate = openGate(configurationVersion(config))
    return ok({ gate, start() {}, stop: () => Promise.resolve() })
  }
  const parts = openSceneParts(config, context)
  if (!parts.ok) return parts
  const { keeper, link, place, prove } = parts.value
  const { clock, log } = context
  const report = (told: Report) => void link.report(told)
  const watch = new RiskWatch({ terms: riskTerms(config.services.risk), clock, report })
  const refundRefused = () => watch.count({ kind: 'refund_refused' })
  const notePlace = createPlaceNotes(clock, report)
  let endWatch = () => {}
  return ok({
    gate: withReports(keeper, clock, { report, refundRefused }),
    parts: parts.value,
    placeReport: () => keeper.placeReport(),
    proving: {
      prove,
      // An error on the payment wire is not signed: it is only a reason to ask the service.
      onGrantRefused(reason) {
        log.warn('payment call refused for the scene', { reason })
        link.hurry()
      },
    },
    start(sales) {
      keeper.start()
      if (sales !== undefined) endWatch = sales((sale) => watch.saw(sale))
      place.start(() => {
        notePlace(keeper.placeReport())
        keeper.changed()
      })
      if (keeper.state()?.lifecycle === 'enrolled') link.start()
    },
    async stop() {
      endWatch()
      await place.stop()
      await link.stop()
      keeper.stop()
    },
  })
}

/** What payment calls say of this terminal; without a place the gateway goes by the address. */
function standpointOf(keeper: SceneKeeper, from: ScenePlace): Standpoint | undefined {
  const held = keeper.grantInHand()
  const enrolment = keeper.state()?.enrolment
  if (held.kind !== 'read' || !held.isSigned || enrolment === undefined) return undefined
  const { serial, deviceType } = enrolment
  const { gatewayOrigin, gatewayBackupOrigin } = held.grant.store.net
  const { fix: at } = from.look(held.grant)
  const place = at && `${at.latE6},${at.lonE6},${at.accuracyM},${at.datum}`
  return {
    ...{ serial, deviceType, appVersion: VERSION },
    grant: keeper.grantVersion(),
    origins: [gatewayOrigin, ...(gatewayBackupOrigin ? [gatewayBackupOrigin] : [])],
    ...(place === undefined ? {} : { place }),
  }
}

/** Puts keeper and link together; nothing is asked yet. */
export function openSceneParts(config: Config, context: SceneContext): Result<SceneParts, Problem> {
  const { services, dataDir } = config
  if (services === undefined) return err(problem('services.not_configured', { field: 'services' }))
  const opened = openStore(config, context.onPoint)
  if (!opened.ok) return opened
  const signer = openTerminalKey(dataDir)
  if (!signer.ok) return signer
  const { store, kept } = opened.value
  const isEnding = kept.kind === 'kept' && kept.state.lifecycle !== 'enrolled'
  const surroundings = readSurroundings(config, context, { isEnding })
  if (!surroundings.ok) return surroundings
  const caPem = readAuthority(config)
  if (!caPem.ok) return caPem
  const keeper = new SceneKeeper({
    store,
    kept: ofKey(kept, signer.value.keyId),
    surroundings: surroundings.value,
    ...context,
  })
  const signing = {
    signer: signer.value,
    nextCounter: () => keeper.nextCounter(),
    nowMs: () => keeper.time.nowMs() ?? context.clock.nowMs(),
    entropy: systemEntropy,
  }
  const serial = services.serial ?? config.terminalId
  const client = new ServicesClient({
    ...servicesAddress(services.address, caPem.value),
    serial,
    ...signing,
    check: (signed) => isSignedFor(keeper, signed),
    clock: context.clock,
    ...SERVICES_WAITS,
  })
  const { place } = surroundings.value
  const standpoint = () => standpointOf(keeper, place)
  const prove = createProver({ ...signing, standpoint, log: context.log })
  const events = new SceneEvents({ store, entropy: systemEntropy, log: context.log })
  const link = new SceneLink({
    keeper,
    client,
    events,
    ...context,
    refreshEveryMs: services.refreshEveryMs,
  })
  const faces = createFaceAuthority({ client, ...context })
  return ok({ store, keeper, link, events, place, prove, signer: signer.value, faces, serial })
}

/** Where the services are, and whom to believe that they are it. */
export function servicesAddress(origin: string, caPem: string | undefined) {
  return { origin, ...(caPem === undefined ? {} : { caPem }) }
}

/** The durable state and its store. */
export function openStore(
  config: Config,
  onPoint?: OnFilePoint,
): Result<{ readonly store: SceneStore; readonly kept: KeptScene }, Problem> {
  const secrets = openSecrets(config, onPoint)
  if (!secrets.ok) return secrets
  const store = new SceneStore(secrets.value)
  const kept = store.load()
  if (!kept.ok) {
    // A sealing key that is gone leaves a locked terminal, which still settles what is in flight.
    if (kept.error.code !== 'keys.sealing_key_missing') return kept
    return ok({ store, kept: { kind: 'lost', detail: kept.error.code } })
  }
  return ok({ store, kept: kept.value })
}

/** State that was made for another terminal key is none of this terminal's. */
function ofKey(kept: KeptScene, keyId: string): KeptScene {
  if (kept.kind !== 'kept' || kept.state.enrolment.keySha256.startsWith(keyId)) return kept
  return { kind: 'lost', detail: 'it was made for another terminal key' }
}

type Signed = Parameters<typeof isAnswerSigned>[1] & { readonly body: Uint8Array }

/** By the trust list in use, or by a newer one that the answer itself brings. */
function isSignedFor(keeper: SceneKeeper, signed: Signed): boolean {
  const current = keeper.trust()
  const state = keeper.state()
  if (current === undefined || state === undefined) return false
  if (isAnswerSigned(current, signed)) return true
  const brought = readBroughtTrust(signed.body, state.enrolment.rootSha256Prefix)
  const isNewer = brought !== undefined && brought.list.trustVersion > current.list.trustVersion
  return isNewer && isAnswerSigned(brought, signed)
}

/** The trust list in the body of an answer, when the root signed it. */
export function readBroughtTrust(body: Uint8Array, rootSha256Prefix: string) {
  try {
    const value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
    const envelope = envelopeOf(value?.trust)
    const trust = envelope === undefined ? undefined : openTrust(envelope, rootSha256Prefix)
    return trust?.ok ? trust.value : undefined
  } catch {
    return undefined
  }
}

/** Public part of the terminal key: base64 of its SPKI DER, and the digest of those bytes. */
export function readPublicKey(dataDir: string): {
  readonly base64: string
  readonly sha256: string
} {
  const key = createPublicKey(readFileSync(join(dataDir, 'terminal.pub')))
  const der = key.export({ type: 'spki', format: 'der' })
  return { base64: der.toString('base64'), sha256: sha256(der) }
}

/** The certificate authority of the services: their own, or the gateway's. */
export function readAuthority(config: Config): Result<string | undefined, Problem> {
  const { services, gateway, baseDir } = config
  const path = services?.caFile ?? gateway.caFile
  const field = services?.caFile === undefined ? 'gateway.caFile' : 'services.caFile'
  return path === undefined ? ok(undefined) : readText(resolve(baseDir, path), field)
}

/** The merchant by whose certificate is signed; of a terminal that ends, it may be wiped already. */
function readCertificate(
  config: Config,
  context: SceneContext,
  isEnding: boolean,
): Result<SceneSurroundings['merchant'], Problem> {
  const { id } = config.merchant
  const identity = readMerchant(config, context)
  if (!identity.ok) {
    return isEnding ? ok({ id, certificateSha256: '', certificateNotAfterMs: 0 }) : identity
  }
  const certificate = parse(identity.value.signing.certificatePem)
  if (certificate === undefined) {
    return err(problem('config.certificate_unreadable', { field: 'merchant.certificateFile' }))
  }
  const certificateNotAfterMs = certificate.validToDate.getTime()
  return ok({ id, certificateSha256: sha256(certificate.raw), certificateNotAfterMs })
}

/** Facts about this terminal that the configuration and its files know. */
export function readSurroundings(
  config: Config,
  context: SceneContext,
  { isEnding = false }: { readonly isEnding?: boolean } = {},
): Result<SceneSurroundings & { readonly place: ScenePlace }, Problem> {
  const { merchant, gateway, services, baseDir } = config
  const identity = readCertificate(config, context, isEnding)
  if (!identity.ok) return identity
  const ca = gateway.caFile
    ? readText(resolve(baseDir, gateway.caFile), 'gateway.caFile')
    : ok(undefined)
  if (!ca.ok) return ca
  const authority = ca.value === undefined ? undefined : parse(ca.value)
  return ok({
    appVersion: VERSION,
    merchant: identity.value,
    gateway: {
      origin: new URL(gateway.primary).origin,
      caSha256: authority === undefined ? '' : sha256(authority.raw),
    },
    place: openPlace(config, context),
    // A charge that rules out credit goes by v2.
    canExcludeCredit: merchant.apiV2KeyFile === undefined ? [] : ['MICROPAY', 'FACEPAY'],
    hasOtherTender: services?.hasOtherTender ?? false,
    unknownPlaceMsMax: services?.unknownPlaceMs ?? 0,
    refreshEveryMs: services?.refreshEveryMs ?? 0,
  })
}

/** What can say where the terminal is; nothing is looked at yet. */
function openPlace(
  { gateway, services, baseDir }: Config,
  { clock, log }: SceneContext,
): ScenePlace {
  const { hostname, port } = new URL(gateway.primary)
  const host = hostname.replace(/^\[|\]$/g, '')
  const network = createNetworkWatch({ host, port: Number(port || 443), clock })
  const { gnss, position } = services ?? {}
  const path = gnss?.path === undefined ? undefined : portPath(baseDir, gnss.path)
  const receiver = gnss && createSerialPosition({ ...gnss, path, clock, log })
  return new ScenePlace({ clock, network, receiver, configured: position })
}

function parse(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem)
  } catch {
    return undefined
  }
}
