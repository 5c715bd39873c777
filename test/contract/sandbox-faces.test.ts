import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Binding } from './face-client.ts'
import { drawn, FaceCustomer, readPerson } from './face-client.ts'
import { limitRow, TestTerminal, World } from './sandbox-services-client.ts'

let world: World
let customer: FaceCustomer
beforeEach(async () => {
  world = await World.start({ readPerson })
  const terminal = await world.shop()
  for (const [personId, age, status] of [
    [1, 34, 'enrolled'],
    [5, 13, 'enrolled'],
    [6, 52, 'closed'],
    [7, 14, 'enrolled'],
  ]) {
    await world.faces('people', { personId, digits: `000${personId}`, age, status })
  }
  customer = await new FaceCustomer(world, terminal).open()
})
afterEach(() => world.stop())

const resultOf = async (...of: Parameters<FaceCustomer['show']>) => {
  const { result, code } = await customer.show(...of)
  return code ?? result
}

describe('recognition', () => {
  it('F-17: gives a face code for this order and names nobody', async () => {
    const binding = customer.binding()
    const answer = await customer.terminal.call('POST', 'faces', customer.body(binding))
    expect([answer.status, answer.verified]).toEqual([200, true])
    expect(answer.value).toEqual({
      result: 'recognised',
      capture_id: binding.captureId,
      out_trade_no: binding.outTradeNo,
      face_code: expect.stringMatching(/^1[0-5]\d{16}$/),
      code_type: 'payment_code',
      expires_at_ms: world.clock.nowMs() + 60_000,
    })
  })

  it('has a key of its own, which the grant names and the answer signs', async () => {
    const answer = await customer.terminal.call('GET', 'faces/key')
    expect(answer.verified).toBe(true)
    const digest = createHash('sha256').update(customer.providerKey).digest('hex')
    expect(customer.providerKey).toHaveLength(32)
    expect(answer.value.sha256).toBe(digest)
    expect(customer.terminal.grant.face).toEqual({
      per_txn: 50_000,
      confirm: 'phone',
      liveness_profile: 'rehearsal-1',
      handler: { name: expect.any(String), contact: expect.any(String) },
      recipient: expect.any(String),
      enc_pubkey_sha256: digest,
      notice_version: '1',
    })
  })

  it('keeps its key over a restart', async () => {
    const before = customer.providerKey
    await world.restart()
    expect((await customer.open()).providerKey).toEqual(before)
  })

  it.each([
    ['nobody can be read', { person: 255 }, 'not_recognised'],
    ['nobody enrolled', { person: 99 }, 'not_enrolled'],
    ['F-07: somebody of 13', { person: 5, digits: '0005' }, 'minor'],
    ['somebody who switched it off', { person: 6, digits: '0006' }, 'account.closed'],
    ['F-16: other digits', { digits: '0007' }, 'wrong_digits'],
    ['F-07: somebody of 14', { person: 7, digits: '0007' }, 'recognised'],
  ])('%s', async (_who, how, code) => {
    expect(await resultOf(customer.binding(), how)).toBe(code)
  })
})

describe('F-12: what was sealed for one thing opens for no other', () => {
  const OTHERS: readonly Partial<Binding>[] = [
    { serial: 'T-2' },
    { captureId: 'a'.repeat(32) },
    { outTradeNo: 'FACE-ANOTHER-ORDER' },
    { amountFen: 1233 },
    { storeId: 'S002' },
    { grant: 'G-another/1' },
    { consentId: 'CONSENT-OTHER' },
    { noticeVersion: '2' },
    { atMs: 1 },
  ]
  it.each(OTHERS)('%o', async (other) => {
    const binding = customer.binding()
    const sealedFor = { ...binding, ...other }
    expect(await resultOf(binding, { sealedFor })).toBe('capture.invalid')
    expect(await resultOf(customer.binding())).toBe('recognised')
  })

  it('nor when cut, longer, of another key, or no picture', async () => {
    const binding = customer.binding()
    const { sealed } = customer.body(binding) as { sealed: Record<string, string> }
    const cut = { ...sealed, ciphertext: `${sealed.ciphertext?.slice(0, -8)}` }
    expect(await resultOf(customer.binding(), {}, { sealed: cut })).toBe('capture.invalid')
    const zero = { ...sealed, ephemeral_key: `${'A'.repeat(43)}=` }
    expect(await resultOf(customer.binding(), {}, { sealed: zero })).toBe('capture.invalid')
    const stranger = new FaceCustomer(world, customer.terminal)
    stranger.providerKey = Buffer.alloc(32, 9)
    const wrong = { sealed: stranger.body(binding).sealed }
    expect(await resultOf(customer.binding(binding), {}, wrong)).toBe('capture.invalid')
  })
})

describe('who may ask, for what, with whose consent', () => {
  it('F-05: a consent is good once, for one capture, for 60 s, of the notice in force', async () => {
    const first = customer.binding()
    expect(await resultOf(first)).toBe('recognised')
    expect(await resultOf(first)).toBe('capture.used')
    const { consentId, captureId } = first
    expect(await resultOf(customer.binding({ consentId }))).toBe('consent.used')
    expect(await resultOf(customer.binding({ captureId }))).toBe('capture.used')
    const atMs = world.clock.nowMs()
    expect(await resultOf(customer.binding({ atMs: atMs - 60_000 }))).toBe('recognised')
    expect(await resultOf(customer.binding({ atMs: atMs - 60_001 }))).toBe('consent.old')
    expect(await resultOf(customer.binding({ atMs: atMs + 5_001 }))).toBe('consent.invalid')
    expect(await resultOf(customer.binding({ noticeVersion: '2' }))).toBe('consent.invalid')
  })

  it('F-05: a consent that failed is used as well', async () => {
    const first = customer.binding()
    const { consentId } = first
    expect(await resultOf(first, { digits: '9999' })).toBe('wrong_digits')
    expect(await resultOf(customer.binding({ consentId }))).toBe('consent.used')
  })

  it('F-16: refuses what was not confirmed, or not in the way that the grant asks for', async () => {
    const body = customer.body(customer.binding())
    const { confirm: _left, ...bare } = body
    expect(await customer.terminal.call('POST', 'faces', bare)).toMatchObject({
      status: 400,
      value: { code: 'request.refused', field: 'confirm' },
    })
    expect(await resultOf(customer.binding(), {}, { confirm: { kind: 'on_phone' } })).toBe(
      'confirm.differs',
    )
    await world.faces('terms', { confirm: 'password_on_phone' })
    await customer.terminal.fetchGrant()
    expect(await resultOf(customer.binding())).toBe('confirm.differs')
    const onPhone = { confirm: { kind: 'on_phone' } }
    const binding = customer.binding()
    const answer = await customer.show(binding, {}, onPhone)
    expect(answer.result).toBe('recognised')
    const charged = await customer.charge(answer.face_code, binding)
    expect([charged.status, charged.value.trade_state]).toEqual([202, 'USERPAYING'])
  })

  it('F-22: refuses under M6, M8, an old or a revoked grant, and when the terminal is suspended', async () => {
    const allowed = { interfaces_allowed: ['MICROPAY'], attended_only: false }
    const measure = await world.measure('M6', { params: allowed })
    expect(await resultOf(customer.binding())).toBe('grant.version_too_low')
    await customer.terminal.fetchGrant()
    expect(await resultOf(customer.binding())).toBe('interface.not_granted')
    await world.done('lifts', { role: 'risk-issuer', measure_id: measure })
    expect(await resultOf(customer.binding())).toBe('recognised')
    await world.measure('M8', { params: { refund: 'allowed' } })
    await customer.terminal.fetchGrant()
    const stopped = await customer.terminal.call('POST', 'faces', customer.body(customer.binding()))
    expect(stopped).toMatchObject({ status: 403, value: { code: 'merchant.suspended' } })
    await world.done('suspensions', { role: 'risk-issuer', serial: 'T-1', reason: 'looked' })
    expect(await resultOf(customer.binding())).toBe('terminal.suspended')
  })

  it('refuses another terminal of the grant, an interface that was not granted, and too much', async () => {
    const other = await new FaceCustomer(world, await world.terminal('T-2')).open()
    const strange = other.binding({ grant: customer.terminal.quote() })
    expect((await other.show(strange)).code).toBe('grant.revoked')
    expect(await resultOf(customer.binding({ amountFen: 50_001 }))).toBe('limit.single')
    await world.limits([limitRow('MICROPAY', 500_000), limitRow('FACEPAY', 300)])
    await customer.terminal.fetchGrant()
    expect(await resultOf(customer.binding({ amountFen: 301 }))).toBe('limit.single')
    const shut = { administrator: 'wang', password: 'operation-password' }
    await customer.terminal.call('POST', 'closings', { ...shut, interface: 'FACEPAY' })
    await customer.terminal.fetchGrant()
    expect(await resultOf(customer.binding())).toBe('interface.closed')
    expect(world.sandbox.ledger()).toEqual([])
  })
})

describe('a person that the sandbox draws', () => {
  it.each([
    ['one who is enrolled', 9, 'recognised'],
    ['one of 11', 5, 'minor'],
    ['one who is enrolled nowhere', 63, 'not_enrolled'],
  ])('%s', async (_who, person, result) => {
    await world.stop()
    world = await World.start()
    await world.done('demo', {})
    const demo = await world.code('T-DEMO')
    const terminal = new TestTerminal(world, 'T-DEMO')
    expect((await terminal.enrol(demo)).status).toBe(200)
    customer = await new FaceCustomer(world, terminal).open()
    const digits = String(person).padStart(4, '0')
    expect(await resultOf(customer.binding(), { clear: drawn(person), digits })).toBe(result)
  })
})
