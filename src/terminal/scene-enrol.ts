import { mkdirSync } from 'node:fs'
import { err, ok, type Result } from '../base/result.ts'
import { type Problem, problem } from '../domain/errors.ts'
import {
  type EnrolAnswer,
  type EnrolBody,
  readEnrolAnswer,
  readEnrolmentCode,
} from '../gateway/services/messages.ts'
import { type ServiceAnswer, ServicesClient } from '../gateway/services/node/client.ts'
import { openTerminalKey } from '../keys/node/terminal-key.ts'
import { admitGrant, NEW_SEALED_STATE } from '../scene/admit.ts'
import { NO_BULLETINS } from '../scene/bulletin.ts'
import { newCounters } from '../scene/counters.ts'
import { openGrant } from '../scene/grant.ts'
import type { SealedState } from '../scene/request.ts'
import { VERSION } from '../version.ts'
import type { Config } from './config.ts'
import {
  openStore,
  readAuthority,
  readBroughtTrust,
  readPublicKey,
  readSurroundings,
  type SceneContext,
  SERVICES_WAITS,
  servicesAddress,
} from './scene.ts'
import type { EnrolmentFacts, KeptScene, SceneCounts, SceneState } from './scene-state.ts'
import { envelopeOf, isAnswerSigned, signaturesOf, type Trust } from './scene-trust.ts'
import { systemEntropy } from './system.ts'

/** What an enrolment came to. */
export type Enrolled = {
  readonly enrolment: EnrolmentFacts
  /** Version of the grant that came with it; undefined when nothing is granted, or it may not be used. */
  readonly grantVersion: number | undefined
}

type Asking = {
  readonly answer: Extract<ServiceAnswer, { readonly kind: 'answered' }>
  readonly trust: Trust
  readonly counter: number
}

/**
 * Makes a terminal of this machine (docs/gateway.md, Enrol): proves that it holds its key, and keeps who
 * it is, the keys to believe and its first grant. The answer is believed because its trust list is
 * signed by the root key whose digest the code carries. May be repeated with the same code when the
 * answer was lost. Errors are under `services.`, `config.` and `keys.`.
 *
 * @param typed `CODE.ROOT`, as the installer types it
 */
export async function enrolTerminal(
  config: Config,
  context: SceneContext,
  typed: string,
): Promise<Result<Enrolled, Problem>> {
  const code = readEnrolmentCode(typed)
  if (code === undefined) return err(problem('services.code_invalid'))
  if (config.services === undefined) {
    return err(problem('services.not_configured', { field: 'services' }))
  }
  const opened = openStore(config)
  if (!opened.ok) return opened
  const { kept, store } = opened.value
  if (isInUse(kept)) return err(problem('services.already_enrolled'))
  const asked = await ask(config, context, { ...code, kept })
  if (!asked.ok) return asked
  const { answer, trust, counter } = asked.value
  const read = readEnrolAnswer(answer.value)
  const key = readPublicKey(config.dataDir)
  const isOurs =
    read !== undefined &&
    read.merchant.id === config.merchant.id &&
    read.terminal.serial === serialOf(config) &&
    key.sha256.startsWith(read.terminal.kid)
  if (!isOurs) return err(problem('services.not_verified', { detail: 'for another terminal' }))
  const enrolment: EnrolmentFacts = {
    serial: read.terminal.serial,
    keySha256: key.sha256,
    merchantId: read.merchant.id,
    storeId: read.store.id,
    deviceType: read.terminal.device_type,
    rootSha256Prefix: code.rootSha256Prefix,
    firstBulletinSeq: read.next_bulletin_seq,
  }
  const state = firstState(enrolment, { read, trust, atMs: answer.timestampMs, kept })
  const counts: SceneCounts = {
    requestCounterTo: counter,
    counters: newCounters(0),
    countedSeq: 0,
  }
  const created = store.create(state, counts)
  if (!created.ok) return created
  const grantVersion = state.grant === null ? undefined : state.sealed.maxVersion
  return ok({ enrolment, grantVersion })
}

/** Whether this terminal is enrolled and well: only one that is not may be enrolled again. */
function isInUse(kept: KeptScene): boolean {
  if (kept.kind !== 'kept') return false
  const { lifecycle, standing, isRolledBack } = kept.state
  return lifecycle !== 'released' && standing !== 'unknown' && !isRolledBack
}

function serialOf(config: Config): string {
  return config.services?.serial ?? config.terminalId
}

async function ask(
  config: Config,
  context: SceneContext,
  code: { readonly code: string; readonly rootSha256Prefix: string; readonly kept: KeptScene },
): Promise<Result<Asking, Problem>> {
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 })
  const signer = openTerminalKey(config.dataDir)
  if (!signer.ok) return signer
  const surroundings = readSurroundings(config, context)
  if (!surroundings.ok) return surroundings
  const caPem = readAuthority(config)
  if (!caPem.ok) return caPem
  // A key that was used before has a counter somewhere below: one for every millisecond was never drawn.
  const keptTo = code.kept.kind === 'kept' ? code.kept.counts.requestCounterTo : 0
  const counter = Math.max(keptTo + 1, Math.floor(context.clock.nowMs()))
  let trust: Trust | undefined
  const client = new ServicesClient({
    ...servicesAddress(config.services?.address ?? '', caPem.value),
    serial: serialOf(config),
    signer: signer.value,
    nextCounter: () => ok(counter),
    check: ({ body, ...signed }) => {
      trust = readBroughtTrust(body, code.rootSha256Prefix)
      return trust !== undefined && isAnswerSigned(trust, signed)
    },
    nowMs: () => context.clock.nowMs(),
    clock: context.clock,
    entropy: systemEntropy,
    ...SERVICES_WAITS,
  })
  const body: EnrolBody = {
    code: code.code,
    serial: serialOf(config),
    device_type: config.services?.deviceType ?? '10',
    public_key: readPublicKey(config.dataDir).base64,
    app_version: VERSION,
    merchant_cert_sha256: surroundings.value.merchant.certificateSha256,
  }
  const answer = await client.call({ method: 'POST', path: 'enrol', body })
  await client.close()
  if (answer.kind === 'answered' && trust !== undefined) return ok({ answer, trust, counter })
  return err(whyNot(answer))
}

/** A refusal before there are keys to believe cannot be verified: it is shown, and changes nothing. */
function whyNot(answer: ServiceAnswer): Problem {
  if (answer.kind === 'refused') {
    return problem('services.refused', { detail: answer.refusal.code })
  }
  if (answer.kind === 'answered') return problem('services.not_verified')
  if (answer.unsigned !== undefined) return problem('services.refused', { detail: answer.unsigned })
  const code = answer.why === 'not_verified' ? 'services.not_verified' : 'services.unreachable'
  return problem(code, { detail: answer.detail })
}

function firstState(
  enrolment: EnrolmentFacts,
  given: {
    readonly read: EnrolAnswer
    readonly trust: Trust
    readonly atMs: number
    readonly kept: KeptScene
  },
): SceneState {
  const { read, trust, atMs, kept } = given
  const envelope = read.grant === null ? undefined : envelopeOf(read.grant)
  const found = openGrant(
    envelope ?? '',
    signaturesOf(trust, () => atMs),
  )
  const before = sealedBefore(enrolment, kept)
  const admitted = admitGrant({ sealed: before }, found)
  const isUsed = envelope !== undefined && admitted.ok
  return {
    lifecycle: 'enrolled',
    enrolment,
    trust: trust.envelope,
    grant: isUsed ? envelope : null,
    minimumVersion: 0,
    sealed: admitted.ok ? admitted.value : before,
    bulletins: { ...NO_BULLETINS, seq: enrolment.firstBulletinSeq - 1 },
    acknowledged: [],
    highWaterMs: atMs,
    isRolledBack: false,
    silence: { consumedMs: 0, countedAtMonotonicMs: 0, countedAtMs: atMs, hasFailed: true },
    standing: 'good',
    wiped: [],
  }
}

/** What an earlier enrolment of the same serial noted for good stays noted. */
function sealedBefore(enrolment: EnrolmentFacts, kept: KeptScene): SealedState {
  const maxBulletinSeq = enrolment.firstBulletinSeq - 1
  const isSame = kept.kind === 'kept' && kept.state.enrolment.serial === enrolment.serial
  if (!isSame) return { ...NEW_SEALED_STATE, maxBulletinSeq }
  const { sealed, enrolment: was } = kept.state
  const isSameMerchant = was.merchantId === enrolment.merchantId
  return {
    ...sealed,
    maxBulletinSeq,
    maxLimitsVersion: isSameMerchant ? sealed.maxLimitsVersion : 0,
  }
}
