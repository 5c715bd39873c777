import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { NO_BULLETINS } from '../../../src/scene/bulletin.ts'
import { newCounters } from '../../../src/scene/counters.ts'
import { parseConfig } from '../../../src/terminal/config.ts'
import { openStore } from '../../../src/terminal/scene.ts'
import { checkSceneDeclared } from '../../../src/terminal/scene-declared.ts'
import type { SceneState } from '../../../src/terminal/scene-state.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'guitai-declared-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const services = { address: 'https://services.example' }

function configOf(gateway: string, more: object = {}) {
  const value = {
    terminalId: 'POS01',
    store: { id: 'S001', name: '测试店' },
    merchant: { id: '1900000001', appId: 'wx1' },
    gateway: { primary: gateway },
    dataDir: 'data',
    ...more,
  }
  const config = parseConfig(JSON.stringify(value), dir)
  if (!config.ok) throw new Error(JSON.stringify(config.error))
  return config.value
}

function codeOf(gateway: string, more: object = {}): string {
  const checked = checkSceneDeclared(configOf(gateway, more))
  return checked.ok ? 'ok' : `${checked.error.code} ${checked.error.field}`
}

/** A terminal that was enrolled in this folder. */
function enrol(lifecycle: SceneState['lifecycle']): void {
  mkdirSync(join(dir, 'data'), { mode: 0o700 })
  const opened = openStore(configOf('https://127.0.0.1'))
  if (!opened.ok) throw new Error(opened.error.code)
  const state = {
    lifecycle,
    enrolment: {
      ...{ serial: 'T-1', keySha256: 'a', merchantId: '1900000001', storeId: 'S001' },
      ...{ deviceType: '10', rootSha256Prefix: 'b', firstBulletinSeq: 1 },
    },
    ...{ trust: '', grant: null, minimumVersion: 0, bulletins: NO_BULLETINS, acknowledged: [] },
    sealed: {
      ...{ maxVersion: 0, maxVersionSha256: '', maxBulletinSeq: 0, maxLimitsVersion: 0 },
      ...{ tombstones: [], closedApprovals: [] },
    },
    ...{ highWaterMs: 0, isRolledBack: false, standing: 'good', wiped: [] },
    silence: { consumedMs: 0, hasFailed: false },
  } as unknown as SceneState
  const counts = { requestCounterTo: 0, counters: newCounters(0), countedSeq: 0 }
  const made = opened.value.store.create(state, counts)
  if (!made.ok) throw new Error(made.error.code)
}

describe('a configuration without terminal services', () => {
  it.each([
    ['https://127.0.0.1:8443', {}, 'ok'],
    ['https://localhost', {}, 'ok'],
    ['https://[::1]:1', {}, 'ok'],
    ['https://api.mch.weixin.qq.com', {}, 'config.scene_not_declared services'],
    ['https://127.0.0.1.example', {}, 'config.scene_not_declared services'],
    ['https://localhost.example', {}, 'config.scene_not_declared services'],
    ['https://api.mch.weixin.qq.com', { scene: 'enforced' }, 'config.scene_not_declared services'],
    ['https://api.mch.weixin.qq.com', { scene: 'open' }, 'ok'],
    ['https://api.mch.weixin.qq.com', { services }, 'ok'],
    ['https://api.mch.weixin.qq.com', { services, scene: 'open' }, 'config.invalid_field scene'],
  ])('%s %j: %s', (gateway, more, expected) => {
    expect(codeOf(gateway, more)).toBe(expected)
  })

  it('R-FAIL: starts nowhere where a terminal was enrolled, whatever it says of the scene', () => {
    enrol('enrolled')
    expect(codeOf('https://127.0.0.1')).toBe('config.scene_removed services')
    const open = { scene: 'open' }
    expect(codeOf('https://api.mch.weixin.qq.com', open)).toBe('config.scene_removed services')
    expect(codeOf('https://api.mch.weixin.qq.com', { services })).toBe('ok')
  })

  it('nor where half of its state is gone', () => {
    enrol('enrolled')
    writeFileSync(join(dir, 'data', 'secrets', 'scene-state.sealed'), 'rubbish')
    expect(codeOf('https://127.0.0.1')).toBe('config.scene_removed services')
  })

  it('starts where the terminal has been released', () => {
    enrol('released')
    expect(codeOf('https://127.0.0.1')).toBe('ok')
  })
})
