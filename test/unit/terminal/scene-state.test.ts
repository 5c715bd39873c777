import { expect, it } from 'vitest'
import { ok } from '../../../src/base/result.ts'
import type { Secrets } from '../../../src/ports/secrets.ts'
import { NEW_SEALED_STATE } from '../../../src/scene/admit.ts'
import { NO_BULLETINS } from '../../../src/scene/bulletin.ts'
import { newCounters } from '../../../src/scene/counters.ts'
import { type SceneCounts, type SceneState, SceneStore } from '../../../src/terminal/scene-state.ts'

const STATE: SceneState = {
  lifecycle: 'enrolled',
  enrolment: {
    serial: 'POS01',
    keySha256: 'a'.repeat(64),
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
  highWaterMs: 1,
  isRolledBack: false,
  silence: { consumedMs: 0.5, countedAtMonotonicMs: 0, hasFailed: true },
  standing: 'good',
  wiped: [],
}
const COUNTS: SceneCounts = { requestCounterTo: 1, counters: newCounters(0), countedSeq: 0 }

/** Secrets in memory: what is kept is what the sealing gives back. */
function secretsIn(files: Map<string, Uint8Array>): Secrets {
  return {
    seal(name, bytes) {
      files.set(name, bytes)
      return ok(undefined)
    },
    open: (name) => ok(files.get(name)),
    remove: (name) => ok(files.delete(name)),
    names: () => ok([...files.keys()]),
  }
}

function begun() {
  const files = new Map<string, Uint8Array>()
  const store = new SceneStore(secretsIn(files))
  store.create(STATE, COUNTS)
  const load = () => new SceneStore(secretsIn(files)).load()
  return { files, store, load }
}

it('comes back as it was kept', () => {
  const { store, load } = begun()
  store.saveCounts({ ...COUNTS, requestCounterTo: 64 })
  store.saveState({ ...STATE, highWaterMs: 2 })
  expect(load()).toEqual({
    ok: true,
    value: {
      kind: 'kept',
      state: { ...STATE, highWaterMs: 2 },
      counts: { ...COUNTS, requestCounterTo: 64 },
    },
  })
})

it('nothing at all is a terminal that was never enrolled', () => {
  expect(new SceneStore(secretsIn(new Map())).load()).toEqual({ ok: true, value: { kind: 'none' } })
})

it.each(['scene-state', 'scene-counts'])('without %s, or with it damaged, it is lost', (name) => {
  const { files, load } = begun()
  const kept = files.get(name)
  files.delete(name)
  expect(load()).toMatchObject({ value: { kind: 'lost' } })
  for (const text of [
    '',
    '{}',
    '{"format":2}',
    '{"format":1,"generation":1,"other":0,"value":{}}',
  ]) {
    files.set(name, new TextEncoder().encode(text))
    expect(load()).toMatchObject({ value: { kind: 'lost' } })
  }
  if (kept) files.set(name, kept)
  expect(load()).toMatchObject({ value: { kind: 'kept' } })
})

it('a state older than the counts have seen is lost', () => {
  const { files, store, load } = begun()
  const old = files.get('scene-state') ?? new Uint8Array()
  store.saveState({ ...STATE, minimumVersion: 2 })
  store.saveCounts(COUNTS)
  files.set('scene-state', old)
  expect(load()).toMatchObject({ value: { kind: 'lost' } })
})

it('counts older than the state has seen are lost', () => {
  const { files, store, load } = begun()
  const old = files.get('scene-counts') ?? new Uint8Array()
  store.saveCounts({ ...COUNTS, requestCounterTo: 64 })
  store.saveState(STATE)
  files.set('scene-counts', old)
  expect(load()).toMatchObject({ value: { kind: 'lost' } })
})

it('a power cut between the two files loses nothing', () => {
  const { store, load } = begun()
  store.saveState({ ...STATE, minimumVersion: 2 })
  expect(load()).toMatchObject({ value: { kind: 'kept', state: { minimumVersion: 2 } } })
  store.saveCounts({ ...COUNTS, requestCounterTo: 64 })
  expect(load()).toMatchObject({ value: { kind: 'kept', counts: { requestCounterTo: 64 } } })
})
