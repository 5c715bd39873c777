import { BlockList } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isInNetwork, readAddress, readNetwork } from '../../../src/scene/address.ts'
import { isInStoreNetwork } from '../../../src/scene/place.ts'

const isIn = (ip: string, cidr: string) => {
  const address = readAddress(ip)
  const network = readNetwork(cidr)
  if (address === undefined || network === undefined) return undefined
  return isInNetwork(address, network)
}
const v4 = fc.ipV4()
const v6 = fc.ipV6().filter((ip) => (readAddress(ip)?.length ?? 0) === 16)

describe('addresses', () => {
  it.each([
    ['::', Array.from({ length: 16 }, () => 0)],
    ['::1', [...Array.from({ length: 15 }, () => 0), 1]],
    ['2001:db8::8:800:200c:417a', [32, 1, 13, 184, 0, 0, 0, 0, 0, 8, 8, 0, 32, 12, 65, 122]],
    ['2001:DB8:0:0:8:800:200C:417A', [32, 1, 13, 184, 0, 0, 0, 0, 0, 8, 8, 0, 32, 12, 65, 122]],
    ['::13.1.68.3', [...Array.from({ length: 12 }, () => 0), 13, 1, 68, 3]],
    ['fe80::1%eth0', [254, 128, ...Array.from({ length: 13 }, () => 0), 1]],
    ['::ffff:192.0.2.7', [192, 0, 2, 7]],
    ['::FFFF:c000:207', [192, 0, 2, 7]],
    ['192.0.2.7', [192, 0, 2, 7]],
  ])('reads %s', (text, bytes) => {
    expect(readAddress(text)).toEqual(bytes)
  })

  it.each([
    ...['', ':', ':::', '1', '1::2::3', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7::8'],
    ...[
      '12345::',
      'g::',
      '::1%',
      '::1%a%b',
      '192.0.2.7%eth0',
      '192.0.2.256',
      '192.0.02.1',
      '1.2.3',
    ],
    ...['::1.2.3', '1.2.3.4::', '::1.2.3.4:5', ' ::1', '::1 ', `${'0:'.repeat(40)}1`],
  ])('does not read %j', (text) => {
    expect(readAddress(text)).toBeUndefined()
  })

  it.each([
    ...['192.0.2.0', '192.0.2.0/', '192.0.2.0/33', '192.0.2.0/08', '192.0.2.0/-1', '192.0.2.0/8/8'],
    ...['::/129', 'fe80::%eth0/10', '::/1e1', '/8', '300.0.0.0/8'],
  ])('%j is no network', (text) => {
    expect(readNetwork(text)).toBeUndefined()
  })

  it('AC-2a/terminal agrees with the system on every network of IPv4', () => {
    fc.assert(
      fc.property(v4, v4, fc.integer({ min: 0, max: 32 }), (ip, base, bits) => {
        const list = new BlockList()
        list.addSubnet(base, bits, 'ipv4')
        expect(isIn(ip, `${base}/${bits}`)).toBe(list.check(ip, 'ipv4'))
        expect(isIn(base, `${base}/${bits}`)).toBe(true)
      }),
    )
  })

  it('AC-2a/terminal agrees with the system on every network of IPv6', () => {
    // Two that share a beginning, so that both answers come.
    const near = fc.tuple(v6, fc.integer({ min: 0, max: 127 })).map(([ip, bit]) => {
      const bytes = [...(readAddress(ip) ?? [])]
      const index = Math.floor(bit / 8)
      bytes[index] = (bytes[index] ?? 0) ^ (0x80 >> (bit % 8))
      const groups = Array.from({ length: 8 }, (_, at) =>
        ((bytes[at * 2] ?? 0) * 256 + (bytes[at * 2 + 1] ?? 0)).toString(16),
      )
      return [ip, groups.join(':')] as const
    })
    fc.assert(
      fc.property(near, fc.integer({ min: 0, max: 128 }), ([base, ip], bits) => {
        fc.pre(readAddress(ip)?.length === 16)
        const list = new BlockList()
        list.addSubnet(base, bits, 'ipv6')
        expect(isIn(ip, `${base}/${bits}`)).toBe(list.check(ip, 'ipv6'))
      }),
      { numRuns: 1_000 },
    )
  })

  it.each([
    ['::ffff:192.0.2.7', '192.0.2.0/24', true],
    ['192.0.2.7', '::ffff:192.0.2.0/120', true],
    ['192.0.3.7', '::ffff:192.0.2.0/120', false],
    ['192.0.2.7', '::/0', false],
    ['::ffff:192.0.2.7', '::/0', false],
    ['2001:db8::1', '0.0.0.0/0', false],
    ['2001:db8::1', '::/0', true],
    ['2001:db8::1', '2001:db8::1/128', true],
    ['2001:db8::2', '2001:db8::1/128', false],
    ['2001:db8:0:1::1', '2001:db8::/64', false],
    ['fe80::1%eth0', 'fe80::/10', true],
  ])('finds %s in %s: %s', (ip, cidr, expected) => {
    expect(isInStoreNetwork({ ip }, { ipCidrs: [cidr], bssidHash: undefined })).toBe(expected)
  })
})
