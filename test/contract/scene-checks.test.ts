import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { lastAttempt } from '../../src/domain/sale.ts'
import { openJournal } from '../../src/journal/node/sqlite-journal.ts'
import { GrantedShop, type ShopChanges } from './granted-shop.ts'
import { EVIDENCE, STORE } from './sandbox-services-client.ts'
import { POSITION } from './scene-terminal.ts'
import { until } from './virtual-counter.ts'

let shop: GrantedShop
afterEach(() => shop?.close())

async function open(changes: ShopChanges = {}): Promise<GrantedShop> {
  shop = await GrantedShop.open(changes)
  await shop.heard()
  return shop
}

/** Refuses an amount before any scan: the code, with the scanner closed and nothing at the gateway. */
async function refusedBeforeScan(amountFen = 1_000): Promise<string> {
  const armed = await shop.arm(amountFen)
  if (armed.ok) throw new Error('it was armed')
  expect(armed.error.moneyTaken).toBe('no')
  expect(shop.terminal.engine.status().scanners[0]?.enabled).toBe(false)
  shop.scan()
  await shop.quiet()
  const charges = (await shop.ledger()).filter((order) => order.amountFen === amountFen)
  expect(charges).toEqual([])
  return armed.error.code
}

async function eventsWhen(least: number) {
  for (;;) {
    const events = await shop.events()
    if (events.length >= least) return events
  }
}

/** Every file below a folder, as bytes of one alphabet. */
function textOf(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n')
}

const AWAY = { ...POSITION, latE6: 22_600_000 }

describe('a place, a network and an interface that were not granted', () => {
  it('AC-2a/terminal AC-7: away from its place nothing is charged, and the service hears of it once', async () => {
    await open({ config: { services: { position: AWAY } } })
    expect(await refusedBeforeScan()).toBe('scene.location_mismatch')
    expect(await refusedBeforeScan()).toBe('scene.location_mismatch')
    const heard = await eventsWhen(2)
    const event = heard.find(({ kind }) => kind === 'charge.refused')
    expect(heard.map(({ kind }) => kind).toSorted()).toEqual(['charge.refused', 'place.changed'])
    const facts = { interface: 'MICROPAY', code: 'scene.location_mismatch', amount_fen: 1_000 }
    expect(event).toMatchObject({ kind: 'charge.refused', trigger: 1, facts })
  })

  it('AC-15c/terminal: in a second store, approved but not for this serial, nothing is charged', async () => {
    await open({ config: { services: { position: AWAY } } })
    const address = '广东省深圳市示范路9号'
    const store = { ...STORE, id: 'S002', address, geo: { ...STORE.geo, lat_e6: AWAY.latE6 } }
    const evidence = { address, photo: 'photo-of-the-second-shop' }
    await shop.world.grant([{ type: 'MICROPAY', evidence }], { store })
    await shop.passOnline(60_000)
    expect(await refusedBeforeScan()).toBe('scene.location_mismatch')
  })

  it('AC-2b/terminal: with another gateway than granted the checkout does not start', async () => {
    shop = await GrantedShop.enrolled({})
    shop.reconfigure('gateway', { primary: shop.world.sandbox.backupOrigin })
    await shop.start()
    await shop.heard()
    expect(shop.terminal.engine.screen().customer.state).toBe('stopped')
    expect(await refusedBeforeScan()).toBe('scene.network_mismatch')
    expect(await eventsWhen(1)).toMatchObject([{ kind: 'charge.refused', trigger: 5 }])
  })

  it('AC-11a/terminal: an interface that is not granted opens no device and sends nothing', async () => {
    await open({ interfaces: ['FACEPAY'] })
    expect(await refusedBeforeScan()).toBe('scene.interface_not_granted')
    expect(shop.scene.offered).not.toContain('MICROPAY')
    expect(await shop.ledger()).toEqual([])
  })

  it('AC-11c/terminal: face pay alone is not offered, unless another tender is taken', async () => {
    await open({
      interfaces: ['FACEPAY'],
      config: { services: { hasOtherTender: false } },
    })
    expect(shop.scene.offered).toEqual([])
    await shop.close()
    await open({ interfaces: ['FACEPAY'], config: { services: { hasOtherTender: true } } })
    expect(shop.scene.offered).toEqual(['FACEPAY'])
  })

  it('AC-15b/terminal: while a change is pending, the grant before it holds', async () => {
    await open({ interfaces: ['MICROPAY'] })
    const before = shop.scene.grantVersion
    await shop.world.apply([{ type: 'FACEPAY', evidence: EVIDENCE }])
    await shop.passOnline(330_000)
    expect(shop.scene).toMatchObject({ grantVersion: before, offered: ['MICROPAY'] })
    expect((await shop.sellPaid()).phase).toBe('paid')
  })
})

describe('an amount', () => {
  it('AC-8a/terminal: above the limit is refused before the scan; the limit itself is paid', async () => {
    await open()
    expect(await refusedBeforeScan(500_001)).toBe('scene.above_single_limit')
    const armed = await shop.arm(500_000)
    expect(armed).toMatchObject({ ok: true, value: { phase: 'armed' } })
  })

  it('AC-4a/terminal: in another currency is refused before the scan', async () => {
    await open()
    const refused = await shop.arm(1_000, { currency: 'USD' })
    expect(refused).toMatchObject({ ok: false, error: { field: 'currency', moneyTaken: 'no' } })
    expect(shop.terminal.engine.status().scanners[0]?.enabled).toBe(false)
    expect(await shop.ledger()).toEqual([])
  })

  it('AC-8b: a limit of the customer ends as NOT_PAID, with no second try and nothing split', async () => {
    await open()
    const sale = await shop.sell(8_800, 'rule_limit')
    if (typeof sale === 'string') throw new Error(sale)
    await shop.pass(120_000, 5_000)
    const after = shop.sale(sale.id)
    expect(after.attempts).toHaveLength(1)
    expect(lastAttempt(after)).toMatchObject({
      outcome: 'NOT_PAID',
      amountFen: 8_800,
      cause: 'gateway.rule_limit',
    })
    expect((await shop.ledger()).map(({ amountFen }) => amountFen)).toEqual([8_800])
    const { cashier, customer } = shop.terminal.engine.screen()
    expect(cashier.problem?.staff['zh-CN']).toContain('更换支付方式')
    expect(customer.hint?.['zh-CN']).toContain('换')
  })
})

describe('what is kept', () => {
  it('AC-1: a charge and a refusal name merchant, store, terminal, interface, grant and reason', async () => {
    await open()
    const grant = shop.scene.grantVersion
    const { id } = await shop.sellPaid()
    const armed = await shop.arm(1_500)
    if (!armed.ok) throw new Error(armed.error.code)
    await shop.measure('M8', { params: { refund: 'allowed' } })
    await shop.pass(1_000)
    await shop.stop()
    const journal = openJournal(join(shop.dataDir, 'journal.db'))
    if (!journal.ok) throw new Error(journal.error.code)
    const [attempt] = journal.value.sale(id)?.attempts ?? []
    expect(attempt).toMatchObject({
      merchantId: '1900000001',
      storeId: 'S001',
      terminalId: 'POS01',
      interface: 'MICROPAY',
      grantVersion: grant,
    })
    expect(grant).toMatch(/^G-[0-9a-f-]{36}\/\d+$/)
    const stop = journal.value.sale(armed.value.id)?.sceneRefusal
    expect(stop?.code).toMatch(/^scene\./)
    expect(stop?.check).not.toBe('')
    journal.value.close()
  })

  it('AC-8c AC-296d: after a day of trading no customer and no code is on the disk', async () => {
    await open()
    const codes: string[] = []
    for (const scenario of ['ok', 'not_enough', 'password_cancel', 'system_error_paid', 'ok']) {
      const armed = await shop.arm(1_000 + codes.length)
      if (!armed.ok) throw new Error(armed.error.code)
      codes.push(shop.scan(scenario))
      await until(() => shop.sale(armed.value.id).phase !== 'armed')
      await shop.pass(120_000, 5_000)
      await shop.wish('dismiss_wanted', armed.value.id)
      await shop.wish('cancel_wanted', armed.value.id)
    }
    await shop.stop()
    const disk = textOf(shop.dataDir)
    expect(disk).toContain('SUCCESS')
    for (const code of codes) {
      expect(disk).not.toContain(code)
      expect(disk).not.toContain(code.slice(0, 12))
    }
    expect(disk).not.toMatch(/oSandboxPayer|openid/)
  })
})

describe('a payment code', () => {
  it('AC-296c: after a failed charge there are a new code and a new order number', async () => {
    await open()
    const sale = await shop.sell(1_000, 'not_enough')
    if (typeof sale === 'string') throw new Error(sale)
    await shop.pass(30_000)
    expect(await shop.wish('arm_wanted', sale.id)).toMatchObject({ ok: true })
    shop.scan('ok')
    await until(() => shop.sale(sale.id).phase === 'paid')
    const numbers = shop.sale(sale.id).attempts.map(({ outTradeNo }) => outTradeNo)
    expect(new Set(numbers).size).toBe(2)
    const rows = (await shop.ledger()).filter((order) => order.amountFen === 1_000)
    expect(rows.map(({ outTradeNo }) => outTradeNo).toSorted()).toEqual(numbers.toSorted())
  })

  it.each(['1'.repeat(600), '13A061098828009406', '201234567890123456', '1300610988'])(
    'AC-296e: what is none is refused without the network: %s',
    async (label) => {
      await open()
      const armed = await shop.arm(1_000)
      if (!armed.ok) throw new Error(armed.error.code)
      shop.show(label)
      await until(() => shop.terminal.engine.screen().cashier.notice !== undefined)
      await shop.quiet()
      expect(shop.sale(armed.value.id)).toMatchObject({ phase: 'armed', attempts: [] })
      expect(await shop.ledger()).toEqual([])
    },
  )

  it('AC-296b: held before the scanner twice is charged once', async () => {
    await open()
    const armed = await shop.arm(1_000)
    if (!armed.ok) throw new Error(armed.error.code)
    const code = shop.scan('ok')
    shop.again(code)
    await until(() => shop.sale(armed.value.id).phase === 'paid')
    await shop.quiet()
    expect(shop.sale(armed.value.id).attempts).toHaveLength(1)
    expect(await shop.ledger()).toHaveLength(1)
  })
})
