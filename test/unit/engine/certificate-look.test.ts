import { expect, it } from 'vitest'
import { CertificateLook } from '../../../src/engine/certificate-look.ts'
import type { GatewayHealth } from '../../../src/ports/gateway.ts'
import { createManualClock } from '../../support/manual-clock.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

function look(daysLeft: number | undefined) {
  const clock = createManualClock()
  const until =
    daysLeft === undefined ? {} : { certificateExpiresAtMs: clock.nowMs() + daysLeft * DAY_MS }
  let health: GatewayHealth = { state: 'ok', ...until }
  let told = 0
  const certificate = new CertificateLook({
    gateway: { health: () => health },
    clock,
    onChange: () => {
      told += 1
    },
  })
  certificate.start()
  const renew = (days: number) => {
    health = { state: 'ok', certificateExpiresAtMs: clock.nowMs() + days * DAY_MS }
  }
  return { clock, certificate, told: () => told, renew }
}

it('AC-13b: tells an idle terminal each day from thirty days before the end, and of the end', () => {
  const { clock, certificate, told } = look(32)
  clock.advance(DAY_MS)
  expect(told()).toBe(0)
  clock.advance(31 * DAY_MS)
  // 30, 29, … 1 days, and ended; the last month, week and day begin with a day that is whole.
  expect(told()).toBeGreaterThanOrEqual(31)
  expect(told()).toBeLessThanOrEqual(34)
  expect(certificate.life()).toEqual({ level: 'ended', daysLeft: 0 })
})

it('tells of a new certificate, and nothing after it has ended', () => {
  const { clock, certificate, told, renew } = look(3)
  renew(300)
  clock.advance(HOUR_MS)
  expect(told()).toBe(1)
  certificate.stop()
  expect(clock.pendingCount()).toBe(0)
})

it('says nothing where nobody knows when it ends', () => {
  const { clock, certificate, told } = look(undefined)
  clock.advance(40 * DAY_MS)
  expect(certificate.life()).toBeUndefined()
  expect(told()).toBe(0)
})
