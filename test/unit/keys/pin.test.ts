import { expect, it } from 'vitest'
import { mayDo, type Right, ROLES } from '../../../src/domain/roles.ts'
import { isUsablePin, pauseMs, waitMs } from '../../../src/keys/pin.ts'

it.each(['739182', '100001', '246813', '112233445566', '123457'])('%s can be a PIN', (pin) => {
  expect(isUsablePin(pin)).toBe(true)
})

it.each(['', '73918', '7391827391827', '73918a', '７３９１８２', '000000', '123456', '987654'])(
  '"%s" cannot be a PIN',
  (pin) => {
    expect(isUsablePin(pin)).toBe(false)
  },
)

it('pauses grow with every wrong try after the third, up to an hour', () => {
  const seconds = Array.from({ length: 11 }, (_, failures) => pauseMs(failures) / 1_000)
  expect(seconds).toEqual([0, 0, 0, 30, 60, 120, 300, 900, 3_600, 3_600, 3_600])
})

it('a pause ends on time, and a clock set back makes it no longer', () => {
  const tries = { failures: 4, lastTryAtMs: 1_000_000 }
  expect(waitMs(tries, 1_000_000)).toBe(60_000)
  expect(waitMs(tries, 1_059_999)).toBe(1)
  expect(waitMs(tries, 1_060_000)).toBe(0)
  expect(waitMs(tries, 5)).toBe(60_000)
})

it('AC-13d: keys and operators are the business of the installer alone, refunds of the manager', () => {
  const who = (right: Right) => ROLES.filter((role) => mayDo(role, right))
  expect(who('certificates')).toEqual(['installer'])
  expect(who('operators')).toEqual(['installer'])
  expect(who('interface_close')).toEqual(['installer'])
  expect(who('refund')).toEqual(['manager'])
  expect(who('sale_close')).toEqual(['manager'])
})
