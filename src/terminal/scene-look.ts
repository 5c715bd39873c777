import { err, ok, type Result } from '../base/result.ts'
import { type Problem, problem } from '../domain/errors.ts'
import type { Config } from './config.ts'
import { openStore, readSurroundings, type SceneContext } from './scene.ts'
import { SceneKeeper } from './scene-keeper.ts'
import { PLACE_NOT_ASKED } from './scene-place.ts'
import type { KeptScene } from './scene-state.ts'

/** A running terminal may be writing: one of its two files can be newer than the other for a moment. */
const READS_MAX = 3

/**
 * The scene as it is kept, for looking at: it decides as of the last time that was kept, as if the
 * service had just answered and the terminal stood in its store. Asks nobody and writes nothing.
 */
export function lookAtScene(config: Config, context: SceneContext): Result<SceneKeeper, Problem> {
  if (config.services === undefined) {
    return err(problem('services.not_configured', { field: 'services' }))
  }
  let kept: KeptScene = { kind: 'none' }
  let store: ConstructorParameters<typeof SceneKeeper>[0]['store'] | undefined
  for (let reads = 0; reads < READS_MAX; reads += 1) {
    const opened = openStore(config)
    if (!opened.ok) return opened
    kept = opened.value.kept
    store = opened.value.store
    if (kept.kind !== 'lost') break
  }
  if (store === undefined || kept.kind === 'none') return err(problem('services.not_enrolled'))
  if (kept.kind === 'lost') return err(problem('scene.state_lost', { detail: kept.detail }))
  const surroundings = readSurroundings(config, context)
  if (!surroundings.ok) return surroundings
  const here = { ...surroundings.value, place: PLACE_NOT_ASKED }
  const keeper = new SceneKeeper({ store, kept, surroundings: here, ...context })
  keeper.time.take(kept.state.highWaterMs, 0)
  keeper.time.heard()
  return ok(keeper)
}
