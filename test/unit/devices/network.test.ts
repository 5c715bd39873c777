import { describe, expect, it } from 'vitest'
import { readDefaultRoute, readNeighbour } from '../../../src/devices/linux-network.ts'
import { createNetworkWatch } from '../../../src/devices/node/network-watch.ts'
import { readAddress } from '../../../src/scene/address.ts'
import { createManualClock } from '../../support/manual-clock.ts'

const HEAD = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n'
const row = (cells: string[]) => `${cells.join('\t')}\t0\t0\t0   \n`
const ROUTES =
  HEAD +
  row(['wlan0', '00000000', '0100A8C0', '0003', '0', '0', '600', '00000000']) +
  row(['eth0', '00000000', '010200C0', '0003', '0', '0', '100', '00000000']) +
  row(['eth0', '000200C0', '00000000', '0001', '0', '0', '100', '00FFFFFF'])
const ARP =
  'IP address       HW type     Flags       HW address            Mask     Device\n' +
  '192.0.2.1        0x1         0x2         02:00:5E:00:53:01     *        eth0\n' +
  '192.0.2.9        0x1         0x0         00:00:00:00:00:00     *        eth0\n' +
  '192.168.0.1      0x1         0x2         02:00:5e:00:53:02     *        wlan0\n'

describe('tables of the system', () => {
  it('has the router of the default route with the lowest metric', () => {
    const route = readDefaultRoute(ROUTES)
    expect(route).toEqual({ device: 'eth0', router: '192.0.2.1' })
    expect(readNeighbour(ARP, route ?? { device: '', router: '' })).toBe('02:00:5e:00:53:01')
  })

  it.each([
    ['', 'nothing'],
    [HEAD, 'no rows'],
    [HEAD + row(['eth0', '00000000', '010200C0', '0002', '0', '0', '0', '00000000']), 'one down'],
    [HEAD + row(['ppp0', '00000000', '00000000', '0001', '0', '0', '0', '00000000']), 'no router'],
    [HEAD + row(['eth0', '00000000', '010200C0', '0003', '0', '0', '0', '00FFFFFF']), 'a mask'],
    ['\u0000\n\t\t\t\n', 'garbage'],
  ])('has no default route in %j (%s)', (text) => {
    expect(readDefaultRoute(text)).toBeUndefined()
  })

  it('has no neighbour on another device, incomplete, or absent', () => {
    expect(readNeighbour(ARP, { device: 'wlan0', router: '192.0.2.1' })).toBeUndefined()
    expect(readNeighbour(ARP, { device: 'eth0', router: '192.0.2.9' })).toBeUndefined()
    expect(readNeighbour(ARP, { device: 'eth0', router: '192.0.2.8' })).toBeUndefined()
    expect(readNeighbour('', { device: 'eth0', router: '192.0.2.1' })).toBeUndefined()
  })
})

describe('the watch of the network', () => {
  const changed = (watch: ReturnType<typeof createNetworkWatch>) =>
    new Promise<void>((resolve) => watch.start(resolve))

  it('asks this machine from where it would reach a host, by both kinds of address', async () => {
    const clock = createManualClock()
    const watch = createNetworkWatch({ host: '127.0.0.1', port: 443, clock })
    expect(watch.facts()).toEqual({})
    await changed(watch)
    expect(watch.facts().ip).toBe('127.0.0.1')
    watch.stop()
    expect(clock.pendingCount()).toBe(0)
    const byName = createNetworkWatch({ host: 'localhost', port: 443, clock })
    await changed(byName)
    expect(readAddress(byName.facts().ip ?? '')).toBeDefined()
    byName.stop()
  })

  it('forgets what it can no longer measure, and what does not come in time', async () => {
    const clock = createManualClock()
    let own: Promise<string> = Promise.resolve('192.0.2.7')
    const tables: Record<string, string> = { '/proc/net/route': ROUTES, '/proc/net/arp': ARP }
    const watch = createNetworkWatch({
      host: 'gw.example',
      port: 443,
      clock,
      routeTo: () => own,
      readTable: async (path) => tables[path] ?? Promise.reject(new Error('none')),
    })
    let tell: () => void = () => {}
    const next = () =>
      new Promise<void>((resolve) => {
        tell = resolve
      })
    let told = next()
    watch.start(() => tell())
    await told
    expect(watch.facts()).toEqual({ ip: '192.0.2.7', routerMac: '02:00:5e:00:53:01' })
    delete tables['/proc/net/arp']
    told = next()
    clock.advance(30_000)
    await told
    expect(watch.facts()).toEqual({ ip: '192.0.2.7' })
    own = new Promise(() => {})
    told = next()
    clock.advance(30_000)
    clock.advance(4_999)
    expect(watch.facts()).toEqual({ ip: '192.0.2.7' })
    clock.advance(1)
    await told
    expect(watch.facts()).toEqual({})
    watch.stop()
  })
})
