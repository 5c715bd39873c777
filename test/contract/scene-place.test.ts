import { afterEach, beforeEach, expect, it } from 'vitest'
import type { SceneRequest } from '../../src/ports/scene.ts'
import type { Config } from '../../src/terminal/config.ts'
import { openScene, type RunningScene } from '../../src/terminal/scene.ts'
import { createKeptLog, type KeptLog } from '../support/kept-log.ts'
import { moment } from '../support/nmea.ts'
import { createPseudoTerminal, type PseudoTerminal } from '../support/pseudo-terminal.ts'
import { createRealClock } from '../support/real-clock.ts'
import { World } from './sandbox-services-client.ts'
import { SceneTerminal } from './scene-terminal.ts'
import { until } from './virtual-counter.ts'

const STORE = { latE6: 22_543_096, lonE6: 114_057_865 }
const CHARGE: SceneRequest = {
  action: 'charge',
  interface: 'MICROPAY',
  role: 'cashier',
  attended: true,
  currency: 'CNY',
  amountFen: 100,
}

let world: World
let line: PseudoTerminal
let scene: RunningScene | undefined
let log: KeptLog

beforeEach(async () => {
  world = await World.start()
  line = createPseudoTerminal()
  log = createKeptLog()
})
afterEach(async () => {
  await scene?.stop()
  await line.unplug()
  await world.stop()
})

/** An enrolled terminal, told of its place by these; its scene runs on real time. */
async function begin(services: Partial<NonNullable<Config['services']>>): Promise<RunningScene> {
  const till = await SceneTerminal.open(world)
  await till.stop()
  if (till.config.services === undefined) throw new Error('no services')
  const { position: _position, ...others } = till.config.services
  const config = { ...till.config, services: { ...others, ...services } }
  const opened = openScene(config, { clock: createRealClock(), log })
  if (!opened.ok) throw new Error(opened.error.code)
  scene = opened.value
  scene.start()
  return scene
}
const answers = (running: RunningScene, wanted: string) =>
  until(() => {
    const decision = running.gate.decide(CHARGE)
    return (decision.kind === 'refuse' ? decision.code : decision.kind) === wanted
  })

/** What a payment call would say of the place. */
async function proof(running: RunningScene): Promise<Readonly<Record<string, string>>> {
  const proven = await running.proving?.prove({ method: 'POST', target: '/', body: '{}' })
  const named = Object.entries(proven?.headers ?? {})
  return Object.fromEntries(named.map(([name, value]) => [name.toLowerCase(), `${value}`]))
}

it('AC-2a/terminal a receiver lets charges go, says so to the gateway, and stops them outside', async () => {
  const running = await begin({ gnss: { path: line.path, baudRate: 9_600 } })
  await answers(running, 'scene.location_unknown')
  expect(running.placeReport?.()).toMatchObject({ state: 'unknown', source: 'gnss' })
  // The driver opens the port in its own time: what is said before is lost.
  let second = 0
  const says = (latE6: number) => {
    second += 1
    const time = `1015${String(second).padStart(2, '0')}.00`
    line.write(moment({ ...STORE, latE6, time }))
  }
  await until(() => log.lines.some((text) => text.includes('"phase":"open"')))
  let changes = 0
  running.gate.onChange(() => {
    changes += 1
  })
  says(STORE.latE6)
  await answers(running, 'allow')
  await until(() => changes === 1)
  expect((await proof(running))['guitai-place']).toBe('22543096,114057865,9,WGS-84')
  says(STORE.latE6 + 10_000)
  await answers(running, 'scene.location_mismatch')
  await until(() => changes === 2)
  expect(await proof(running)).not.toHaveProperty('guitai-place')
  let events: unknown[] = []
  while (events.length < 2) {
    const { value } = await world.control('overview')
    events = (value.events as { trigger?: number; kind: string }[]).filter(
      ({ trigger }) => trigger === 1,
    )
  }
  expect(events).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ kind: 'place.changed', facts: { place: 'outside' } }),
      expect.objectContaining({
        kind: 'charge.refused',
        facts: expect.objectContaining({ code: 'scene.location_mismatch' }),
      }),
    ]),
  )
  expect(log.lines.join('\n')).not.toMatch(/22543096|114057865|2232\.5/)
})

it('AC-2a/terminal where the installer measured counts in the networks that were measured with it', async () => {
  const running = await begin({})
  await answers(running, 'scene.location_unknown')
  const position = {
    lat_e6: STORE.latE6,
    lon_e6: STORE.lonE6,
    datum: 'WGS-84',
    accuracy_m: 5,
  }
  const install = { role: 'scene-issuer', serial: 'POS01', approval_ref: 'SET-1', position }
  await world.done('installations', { ...install, ip_cidrs: ['127.0.0.0/8', '::1/128'] })
  await answers(running, 'allow')
  expect(running.placeReport?.()).toMatchObject({
    state: 'inside',
    source: 'installed',
    accuracyM: 5,
    distanceM: 0,
    network: { isGateway: true, isStore: true, address: '127.0.0.1' },
  })
  const headers = await proof(running)
  expect(headers['guitai-place']).toBe('22543096,114057865,5,WGS-84')
  const [id = ''] = [headers['guitai-grant']]
  const paid = await world.charge(100, {
    'Guitai-Grant': id,
    'Guitai-Place': `${headers['guitai-place']}`,
  })
  expect(paid.status).toBe(200)
  await world.done('installations', {
    ...install,
    approval_ref: 'SET-2',
    ip_cidrs: ['192.0.2.0/24'],
  })
  await answers(running, 'scene.location_unknown')
  expect(await proof(running)).not.toHaveProperty('guitai-place')
  expect(await world.control('installations', { role: 'merchant', serial: 'POS01' })).toMatchObject(
    {
      status: 403,
    },
  )
  expect(
    await world.control('installations', { ...install, ip_cidrs: ['192.0.2.0/33'] }),
  ).toMatchObject({ status: 400 })
})

it('AC-15c/terminal a store that moves has no place and no network until it is measured again', async () => {
  const running = await begin({})
  const { latE6: lat_e6, lonE6: lon_e6 } = STORE
  const position = { lat_e6, lon_e6, datum: 'WGS-84', accuracy_m: 5 }
  const ip_cidrs = ['127.0.0.0/8', '::1/128']
  await world.done('installations', {
    role: 'scene-issuer',
    serial: 'POS01',
    approval_ref: 'SET-1',
    position,
    ip_cidrs,
  })
  await answers(running, 'allow')
  const moved = {
    id: 'S001',
    name: '示范店',
    address: '广东省深圳市示范路2号',
    region_code: '440300',
  }
  const geo = { lat_e6: lat_e6 + 20_000, lon_e6, datum: 'WGS-84', radius_m: 300 }
  const evidence = { address: moved.address, photo: 'photo-of-number-2' }
  const { application_id } = await world.done('applications', {
    role: 'merchant',
    merchant_id: '1900000001',
    store: { ...moved, geo },
    interfaces: [{ type: 'MICROPAY', evidence }],
  })
  await world.done('approvals', { role: 'scene-issuer', application_id, approval_ref: 'MOVE-1' })
  await answers(running, 'scene.location_unknown')
  expect(running.placeReport?.()).toMatchObject({ source: 'none' })
})
