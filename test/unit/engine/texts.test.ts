import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDispatch, type Dispatch } from '../../../src/api/dispatch.ts'
import type { Scope } from '../../../src/api/protocol.ts'
import type { SaleWish } from '../../../src/checkout/events.ts'
import { reduce } from '../../../src/checkout/reduce.ts'
import { INITIAL } from '../../../src/checkout/state.ts'
import { journalled } from '../../../src/engine/record.ts'
import { CODE, openTill, type Till } from '../../support/till.ts'

const SCOPES: readonly Scope[] = ['register', 'admin']
let till: Till
let dispatch: Dispatch
beforeEach(async () => {
  till = await openTill()
  dispatch = createDispatch(till.engine, {
    name: { id: 'POS01', store: '测试店', version: 'test' },
  })
})
afterEach(() => till.close())

function journalText(): string {
  return ['', '-wal'].map((end) => readFileSync(till.journalFile + end).toString('latin1')).join('')
}

describe('P6: a code among what a caller writes', () => {
  it.each([
    ['orderRef', { orderRef: CODE }],
    ['description', { description: `咖啡 ${CODE}` }],
    ['clientId', { clientId: CODE }],
  ])('P6: a sale is refused by its %s', async (field, more) => {
    const wanted = { clientId: 'one', amountFen: 100, ...more }
    const answer = await dispatch('sale.create', wanted, SCOPES)
    const error = { code: 'text.holds_a_code', field, moneyTaken: 'no' }
    expect(answer).toMatchObject({ ok: false, error })
    expect(till.engine.sales(10)).toEqual([])
    expect(journalText()).not.toContain(CODE)
  })

  it.each(['operator', 'reason'])('P6: a closing by hand is refused by its %s', async (field) => {
    const sale = await till.sell()
    till.scanner.present(CODE)
    const closing = { clientId: 'two', saleId: sale.id, operator: '店长', reason: '核对过' }
    const answer = await dispatch('sale.close', { ...closing, [field]: `x ${CODE}` }, SCOPES)
    expect(answer).toMatchObject({ ok: false, error: { code: 'text.holds_a_code', field } })
    expect(journalText()).not.toContain(CODE)
  })

  it('P6: is taken out of a step should one come as far as the journal', () => {
    const event: SaleWish = {
      kind: 'sale_wanted',
      atMs: 1,
      saleId: 'sale-1',
      amountFen: 100,
      description: `咖啡 ${CODE}`,
      orderRef: CODE,
      traceId: 'trace',
      arm: false,
    }
    const step = reduce(INITIAL, event)
    const command = {
      clientId: 'one',
      digest: JSON.stringify(['sale.create', { orderRef: CODE }]),
      answer: JSON.stringify({ ok: true, value: step.changed[0] }),
    }
    const entry = journalled(event, step, command)
    expect(JSON.stringify(entry)).not.toContain(CODE)
    expect(JSON.parse(entry.command?.answer ?? '')).toMatchObject({ value: { id: 'sale-1' } })
    expect(entry.sales[0]).toMatchObject({ amountFen: 100, description: '咖啡 [redacted]' })
  })
})
