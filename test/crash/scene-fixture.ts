import { NEW_SEALED_STATE } from '../../src/scene/admit.ts'
import { NO_BULLETINS } from '../../src/scene/bulletin.ts'
import { newCounters } from '../../src/scene/counters.ts'
import type { SceneCounts, SceneState } from '../../src/terminal/scene-state.ts'

/** The state of a scene as it is kept at the turn given. */
export function sceneState(keyId: string, turn: number): SceneState {
  return {
    lifecycle: 'enrolled',
    enrolment: {
      serial: 'POS01',
      keySha256: keyId.padEnd(64, '0'),
      merchantId: '1900000001',
      storeId: 'S001',
      deviceType: '10',
      rootSha256Prefix: 'b'.repeat(32),
      firstBulletinSeq: 1,
    },
    trust: '{}',
    grant: null,
    minimumVersion: 0,
    sealed: NEW_SEALED_STATE,
    bulletins: NO_BULLETINS,
    acknowledged: [],
    highWaterMs: turn,
    isRolledBack: false,
    silence: { consumedMs: 0, countedAtMonotonicMs: 0, hasFailed: false },
    standing: 'good',
    wiped: [],
  }
}

/** Its counters. */
export function countsOf(turn: number): SceneCounts {
  return { requestCounterTo: turn, counters: newCounters(0), countedSeq: turn }
}
