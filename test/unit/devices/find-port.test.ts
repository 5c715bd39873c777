import { describe, expect, it } from 'vitest'
import { findPort, normaliseUsbId } from '../../../src/devices/find-port.ts'
import { makerName } from '../../../src/devices/quirks.ts'

const identity = { vendorId: '0c2e', productId: '0B61' }
const first = { path: '/dev/ttyACM0', vendorId: '0C2E', productId: '0b61', serialNumber: 'A1' }
const second = { path: '/dev/ttyACM1', vendorId: '0x0c2e', productId: 'b61', serialNumber: 'B2' }
const other = { path: '/dev/ttyUSB0', vendorId: '05f9', productId: '0b61' }
const builtIn = { path: '/dev/ttyS0' }

describe('finding a port by USB identity', () => {
  it('finds the one that fits, however the ids are written', () => {
    expect(findPort([builtIn, other, first], identity)).toEqual({ kind: 'found', path: first.path })
    expect(findPort([second], identity)).toEqual({ kind: 'found', path: second.path })
  })
  it('takes no other device, even at the preferred path', () => {
    expect(findPort([builtIn, other], identity, other.path)).toEqual({ kind: 'absent' })
    expect(findPort([other, first], identity, other.path)).toEqual({
      kind: 'found',
      path: first.path,
    })
    expect(findPort([], identity)).toEqual({ kind: 'absent' })
  })
  it('tells apart by serial number where one is given', () => {
    const wanted = { ...identity, serialNumber: 'b2' }
    expect(findPort([first, second], wanted)).toEqual({ kind: 'found', path: second.path })
    expect(findPort([first], wanted)).toEqual({ kind: 'absent' })
    expect(findPort([{ ...first, serialNumber: undefined }], wanted)).toEqual({ kind: 'absent' })
  })
  it('says that it cannot tell two apart, unless the path does', () => {
    const paths = [first.path, second.path]
    expect(findPort([first, second], identity)).toEqual({ kind: 'ambiguous', paths })
    expect(findPort([first, second], identity, builtIn.path)).toEqual({ kind: 'ambiguous', paths })
    expect(findPort([first, second], identity, second.path)).toEqual({
      kind: 'found',
      path: second.path,
    })
  })
  it('counts a port that is listed twice once', () => {
    expect(findPort([first, first], identity)).toEqual({ kind: 'found', path: first.path })
  })
})

describe('USB ids', () => {
  it('are four lower-case digits', () => {
    for (const id of ['05E0', '0x05e0', '5e0', ' 0X5E0 ']) expect(normaliseUsbId(id)).toBe('05e0')
  })
  it('name the maker where it is known', () => {
    expect(makerName('0x05E0')).toBe('Zebra')
    expect(makerName('ffff')).toBeUndefined()
  })
})
