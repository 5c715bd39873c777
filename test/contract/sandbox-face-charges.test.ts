import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Binding } from './face-client.ts'
import { FaceCustomer, readPerson } from './face-client.ts'
import { freshCode, jsonOf } from './sandbox-client.ts'
import { sendRaw, World } from './sandbox-services-client.ts'

let world: World
let customer: FaceCustomer
beforeEach(async () => {
  world = await World.start({ readPerson })
  const terminal = await world.shop()
  await world.faces('people', { personId: 1, digits: '0001', age: 34 })
  customer = await new FaceCustomer(world, terminal).open()
})
afterEach(() => world.stop())

/** A face code, and the order it is good for. */
const recognised = async (more: Partial<Binding> = {}) => {
  const order = customer.binding(more)
  const { face_code } = await customer.show(order)
  return { order, code: String(face_code) }
}

describe('F-17: a face code is good for its own order and nothing else', () => {
  it('pays it once, as FACEPAY', async () => {
    const { order, code } = await recognised()
    const paid = await customer.charge(code, order)
    expect([paid.status, paid.value.trade_type]).toEqual([200, 'FACEPAY'])
    const found = jsonOf(await world.wire.query(order.outTradeNo))
    expect(found).toMatchObject({ trade_state: 'SUCCESS', trade_type: 'FACEPAY' })
    const again = await customer.charge(code, order)
    expect([again.status, again.value.trade_type]).toEqual([200, 'FACEPAY'])
    expect(world.sandbox.ledger()).toMatchObject([{ charges: 1, amountFen: 1234 }])
    await world.wire.reverse(order.outTradeNo)
    expect((await customer.charge(code, order)).value.code).toBe('ORDER_CLOSED')
  })

  it('stands in the bill of its day as FACE', async () => {
    const { order, code } = await recognised()
    await customer.charge(code, order)
    world.clock.advance(2 * 86_400_000)
    const send = (path: string) => world.wire.send({ method: 'GET', path })
    const told = jsonOf(await send('/v3/bill/tradebill?bill_date=2026-05-06'))
    const { pathname, search } = new URL(String(told?.download_url))
    const lines = (await send(`${pathname}${search}`)).body.toString('utf8').split('\n')
    const row = lines.find((line) => line.includes(order.outTradeNo))
    expect(row?.split(',')).toContain('`FACE')
  })

  it.each([
    ['another order', { outTradeNo: 'FACE-ANOTHER-ONE' }, 'face.other_order'],
    ['another amount', { amountFen: 1 }, 'face.other_amount'],
  ])('is refused for %s', async (_what, other, reason) => {
    const { order, code } = await recognised()
    const answer = await customer.charge(code, { ...order, ...other })
    expect(answer).toMatchObject({ status: 403, reason, value: { code: 'AUTH_CODE_INVALID' } })
    expect(world.sandbox.ledger()).toEqual([])
    expect((await customer.charge(code, order)).status).toBe(200)
  })

  it('is refused at another terminal, and where no terminal is named', async () => {
    const { order, code } = await recognised()
    const other = new FaceCustomer(world, await world.terminal('T-2'))
    expect((await other.charge(code, order)).reason).toBe('face.other_terminal')
    const bare = { 'Guitai-Interface': 'FACEPAY' }
    expect((await customer.charge(code, order, bare)).reason).toBe('face.other_terminal')
  })

  it('is refused as a payment code, and a payment code as a face', async () => {
    const { order, code } = await recognised()
    const headers = { ...customer.headers(), 'Guitai-Interface': 'MICROPAY' }
    expect((await customer.charge(code, order, headers)).reason).toBe('face.interface')
    expect((await customer.charge(code, order, {})).reason).toBe('face.interface')
    expect((await customer.charge(freshCode(), order)).reason).toBe('face.code_unknown')
    expect(world.sandbox.ledger()).toEqual([])
  })

  it('is good for 60 s', async () => {
    const [first, second] = [await recognised(), await recognised()]
    world.clock.advance(60_000)
    expect((await customer.charge(first.code, first.order)).status).toBe(200)
    world.clock.advance(1)
    const late = await customer.charge(second.code, second.order)
    expect([late.reason, late.value.code]).toEqual(['face.code_expired', 'AUTH_CODE_EXPIRE'])
  })

  it('is used up by a refusal of its order', async () => {
    await world.faces('people', { personId: 1, digits: '0001', age: 34, scenario: 'code_invalid' })
    const { order, code } = await recognised()
    expect((await customer.charge(code, order)).value.code).toBe('AUTH_CODE_INVALID')
    expect((await customer.charge(code, order)).value.message).toMatch('仅限使用一次')
  })

  it('pays by v2 as well', async () => {
    const { order, code } = await recognised()
    const fields = { auth_code: code, out_trade_no: order.outTradeNo }
    const paid = await world.chargeV2(order.amountFen, customer.headers(), fields)
    expect(paid.code).toBe('SUCCESS')
    const found = await world.v2.query(order.outTradeNo)
    expect(found.fields).toMatchObject({ trade_type: 'FACEPAY', trade_state: 'SUCCESS' })
  })
})

describe('people pay in their own way', () => {
  it.each([
    ['not_enough', 403, 'NOT_ENOUGH'],
    ['password_ok', 202, undefined],
    ['account_error', 403, 'ACCOUNT_ERROR'],
  ])('%s', async (scenario, status, code) => {
    await world.faces('people', { personId: 1, digits: '0001', age: 34, scenario })
    const one = await recognised()
    const answer = await customer.charge(one.code, one.order)
    expect([answer.status, answer.value.code]).toEqual([status, code])
  })

  it('and a script goes before', async () => {
    await world.faces('people', { personId: 1, digits: '0001', age: 34, scenario: 'not_enough' })
    world.sandbox.script([{ match: { nth: 1 }, scenario: 'ok' }])
    const one = await recognised()
    expect((await customer.charge(one.code, one.order)).status).toBe(200)
  })
})

describe('what goes wrong with a recognition', () => {
  const scripted = (scenario: string, match: object = {}) =>
    world.sandbox.script([{ matchFace: match, scenario }])
  const ask = (binding = customer.binding()) =>
    customer.terminal.call('POST', 'faces', customer.body(binding))

  it.each([
    ['not_recognised', 'not_recognised'],
    ['not_enrolled', 'not_enrolled'],
    ['not_live', 'not_live'],
    ['minor', 'minor'],
    ['wrong_digits', 'wrong_digits'],
    ['account_closed', 'account.closed'],
  ])('%s is refused as %s, signed', async (scenario, code) => {
    scripted(scenario)
    const answer = await ask()
    expect([answer.status, answer.verified]).toEqual([200, true])
    expect(answer.value).toMatchObject({ result: 'refused', code })
  })

  it('is about those recognitions that match', async () => {
    scripted('not_live', { nth: 2 })
    const results = []
    for (let nth = 1; nth <= 3; nth += 1) results.push((await ask()).value.result)
    expect(results).toEqual(['recognised', 'refused', 'recognised'])
    scripted('not_live', { amountFen: 77 })
    expect((await ask()).value.result).toBe('recognised')
    expect((await ask(customer.binding({ amountFen: 77 }))).value.result).toBe('refused')
  })

  it('an answer without a signature, or with a wrong one', async () => {
    scripted('unsigned')
    expect(await ask()).toMatchObject({ verified: false, value: { result: 'recognised' } })
    scripted('signature_wrong')
    expect(await ask()).toMatchObject({ verified: false, value: { result: 'recognised' } })
  })

  it('a signed answer for another order, another capture, or the last one again', async () => {
    const first = await ask()
    scripted('replayed')
    expect(await ask()).toEqual(first)
    scripted('replayed_bytes')
    expect((await ask()).verified).toBe(false)
    const binding = customer.binding()
    scripted('other_order')
    const other = await ask(binding)
    expect(other.verified).toBe(true)
    expect(other.value.capture_id).toBe(binding.captureId)
    expect(other.value.out_trade_no).not.toBe(binding.outTradeNo)
    scripted('other_capture')
    expect((await ask()).value.capture_id).toBe('0'.repeat(32))
  })

  it('garbage, which is signed', async () => {
    scripted('garbage')
    await expect(ask()).rejects.toThrow(SyntaxError)
  })

  it('slow, by the clock', async () => {
    scripted('slow')
    const timer = world.clock.nextTimer()
    const answer = ask()
    await timer
    expect(world.clock.isWaiting(5_000)).toBe(true)
    world.clock.advance(5_000)
    expect((await answer).value.result).toBe('recognised')
  })

  it('never, and the next one is answered', async () => {
    scripted('never', { nth: 1 })
    const silent = ask().then(
      () => 'answered',
      () => 'ended',
    )
    let results = (await world.faces('audit')).entries as unknown[]
    while (results.length === 0) results = (await world.faces('audit')).entries as unknown[]
    expect((await ask()).value.result).toBe('recognised')
    await world.restart()
    expect(await silent).toBe('ended')
  })

  it('cannot be scripted by a name that is none', async () => {
    const raw = await sendRaw(world.dir, `${world.sandbox.origin}/sandbox/script`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${world.sandbox.controlToken}` },
      body: JSON.stringify([{ matchFace: {}, scenario: 'happy' }]),
    })
    expect(raw.status).toBe(400)
  })
})
