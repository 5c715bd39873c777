import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { err, ok, type Result } from '../base/result.ts'
import { type Problem, problem } from '../domain/errors.ts'
import { type MoveOptions, moveSecrets, secretsOnTheWay } from '../keys/node/move-secrets.ts'
import { sealingKeyFile } from '../keys/node/sealing-key-file.ts'
import { openWrappedKey } from '../keys/node/wrapped-key-file.ts'
import type { KeyWrapper, SealingKey, Secrets } from '../ports/secrets.ts'
import { type Config, readConfig } from './config.ts'
import { systemEntropy } from './system.ts'

/** Places of the key that are built. */
export const BUILT_PLACES = ['file', 'electron'] as const
export type BuiltPlace = (typeof BUILT_PLACES)[number]

type KeyConfig = Pick<Config, 'baseDir' | 'dataDir' | 'secrets' | 'systemKey'>

/** Whether the key can be kept there. */
export function isBuilt(place: string): place is BuiltPlace {
  return BUILT_PLACES.some((one) => one === place)
}

/** Where a place keeps its key; both stand in one folder, and one of them is there at a time. */
function keyPath(
  { baseDir, dataDir, secrets }: Omit<KeyConfig, 'systemKey'>,
  place: BuiltPlace,
): string {
  const { keyFile } = secrets
  const path =
    keyFile === undefined ? join(dataDir, 'keys', 'sealing.json') : resolve(baseDir, keyFile)
  return place === 'file' ? path : join(dirname(path), 'sealing-wrapped.json')
}

/** What the program that runs a terminal, or a command of one, has for it. */
export type SystemKeys = {
  /** The key store of the operating system; only the app has it. */
  readonly systemKeys?: KeyWrapper
}

/**
 * Reads a configuration, and makes the key of the system's store ready where it names that store and
 * there is somebody to ask. Without, what needs the key refuses.
 *
 * @returns the configuration, or an error of {@link readConfig} or {@link openWrappedKey}
 */
export async function readOwnConfig(
  path: string,
  { systemKeys }: SystemKeys,
): Promise<Result<Config, Problem>> {
  const read = readConfig(path)
  if (!read.ok) return read
  const config = read.value
  if (config.secrets.store !== 'electron' || systemKeys === undefined) return read
  const placed = checkPlace(config, 'electron')
  if (!placed.ok) return placed
  const systemKey = await systemKeyOf(config, systemKeys)
  return systemKey.ok ? ok({ ...config, systemKey: systemKey.value }) : systemKey
}

/**
 * The sealing key of a configuration.
 *
 * @returns the key, or `keys.store_not_available`, `keys.store_outside_app`, `keys.in_other_store`,
 *   `keys.move_unfinished`
 */
export function sealingKeyOf(config: KeyConfig): Result<SealingKey, Problem> {
  const { store } = config.secrets
  if (!isBuilt(store)) {
    const detail = `${store} is not built`
    return err(problem('keys.store_not_available', { field: 'secrets.store', detail }))
  }
  const placed = checkPlace(config, store)
  if (!placed.ok) return placed
  if (store === 'file') return ok(sealingKeyFile(keyPath(config, store), systemEntropy))
  return config.systemKey === undefined ? outsideApp() : ok(config.systemKey)
}

/** A key of another place is a setting that was changed without a move, or a move that was cut short. */
function checkPlace(config: KeyConfig, place: BuiltPlace): Result<undefined, Problem> {
  const other = keyPath(config, otherPlace(place))
  if (!existsSync(other)) return ok(undefined)
  const isBoth = existsSync(keyPath(config, place))
  return err(
    problem(isBoth ? 'keys.move_unfinished' : 'keys.in_other_store', {
      field: 'secrets.store',
      detail: other,
    }),
  )
}

function otherPlace(place: BuiltPlace): BuiltPlace {
  return place === 'file' ? 'electron' : 'file'
}

function systemKeyOf(config: Config, wrapper: KeyWrapper): Promise<Result<SealingKey, Problem>> {
  return openWrappedKey({ path: keyPath(config, 'electron'), wrapper, entropy: systemEntropy })
}

function outsideApp(): Result<never, Problem> {
  return err(problem('keys.store_outside_app', { field: 'secrets.store' }))
}

/** A move of all secrets to another place of the key. */
export type SecretsMove = {
  /** As they are now, of a move that was cut short too. */
  readonly secrets: Secrets
  /** Carries it out; @returns how many secrets there are. */
  run(): Result<number, Problem>
}

/**
 * Makes a move ready, whatever place the configuration names. The system's store answers here; afterwards
 * everything is on this disk.
 */
export async function prepareMove(
  config: Config,
  place: BuiltPlace,
  wrapper: KeyWrapper | undefined,
): Promise<Result<SecretsMove, Problem>> {
  if (wrapper === undefined) return outsideApp()
  const wrapped = await systemKeyOf(config, wrapper)
  if (!wrapped.ok) return wrapped
  const kept = {
    file: {
      path: keyPath(config, 'file'),
      sealingKey: sealingKeyFile(keyPath(config, 'file'), systemEntropy),
    },
    electron: { path: keyPath(config, 'electron'), sealingKey: wrapped.value },
  }
  const options: MoveOptions = {
    folder: secretsFolder(config),
    from: kept[otherPlace(place)],
    to: kept[place],
    entropy: systemEntropy,
  }
  return ok({ secrets: secretsOnTheWay(options), run: () => moveSecrets(options) })
}

/** Folder of the sealed files. */
export function secretsFolder({ dataDir }: Pick<Config, 'dataDir'>): string {
  return join(dataDir, 'secrets')
}
