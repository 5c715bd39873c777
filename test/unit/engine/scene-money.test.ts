import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WAITS } from '../../../src/domain/waits.ts'
import { createScriptedGate, type ScriptedGate } from '../../support/scripted-gate.ts'
import { paidAnswer, settle } from '../../support/scripted-gateway.ts'
import { CODE, openTill, type Till, type TillOptions } from '../../support/till.ts'

let folder: string
let till: Till
let gate: ScriptedGate
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guitai-scene-'))
})
afterEach(async () => {
  await till.close()
  rmSync(folder, { recursive: true, force: true })
})

async function open(options: TillOptions = {}, countedSeq?: number): Promise<Till> {
  gate = createScriptedGate(countedSeq)
  till = await openTill({ scene: gate, journalFile: join(folder, 'journal.db'), ...options })
  return till
}

const lastOf = (kind: string) => till.journal.rows(1, 1_000).findLast((row) => row.kind === kind)
const seqOf = (kind: string) => lastOf(kind)?.seq
const numberOf = (id: string) => till.sale(id).attempts.at(-1)?.outTradeNo

describe('the counters of limits', () => {
  it('P7: take room before the charge leaves, after it is durable and was allowed', async () => {
    const seen: (string | undefined)[] = []
    await open({ onCall: () => seen.push(gate.counted.at(-1)) })
    const { id } = await till.sell(4_567)
    till.scanner.present(CODE)
    const number = numberOf(id)
    expect(gate.reserved).toEqual([
      { outTradeNo: number, interface: 'MICROPAY', amountFen: 4_567, withoutCredit: false },
    ])
    expect(seen).toEqual([`reserve ${number} ${seqOf('code_scanned')}`])
  })

  it('count a payment once it is durable', async () => {
    const { id } = await (await open()).sellPaid()
    expect(gate.counted).toEqual([
      `reserve ${numberOf(id)} ${seqOf('code_scanned')}`,
      `commit ${numberOf(id)} ${seqOf('charge_answered')}`,
    ])
  })

  it('count nothing again when a refund is made', async () => {
    const { id } = await (await open()).sellPaid()
    const before = gate.counted.length
    await till.refund(id)
    await till.gateway.refundCalls
      .at(-1)
      ?.answer({ kind: 'refund', state: 'refunded', refundId: '50300000000001' })
    expect(gate.counted).toHaveLength(before)
  })

  it('keep the room of what is not known, and give back that of what was not paid', async () => {
    await open()
    const { id } = await till.sell()
    till.scanner.present(CODE)
    await till.gateway.last().answer({ kind: 'unknown', cause: 'gateway.timeout', sent: true })
    expect(gate.counted).toHaveLength(1)
    till.clock.advance(WAITS.firstQueryMs)
    await till.gateway.last().answer({ kind: 'closed' })
    expect(gate.counted.at(-1)).toBe(`release ${numberOf(id)} ${seqOf('query_answered')}`)
  })

  it('are told at the start what the journal has and they may not', async () => {
    await open()
    const paid = await till.sellPaid(100)
    const countedSeq = seqOf('charge_answered') ?? 0
    // Only a refund of it comes after what was counted.
    await till.refund(paid.id)
    const second = await till.sellPaid(200)
    const third = await till.sell(300)
    till.scanner.present(CODE)
    const numbers = [second.id, third.id].map(numberOf)
    await till.close()
    const before = gate
    await open({ seed: 2 }, countedSeq)
    expect(before.caughtUp).toEqual([])
    const { charges, seq } = gate.caughtUp[0] ?? { charges: [], seq: 0 }
    expect(charges).toMatchObject([
      { outTradeNo: numbers[0], amountFen: 200, outcome: 'PAID', withoutCredit: false },
      { outTradeNo: numbers[1], amountFen: 300, outcome: 'UNKNOWN' },
    ])
    // Before this start wrote a row of its own, and before anything was asked for.
    expect(seq).toBe((seqOf('terminal_started') ?? 0) - 1)
    expect(gate.caughtUp).toHaveLength(1)
  })
})

describe('an order without credit', () => {
  it('is asked for without it, and says so in the journal', async () => {
    await open({ canExcludeCredit: true })
    gate.allow({ sendWithoutCredit: true })
    const { id } = await till.sell()
    expect(till.engine.screen().customer.noCredit).toBe(true)
    till.scanner.present(CODE)
    expect(till.gateway.last().expected).toMatchObject({ noCredit: true })
    expect(till.sale(id).attempts[0]?.noCredit).toBe(true)
    expect(gate.reserved[0]?.withoutCredit).toBe(true)
    await till.gateway.last().answer(paidAnswer(till.gateway.last()))
    expect(till.journal.sale(id)?.attempts[0]?.noCredit).toBe(true)
  })

  it('P7: is not made where no order can exclude it', async () => {
    await open()
    const { id } = await till.sell()
    gate.allow({ sendWithoutCredit: true })
    till.scanner.present(CODE)
    await settle()
    expect(till.gateway.calls).toEqual([])
    expect(till.sale(id).sceneRefusal).toMatchObject({
      code: 'scene.credit_not_excluded',
      check: 'limits',
    })
    expect(till.engine.status().scene.refusal?.code).toBe('scene.credit_not_excluded')
  })

  it('P7: one that was signed with it does not leave when it may not be used any more', async () => {
    await open({ canExcludeCredit: true })
    const { id } = await till.sell()
    let asked = 0
    gate.answer(({ action }) => {
      if (action !== 'charge') return undefined
      asked += 1
      return { kind: 'allow', grantVersion: 'grant-1', sendWithoutCredit: asked === 2 }
    })
    till.scanner.present(CODE)
    await settle()
    expect(till.gateway.calls).toEqual([])
    expect(till.sale(id).attempts[0]).toMatchObject({
      outcome: 'NOT_PAID',
      cause: 'scene.changed',
    })
  })
})

describe('a refund', () => {
  const REFUSED = { kind: 'refuse', code: 'scene.refund_blocked', check: 'standing' } as const
  const onlyRefunds = () => gate.answer(({ action }) => (action === 'refund' ? REFUSED : undefined))

  it('P7: is refused with the reason, and nothing leaves', async () => {
    await open()
    const { id } = await till.sellPaid()
    onlyRefunds()
    await expect(till.refund(id)).resolves.toMatchObject({
      ok: false,
      error: { code: 'scene.refund_blocked' },
    })
    expect(till.gateway.refundCalls).toEqual([])
    expect(lastOf('wish_refused')?.event).toMatchObject({ check: 'standing' })
    expect(till.sale(id).refunds).toBeUndefined()
  })

  it('is made while new money is refused', async () => {
    await open()
    const { id } = await till.sellPaid()
    gate.answer(({ action }) =>
      action === 'charge' || action === 'offer'
        ? { kind: 'refuse', code: 'scene.suspended', check: 'standing' }
        : undefined,
    )
    await till.refund(id)
    expect(till.gateway.refundCalls.map(({ kind }) => kind)).toEqual(['refund'])
  })

  it('P8: that may have left is asked about, and not sent again while it is refused', async () => {
    await open()
    const { id } = await till.sellPaid()
    await till.refund(id)
    const answer = (to: Parameters<(typeof calls)[number]['answer']>[0]) => calls.at(-1)?.answer(to)
    const calls = till.gateway.refundCalls
    await answer({ kind: 'unknown', cause: 'gateway.timeout', sent: true })
    onlyRefunds()
    for (let round = 0; round < 40 && till.engine.refunding().length > 0; round += 1) {
      till.clock.advance(60_000)
      await settle()
      if (calls.at(-1)?.kind === 'query_refund') await answer({ kind: 'not_found' })
    }
    expect(new Set(calls.slice(1).map(({ kind }) => kind))).toEqual(new Set(['query_refund']))
    expect(till.sale(id).refunds?.[0]).toMatchObject({
      outcome: 'NOT_REFUNDED',
      cause: 'scene.refund_blocked',
    })
    const { wantedAtMs, settledAtMs } = till.sale(id).refunds?.[0] ?? {}
    expect((settledAtMs ?? 0) - (wantedAtMs ?? 0)).toBeGreaterThanOrEqual(WAITS.refundArrivesMs)
  })
})

describe('the scene for callers', () => {
  it('is open where no services are configured, and the screens say nothing of it', async () => {
    till = await openTill()
    expect(till.engine.status().scene).toEqual({
      mode: 'open',
      grantVersion: 'test-1',
      measures: [],
      screen: 'as_usual',
      offered: ['MICROPAY'],
    })
    expect(till.engine.screen().cashier).not.toHaveProperty('scene')
  })

  it('says what is offered, up to what, and under which measures', async () => {
    await open()
    gate.allow({ ceilingFen: 50_000 })
    gate.setMeasures([{ code: 'M3' }])
    expect(till.engine.status().scene).toMatchObject({
      mode: 'enforced',
      grantVersion: 'grant-1',
      ceilingFen: 50_000,
      measures: [{ code: 'M3' }],
    })
    expect(till.engine.screen().cashier.scene).toEqual({
      screen: 'as_usual',
      measures: [{ code: 'M3' }],
      noCredit: false,
      ceilingFen: 50_000,
    })
  })
})
