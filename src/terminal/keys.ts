import { ok, type Result } from '../base/result.ts'
import type { Problem } from '../domain/errors.ts'
import type { OnFilePoint } from '../domain/file-points.ts'
import { MerchantCertificates } from '../keys/node/merchant-certificates.ts'
import { OperatorStore } from '../keys/node/operators.ts'
import { openSealedFiles } from '../keys/node/sealed-files.ts'
import type { Clock } from '../ports/clock.ts'
import type { Secrets } from '../ports/secrets.ts'
import type { Config } from './config.ts'
import { systemEntropy } from './system.ts'
import { sealingKeyOf, secretsFolder } from './system-key.ts'

/** The sealed secrets of a terminal, or an error of {@link sealingKeyOf}. */
export function openSecrets(
  config: Pick<Config, 'baseDir' | 'dataDir' | 'secrets' | 'systemKey'>,
  onPoint?: OnFilePoint,
): Result<Secrets, Problem> {
  const sealingKey = sealingKeyOf(config)
  if (!sealingKey.ok) return sealingKey
  const folder = secretsFolder(config)
  return ok(
    openSealedFiles({ folder, sealingKey: sealingKey.value, entropy: systemEntropy, onPoint }),
  )
}

/** The merchant API certificates that were imported into this terminal. */
export function openCertificates(
  config: Config,
  clock: Pick<Clock, 'nowMs'>,
): Result<MerchantCertificates, Problem> {
  const secrets = openSecrets(config)
  if (!secrets.ok) return secrets
  const { id: merchantId, signature } = config.merchant
  return ok(new MerchantCertificates({ secrets: secrets.value, clock, merchantId, signature }))
}

/** The people who work with this terminal. */
export function openOperators(
  config: Config,
  clock: Pick<Clock, 'nowMs'>,
): Result<OperatorStore, Problem> {
  const secrets = openSecrets(config)
  return secrets.ok ? ok(new OperatorStore({ secrets: secrets.value, clock })) : secrets
}
