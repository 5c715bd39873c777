import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { err, ok, type Result } from '../base/result.ts'
import { type Problem, problem } from '../domain/errors.ts'
import type { Config } from './config.ts'
import { openStore } from './scene.ts'

/** Hosts on which nothing but a sandbox of this machine answers. */
const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]'])

/**
 * Whether a terminal may start with the scene that its configuration says, or says nothing of
 * (docs/decisions/0017): without terminal services only where that was written down, or where money
 * cannot be real; and never on the data folder of a terminal that was granted one.
 *
 * @returns `config.scene_not_declared`, `config.scene_removed`, or an error of the sealed state
 */
export function checkSceneDeclared(config: Config): Result<undefined, Problem> {
  const { services, scene, gateway, dataDir } = config
  if (services !== undefined) {
    if (scene !== 'open') return ok(undefined)
    const detail = 'there are services, so the scene is not open'
    return err(problem('config.invalid_field', { field: 'scene', detail }))
  }
  const { hostname } = new URL(gateway.primary)
  if (scene !== 'open' && !LOOPBACK.has(hostname)) {
    return err(problem('config.scene_not_declared', { field: 'services' }))
  }
  if (!existsSync(join(dataDir, 'secrets', 'scene-state.sealed'))) return ok(undefined)
  const opened = openStore(config)
  if (!opened.ok) return opened
  const { kept } = opened.value
  const isOver = kept.kind === 'kept' && kept.state.lifecycle === 'released'
  return isOver ? ok(undefined) : err(problem('config.scene_removed', { field: 'services' }))
}
