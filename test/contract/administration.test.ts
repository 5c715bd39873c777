import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { administrationSchema } from '../../src/api/admin-protocol.ts'
import { openActBook } from '../../src/cli/act-book.ts'
import { openOwnJournal } from '../../src/terminal.ts'
import { ADMINISTRATOR, AdminCounter, OPERATION_PASSWORD } from './admin-counter.ts'
import { MERCHANT } from './sandbox-services-client.ts'
import { until } from './virtual-counter.ts'

let desk: AdminCounter
let sales = 0
beforeEach(async () => {
  desk = await AdminCounter.open()
})
afterEach(() => desk.close())

const sceneOf = () => desk.terminal.engine.status().scene

async function view() {
  const session = await desk.signIn('installer')
  const { value, problem } = await desk.ask('admin.view', { session })
  await desk.ask('operator.sign_out', { session })
  if (problem) throw new Error(problem.code)
  return administrationSchema.parse(value)
}

const measure = (code: string, more: object = {}) =>
  desk.control('measures', { role: 'risk-issuer', merchant_id: MERCHANT, code, ...more })

const closing = (more: object = {}) => ({
  interface: 'MICROPAY',
  administrator: ADMINISTRATOR,
  password: OPERATION_PASSWORD,
  reason: '不再使用',
  ...more,
})

/** Makes a sale; what it was refused with, if it was. A sale that is taken is cancelled again. */
async function sell(): Promise<string | undefined> {
  sales += 1
  const made = await desk.ask('sale.create', { clientId: `sale-${sales}`, amountFen: 100 })
  if (made.problem) return made.problem.code
  await desk.ask('sale.cancel', { clientId: `cancel-${sales}`, saleId: made.value.saleId })
  await desk.ask('sale.dismiss', { clientId: `dismiss-${sales}`, saleId: made.value.saleId })
  return undefined
}

/** What the journal has of acts that were refused, oldest first. */
async function refusedRows(): Promise<readonly object[]> {
  await desk.terminal.close()
  const journal = openOwnJournal(desk.config.dataDir)
  if (!journal.ok) throw new Error(journal.error.code)
  const rows = journal.value.rows(1, 1_000).filter(({ kind }) => kind === 'admin_refused')
  journal.value.close()
  return rows.map(({ event }) => event)
}

/** The note goes out by itself; it is told of by the view. */
async function untilSent(): Promise<void> {
  for (;;) {
    const [one] = (await view()).measures
    if (one?.acknowledgement?.isSent && one.reportedDone?.isSent) return
  }
}

describe('looking after a terminal', () => {
  it('shows what the terminal knows of itself, whole and true', async () => {
    const seen = await view()
    expect(seen.services).toMatchObject({
      mode: 'enforced',
      lifecycle: 'enrolled',
      standing: 'good',
    })
    expect(seen.grant).toMatchObject({ serial: desk.serial, merchantId: MERCHANT, version: 1 })
    expect(seen.grant?.interfaces.map((one) => [one.interface, one.state])).toEqual([
      ['MICROPAY', 'open'],
      ['FACEPAY', 'open'],
    ])
    expect(seen.counters?.[0]).toMatchObject({ interface: 'MICROPAY', channel: 'ALL' })
    expect(seen.certificates).toMatchObject([{ signs: true, source: 'configured', level: 'ok' }])
    expect(seen.place).toMatchObject({ state: 'inside', source: 'configured', distanceM: 0 })
    expect(seen.clock).toMatchObject({ kind: 'trusted', isWallOff: false, wallSkewMs: 0 })
    expect(seen.refusal).toBeUndefined()
    expect(seen).toMatchObject({ measures: [], pauses: [], acts: [] })
  })

  it('has a measure acknowledged and reported by a named manager, and the service told', async () => {
    await measure('M2', {
      deadline: '2099-01-01T00:00:00+08:00',
      on_deadline: 'none',
      params: { items: ['换门头照片'] },
    })
    await until(() => sceneOf().measures.length > 0)
    const [seen] = (await view()).measures
    expect(seen).toMatchObject({
      code: 'M2',
      items: ['换门头照片'],
      may: ['acknowledge', 'report_done'],
    })
    const measureId = String(seen?.measureId)
    const session = await desk.signIn('manager')
    expect(await desk.ask('measure.acknowledge', { session, measureId })).toMatchObject({
      value: { done: true },
    })
    const again = await desk.ask('measure.acknowledge', { session, measureId })
    expect(again.problem?.code).toBe('measure.nothing_to_do')
    const report = { session, measureId, reason: '已更换' }
    expect((await desk.ask('measure.report_done', report)).problem).toBeUndefined()
    await untilSent()
    const { acknowledgements } = await desk.overview()
    const named = (acknowledgements as { what: string; operator: string }[])
      .filter(({ operator }) => operator === '李经理')
      .map(({ what }) => what)
    expect(named).toEqual(['acknowledged', 'reported_done'])
    expect((await view()).measures[0]).toMatchObject({
      acknowledgement: { operator: '李经理', isSent: true },
      reportedDone: { operator: '李经理', isSent: true },
      may: [],
    })
    expect(desk.acts()).toEqual([
      `measure.acknowledged M2 ${measureId}`,
      `measure.reported_done M2 ${measureId}`,
    ])
    const unknown = await desk.ask('measure.acknowledge', { session, measureId: 'none' })
    expect(unknown.problem?.code).toBe('measure.unknown')
  })

  it('keeps an acknowledgement until the service has it', async () => {
    await measure('M1')
    await until(() => sceneOf().measures.length > 0)
    const measureId = String((await view()).measures[0]?.measureId)
    await desk.counter.sandbox.close()
    const session = await desk.signIn('manager')
    expect((await desk.ask('measure.acknowledge', { session, measureId })).problem).toBeUndefined()
    expect((await view()).measures[0]).toMatchObject({
      acknowledgement: { operator: '李经理', isSent: false },
      may: [],
    })
  })

  it('pauses an interface until it is resumed, restarts or not; refunds go on', async () => {
    const { id } = await desk.counter.sellPaid(desk.terminal, 100)
    const session = await desk.signIn('manager')
    const paused = { session, interface: 'MICROPAY', reason: '设备检修' }
    expect((await desk.ask('interface.pause', paused)).problem).toBeUndefined()
    expect((await desk.ask('interface.pause', paused)).problem?.code).toBe(
      'interface.paused_already',
    )
    expect(await sell()).toBe('scene.paused')
    expect(sceneOf()).toMatchObject({ refusal: { code: 'scene.paused', check: 'pause' } })
    expect(sceneOf().offered).not.toContain('MICROPAY')
    await desk.restart()
    await desk.granted()
    expect(await sell()).toBe('scene.paused')
    const seen = await view()
    expect(seen.pauses).toMatchObject([
      { interface: 'MICROPAY', operator: '李经理', reason: '设备检修' },
    ])
    expect(seen.grant?.interfaces[0]).toMatchObject({ state: 'paused' })
    const refund = await desk.counter.refund(desk.terminal, { saleId: id })
    await until(() => refund().awaits !== 'answer')
    expect(refund().outcome).not.toBe('NOT_REFUNDED')
    const manager = await desk.signIn('manager')
    expect(
      (await desk.ask('interface.resume', { ...paused, session: manager })).problem,
    ).toBeUndefined()
    expect(await sell()).toBeUndefined()
    expect(desk.acts()).toEqual(['interface.pause MICROPAY', 'interface.resume MICROPAY'])
  })

  it('AC-5/terminal: a cashier changes nothing that the terminal goes by, and the try is kept', async () => {
    const acts = {
      'admin.view': {},
      'measure.acknowledge': { measureId: 'x' },
      'measure.report_done': { measureId: 'x', reason: '已更换' },
      'interface.pause': { interface: 'MICROPAY', reason: '检修' },
      'interface.resume': { interface: 'MICROPAY', reason: '检修' },
      'interface.close': closing(),
      'clock.unlock': { reason: '对时' },
    }
    for (const [operation, input] of Object.entries(acts)) {
      const refused = await desk.refusalOf(operation, 'cashier', input)
      expect(refused?.code, operation).toBe('operator.not_allowed')
    }
    expect(desk.acts()).toEqual([])
    expect(await refusedRows()).toEqual(
      Object.keys(acts).map((what) => ({
        what,
        operator: '张收银',
        reason: 'operator.not_allowed cashier',
      })),
    )
  })
})

describe('closing an interface', () => {
  it('AC-17a/terminal: cashier and manager are refused, and nothing reaches the gateway', async () => {
    for (const role of ['cashier', 'manager'] as const) {
      const refused = await desk.refusalOf('interface.close', role, closing())
      expect(refused?.code).toBe('operator.not_allowed')
    }
    const nobody = await desk.ask('interface.close', { ...closing(), session: 'x'.repeat(32) })
    expect(nobody.problem?.code).toBe('operator.session_ended')
    expect((await view()).grant?.version).toBe(1)
    expect(await sell()).toBeUndefined()
  })

  it('AC-17b/terminal: a wrong password closes nothing, five of them lock', async () => {
    const refusals: unknown[] = []
    for (const _try of [1, 2, 3, 4, 5, 6]) {
      const wrong = closing({ password: 'not-the-password' })
      const refused = await desk.refusalOf('interface.close', 'installer', wrong)
      refusals.push([refused?.code, refused?.triesLeft])
    }
    expect(refusals).toEqual([
      ...[4, 3, 2, 1].map((left) => ['closing.password_wrong', left]),
      ['closing.locked', undefined],
      ['closing.locked', undefined],
    ])
    const right = await desk.refusalOf('interface.close', 'installer', closing())
    expect(right?.code).toBe('closing.locked')
    expect((await view()).grant?.version).toBe(1)
    expect(await sell()).toBeUndefined()
  })

  it('AC-17b/terminal: the right one brings a grant without the interface, and it is refused', async () => {
    const stranger = closing({ administrator: 'somebody' })
    const refused = await desk.refusalOf('interface.close', 'installer', stranger)
    expect(refused?.code).toBe('closing.not_administrator')
    const session = await desk.signIn('installer')
    const { value } = await desk.ask('interface.close', { session, ...closing() })
    expect(value).toEqual({ closed: ['MICROPAY'] })
    const seen = await view()
    expect(seen.grant?.version).toBe(2)
    expect(seen.grant?.interfaces.map((one) => [one.interface, one.state])).toEqual([
      ['FACEPAY', 'open'],
      ['MICROPAY', 'closed'],
    ])
    expect(await sell()).toMatch(/^scene\.interface_(closed|not_granted)$/)
    expect(desk.acts()).toEqual([
      'interface.close MICROPAY',
      'interface.close_refused MICROPAY closing.not_administrator',
      'interface.close MICROPAY',
      'interface.closed MICROPAY',
    ])
    const again = await desk.ask('interface.close', { session, ...closing() })
    expect(again.problem?.code).toBe('closing.not_granted')
  })

  it('AC-17c/terminal: without the service it is refused with a pause, called a pause', async () => {
    await desk.counter.sandbox.close()
    const refused = await desk.refusalOf('interface.close', 'installer', closing())
    expect(refused?.code).toBe('closing.unreachable')
    expect(refused?.staff).toMatchObject({
      'zh-CN': expect.stringContaining('暂停不是关闭'),
      en: expect.stringContaining('a pause is no closing'),
    })
    const pause = { interface: 'MICROPAY', reason: '准备关闭' }
    expect(await desk.refusalOf('interface.pause', 'installer', pause)).toBeUndefined()
    expect(await sell()).toBe('scene.paused')
  })

  it('AC-17d/terminal: no file of the terminal has a byte of the password', async () => {
    const wrong = closing({ password: 'a-wrong-secret-7' })
    await desk.refusalOf('interface.close', 'installer', wrong)
    const session = await desk.signIn('installer')
    await desk.ask('interface.close', { session, ...closing() })
    const { dataDir } = desk.config
    const files = readdirSync(dataDir, { recursive: true, encoding: 'utf8' })
      .map((name) => join(dataDir, name))
      .filter((path) => statSync(path).isFile())
    expect(files.some((path) => path.endsWith('journal.db-wal'))).toBe(true)
    const holding = files.filter((path) => {
      const bytes = readFileSync(path)
      return [OPERATION_PASSWORD, 'a-wrong-secret-7'].some((secret) => bytes.includes(secret))
    })
    expect(holding).toEqual([])
  })
})

describe('operators', () => {
  const refund = (saleId: string, more: object) =>
    desk.ask('sale.refund', { clientId: `refund-${saleId}`, saleId, reason: '退货', ...more })

  it('a refund at the screen needs a manager signed in, whose name it bears', async () => {
    const { id } = await desk.counter.sellPaid(desk.terminal, 100)
    const typed = await refund(id, { operator: '李经理' })
    expect(typed.problem?.code).toBe('operator.sign_in_needed')
    const cashier = await refund(id, { session: await desk.signIn('cashier') })
    expect(cashier.problem?.code).toBe('operator.not_allowed')
    const session = await desk.signIn('manager')
    const given = await refund(id, { session, operator: '别人' })
    expect(given.value.refunds).toMatchObject([{ operator: '李经理', amountFen: 100 }])
    await desk.terminal.close()
    const journal = openOwnJournal(desk.config.dataDir)
    if (!journal.ok) throw new Error(journal.error.code)
    const text = JSON.stringify([
      journal.value.rows(1, 1_000),
      journal.value.command(`refund-${id}`),
    ])
    journal.value.close()
    expect(text).toContain('李经理')
    expect(text).not.toContain(session)
    expect(text).not.toContain('别人')
  })

  it('are signed out when their role changes or they are removed, and by an idle screen', async () => {
    const { clock } = desk.counter
    const session = await desk.signIn('manager')
    const look = (more: object = {}) => desk.ask('admin.view', { session, ...more })
    clock.advance(119_000)
    expect((await look({ isIdle: true })).problem).toBeUndefined()
    clock.advance(1_000)
    expect((await look()).problem?.code).toBe('operator.session_ended')
    const second = await desk.signIn('manager')
    await desk.removePerson('李经理')
    const removed = await desk.ask('admin.view', { session: second })
    expect(removed.problem?.code).toBe('operator.session_ended')
  })

  it('a wrong PIN that brings a pause is kept, and tries during it are not', async () => {
    const wrong = () => desk.ask('operator.sign_in', { name: '张收银', pin: '000000' })
    const tries = []
    for (const _try of [1, 2, 3, 4]) tries.push((await wrong()).problem)
    expect(tries.map((one) => one?.code)).toEqual([
      ...Array(3).fill('operator.pin_wrong'),
      'operator.locked',
    ])
    expect(tries.map((one) => one?.waitMs)).toEqual([undefined, undefined, 30_000, 30_000])
    expect(await refusedRows()).toEqual([
      { what: 'operator.sign_in', operator: '张收银', reason: 'operator.pin_wrong' },
    ])
  })

  it('keeps what a command did beside the running terminal, for a command alone', async () => {
    const act = { what: 'certificate.import 5A01', operator: '王安装', reason: '换证' }
    expect((await desk.ask('admin.record', act)).problem?.code).toBe('api.forbidden')
    expect((await desk.ask('admin.record', act, ['admin'])).problem).toBeUndefined()
    expect((await view()).acts).toMatchObject([act])
    const book = await openActBook(desk.config)
    if (!book.ok) throw new Error(book.error.code)
    const session = await desk.signIn('manager')
    const pin = { what: 'operator.pin 李经理', operator: '王安装', reason: '新密码' }
    expect(await book.value.keep(pin)).toMatchObject({ ok: true })
    expect(desk.acts()).toEqual([act.what, pin.what])
    const ended = await desk.ask('admin.view', { session })
    expect(ended.problem?.code).toBe('operator.session_ended')
    const code = { ...act, reason: '130061098828009406' }
    const refused = await desk.ask('admin.record', code, ['admin'])
    expect(refused.problem?.code).toBe('text.holds_a_code')
  })
})
