import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { err } from '../../../src/base/result.ts'
import { problem } from '../../../src/domain/errors.ts'
import { WAITS } from '../../../src/domain/waits.ts'
import type { Journal } from '../../../src/ports/journal.ts'
import { bind } from '../../support/bound-journal.ts'
import { paidAnswer, settle } from '../../support/scripted-gateway.ts'
import { CODE, OTHER_CODE, openTill, type Till, type TillOptions } from '../../support/till.ts'

let till: Till
afterEach(() => till.close())

async function open(options?: TillOptions): Promise<Till> {
  till = await openTill(options)
  return till
}

describe('a sale', () => {
  it('is paid by one code', async () => {
    const { gateway, scanner, engine } = await open()
    const sale = await till.sell()
    expect(engine.screen().cashier.state).toBe('waiting_code')
    scanner.present(CODE)
    expect(gateway.calls.map(({ kind }) => kind)).toEqual(['charge'])
    expect(gateway.last().code).toBe(CODE)
    expect(engine.screen().cashier.state).toBe('submitting')
    await gateway.last().answer(paidAnswer(gateway.last()))
    expect(till.sale(sale.id).phase).toBe('paid')
    expect(engine.screen().customer.state).toBe('paid')
    expect(till.marks).toEqual(['armed', 'code_read', 'durable', 'settled'])
  })

  it('leaves the screens by itself after the result was shown', async () => {
    const { gateway, scanner, engine, clock } = await open()
    await till.sell()
    scanner.present(CODE)
    await gateway.last().answer(paidAnswer(gateway.last()))
    clock.advance(WAITS.resultShownMs)
    expect(engine.screen().customer).toEqual({ state: 'ready', store: '测试店' })
    expect(engine.screen().cashier.recent[0]?.outcome).toBe('PAID')
  })

  it('AC-296e refuses an Alipay code by name, without a call, and stays armed', async () => {
    const { gateway, scanner, engine } = await open()
    await till.sell()
    scanner.present('281234567890123456')
    expect(gateway.calls).toEqual([])
    expect(engine.screen().cashier.notice?.problem.code).toBe('code.alipay')
    till.clock.advance(1_500)
    scanner.present(CODE)
    expect(gateway.calls).toHaveLength(1)
  })

  it('gives way to the next sale when it is paid, and not before it has a result', async () => {
    const { gateway, scanner } = await open()
    await till.sell()
    scanner.present(CODE)
    await expect(till.sell()).rejects.toThrow('sale.busy')
    await gateway.last().answer(paidAnswer(gateway.last()))
    await expect(till.sell()).resolves.toMatchObject({ phase: 'armed' })
  })

  it('P2: takes a cancellation while the charge is out, and gives the money back', async () => {
    const { gateway, scanner, clock } = await open()
    const sale = await till.sell()
    scanner.present(CODE)
    const cancelled = await till.wish('cancel_wanted', sale.id)
    expect(cancelled).toMatchObject({ ok: true, value: { cancelWanted: true } })
    const charge = gateway.last()
    await charge.answer(paidAnswer(charge))
    clock.advance(WAITS.reverseNotBeforeMs)
    expect(gateway.last().kind).toBe('reverse')
    await gateway.last().answer({ kind: 'reversed' })
    await gateway.last().answer({ kind: 'closed' })
    expect(till.sale(sale.id)).toMatchObject({
      phase: 'closed',
      attempts: [{ outcome: 'NOT_PAID' }],
    })
  })

  it('AC-14f asks the gateway before it reverses a cancelled charge, and not before 15 s', async () => {
    const { gateway, scanner, clock } = await open()
    const sale = await till.sell()
    scanner.present(CODE)
    await gateway.last().answer({ kind: 'paying' })
    clock.advance(1_000)
    await till.wish('cancel_wanted', sale.id)
    expect(gateway.last().kind).toBe('query')
    await gateway.last().answer({ kind: 'paying' })
    clock.advance(WAITS.reverseNotBeforeMs - 1_001)
    expect(gateway.last().kind).toBe('query')
    clock.advance(1)
    expect(gateway.last().kind).toBe('reverse')
    await gateway.last().answer({ kind: 'reversed' })
    await gateway.last().answer({ kind: 'closed' })
    expect(till.sale(sale.id)).toMatchObject({ phase: 'closed', cancelWanted: true })
  })
})

describe('P1: durable before it leaves', () => {
  it('P1: has the attempt in the journal when the charge is called', async () => {
    const seen: string[] = []
    await open({
      onCall: () => seen.push(till.journal.openSales()[0]?.attempts[0]?.outTradeNo ?? ''),
    })
    await till.sell()
    till.scanner.present(CODE)
    expect(seen).toEqual([till.gateway.last().expected.outTradeNo])
    const [attempt] = till.journal.openSales()[0]?.attempts ?? []
    expect(attempt).toMatchObject({
      amountFen: 1_230,
      storeId: 'S001',
      interface: 'MICROPAY',
      grantVersion: 'test-1',
    })
    expect(till.journal.status().synchronous).toBe('FULL')
  })

  it('P1: sends nothing when the journal cannot take the attempt', async () => {
    let full = false
    const wrapJournal = (journal: Journal): Journal => ({
      ...bind(journal),
      append: (entry) => (full ? err(problem('journal.unavailable')) : journal.append(entry)),
      status: () => ({ ...journal.status(), state: full ? 'failing' : 'ok' }),
    })
    await open({ wrapJournal })
    const sale = await till.sell()
    full = true
    till.scanner.present(CODE)
    expect(till.gateway.calls).toEqual([])
    expect(till.engine.screen().cashier.state).toBe('stopped')
    expect(till.engine.screen().cashier.problem?.moneyTaken).toBe('no')
    full = false
    await till.wish('arm_wanted', sale.id)
    till.clock.advance(1_500)
    till.scanner.present(CODE)
    expect(till.gateway.calls).toHaveLength(1)
  })

  it('P9: shows PAID only when the journal has it, and brings the answer again until it does', async () => {
    let full = false
    const wrapJournal = (journal: Journal): Journal => ({
      ...bind(journal),
      append: (entry) => (full ? err(problem('journal.unavailable')) : journal.append(entry)),
    })
    await open({ wrapJournal })
    const sale = await till.sell()
    till.scanner.present(CODE)
    full = true
    await till.gateway.last().answer(paidAnswer(till.gateway.last()))
    expect(till.engine.screen().cashier.state).toBe('submitting')
    expect(till.engine.screen().customer.state).toBe('submitting')
    full = false
    till.clock.advance(WAITS.journalRetryMs)
    expect(till.sale(sale.id).phase).toBe('paid')
  })
})

describe('P2: one attempt at a time', () => {
  it('AC-296b P2: ignores a second code while one is in flight', async () => {
    const { gateway, scanner, engine } = await open()
    const sale = await till.sell()
    scanner.present(CODE)
    till.clock.advance(1_500)
    scanner.present(OTHER_CODE)
    expect(gateway.calls).toHaveLength(1)
    expect(engine.screen().cashier.notice?.problem.code).toBe('code.in_flight')
    const again = await till.wish('arm_wanted', sale.id)
    expect(again).toMatchObject({
      ok: false,
      error: { code: 'sale.in_flight', moneyTaken: 'unknown' },
    })
  })

  it('AC-296c P2: a refusal is not enough; one query must agree before another code is taken', async () => {
    const { gateway, scanner } = await open()
    const sale = await till.sell()
    scanner.present(CODE)
    const first = gateway.last().expected.outTradeNo
    await gateway.last().answer({ kind: 'refused', cause: 'gateway.code_expired' })
    expect(till.sale(sale.id).phase).toBe('in_flight')
    expect(gateway.last().kind).toBe('query')
    await gateway.last().answer({ kind: 'not_found' })
    expect(till.sale(sale.id)).toMatchObject({
      phase: 'ready',
      attempts: [{ outcome: 'NOT_PAID' }],
    })
    await till.wish('arm_wanted', sale.id)
    till.clock.advance(1_500)
    scanner.present(OTHER_CODE)
    expect(gateway.last().kind).toBe('charge')
    expect(gateway.last().expected.outTradeNo).not.toBe(first)
  })

  it('P2: a refused charge that the query finds paid is PAID', async () => {
    const { gateway, scanner } = await open()
    const sale = await till.sell()
    scanner.present(CODE)
    await gateway.last().answer({ kind: 'refused', cause: 'gateway.code_invalid' })
    await gateway.last().answer(paidAnswer(gateway.last()))
    expect(till.sale(sale.id).phase).toBe('paid')
  })

  it('P2: a refused order that exists is reversed before another code is taken', async () => {
    const { gateway, scanner, clock } = await open()
    const sale = await till.sell()
    scanner.present(CODE)
    await gateway
      .last()
      .answer({ kind: 'refused', cause: 'gateway.not_enough', wireText: '余额不足' })
    await gateway.last().answer({ kind: 'unpaid' })
    expect(till.engine.screen().cashier.state).toBe('reversing')
    clock.advance(WAITS.reverseNotBeforeMs)
    expect(gateway.last().kind).toBe('reverse')
    await gateway.last().answer({ kind: 'reversed' })
    await gateway.last().answer({ kind: 'closed' })
    expect(till.sale(sale.id)).toMatchObject({
      phase: 'ready',
      attempts: [{ outcome: 'NOT_PAID', cause: 'gateway.not_enough' }],
    })
  })
})

describe('P4: silence is UNKNOWN', () => {
  it('P4: queries after 5 s, and every 5 s, then reverses until it is answered', async () => {
    const { gateway, scanner, clock } = await open()
    const sale = await till.sell()
    scanner.present(CODE)
    const silent = { kind: 'unknown', cause: 'gateway.timeout', sent: true } as const
    await gateway.last().answer(silent)
    expect(till.engine.screen().cashier.state).toBe('unknown')
    expect(till.engine.screen().cashier.problem).toMatchObject({ moneyTaken: 'unknown' })
    clock.advance(WAITS.firstQueryMs - 1)
    expect(gateway.calls).toHaveLength(1)
    clock.advance(1)
    expect(gateway.last().kind).toBe('query')
    for (let second = 5; second < 45; second += 5) {
      await gateway.last().answer(silent)
      expect(gateway.last().kind).toBe('query')
      clock.advance(WAITS.queryEveryMs)
    }
    await gateway.last().answer(silent)
    expect(gateway.last().kind).toBe('reverse')
    // For days: reverse, wait longer, query, reverse.
    for (const pauseMs of [...WAITS.reverseRetryMs, 300_000, 300_000]) {
      await gateway.last().answer(silent)
      clock.advance(pauseMs)
      expect(gateway.last().kind).toBe('query')
      await gateway.last().answer(silent)
      expect(gateway.last().kind).toBe('reverse')
    }
    expect(till.sale(sale.id).phase).toBe('in_flight')
    await gateway.last().answer({ kind: 'reversed' })
    await gateway.last().answer({ kind: 'closed' })
    expect(till.sale(sale.id).attempts[0]).toMatchObject({
      outcome: 'NOT_PAID',
      cause: 'gateway.reversed',
    })
  })

  it('P4: a gateway that answers is asked again soon, however often it was asked before', async () => {
    const { gateway, scanner, clock } = await open()
    await till.sell()
    scanner.present(CODE)
    const silent = { kind: 'unknown', cause: 'gateway.timeout', sent: true } as const
    await gateway.last().answer({ kind: 'failed' })
    clock.advance(WAITS.reverseNotBeforeMs)
    for (let turn = 0; turn < 4; turn += 1) {
      expect(gateway.last().kind).toBe('reverse')
      await gateway.last().answer({ kind: 'paying' })
      clock.advance(WAITS.queryEveryMs)
      expect(gateway.last().kind).toBe('query')
      await gateway.last().answer({ kind: 'paying' })
    }
    // One silence after many answers is the first silence.
    await gateway.last().answer(silent)
    clock.advance(WAITS.reverseRetryMs[0])
    expect(gateway.last().kind).toBe('query')
  })

  it('P4: "no such order" is as old as its question, however late the answer comes', async () => {
    const { gateway, scanner, clock } = await open()
    const sale = await till.sell()
    scanner.present(CODE)
    await gateway.last().answer({ kind: 'failed' })
    clock.advance(WAITS.reverseNotBeforeMs)
    expect(gateway.last().kind).toBe('reverse')
    clock.advance(WAITS.notFoundFinalMs)
    await gateway.last().answer({ kind: 'not_found' })
    expect(till.sale(sale.id).attempts[0]?.outcome).toBe('UNKNOWN')
    clock.advance(WAITS.queryEveryMs)
    expect(gateway.last().kind).toBe('query')
    await gateway.last().answer({ kind: 'not_found' })
    expect(till.sale(sale.id).attempts[0]).toMatchObject({
      outcome: 'NOT_PAID',
      cause: 'gateway.never_arrived',
    })
  })

  it('P4: "no such order" from a query is not final before a reversal was tried', async () => {
    const { gateway, scanner, clock } = await open()
    const sale = await till.sell()
    scanner.present(CODE)
    await gateway.last().answer({ kind: 'unknown', cause: 'gateway.timeout', sent: true })
    clock.advance(WAITS.firstQueryMs)
    expect(gateway.last().kind).toBe('query')
    await gateway.last().answer({ kind: 'unknown', cause: 'gateway.timeout', sent: true })
    const query = gateway.last()
    clock.advance(WAITS.queryEveryMs)
    expect(gateway.last()).not.toBe(query)
    clock.advance(WAITS.notFoundFinalMs)
    await till.wish('check_wanted', sale.id)
    await gateway.last().answer({ kind: 'not_found' })
    expect(gateway.last().kind).toBe('reverse')
    expect(till.sale(sale.id).attempts[0]?.outcome).toBe('UNKNOWN')
  })

  it('P4: "no such order" is not final while the charge may be on its way', async () => {
    const { gateway, scanner, clock } = await open()
    const sale = await till.sell()
    scanner.present(CODE)
    await gateway.last().answer({ kind: 'unknown', cause: 'gateway.cut_off', sent: true })
    for (let second = 5; second <= 45; second += 5) {
      clock.advance(WAITS.queryEveryMs)
      await gateway.last().answer({ kind: 'not_found' })
    }
    expect(gateway.last().kind).toBe('reverse')
    await gateway.last().answer({ kind: 'not_found' })
    expect(till.sale(sale.id).phase).toBe('in_flight')
    clock.advance(5_000)
    await gateway.last().answer({ kind: 'not_found' })
    clock.advance(10_000)
    await gateway.last().answer({ kind: 'not_found' })
    clock.advance(10_000)
    await gateway.last().answer({ kind: 'not_found' })
    await gateway.last().answer({ kind: 'not_found' })
    expect(till.sale(sale.id).attempts[0]).toMatchObject({
      outcome: 'NOT_PAID',
      cause: 'gateway.never_arrived',
    })
  })

  it('P4: a charge that provably never left needs one query, no reversal', async () => {
    const { gateway, scanner, clock } = await open()
    const sale = await till.sell()
    scanner.present(CODE)
    await gateway.last().answer({ kind: 'unknown', cause: 'gateway.unreachable', sent: false })
    clock.advance(WAITS.firstQueryMs)
    await gateway.last().answer({ kind: 'not_found' })
    expect(till.sale(sale.id).attempts[0]).toMatchObject({
      outcome: 'NOT_PAID',
      cause: 'gateway.never_arrived',
    })
    expect(gateway.calls.map(({ kind }) => kind)).toEqual(['charge', 'query'])
  })

  it('P4: money found after a reversal was sent is given back, never kept twice over', async () => {
    const { gateway, scanner, clock } = await open()
    const sale = await till.sell()
    scanner.present(CODE)
    await gateway.last().answer({ kind: 'failed' })
    clock.advance(WAITS.reverseNotBeforeMs)
    expect(gateway.last().kind).toBe('reverse')
    await gateway.last().answer({ kind: 'unknown', cause: 'gateway.timeout', sent: true })
    clock.advance(5_000)
    await gateway.last().answer(paidAnswer(gateway.last()))
    expect(till.sale(sale.id).phase).toBe('in_flight')
    expect(gateway.last().kind).toBe('reverse')
  })

  it('P4: "payment in progress" is not a reversal: it is asked again, and money found is kept', async () => {
    const { gateway, scanner, clock } = await open()
    const sale = await till.sell()
    scanner.present(CODE)
    await gateway.last().answer({ kind: 'failed' })
    clock.advance(WAITS.reverseNotBeforeMs)
    await gateway.last().answer({ kind: 'paying' })
    clock.advance(5_000)
    await gateway.last().answer(paidAnswer(gateway.last()))
    // A second copy of the reversal would find the payment.
    expect(till.sale(sale.id).phase).toBe('in_flight')
    clock.advance(WAITS.reverseConfirmMs - 5_000)
    await gateway.last().answer(paidAnswer(gateway.last()))
    expect(till.sale(sale.id).phase).toBe('paid')
  })

  it('P4: goes on after a restart, from the journal, without the code', async () => {
    const { gateway, scanner, engine, clock, journalFile, journal } = await open()
    const sale = await till.sell()
    scanner.present(CODE)
    const charge = gateway.last()
    await engine.stop()
    journal.close()
    const folderOwner = till
    const next = await openTill({ journalFile, clock, seed: 2 })
    expect(next.gateway.calls.map(({ kind }) => kind)).toEqual(['query'])
    expect(next.engine.screen().cashier).toMatchObject({
      state: 'unknown',
      problem: { code: 'terminal.restarted' },
    })
    await next.gateway.last().answer(paidAnswer(charge))
    expect(next.sale(sale.id).phase).toBe('paid')
    await next.close()
    till = { ...folderOwner, close: async () => undefined }
  })

  it('P4: a clock set forward while the terminal was down shortens no wait', async () => {
    const { engine, clock, journalFile, journal, scanner } = await open()
    const sale = await till.sell()
    scanner.present(CODE)
    await engine.stop()
    journal.close()
    clock.jumpWallTo(clock.nowMs() + 7_200_000)
    const next = await openTill({ journalFile, clock, seed: 2 })
    // The charge may still be on its way: "no such order" must not be believed, nor a reversal hurried.
    await next.gateway.last().answer({ kind: 'not_found' })
    expect(next.gateway.calls.map(({ kind }) => kind)).toEqual(['query'])
    clock.advance(WAITS.queryEveryMs)
    await next.gateway.last().answer({ kind: 'not_found' })
    expect(next.gateway.calls.map(({ kind }) => kind)).toEqual(['query', 'query'])
    expect(next.sale(sale.id).phase).toBe('in_flight')
    await next.close()
    till = { ...till, close: async () => undefined }
  })

  it('P4: "check now" asks at once, and only when nothing is being asked', async () => {
    const { gateway, scanner } = await open()
    const sale = await till.sell()
    scanner.present(CODE)
    await gateway.last().answer({ kind: 'unknown', cause: 'gateway.busy', sent: true })
    await till.wish('check_wanted', sale.id)
    await till.wish('check_wanted', sale.id)
    expect(gateway.calls.map(({ kind }) => kind)).toEqual(['charge', 'query'])
  })

  it('P4: goes on being checked off the screens, and the next customer is served', async () => {
    const { gateway, scanner, engine, clock } = await open()
    const first = await till.sell()
    scanner.present(CODE)
    const charge = gateway.last()
    await charge.answer({ kind: 'unknown', cause: 'gateway.busy', sent: true })
    await till.wish('dismiss_wanted', first.id)
    const second = await till.sell(500)
    expect(engine.screen().cashier).toMatchObject({ saleId: second.id, pending: 1 })
    clock.advance(WAITS.firstQueryMs)
    expect(gateway.last().expected.outTradeNo).toBe(charge.expected.outTradeNo)
    await gateway.last().answer(paidAnswer(charge))
    expect(till.sale(first.id).phase).toBe('paid')
    expect(engine.screen().cashier).toMatchObject({
      saleId: second.id,
      pending: 0,
      state: 'waiting_code',
    })
  })
})

describe('P6: codes live in memory only', () => {
  it('AC-296a AC-296d P6: leaves no code in journal, log, screens or answers', async () => {
    const { gateway, scanner, engine, journalFile, log } = await open()
    const models: string[] = []
    engine.onScreen((model) => models.push(JSON.stringify(model)))
    engine.onSale((sale) => models.push(JSON.stringify(sale)))
    const sale = await till.sell()
    scanner.present(CODE)
    await gateway.last().answer({
      kind: 'refused',
      cause: 'gateway.code_invalid',
      wireCode: 'PARAM_ERROR',
      wireText: `auth_code ${CODE} is wrong`,
    })
    await gateway.last().answer({ kind: 'not_found' })
    till.journal.status()
    const bytes = ['', '-wal']
      .map((end) => readFileSync(journalFile + end).toString('latin1'))
      .join('')
    expect(bytes).toContain(sale.id)
    for (const text of [
      bytes,
      log.lines.join('\n'),
      models.join('\n'),
      JSON.stringify(engine.status()),
    ]) {
      expect(text).not.toContain(CODE)
    }
  })

  it('AC-296a P6: a code that waited 60 s is gone, and is not sent', async () => {
    await open()
    const { Vault } = await import('../../../src/engine/vault.ts')
    const { createSeededEntropy } = await import('../../support/seeded.ts')
    const vault = new Vault(till.clock, createSeededEntropy(9))
    const kept = vault.put({ code: CODE, digest: '' })
    const old = vault.put({ code: OTHER_CODE, digest: '' })
    expect(vault.take(kept)?.code).toBe(CODE)
    expect(vault.take(kept)).toBeUndefined()
    till.clock.advance(WAITS.codeLifeMs)
    expect(vault.take(old)).toBeUndefined()
    expect(vault.size).toBe(0)
  })
})

describe('P10: devices and screens may die', () => {
  it('P10: a scanner that goes away mid-charge changes nothing', async () => {
    const { gateway, scanner } = await open()
    const sale = await till.sell()
    scanner.present(CODE)
    scanner.unplug()
    await gateway.last().answer(paidAnswer(gateway.last()))
    expect(till.sale(sale.id).phase).toBe('paid')
  })

  it('P10: a scanner that comes back while a sale is armed is armed again', async () => {
    const { gateway, scanner, engine } = await open()
    await till.sell()
    scanner.unplug()
    expect(engine.screen().cashier.lights[0]).toMatchObject({ device: 'scanner', level: 'bad' })
    scanner.replug()
    await settle()
    scanner.present(CODE)
    expect(gateway.calls).toHaveLength(1)
  })

  it('P10: a screen or a register that throws changes nothing', async () => {
    const { gateway, scanner, engine } = await open()
    engine.onScreen(() => {
      throw new Error('the screen died')
    })
    engine.onSale(() => {
      throw new Error('the register died')
    })
    const sale = await till.sell()
    scanner.present(CODE)
    await gateway.last().answer(paidAnswer(gateway.last()))
    expect(till.sale(sale.id).phase).toBe('paid')
  })
})

describe('stopping', () => {
  it('leaves nothing behind that touches the closed journal', async () => {
    const { engine, scanner, clock, journal } = await open()
    engine.onScreen(() => undefined)
    await till.sell()
    scanner.present(CODE)
    await engine.stop()
    journal.close()
    expect(() => clock.advance(WAITS.overdueMs)).not.toThrow()
    till = { ...till, close: async () => undefined }
  })
})

describe('commands are carried out once', () => {
  it('gives a repeat the first answer, even after a restart', async () => {
    const { engine, journalFile, journal, clock } = await open()
    const wish = { kind: 'sale_wanted', amountFen: 100, currency: 'CNY', arm: true } as const
    const identity = { clientId: 'register-7', digest: 'one' }
    const first = await engine.command(wish, identity)
    const second = await engine.command(wish, identity)
    expect(second).toEqual(first)
    expect(engine.sales(10)).toHaveLength(1)
    await engine.stop()
    journal.close()
    const next = await openTill({ journalFile, clock, seed: 2 })
    expect(await next.engine.command(wish, identity)).toEqual(first)
    expect(next.engine.sales(10)).toHaveLength(1)
    await next.close()
    till = { ...till, close: async () => undefined }
  })

  it('refuses the same client id with another body', async () => {
    const { engine } = await open()
    const wish = { kind: 'sale_wanted', amountFen: 100, currency: 'CNY', arm: true } as const
    await engine.command(wish, { clientId: 'a', digest: 'one' })
    const other = await engine.command(
      { ...wish, amountFen: 200 },
      { clientId: 'a', digest: 'two' },
    )
    expect(other).toMatchObject({ ok: false, error: { code: 'api.client_id_reused' } })
    expect(engine.sales(10)).toHaveLength(1)
  })

  it.each([
    [0, 'amount.not_positive'],
    [-5, 'amount.not_positive'],
    [12.5, 'amount.not_integer'],
    [Number.NaN, 'amount.not_integer'],
    [1_000_000_001, 'amount.too_large'],
  ])('refuses the amount %s', async (amountFen, code) => {
    const { engine } = await open()
    const wish = { kind: 'sale_wanted', amountFen, currency: 'CNY', arm: true } as const
    const answer = await engine.command(wish, { clientId: 'a', digest: 'one' })
    expect(answer).toMatchObject({
      ok: false,
      error: { code, field: 'amountFen', moneyTaken: 'no' },
    })
  })
})
