import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WAITS } from '../../../src/domain/waits.ts'
import { Vault } from '../../../src/engine/vault.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { createSeededEntropy } from '../../support/seeded.ts'
import { CODE, openTill, type Till } from '../../support/till.ts'

/** Between two looks at the clocks. */
const LOOK_EVERY_MS = 5_000
const HOUR_MS = 3_600_000
const silent = { kind: 'unknown', cause: 'gateway.timeout', sent: true } as const

let till: Till
beforeEach(async () => {
  till = await openTill({ clock: createManualClock({ tellsSleep: true }) })
})
afterEach(() => till.close())

describe('a machine that slept', () => {
  it('disarms: nobody stands there for certain', async () => {
    const sale = await till.sell()
    till.clock.sleep(60_000)
    till.clock.advance(LOOK_EVERY_MS)
    expect(till.sale(sale.id).phase).toBe('ready')
    expect(till.engine.screen().cashier.intents).toContain('arm')
    till.scanner.present(CODE)
    expect(till.gateway.calls).toEqual([])
  })

  it('believes no code that is scanned before it has looked', async () => {
    const sale = await till.sell()
    till.clock.sleep(60_000)
    till.scanner.present(CODE)
    expect(till.gateway.calls).toEqual([])
    expect(till.sale(sale.id).phase).toBe('ready')
    await till.wish('arm_wanted', sale.id)
    till.clock.advance(1_500)
    till.scanner.present(CODE)
    expect(till.gateway.calls).toHaveLength(1)
  })

  it('asks at once about what is in flight, by a time that counts the sleep', async () => {
    const sale = await till.sell()
    till.scanner.present(CODE)
    await till.gateway.last().answer(silent)
    till.clock.sleep(HOUR_MS)
    const wallMs = till.clock.nowMs()
    till.clock.advance(LOOK_EVERY_MS - 1)
    expect(till.gateway.calls.map(({ kind }) => kind)).toEqual(['charge'])
    till.clock.advance(1)
    expect(till.gateway.last().kind).toBe('query')
    expect(till.engine.screen().atMs).toBe(wallMs + LOOK_EVERY_MS)
    await till.gateway.last().answer({ kind: 'not_found' })
    expect(till.sale(sale.id).phase).toBe('in_flight')
    expect(till.gateway.last().kind).toBe('reverse')
  })

  it('notices nothing of a nap, nor of a clock that was set', async () => {
    const sale = await till.sell()
    till.clock.sleep(4_000)
    till.clock.advance(LOOK_EVERY_MS)
    till.clock.jumpWallTo(till.clock.nowMs() + HOUR_MS)
    till.clock.advance(LOOK_EVERY_MS)
    expect(till.sale(sale.id).phase).toBe('armed')
    till.clock.advance(WAITS.armedMs)
    expect(till.sale(sale.id).phase).toBe('ready')
  })

  it('P6: forgets every code', () => {
    const vault = new Vault(till.clock, createSeededEntropy(9))
    const handles = [vault.put({ code: CODE, digest: '' }), vault.put({ code: CODE, digest: '' })]
    vault.forgetAll()
    expect(vault.size).toBe(0)
    expect(handles.map((handle) => vault.take(handle))).toEqual([undefined, undefined])
  })
})
