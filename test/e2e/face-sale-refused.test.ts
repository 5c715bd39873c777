import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PEOPLE } from '../../src/sandbox/faces/person.ts'
import { FaceShop } from './face-shop.ts'

const PERSON = 8
const MINOR = 5
/** The last of the drawn people is enrolled nowhere. */
const STRANGER = PEOPLE - 1

const digitsOf = (person: number) => String(person).padStart(4, '0')

describe('a sale by face with the development detector', () => {
  let shop: FaceShop
  beforeAll(async () => {
    shop = await FaceShop.open({ onlyDevelopmentModel: true })
  })
  afterAll(() => shop?.close())

  it('is told that the digits are wrong, and paid with the right ones', async () => {
    shop.comes(PERSON)
    await shop.collect('1.01')
    await shop.untilConfirming()
    await shop.confirm('9999')
    await shop.stage('offered')
    expect(await shop.customer.locator('.customer').textContent()).toContain(
      '请再试一次，或改用付款码',
    )
    expect(await shop.staffRead()).toContain('手机号后四位不符，没有动钱。')
    await shop.picture('7-wrong-digits')
    await shop.untilConfirming()
    await shop.confirm(digitsOf(PERSON))
    await shop.isPaid()
    expect((await shop.ledger()).at(-1)).toMatchObject({ amountFen: 101, charges: 1 })
    await shop.next()
  })

  it('F-21: is not offered after three tries in vain, and is paid by code', async () => {
    shop.comes(STRANGER)
    await shop.collect('1.02')
    for (const isLast of [false, false, true]) {
      await shop.untilConfirming()
      await shop.confirm(digitsOf(STRANGER))
      if (!isLast) await shop.stage('offered')
    }
    await shop.isNotOffered()
    expect(await shop.read()).toMatchObject({
      staff: '本单不再刷脸没有认出顾客，没有动钱。请再试或改用付款码。',
      customer: expect.stringContaining('请改用付款码'),
    })
    await shop.picture('8-three-failures')
    await shop.scan()
    await shop.isPaid()
    expect((await shop.sale()).attempts.length).toBe(1)
    await shop.next()
  })

  it('F-07: does not take a minor: the code is asked for, and nobody is told an age', async () => {
    shop.comes(MINOR)
    await shop.collect('1.03')
    await shop.untilConfirming()
    await shop.confirm(digitsOf(MINOR))
    await shop.isNotOffered()
    const { staff, customer } = await shop.read()
    expect(staff).toBe('本单不再刷脸这位顾客不能刷脸，没有动钱。请改用付款码。')
    expect(customer).toContain('请改用付款码')
    expect(customer).not.toMatch(/岁|age|不能刷脸/)
    await shop.picture('9-minor')
    await shop.scan()
    await shop.isPaid()
    await shop.next()
  })
})

describe('a sale by face without a camera', () => {
  let shop: FaceShop
  beforeAll(async () => {
    shop = await FaceShop.open({ noCamera: true })
  })
  afterAll(() => shop?.close())

  it('F-02: says so in plain words, and the code pays', async () => {
    await shop.collect('1.04')
    await shop.choose()
    await shop.consent()
    await shop.isNotOffered()
    expect(await shop.read()).toMatchObject({
      staff: '本单不再刷脸没有摄像头，没有动钱。请改用付款码，并检查摄像头。',
      customer: expect.stringContaining('请改用付款码'),
    })
    await shop.picture('10-no-camera')
    expect(await shop.recognitions()).toEqual([])
    await shop.scan()
    await shop.isPaid()
    expect(await shop.ledger()).toMatchObject([{ amountFen: 104, charges: 1 }])
    await shop.next()
  })
})
