import { join, resolve } from 'node:path'
import { err, ok, type Result } from '../base/result.ts'
import { type Problem, problem } from '../domain/errors.ts'
import type { OnFilePoint } from '../domain/file-points.ts'
import { MerchantCertificates } from '../keys/node/merchant-certificates.ts'
import { OperatorStore } from '../keys/node/operators.ts'
import { openSealedFiles } from '../keys/node/sealed-files.ts'
import { sealingKeyFile } from '../keys/node/sealing-key-file.ts'
import type { Clock } from '../ports/clock.ts'
import type { Secrets } from '../ports/secrets.ts'
import type { Config } from './config.ts'
import { systemEntropy } from './system.ts'

/** The sealed secrets of a terminal; `keys.store_not_available` for a store that is not built. */
export function openSecrets(
  config: Pick<Config, 'baseDir' | 'dataDir' | 'secrets'>,
  onPoint?: OnFilePoint,
): Result<Secrets, Problem> {
  const { baseDir, dataDir, secrets } = config
  const { store, keyFile } = secrets
  if (store !== 'file') {
    const detail = `${store} is not built`
    return err(problem('keys.store_not_available', { field: 'secrets.store', detail }))
  }
  const path =
    keyFile === undefined ? join(dataDir, 'keys', 'sealing.json') : resolve(baseDir, keyFile)
  return ok(
    openSealedFiles({
      folder: join(dataDir, 'secrets'),
      sealingKey: sealingKeyFile(path, systemEntropy),
      entropy: systemEntropy,
      onPoint,
    }),
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
