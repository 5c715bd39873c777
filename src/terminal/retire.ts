import { rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { err, ok, type Result } from '../base/result.ts'
import { type Problem, problem } from '../domain/errors.ts'
import { isRefundOpen } from '../domain/refund.ts'
import { isClosed, type Sale } from '../domain/sale.ts'
import type { Wiped } from '../gateway/services/messages.ts'
import type { Journal } from '../ports/journal.ts'
import type { Config } from './config.ts'
import { openCertificates, openSecrets } from './keys.ts'
import { openSceneParts, type SceneContext } from './scene.ts'
import { type LastAccount, signOff } from './scene-sign-off.ts'

/** Secrets of faces, should there be any; none is kept by this build. */
const FACE_SECRETS = /^face-/

/**
 * Ends this terminal: asks the service once for the latest word, then wipes and signs off. The journal
 * is checked whole, for its last hash is told to the service.
 */
export async function retire(
  config: Config,
  context: SceneContext,
  journal: Journal,
): Promise<Result<undefined, Problem>> {
  const account = accountOf(journal)
  if (!account.ok) return account
  const parts = openSceneParts(config, context)
  if (!parts.ok) return parts
  const { keeper, link } = parts.value
  try {
    if (keeper.state()?.lifecycle === 'enrolled') await link.sync()
    const wipe = (what: Wiped) => wipeOutside(config, context, what)
    return await signOff({ keeper, link, wipe }, account.value)
  } finally {
    await link.stop()
    keeper.stop()
  }
}

function accountOf(journal: Journal): Result<LastAccount, Problem> {
  const inFlight = journal.openSales().filter(isInFlight).length
  const verified = journal.verify()
  if (!verified.ok) return err(problem('journal.damaged', { detail: verified.error.detail }))
  const { rows, fromSeq } = verified.value
  const last = journal.rows(Math.max(fromSeq, fromSeq + rows - 1), 1)[0]
  const journalHead = last?.hash ?? '0'.repeat(64)
  return ok({ inFlight, journalEntries: rows, journalHead })
}

/** Without a result, or with a refund without one. */
function isInFlight(sale: Sale): boolean {
  return !isClosed(sale) || (sale.refunds ?? []).some(isRefundOpen)
}

/** Removes what other parts of the terminal keep. What is gone already is no error. */
function wipeOutside(
  config: Config,
  { clock }: SceneContext,
  what: Wiped,
): Result<undefined, Problem> {
  if (what === 'merchant_key') return wipeMerchantKey(config, clock)
  if (what !== 'face_credentials') return ok(undefined)
  const secrets = openSecrets(config)
  if (!secrets.ok) return secrets
  const names = secrets.value.names()
  if (!names.ok) return names
  for (const name of names.value.filter((one) => FACE_SECRETS.test(one))) {
    const removed = secrets.value.remove(name)
    if (!removed.ok) return removed
  }
  return ok(undefined)
}

/** The imported certificates with their keys, and the key file the configuration names. */
function wipeMerchantKey(config: Config, clock: SceneContext['clock']): Result<undefined, Problem> {
  const certificates = openCertificates(config, clock)
  if (!certificates.ok) return certificates
  const list = certificates.value.list()
  if (!list.ok) return list
  for (const { serial } of list.value.certificates) {
    const removed = certificates.value.remove(serial)
    if (!removed.ok) return removed
  }
  const { privateKeyFile } = config.merchant
  if (privateKeyFile === undefined) return ok(undefined)
  try {
    rmSync(resolve(config.baseDir, privateKeyFile), { force: true })
    return ok(undefined)
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause)
    return err(problem('config.file_unreadable', { field: 'merchant.privateKeyFile', detail }))
  }
}
