import { describe, expect, it } from 'vitest'
import { canonicalBody, mchidOfBody } from '../../../src/sandbox/body-rules.ts'
import { readChargeBody } from '../../../src/sandbox/codepay-body.ts'

const GOOD = {
  appid: 'wx1',
  mchid: '1900000001',
  description: '商品',
  out_trade_no: 'ABCDEF',
  payer: { auth_code: '130000000000000001' },
  amount: { total: 1 },
  scene_info: { store_info: { out_id: 'S001' } },
}
const read = (patch: Record<string, unknown>) =>
  readChargeBody(JSON.stringify({ ...GOOD, ...patch }))
const scene = (store: unknown) => ({ scene_info: { store_info: store } })

describe('reading a charge', () => {
  it('takes what it needs', () => {
    expect(read({ attach: 'a', amount: { total: 5, currency: 'CNY' } })).toEqual({
      ok: true,
      value: {
        appid: 'wx1',
        mchid: '1900000001',
        outTradeNo: 'ABCDEF',
        amountFen: 5,
        code: '130000000000000001',
        attach: 'a',
        description: '商品',
        deviceId: undefined,
      },
    })
  })

  const wrong: [string, Record<string, unknown>, string, string?][] = [
    ['no appid', { appid: undefined }, '/appid'],
    ['empty appid', { appid: '' }, '/appid'],
    ['mchid as a number', { mchid: 1_900_000_001 }, '/mchid'],
    ['short order number', { out_trade_no: 'ABCDE' }, '/out_trade_no'],
    ['long order number', { out_trade_no: 'A'.repeat(33) }, '/out_trade_no'],
    ['order number with a blank', { out_trade_no: 'ABC DEF' }, '/out_trade_no'],
    ['four-byte characters', { description: '茶🍵' }, '/description'],
    ['long description', { description: '茶'.repeat(128) }, '/description'],
    ['no payer', { payer: undefined }, '/payer'],
    ['foreign code', { payer: { auth_code: '281234567890123456' } }, '/payer/auth_code'],
    ['code of 17 digits', { payer: { auth_code: '13000000000000001' } }, '/payer/auth_code'],
    ['amount as text', { amount: { total: '1' } }, '/amount/total', '支付总金额需要使用整数'],
    ['fraction', { amount: { total: 1.5 } }, '/amount/total', '支付总金额需要使用整数'],
    ['nothing to pay', { amount: { total: 0 } }, '/amount/total'],
    ['dollars', { amount: { total: 1, currency: 'USD' } }, '/amount/currency'],
    ['no scene', { scene_info: undefined }, '/scene_info', '场景信息填写错误'],
    ['no store', { scene_info: {} }, '/scene_info/store_info', '场景信息填写错误'],
    ['nameless store', scene({}), '/scene_info/store_info', '场景信息填写错误'],
    ['store id with letters', scene({ id: 'S1' }), '/scene_info/store_info/id'],
    [
      'profit sharing as text',
      { settle_info: { profit_sharing: 'Y' } },
      '/settle_info/profit_sharing',
    ],
    ['a field of v2', { notify_url: 'https://shop.example' }, '/notify_url'],
  ]
  it.each(wrong)('refuses %s', (_name, patch, field, message) => {
    const reading = read(patch)
    expect(reading).toMatchObject({ ok: false, fault: { detail: { field, location: 'body' } } })
    if (message) expect(reading).toMatchObject({ fault: { message } })
  })

  it('takes order numbers of exactly 6 and 32 characters', () => {
    expect(read({ out_trade_no: 'A_-*|9' }).ok).toBe(true)
    expect(read({ out_trade_no: 'A'.repeat(32) }).ok).toBe(true)
  })

  it('never repeats a payment code', () => {
    const reading = read({ payer: { auth_code: '999999999999999999' } })
    expect(JSON.stringify(reading)).not.toContain('99999')
  })

  it('refuses what is not a JSON object', () => {
    for (const text of ['', '{', '[]', 'null', '"x"']) {
      expect(readChargeBody(text)).toMatchObject({ ok: false, fault: { detail: { field: '/' } } })
      expect(mchidOfBody(text)).toBeUndefined()
    }
  })
})

describe('the same body', () => {
  it('is the same in any order of keys, and another one is not', () => {
    expect(canonicalBody('{"a":1,"b":{"d":[1,2],"c":3}}')).toBe(
      canonicalBody('{ "b": {"c":3, "d":[1,2]}, "a":1 }'),
    )
    expect(canonicalBody('{"a":[1,2]}')).not.toBe(canonicalBody('{"a":[2,1]}'))
  })
})
