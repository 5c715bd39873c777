import type { ErrorCode } from '../domain/errors.ts'
import type { SceneNote, StopKind } from './model.ts'

/** Reasons that have a screen of their own; all others are a service that is suspended. */
const BY_CODE: { readonly [code in ErrorCode]?: StopKind } = {
  'scene.no_grant': 'not_set_up',
  'scene.interface_closed': 'way_closed',
  'scene.terminated': 'retired',
}

/**
 * What the staff's screen calls it when the scene takes no new money. The reason decides, since a
 * measure in force may be about another way to pay; only the end of the agreement is about all.
 */
export function stopByScene(code: ErrorCode, screen?: SceneNote['screen']): StopKind {
  return screen === 'retired' ? 'retired' : (BY_CODE[code] ?? 'suspended')
}
