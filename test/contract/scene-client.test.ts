import { copyFileSync, readFileSync, rmSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ok } from '../../src/base/result.ts'
import { openScene } from '../../src/terminal/scene.ts'
import { enrolTerminal } from '../../src/terminal/scene-enrol.ts'
import { signOff } from '../../src/terminal/scene-sign-off.ts'
import { createKeptLog } from '../support/kept-log.ts'
import { createRealClock } from '../support/real-clock.ts'
import { STORE, World } from './sandbox-services-client.ts'
import { SceneTerminal } from './scene-terminal.ts'

let world: World
beforeEach(async () => {
  world = await World.start()
})
afterEach(() => world.stop())

const refusal = (code: string) => ({ kind: 'refuse', code })
const allowed = { kind: 'allow' }

describe('enrolment', () => {
  it('gives a terminal a grant by which it may charge, and the gateway agrees', async () => {
    const till = await SceneTerminal.open(world)
    expect(till.charge()).toMatchObject({ kind: 'allow', ceilingFen: 500_000 })
    const quoted = till.parts.keeper.grantVersion()
    const place = '22543096,114057865,20,WGS-84'
    const paid = await world.charge(100, { 'Guitai-Grant': quoted, 'Guitai-Place': place })
    expect(paid.reason).toBeUndefined()
    expect(paid.status).toBe(200)
    await till.stop()
  })

  it('without it nothing is charged, and what is in flight is settled', async () => {
    const till = SceneTerminal.bare(world)
    expect(till.charge()).toMatchObject(refusal('scene.no_grant'))
    expect(till.settle()).toMatchObject(allowed)
    expect(await till.sync()).toBe(false)
    await till.stop()
  })

  it('believes only the root key that the code names', async () => {
    const till = await SceneTerminal.open(world)
    const bare = { ...till.config, dataDir: `${till.config.dataDir}-2` }
    const config = { ...bare, terminalId: 'POS02' }
    const context = { clock: till.clock, log: createKeptLog() }
    const code = await world.code('POS02')
    const forged = `${code.split('.')[0]}.${'0'.repeat(32)}`
    const refused = await enrolTerminal(config, context, forged)
    expect(refused).toMatchObject({ ok: false, error: { code: 'services.not_verified' } })
    // The answer was lost to us: the same code, serial and key get it again.
    expect(await enrolTerminal(config, context, code)).toMatchObject({ ok: true })
    const again = await enrolTerminal(config, context, code)
    expect(again).toMatchObject({ ok: false, error: { code: 'services.already_enrolled' } })
    await till.stop()
  })

  it('shows why the service refused', async () => {
    const till = await SceneTerminal.open(world)
    const config = { ...till.config, dataDir: `${till.config.dataDir}-3`, terminalId: 'POS03' }
    const context = { clock: till.clock, log: createKeptLog() }
    const code = await world.code('POS03')
    const wrong = `AAAA-AAAA-AAAA-AAAA-AAAA.${code.split('.')[1]}`
    expect(await enrolTerminal(config, context, wrong)).toMatchObject({
      error: { code: 'services.refused', detail: 'enrol.code_wrong' },
    })
    expect(await enrolTerminal(config, context, 'abc')).toMatchObject({
      error: { code: 'services.code_invalid' },
    })
    await till.stop()
  })
})

describe('measures', () => {
  it('M3 lowers the ceiling, and a restart does not lift it', async () => {
    const till = await SceneTerminal.open(world)
    const limits = [
      { interface: 'MICROPAY', channel: 'ALL', single: 1_000, day: 50_000, month: 500_000 },
    ]
    await world.measure('M3', { params: { limits } })
    await till.sync()
    expect(till.charge(1_000)).toMatchObject({ kind: 'allow', ceilingFen: 1_000 })
    expect(till.charge(1_001)).toMatchObject(refusal('scene.above_single_limit'))
    await till.restart()
    expect(till.charge(1_000)).toMatchObject(refusal('scene.time_untrusted'))
    await till.sync()
    expect(till.charge(1_001)).toMatchObject(refusal('scene.above_single_limit'))
    await till.stop()
  })

  it('M5 has credit left out of the order', async () => {
    const till = await SceneTerminal.open(world)
    expect(till.charge()).toMatchObject({ sendWithoutCredit: false })
    await world.measure('M5', { params: { channels_allowed: ['QUICK', 'BALANCE'] } })
    await till.sync()
    expect(till.charge()).toMatchObject({ kind: 'allow', sendWithoutCredit: true })
    await till.stop()
  })

  it('M6 takes the scene away, and M8 stops charging until it is lifted', async () => {
    const till = await SceneTerminal.open(world)
    const params = { interfaces_allowed: ['FACEPAY'], attended_only: false }
    const scene = await world.measure('M6', { params })
    await till.sync()
    expect(till.charge()).toMatchObject(refusal('scene.scene_removed'))
    expect(till.parts.keeper.offered({ role: 'cashier', attended: true })).toEqual([])
    await world.done('lifts', { role: 'risk-issuer', measure_id: scene })
    const stop = await world.measure('M8', { params: { refund: 'allowed' } })
    await till.sync()
    expect(till.charge()).toMatchObject(refusal('scene.suspended'))
    expect(till.settle()).toMatchObject(allowed)
    expect(till.refund()).toMatchObject(allowed)
    expect(till.parts.keeper.status()).toMatchObject({
      screen: 'stopped',
      measures: [{ code: 'M8' }],
    })
    await world.done('lifts', { role: 'risk-issuer', measure_id: stop })
    await till.sync()
    expect(till.charge()).toMatchObject(allowed)
    await till.stop()
  })

  it('come while the terminal waits for them, and are acknowledged', async () => {
    const till = await SceneTerminal.open(world)
    const waiting = till.parts.link.poll(50)
    await world.measure('M8', { params: { refund: 'blocked' } })
    expect(await waiting).toBe(true)
    expect(till.charge()).toMatchObject(refusal('scene.suspended'))
    await till.parts.link.acknowledge()
    expect(till.parts.keeper.state()?.acknowledged).toEqual(['1/M8'])
    await till.stop()
  })

  it('say nothing of the time when the answer was held', async () => {
    const till = await SceneTerminal.open(world)
    const before = till.parts.keeper.time.nowMs()
    const held = world.clock.nextTimer()
    const waiting = till.parts.link.poll(50)
    await held
    world.clock.advance(50_000)
    expect(await waiting).toBe(true)
    expect(till.parts.keeper.time.nowMs()).toBe(before)
    await till.stop()
  })

  it('that are known of and did not arrive whole stop new money till they do', async () => {
    const till = await SceneTerminal.open(world)
    await world.measure('M1')
    await world.done('faults', { fault: 'document_garbled', times: 20 })
    expect(await till.parts.link.poll(0)).toBe(false)
    expect(till.charge()).toMatchObject(refusal('scene.bulletins_missing'))
    await world.done('faults', { fault: 'document_garbled', times: 0 })
    expect(await till.sync()).toBe(true)
    expect(till.charge()).toMatchObject(allowed)
    await till.stop()
  })

  it('M10 ends charging and refunds for good', async () => {
    const till = await SceneTerminal.open(world)
    const agreement_end = '2026-05-06T15:08:09+08:00'
    await world.measure('M10', { params: { agreement_end } })
    await till.sync()
    expect(till.charge()).toMatchObject(refusal('scene.terminated'))
    expect(till.refund()).toMatchObject(refusal('scene.terminated'))
    expect(till.settle()).toMatchObject(allowed)
    await till.restart()
    expect(till.charge()).toMatchObject({ kind: 'refuse' })
    expect(till.settle()).toMatchObject(allowed)
    await till.stop()
  })
})

describe('what is not the service\u2019s word', () => {
  it.each(['document_garbled', 'document_wrong_role'])(
    'AC-16.forge/terminal %s lifts nothing',
    async (fault) => {
      const till = await SceneTerminal.open(world)
      const stop = await world.measure('M8', { params: { refund: 'allowed' } })
      await till.sync()
      await world.done('lifts', { role: 'risk-issuer', measure_id: stop })
      await world.done('faults', { fault, times: 20 })
      expect(await till.sync()).toBe(false)
      expect(till.charge()).toMatchObject({ kind: 'refuse' })
      await world.done('faults', { fault, times: 0 })
      till.pass(1_000)
      await till.sync()
      expect(till.charge()).toMatchObject(allowed)
      await till.stop()
    },
  )

  it.each(['answer_garbled', 'answer_unsigned', 'answer_other_nonce', 'answer_wrong_role'])(
    '%s counts as no answer',
    async (fault) => {
      const till = await SceneTerminal.open(world)
      await world.measure('M8', { params: { refund: 'allowed' } })
      await world.done('faults', { fault, times: 20 })
      const before = till.parts.keeper.state()
      expect(await till.sync()).toBe(false)
      expect(till.parts.keeper.state()).toEqual(before)
      await world.done('faults', { fault, times: 0 })
      await till.sync()
      expect(till.charge()).toMatchObject(refusal('scene.suspended'))
      await till.restart()
    },
  )
})

describe('grants', () => {
  it('narrowed limits are in force at once, and the counters hold a day', async () => {
    const till = await SceneTerminal.open(world)
    const charge = { interface: 'MICROPAY', amountFen: 400_000, withoutCredit: false } as const
    const step = { seq: 7, atMs: till.clock.nowMs() }
    till.parts.keeper.reserve({ ...charge, outTradeNo: 'A1' }, step)
    till.parts.keeper.commit({ outTradeNo: 'A1' }, { ...step, seq: 8 })
    till.parts.keeper.reserve({ ...charge, outTradeNo: 'A2' }, { ...step, seq: 9 })
    expect(till.charge(200_000)).toMatchObject({ kind: 'allow', ceilingFen: 200_000 })
    expect(till.charge(200_001)).toMatchObject(refusal('scene.above_day_limit'))
    await till.restart()
    expect(till.parts.keeper.countedSeq()).toBe(9)
    await till.sync()
    expect(till.charge(200_001)).toMatchObject(refusal('scene.above_day_limit'))
    till.parts.keeper.release('A2', { ...step, seq: 10 })
    expect(till.charge(500_000)).toMatchObject(allowed)
    await till.stop()
  })

  it('AC-3.9/terminal that were revoked never load again', async () => {
    const till = await SceneTerminal.open(world)
    const old = till.parts.keeper.grantVersion().split('/')[0] ?? ''
    const address = '广东省深圳市示范路9号'
    const evidence = { address, photo: 'photo-of-the-other-shop' }
    const store = { ...STORE, address, geo: { ...STORE.geo, lat_e6: 22_545_000 } }
    await world.grant([{ type: 'MICROPAY', evidence }], { store })
    await till.sync()
    expect(till.parts.keeper.state()?.sealed.tombstones).toContain(old)
    expect(till.parts.keeper.grantVersion().split('/')[0]).not.toBe(old)
    expect(till.charge()).toMatchObject(allowed)
    await till.stop()
  })

  it('AC-3.4/terminal AC-3/terminal run out while the service is silent', async () => {
    const till = await SceneTerminal.open(world)
    await world.done('faults', { fault: 'answer_unsigned', times: 100 })
    await till.sync()
    till.pass(7_200_000)
    expect(till.charge()).toMatchObject(allowed)
    till.pass(1)
    expect(till.charge()).toMatchObject(refusal('scene.offline_too_long'))
    await world.done('faults', { fault: 'answer_unsigned', times: 0 })
    await till.sync()
    expect(till.charge()).toMatchObject(allowed)
    await till.stop()
  })
})

describe('a copy of the data folder', () => {
  it('AC-3.5/terminal is found by the counters of requests, and both are stopped', async () => {
    const till = await SceneTerminal.open(world)
    const copy = till.copy()
    await copy.sync()
    await till.restart()
    await till.sync()
    expect(till.charge()).toMatchObject({ kind: 'refuse', code: 'scene.suspended' })
    await copy.sync()
    expect(copy.charge()).toMatchObject({ kind: 'refuse', code: 'scene.suspended' })
    expect(till.settle()).toMatchObject(allowed)
    await world.done('resumptions', { role: 'risk-issuer', serial: 'POS01', reason: 'looked at' })
    await till.sync()
    expect(till.charge()).toMatchObject(allowed)
    await copy.stop()
    await till.stop()
  })

  it('draws counters without the disk once the next block was kept, and none twice', async () => {
    const till = await SceneTerminal.open(world)
    const draw = (count: number) =>
      Array.from({ length: count }, () => {
        const drawn = till.parts.keeper.nextCounter()
        if (!drawn.ok) throw new Error(drawn.error.code)
        return drawn.value
      })
    const drawn = draw(40)
    till.parts.keeper.catchUp([], 1)
    const kept = readFileSync(till.secret('scene-counts'))
    drawn.push(...draw(60))
    expect(readFileSync(till.secret('scene-counts')).equals(kept)).toBe(true)
    await till.restart()
    drawn.push(...draw(1))
    expect(drawn).toEqual([...new Set(drawn)].sort((left, right) => left - right))
    await till.stop()
  })

  it('AC-3.2/terminal in part is seen to be older, and locks', async () => {
    const till = await SceneTerminal.open(world)
    const path = till.secret('scene-state')
    copyFileSync(path, `${path}.old`)
    await world.measure('M8', { params: { refund: 'allowed' } })
    await till.sync()
    await till.stop()
    copyFileSync(`${path}.old`, path)
    till.begin()
    expect(till.charge()).toMatchObject(refusal('scene.state_lost'))
    expect(till.settle()).toMatchObject(allowed)
    await till.stop()
  })

  it.each(['scene-state', 'scene-counts'])('AC-3.5/terminal without %s locks', async (name) => {
    const till = await SceneTerminal.open(world)
    await till.stop()
    rmSync(till.secret(name))
    const locked = till.copy()
    expect(locked.charge()).toMatchObject(refusal('scene.state_lost'))
    await locked.stop()
  })
})

describe('time', () => {
  it('AC-3.3/terminal is the service\u2019s, whatever the wall clock says', async () => {
    const till = await SceneTerminal.open(world)
    till.clock.jumpWallTo(86_400_000)
    expect(till.charge()).toMatchObject(allowed)
    await till.sync()
    expect(till.charge()).toMatchObject(allowed)
    await till.restart()
    till.clock.jumpWallTo(86_400_000)
    await till.sync()
    expect(till.charge()).toMatchObject(allowed)
    await till.stop()
  })

  it('AC-3.3/terminal that goes back locks, and a restart does not unlock', async () => {
    const till = await SceneTerminal.open(world)
    till.pass(60_000)
    await till.sync()
    world.clock.advance(-30_000)
    await till.sync()
    expect(till.charge()).toMatchObject(refusal('scene.clock_rollback'))
    await till.restart(40_000)
    await till.sync()
    expect(till.charge()).toMatchObject(refusal('scene.clock_rollback'))
    await till.stop()
  })
})

describe('the end', () => {
  const account = { inFlight: 0, journalEntries: 3, journalHead: 'a'.repeat(64) }

  it('wipes in order and is told to the service, once the agreement has ended', async () => {
    const till = await SceneTerminal.open(world)
    const wiped: string[] = []
    const wipe = (what: string) => {
      wiped.push(what)
      return ok(undefined)
    }
    const end = (more = {}) => signOff({ ...till.parts, wipe }, { ...account, ...more })
    expect(await end()).toMatchObject({ error: { code: 'services.agreement_runs' } })
    await world.measure('M10', { params: { agreement_end: '2026-05-06T15:08:09+08:00' } })
    await till.sync()
    expect(await end({ inFlight: 1 })).toMatchObject({
      error: { code: 'services.money_in_flight' },
    })
    expect(wiped).toEqual([])
    await world.done('faults', { fault: 'answer_unsigned', times: 1 })
    expect(await end()).toMatchObject({ error: { code: 'services.unreachable' } })
    expect(till.charge()).toMatchObject(refusal('scene.terminated'))
    await till.restart()
    // The service had taken it; nothing is wiped twice.
    expect(await end()).toEqual({ ok: true, value: undefined })
    expect(wiped).toEqual(['merchant_key', 'grant', 'face_credentials'])
    const state = till.parts.keeper.state()
    expect(state).toMatchObject({ lifecycle: 'released', grant: null })
    const { value } = await world.control('overview')
    expect(value.terminals).toMatchObject([{ serial: 'POS01', status: 'RELEASED' }])
    await till.restart()
    expect(till.charge()).toMatchObject(refusal('scene.terminated'))
    await till.stop()
  })
})

describe('a running scene', () => {
  it('asks by itself, says when something changes, and hears a measure as it comes', async () => {
    const till = await SceneTerminal.open(world)
    await till.stop()
    const opened = openScene(till.config, { clock: createRealClock(), log: createKeptLog() })
    if (!opened.ok) throw new Error(opened.error.code)
    const { gate, start, stop } = opened.value
    const ask = { interface: 'MICROPAY', role: 'cashier', attended: true, currency: 'CNY' } as const
    const becomes = (kind: string) =>
      new Promise<void>((resolve) => {
        const end = gate.onChange(() => {
          if (gate.decide({ action: 'offer', ...ask }).kind !== kind) return
          end()
          resolve()
        })
      })
    const allows = becomes('allow')
    start()
    await allows
    const refuses = becomes('refuse')
    await world.measure('M8', { params: { refund: 'allowed' } })
    await refuses
    expect(gate.status().screen).toBe('stopped')
    await stop()
  })
})

describe('events', () => {
  it('wait on the disk until the service has them, and are told once', async () => {
    const till = await SceneTerminal.open(world)
    await world.done('faults', { fault: 'answer_unsigned', times: 1 })
    await till.parts.link.report({ kind: 'test.event', facts: { count: 1 } })
    await till.restart()
    await till.sync()
    const { value } = await world.control('overview')
    const events = value.events as { kind: string }[]
    expect(events.filter(({ kind }) => kind === 'test.event')).toHaveLength(1)
    await till.stop()
  })
})
