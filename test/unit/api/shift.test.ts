import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDispatch } from '../../../src/api/dispatch.ts'
import { openServer, type Server } from '../../../src/api/node/server.ts'
import { OPERATIONS, SCOPES } from '../../../src/api/protocol.ts'
import { shiftSchema } from '../../../src/api/shift-protocol.ts'
import { columnsOf } from '../../../src/domain/columns.ts'
import { paidAnswer } from '../../support/scripted-gateway.ts'
import { CODE, openTill, type Till } from '../../support/till.ts'

let till: Till
let server: Server

beforeEach(async () => {
  till = await openTill()
  server = await openServer({
    terminal: till.engine,
    dispatch: createDispatch(till.engine, {
      name: { id: 'POS01', store: '测试店', version: 'test' },
    }),
    grants: [
      ...SCOPES.map((scope) => ({ token: `${scope}-token`, scopes: [scope] })),
      { token: 'nothing-token', scopes: [] },
    ],
    port: 0,
    origins: [],
    log: till.log,
  })
})
afterEach(async () => {
  await server.close()
  await till.close()
})

async function ask(path: string, body?: object, token = 'screen-token') {
  const answer = await fetch(`http://127.0.0.1:${server.port}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

async function collect(amountFen: number): Promise<void> {
  await till.sell(amountFen)
  till.scanner.present(till.freshCode())
  await till.gateway.last().answer(paidAnswer(till.gateway.last()))
}

describe('shifts over HTTP', () => {
  it('gives the open shift with its report, in Chinese unless asked otherwise', async () => {
    await collect(1_230)
    const { status, body } = await ask('/v1/shift')
    expect(status).toBe(200)
    const shift = shiftSchema.parse(body)
    expect(shift).toMatchObject({
      number: 1,
      state: 'open',
      payments: { count: 1, amountFen: 1_230 },
      refunds: { count: 0, amountFen: 0 },
      netFen: 1_230,
      unsettled: [],
      columns: 48,
    })
    expect(shift.text.join('\n')).toContain('测试店')
    expect(shift.text.join('\n')).toMatch(/收款 1 笔 +12\.30/)
    for (const line of shift.text) expect(columnsOf(line)).toBeLessThanOrEqual(shift.columns)
    const english = await ask('/v1/shift?language=en')
    expect(String(english.body.text)).toContain('Payments (1)')
  })

  it.each(OPERATIONS['shift.close'].scopes)('closes a shift for %s, once', async (scope) => {
    await collect(100)
    const closing = { clientId: 'one', operator: ' 张敏 ' }
    const closed = await ask('/v1/shift/close', closing, `${scope}-token`)
    expect(closed).toMatchObject({
      status: 200,
      body: { number: 1, state: 'closed', operator: '张敏', netFen: 100 },
    })
    const again = await ask('/v1/shift/close', { ...closing, language: 'en' }, `${scope}-token`)
    expect(again).toMatchObject({ status: 200, body: { number: 1, toMs: closed.body.toMs } })
    const other = { ...closing, operator: 'li' }
    expect(await ask('/v1/shift/close', other)).toMatchObject({
      status: 409,
      body: { code: 'api.client_id_reused' },
    })
    expect(await ask('/v1/shifts')).toMatchObject({ body: { shifts: [{ number: 1 }] } })
  })

  it('keeps a shift open while something has no result, until it is carried over', async () => {
    await till.sell(500)
    till.scanner.present(CODE)
    expect(await ask('/v1/shift/close', { clientId: 'one', operator: 'li' })).toMatchObject({
      status: 409,
      body: { code: 'shift.unsettled', moneyTaken: 'no' },
    })
    const carried = { clientId: 'two', operator: 'li', carryUnsettled: true }
    const closed = await ask('/v1/shift/close', carried)
    expect(closed).toMatchObject({
      status: 200,
      body: { netFen: 0, unsettled: [{ kind: 'sale', amountFen: 500 }] },
    })
    const { outTradeNo } = till.gateway.last().expected
    expect(String(closed.body.text)).toContain(outTradeNo)
  })

  it('lists closed shifts, newest first', async () => {
    for (const clientId of ['one', 'two', 'three']) {
      await ask('/v1/shift/close', { clientId, operator: 'li' })
    }
    const listed = await ask('/v1/shifts?limit=2')
    expect(listed.body).toMatchObject({ shifts: [{ number: 3 }, { number: 2 }] })
    expect(OPERATIONS['shift.list'].output.parse(listed.body).shifts).toHaveLength(2)
  })

  it.each([
    ['no operator', { clientId: 'one' }],
    ['an empty operator', { clientId: 'one', operator: '  ' }],
    ['an operator too long', { clientId: 'one', operator: '名'.repeat(41) }],
    ['a payment code for an operator', { clientId: 'one', operator: CODE }],
    ['a line break in a name', { clientId: 'one', operator: 'a\nb' }],
    ['an unknown field', { clientId: 'one', operator: 'li', force: true }],
  ])('refuses %s', async (_what, body) => {
    expect(await ask('/v1/shift/close', body)).toMatchObject({
      status: 400,
      body: { code: expect.stringMatching(/^(api\.bad_request|text\.holds_a_code)$/) },
    })
    expect(till.engine.shifts.list(1)).toEqual([])
  })

  it('shows nothing to a token without a scope', async () => {
    const refused = { status: 403, body: { code: 'api.forbidden' } }
    expect(await ask('/v1/shift', undefined, 'nothing-token')).toMatchObject(refused)
    const closing = { clientId: 'one', operator: 'li' }
    expect(await ask('/v1/shift/close', closing, 'nothing-token')).toMatchObject(refused)
  })
})
