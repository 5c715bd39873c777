import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FaceCustomer, readPerson } from './face-client.ts'
import { World } from './sandbox-services-client.ts'
import type { Fields } from './sandbox-v2-client.ts'
import { chargeFields } from './sandbox-v2-client.ts'

let world: World
beforeEach(async () => {
  world = await World.start({ readPerson })
})
afterEach(() => world.stop())

const APPID = 'wxsandbox00000001'
/** What the device's service gives for an order. */
const deviceFace = async (out_trade_no: string, total_fee: number, more: object = {}) => {
  const order = { appid: APPID, mch_id: '1900000001', out_trade_no, total_fee }
  const made = await world.faces('device-code', { ...order, ...more })
  return { face_code: String(made.face_code), openid: String(made.openid) }
}
const faceFields = (outTradeNo: string, amountFen: number, face: Fields): Fields => {
  const { auth_code: _none, ...rest } = chargeFields(outTradeNo, amountFen)
  return { ...rest, ...face }
}
const pay = async (fields: Fields, headers: Record<string, string> = {}) =>
  (await world.v2.send('/pay/facepay', { fields, headers })).fields ?? {}

describe('facepay, facepayquery, facepayreverse', () => {
  it('charge a face code of letters and digits, find it, and give it back', async () => {
    const order = world.newOrder()
    const face = await deviceFace(order, 500)
    expect(face.face_code).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{2}$/)
    const paid = await world.v2.send('/pay/facepay', { fields: faceFields(order, 500, face) })
    expect(paid.signature).toBe('good')
    expect(paid.fields).toMatchObject({ result_code: 'SUCCESS', trade_type: 'FACEPAY' })
    const asked = { out_trade_no: order }
    const found = await world.v2.send('/pay/facepayquery', { fields: asked })
    expect(found.fields).toMatchObject({ trade_state: 'SUCCESS', total_fee: '500' })
    const bare = await world.v2.send('/secapi/pay/facepayreverse', { fields: asked })
    expect(bare.fields).toMatchObject({ return_code: 'FAIL', return_msg: '证书未提供' })
    const agent = world.v2.agentWith()
    const back = await world.v2.send('/secapi/pay/facepayreverse', { fields: asked, agent })
    expect(back.fields).toMatchObject({ result_code: 'SUCCESS', recall: 'N' })
    expect(world.sandbox.ledger()).toMatchObject([{ state: 'REVOKED', returned: true }])
  })

  it('take HMAC-SHA256 only', async () => {
    const order = world.newOrder()
    const fields = faceFields(order, 500, await deviceFace(order, 500))
    world.v2.signType = 'MD5'
    expect(await pay(fields)).toEqual({ return_code: 'FAIL', return_msg: '签名类型错误' })
    world.v2.signType = 'HMAC-SHA256'
    expect((await pay(fields)).result_code).toBe('SUCCESS')
  })

  it('refuse another order, another amount, another payer, and a code that is none', async () => {
    const order = world.newOrder()
    const face = await deviceFace(order, 500)
    const other = faceFields(world.newOrder(), 500, face)
    expect((await pay(other)).err_code).toBe('AUTH_CODE_INVALID')
    expect((await pay(faceFields(order, 501, face))).err_code).toBe('AUTH_CODE_INVALID')
    const stranger = { ...face, openid: 'oSomebodyElse' }
    expect((await pay(faceFields(order, 500, stranger))).err_code).toBe('AUTH_CODE_INVALID')
    const none = { ...face, face_code: 'b713b5d2-666c-48' }
    expect((await pay(faceFields(order, 500, none))).err_code).toBe('AUTH_CODE_INVALID')
    const digits = { ...face, face_code: '134567890123456789' }
    expect((await pay(faceFields(order, 500, digits))).err_code).toBe('AUTH_CODE_INVALID')
    const { openid: _left, ...nobody } = face
    expect((await pay(faceFields(order, 500, nobody))).err_code).toBe('LACK_PARAMS')
    expect(world.sandbox.ledger()).toEqual([])
    expect((await pay(faceFields(order, 500, face))).result_code).toBe('SUCCESS')
  })

  it('are about faces alone: an order of a payment code is not found', async () => {
    const order = world.newOrder()
    await world.v2.charge(order, 100)
    const asked = { fields: { out_trade_no: order } }
    expect((await world.v2.send('/pay/facepayquery', asked)).fields?.err_code).toBe('ORDERNOTEXIST')
    const reversing = { ...asked, agent: world.v2.agentWith() }
    const answer = await world.v2.send('/secapi/pay/facepayreverse', reversing)
    expect(answer.fields?.err_code).toBe('INVALID_TRANSACTIONID')
  })

  it('tell how the person pays: asked on the phone, no money', async () => {
    await world.faces('people', { personId: 3, digits: '0003', age: 30, scenario: 'not_enough' })
    await world.faces('people', { personId: 4, digits: '0004', age: 30, scenario: 'password_ok' })
    for (const [person, code] of [
      [3, 'NOTENOUGH'],
      [4, 'USERPAYING'],
    ]) {
      const order = world.newOrder()
      const face = await deviceFace(order, 500, { person })
      expect((await pay(faceFields(order, 500, face))).err_code).toBe(code)
    }
  })

  it('under a grant are held against FACEPAY, which has to be said', async () => {
    const terminal = await world.shop()
    const { 'Guitai-Interface': type, ...headers } = new FaceCustomer(world, terminal).headers()
    const order = world.newOrder()
    const fields = faceFields(order, 500, await deviceFace(order, 500))
    expect((await pay(fields, headers)).err_code).toBe('NOAUTH')
    const said = { ...headers, 'Guitai-Interface': String(type) }
    expect((await pay(fields, said)).result_code).toBe('SUCCESS')
    const big = world.newOrder()
    const much = faceFields(big, 50_001, await deviceFace(big, 50_001))
    expect((await pay(much, said)).err_code).toBe('RULELIMIT')
  })
})

describe('get_wxpayface_authinfo', () => {
  const FIELDS: Fields = {
    store_id: 'S001',
    store_name: '示范店',
    device_id: 'DEVICE-1',
    rawdata: 'raw',
    now: '1778051289',
    version: '1',
  }
  const ask = async (fields: Fields = FIELDS) =>
    world.v2.send('/face/get_wxpayface_authinfo', { fields })

  it.each(['MD5', 'HMAC-SHA256'] as const)('is given for %s, signed, for an hour', async (type) => {
    world.v2.signType = type
    const answer = await ask({ ...FIELDS, sign_type: type })
    expect(answer.signature).toBe('good')
    expect(answer.fields).toMatchObject({
      return_code: 'SUCCESS',
      appid: APPID,
      mch_id: '1900000001',
      expires_in: '3600',
      nonce_str: expect.any(String),
    })
    expect(answer.fields?.result_code).toBeUndefined()
    expect(String(answer.fields?.authinfo).length).toBeLessThan(4096)
  })

  it.each(['store_id', 'store_name', 'device_id', 'rawdata', 'now', 'version'])(
    'is refused without %s',
    async (name) => {
      const { fields } = await ask({ ...FIELDS, [name]: '' })
      expect(fields).toEqual({ return_code: 'PARAM_ERROR', return_msg: `缺少参数：${name}` })
    },
  )

  it('is refused for another app, another version, and a wrong signature', async () => {
    expect((await ask({ ...FIELDS, appid: 'wxother' })).fields?.return_code).toBe('PARAM_ERROR')
    expect((await ask({ ...FIELDS, version: '2' })).fields?.return_code).toBe('PARAM_ERROR')
    const body = '<xml><mch_id>1900000001</mch_id><sign>0</sign></xml>'
    const path = '/face/get_wxpayface_authinfo'
    const forged = await world.v2.send(path, { fields: {}, body })
    expect(forged.fields).toEqual({ return_code: 'FAIL', return_msg: '签名错误' })
  })

  it('is good for its device in its store, until it ends', async () => {
    const authinfo = String((await ask()).fields?.authinfo)
    const at = { authinfo, device_id: 'DEVICE-1', store_id: 'S001' }
    await deviceFace('ORDER-100', 1, at)
    const elsewhere = (more: object) => deviceFace('ORDER-100', 1, { ...at, ...more })
    await expect(elsewhere({ device_id: 'DEVICE-2' })).rejects.toThrow('authinfo.other_device')
    await expect(elsewhere({ store_id: 'S002' })).rejects.toThrow('authinfo.other_store')
    await expect(elsewhere({ authinfo: `${authinfo}x` })).rejects.toThrow('authinfo.wrong')
    world.clock.advance(3_600_001)
    await expect(elsewhere({})).rejects.toThrow('authinfo.expired')
  })
})
