import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { EVIDENCE, limitRow, MERCHANT, STORE } from '../contract/sandbox-services-client.ts'
import { POSITION } from '../contract/scene-terminal.ts'
import { fillClosing, signInAt } from './admin-steps.ts'
import { INSTALLER, ShopLife } from './shop-life.ts'

/**
 * The whole life of one scene, in order: each step is seen on a screen and in the sandbox's ledger or
 * overview. A step begins where the one before it ended.
 */
const ADMINISTRATOR = 'wang'
const PASSWORD = 'operation-password'
const REASONS = /M\d|暂停服务|服务暂停|限额|停用|终止|协议|suspended|retired|scene\./
const OTHER_WAY = '暂不支持该支付方式，请选择其他方式'

/** Around the corner: far enough to be another place, and near enough to be walked to in seconds. */
const RADIUS_M = 30
const OLD_STORE = { ...STORE, geo: { ...STORE.geo, radius_m: RADIUS_M } }
const NEW_ADDRESS = '广东省深圳市样例大道88号'
const NEW_POSITION = { ...POSITION, latE6: POSITION.latE6 + 450 }
const NEW_STORE = {
  ...OLD_STORE,
  address: NEW_ADDRESS,
  geo: { ...OLD_STORE.geo, lat_e6: NEW_POSITION.latE6 },
}
const NEW_EVIDENCE = { address: NEW_ADDRESS, photo: 'photo-of-the-new-shop' }

let shop: ShopLife

beforeAll(async () => {
  shop = await ShopLife.open()
})
afterAll(() => shop?.close())

let hasFailed = false
beforeEach(({ onTestFailed }) => {
  if (hasFailed) throw new Error('the story ended at a step before this one')
  onTestFailed(() => {
    hasFailed = true
  })
})

/** What an application for both ways to pay says. */
function application(store: typeof STORE, evidence: Readonly<Record<string, string>>) {
  const interfaces = ['MICROPAY', 'FACEPAY'].map((type) => ({ type, evidence }))
  return { merchant_id: MERCHANT, store, interfaces }
}

/** The ways to pay that the admin screen calls open, with somebody signed in there. */
async function openWays(): Promise<readonly string[]> {
  const { cashier } = shop
  await cashier.keyboard.press('F11')
  await signInAt(cashier, INSTALLER)
  await cashier.waitForSelector('.verdict')
  await cashier.keyboard.press('3')
  await cashier.waitForSelector('[data-section="interfaces"] [data-interface]')
  const open = await cashier.locator('[data-interface-state="open"]').all()
  return Promise.all(open.map(async (card) => (await card.getAttribute('data-interface')) ?? ''))
}

async function leaveAdmin(): Promise<void> {
  await shop.cashier.keyboard.press('Escape')
  await shop.cashier.waitForSelector('.panel')
}

/** The strip of the staff's screen is as it was before any measure. */
async function isCalm(): Promise<void> {
  await shop.cashier.waitForSelector('.scene-strip[data-level="none"]')
}

it('1: a machine takes no money before it is enrolled, and is ready after', async () => {
  await shop.start()
  await shop.shows('stopped', 'stopped')
  expect(await shop.text(shop.cashier, '.panel h1')).toBe('未开通')
  expect(await shop.text(shop.cashier, '.panel')).toContain('本机没有场景授权')
  expect(await shop.text(shop.customer, '.payment')).toBe(OTHER_WAY)
  await shop.picture('1-not-enrolled')

  const { services } = shop
  await services.send('scene-issuer', 'merchants', {
    merchant_id: MERCHANT,
    name: '示范商户',
    kind: 'ENTERPRISE',
    acquirer_code: 'ACQ1',
    uscc: '00000000SANDBOX000',
    settlement_account: 'ACCOUNT',
    industry_category: '零售',
    risk_level: 'low',
    administrator: ADMINISTRATOR,
    operation_password: PASSWORD,
  })
  await services.send('merchant', 'applications', application(OLD_STORE, EVIDENCE))
  await services.approve('APPROVAL-1')
  const limits = ['MICROPAY', 'FACEPAY'].map((type) => limitRow(type, 500_000))
  await services.send('limit-authority', 'limits', { merchant_id: MERCHANT, limits })
  const asked = { merchant_id: MERCHANT, store_id: STORE.id, serial: 'POS01', device_type: '10' }
  const { code } = await services.send('scene-issuer', 'enrolment-codes', asked)

  const added = await shop.guitai(
    ...['operator', 'add', '--name', INSTALLER.name, '--role', 'installer'],
    ...['--pin-file', shop.pinFile()],
  )
  expect(added).toMatchObject({ code: 0, said: '' })
  const enrolled = await shop.asInstaller('enroll', '--code', String(code))
  expect(enrolled).toMatchObject({ code: 0, said: '' })
  expect(enrolled.out).toContain('enrolled POS01')
  await shop.stop()
  await shop.start()
  await shop.isReady()
  expect(await shop.served()).toMatchObject({ serial: 'POS01', status: 'LIVE', storeId: STORE.id })
  expect(await services.rows('终端')).toEqual([
    expect.stringContaining('POS01 | 1900000001 / S001'),
  ])
  await expect.poll(() => shop.scene.offered).toEqual(['MICROPAY', 'FACEPAY'])
  await shop.picture('1-ready')
  await shop.pictureServices('1-admitted')
})

it('2: a code over the serial line is paid', async () => {
  const row = await shop.sell('12.30')
  expect(row).toMatchObject({ amountFen: 1_230, state: 'SUCCESS', charges: 1, limitPay: null })
  await shop.picture('2-paid')
  await shop.next()
})

it('3: under M6 the face is gone, and codes are not', async () => {
  expect(await openWays()).toEqual(['MICROPAY', 'FACEPAY'])
  await shop.picture('3-before', [shop.cashier])
  await leaveAdmin()
  await shop.services.measure('M6', { interfaces_allowed: ['MICROPAY'], attended_only: false })
  await shop.cashier.waitForSelector('.scene-strip[data-level="warn"]')
  expect(await shop.text(shop.cashier, '.scene-facts')).toContain('场景限制')
  await expect.poll(() => shop.scene.offered).toEqual(['MICROPAY'])
  await shop.picture('3-M6')
  expect(await openWays()).toEqual(['MICROPAY'])
  await shop.picture('3-M6-admin', [shop.cashier])
  await leaveAdmin()
  expect(await shop.sell('3.10')).toMatchObject({ amountFen: 310, state: 'SUCCESS' })
  await shop.next()
  await shop.services.lift('M6')
  await isCalm()
})

it('4: under M3 the ceiling is on the pad, 100.01 is not offered and 100.00 is paid', async () => {
  const params = { limits: [limitRow('MICROPAY', 10_000)] }
  await shop.services.measure('M3', params)
  await shop.cashier.waitForSelector('.scene-strip[data-level="warn"]')
  expect(await shop.text(shop.cashier, '.entry-ceiling')).toBe('单笔最多 ¥100.00')
  const before = await shop.ledger()
  await shop.cashier.keyboard.type('100.01')
  expect(await shop.text(shop.cashier, '.notice')).toContain('超过单笔最多 ¥100.00')
  expect(await shop.cashier.locator('.key-collect').isDisabled()).toBe(true)
  await shop.picture('4-M3')
  await shop.cashier.keyboard.press('Enter')
  await shop.cashier.keyboard.press('Escape')
  expect(await shop.sell('100')).toMatchObject({ amountFen: 10_000, state: 'SUCCESS' })
  expect(await shop.ledger()).toHaveLength(before.length + 1)
  await shop.next()
  await shop.services.lift('M3')
  await isCalm()
})

it('5: under M5 both sides read it before paying, and the order excludes credit', async () => {
  await shop.services.measure('M5', { channels_allowed: ['QUICK', 'BALANCE'] })
  await shop.cashier.waitForSelector('.scene-strip[data-level="warn"]')
  expect(await shop.text(shop.cashier, '.scene-facts')).toContain('不支持信用卡')
  await shop.collect('8')
  expect(await shop.text(shop.customer)).toContain('本单不支持信用卡')
  await shop.picture('5-M5')
  await shop.scan()
  await shop.shows('paid', 'paid')
  const row = (await shop.ledger()).at(-1)
  expect(row).toMatchObject({ amountFen: 800, state: 'SUCCESS', limitPay: 'no_credit' })
  await shop.next()
  await shop.services.lift('M5')
  await isCalm()
})

it('P9/6: M8 stops the screens without a reason for customers, and goes by itself', async () => {
  await shop.services.measure('M8', { refund: 'allowed' })
  await shop.shows('stopped', 'stopped')
  expect(await shop.text(shop.cashier, '.panel h1')).toBe('暂停服务')
  expect(await shop.text(shop.customer, '.payment')).toBe(OTHER_WAY)
  expect(await shop.text(shop.customer)).not.toMatch(REASONS)
  const before = await shop.ledger()
  await shop.cashier.keyboard.type('5')
  await shop.cashier.keyboard.press('Enter')
  await shop.picture('6-M8')
  expect(await shop.ledger()).toEqual(before)
  await shop.services.lift('M8')
  await shop.isReady()
  await isCalm()
})

it('7: a store moves by new evidence and a new approval, and by nothing less', async () => {
  const { services } = shop
  const { grantVersion } = shop.scene
  const oldAddress = application(NEW_STORE, EVIDENCE)
  expect(await services.sendInVain('merchant', 'applications', oldAddress)).toContain(
    'evidence.address_differs:MICROPAY',
  )
  const oldPhoto = application(NEW_STORE, { ...NEW_EVIDENCE, photo: EVIDENCE.photo })
  expect(await services.sendInVain('merchant', 'applications', oldPhoto)).toContain(
    'evidence.used_elsewhere:photo',
  )
  await services.send('merchant', 'applications', application(NEW_STORE, NEW_EVIDENCE))
  expect(await services.rows('接口申请')).toContainEqual(expect.stringContaining('PENDING'))
  await shop.pictureServices('7-pending')
  expect(await services.rows('门店与接口')).toEqual([expect.stringContaining(OLD_STORE.address)])
  expect(shop.scene.grantVersion).toBe(grantVersion)
  expect(await shop.sell('7.10')).toMatchObject({ amountFen: 710, state: 'SUCCESS' })
  await shop.next()

  await services.approve('APPROVAL-2')
  await shop.shows('stopped', 'stopped')
  // Until the new grant is there the screens say that it is being fetched.
  await expect.poll(() => shop.scene.grantVersion).not.toBe(grantVersion)
  await expect.poll(() => shop.text(shop.cashier, '.panel')).toContain('本机不在授权的地点')
  expect(await shop.text(shop.customer, '.payment')).toBe(OTHER_WAY)
  await shop.picture('7-old-address')
  const before = await shop.ledger()
  await shop.cashier.keyboard.type('7.15')
  await shop.cashier.keyboard.press('Enter')
  const made = await shop.wish('sale.create', { clientId: 'old-address', amountFen: 715 })
  expect(made).toMatchObject({ ok: false, error: { code: 'scene.location_mismatch' } })
  expect(await shop.ledger()).toEqual(before)
  const { grantId, minimumVersion } = await shop.served()
  expect(shop.scene.grantVersion).toBe(`${grantId}/${minimumVersion}`)
  expect(await services.rows('门店与接口')).toEqual([
    expect.stringMatching(`${NEW_ADDRESS}.*APPROVAL-2.*APPROVAL-2`),
  ])

  await shop.stop()
  const { origin } = shop.sandbox.ready
  shop.reconfigure({ services: { address: origin, position: NEW_POSITION } })
  await shop.start()
  await shop.isReady()
  expect(await shop.sell('7.20')).toMatchObject({ amountFen: 720, state: 'SUCCESS' })
  await shop.picture('7-new-address')
  await shop.next()
})

it('8: the super administrator closes a way on the admin screen; an approval opens it', async () => {
  expect(await openWays()).toContain('MICROPAY')
  await fillClosing(shop.cashier, {
    way: 'MICROPAY',
    administrator: ADMINISTRATOR,
    password: PASSWORD,
  })
  await shop.picture('8-closing', [shop.cashier])
  await shop.cashier.keyboard.press('F4')
  await shop.cashier.waitForSelector('.notice[data-good="true"]')
  await shop.picture('8-closed-admin', [shop.cashier])
  await shop.cashier.keyboard.press('F2')
  await shop.shows('stopped', 'stopped')
  expect(await shop.cashier.content()).not.toContain(PASSWORD)
  expect(await shop.text(shop.cashier, '.panel h1')).toBe('该支付方式已关闭')
  expect(await shop.text(shop.customer, '.payment')).toBe(OTHER_WAY)
  await expect.poll(() => shop.scene.offered).toEqual(['FACEPAY'])
  expect((await shop.merchant()).closed).toMatchObject([
    { interface: 'MICROPAY', by: 'SUPERADMIN' },
  ])
  await shop.picture('8-closed')

  const wish = application(NEW_STORE, NEW_EVIDENCE)
  await shop.services.send('merchant', 'applications', wish)
  await shop.cashier.waitForSelector('.panel[data-state="stopped"]')
  await shop.services.approve('APPROVAL-3')
  await shop.isReady()
  expect((await shop.merchant()).closed).toEqual([])
  expect(await shop.sell('8.10')).toMatchObject({ amountFen: 810, state: 'SUCCESS' })
  await shop.next()
})

it('9: the agreement ends: what is in flight is settled, nothing new is taken', async () => {
  await shop.collect('9.10')
  await shop.scan('password_ok')
  await shop.shows('on_phone', 'on_phone')
  await shop.services.measure('M10', { agreement_end: new Date().toISOString() })
  await shop.cashier.waitForSelector('.scene-strip[data-level="stop"]')
  await shop.picture('9-in-flight')
  await shop.shows('paid', 'paid')
  expect((await shop.ledger()).at(-1)).toMatchObject({ amountFen: 910, state: 'SUCCESS' })
  await shop.cashier.keyboard.press('F2')
  await shop.shows('stopped', 'stopped')
  expect(await shop.text(shop.cashier, '.panel h1')).toBe('已停用')
  expect(await shop.text(shop.customer, '.payment')).toBe(OTHER_WAY)
  expect(await shop.text(shop.customer)).not.toMatch(REASONS)
  expect((await shop.merchant()).terminated).toBe(true)
  expect(await shop.isWithinItsScreen()).toBe(true)
  await shop.picture('9-retired')
  await shop.pictureServices('9-terminated')
})

it('9: the terminal is wiped in order, its journal stays, and its serial is free', async () => {
  const key = join(shop.dir, 'apiclient_key.pem')
  const whileItRuns = await shop.asInstaller('retire', '--yes')
  expect(whileItRuns).toMatchObject({ code: 1, said: expect.stringContaining('journal.in_use') })
  expect(existsSync(key)).toBe(true)
  expect((await shop.served()).status).toBe('LIVE')
  const sales = shop.terminal.engine.sales(100)
  await shop.stop()
  expect(shop.keptScene()).toMatchObject({ state: { wiped: [] } })
  expect(await shop.asInstaller('retire', '--yes')).toMatchObject({ code: 0, said: '' })

  expect(existsSync(key)).toBe(false)
  expect(shop.keptScene()).toMatchObject({
    state: {
      lifecycle: 'released',
      grant: null,
      wiped: ['merchant_key', 'grant', 'counters', 'face_credentials'],
    },
    counts: { counters: { spent: {}, reservations: {} } },
  })
  expect(await shop.served()).toMatchObject({ serial: 'POS01', status: 'RELEASED' })
  const verified = await shop.guitai('journal', 'verify')
  expect(verified).toMatchObject({ code: 0, out: expect.stringContaining('is whole') })
  const listed = (await shop.guitai('journal', 'list')).out
  expect(listed).toMatch(/^ACT .*王安装 {2}terminal\.retire/)
  expect(listed.match(/^PAID/gm)).toHaveLength(sales.length)
  expect(await shop.ledger()).toHaveLength(sales.length)
  expect(await shop.tryToStart()).toMatchObject({ ok: false, error: { code: 'services.retired' } })
})

it('AC-16-trig: the service heard of the one sale at the old address, and of no other risk', async () => {
  const { events } = await shop.overview()
  expect(events).toMatchObject([
    { kind: 'charge.refused', trigger: 1, facts: { code: 'scene.location_mismatch' } },
  ])
})
