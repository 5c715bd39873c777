import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { FaceShop, HAS_MODELS } from './face-shop.ts'

const PERSON = 7
const DIGITS = '0007'
/** A busy machine needs a moment to end a line. */
const SOON = { timeout: 15_000 }
const DETECTOR = HAS_MODELS ? 'YuNet' : 'the development detector'

describe(`a sale by face, found by ${DETECTOR}`, () => {
  let shop: FaceShop
  beforeAll(async () => {
    shop = await FaceShop.open()
  })
  afterAll(() => shop?.close())
  afterEach(() => shop.control('script', []))

  it('F-01, F-05, F-16: is agreed to, seen, confirmed and paid, and the camera is open in between', async () => {
    shop.comes(PERSON)
    await shop.collect('12.30')
    await shop.picture('1-offered')
    await shop.choose()
    await shop.picture('2-notice')
    expect(await shop.camera()).toEqual({ opened: 0, live: 0 })
    await shop.consent()
    await shop.stage('capturing')
    await expect.poll(() => shop.camera(), SOON).toEqual({ opened: 1, live: 1 })
    await shop.stage('confirming')
    await expect.poll(() => shop.camera(), SOON).toEqual({ opened: 1, live: 0 })
    expect(await shop.recognitions()).toEqual([])
    await shop.picture('4-confirming')
    await shop.confirm(DIGITS)
    await shop.isPaid()
    await shop.picture('6-paid')
    expect(await shop.camera()).toEqual({ opened: 1, live: 0 })
    expect(await shop.recognitions()).toMatchObject([{ verdict: 'ok', status: 200 }])
    const { attempts, outcome } = await shop.sale()
    expect([outcome, attempts.length]).toEqual(['PAID', 1])
    expect(await shop.ledger()).toMatchObject([
      {
        outTradeNo: attempts[0]?.outTradeNo,
        transactionId: attempts[0]?.transactionId,
        amountFen: 1_230,
        state: 'SUCCESS',
        charges: 1,
      },
    ])
    await shop.next()
  })

  const STAGES = ['offered', 'notice', 'capturing', 'confirming', 'recognising'] as const
  const WAYS = ['by a code that is simply shown', 'by the way back, then a code'] as const
  const REFUSALS = STAGES.flatMap((stage) => WAYS.map((way) => [stage, way] as const))

  it.each(REFUSALS)('F-02, F-03, F-06: is left while %s, %s', async (stage, way) => {
    // Nobody is seen, so that the capture lasts until the customer leaves it.
    shop.comes(PERSON, stage === 'capturing' ? 'nobody' : 'pays')
    const orders = (await shop.ledger()).length
    const asked = (await shop.recognitions()).length
    await shop.control('script', [{ matchFace: {}, scenario: 'slow', params: { seconds: 3 } }])
    await shop.collect('4.56')
    await shop.upTo(stage, DIGITS)
    if (way === WAYS[1] && stage !== 'offered') {
      await shop.decline()
      await shop.isWithoutFace()
      expect(await shop.customer.getAttribute('.customer', 'data-state')).toBe('waiting_code')
    }
    await shop.scan()
    await shop.isPaid()
    await shop.isWithoutFace()
    expect(await shop.customer.locator('video, .face, .digit').count()).toBe(0)
    await expect.poll(async () => (await shop.camera()).live, SOON).toBe(0)

    const isSent = stage === 'recognising'
    // An answer that comes late is for nobody: no second order is made of it.
    const answered = async () => (await shop.recognitions()).length - asked
    await expect.poll(answered, SOON).toBe(isSent ? 1 : 0)
    const { attempts } = await shop.sale()
    const made = (await shop.ledger()).slice(orders)
    expect(made).toMatchObject([{ amountFen: 456, state: 'SUCCESS', charges: 1 }])
    expect(attempts.map(({ outTradeNo }) => outTradeNo)).toEqual([made[0]?.outTradeNo])
    await shop.next()
  })

  it('F-22: ends when M6 comes while the camera looks; the code still pays', async () => {
    shop.comes(PERSON, 'nobody')
    const asked = (await shop.recognitions()).length
    await shop.collect('3.10')
    await shop.upTo('capturing', DIGITS)
    await expect.poll(async () => (await shop.camera()).live, SOON).toBe(1)
    const measure = await shop.measure('M6', {
      interfaces_allowed: ['MICROPAY'],
      attended_only: false,
    })
    await shop.isWithoutFace()
    await expect.poll(async () => (await shop.camera()).live, SOON).toBe(0)
    await shop.scan()
    await shop.isPaid()
    expect((await shop.recognitions()).length).toBe(asked)
    expect((await shop.ledger()).at(-1)).toMatchObject({ amountFen: 310, charges: 1 })
    await shop.cashier.keyboard.press('F2')
    await shop.control('services/lifts', { role: 'risk-issuer', measure_id: measure })
    await shop.isReady()
  })

  it('F-05, F-19: its journal is whole, says FACEPAY and each consent, and nothing of a face', async () => {
    const { entries, whole } = await shop.control('faces/audit')
    const rows = await shop.journal()
    const text = JSON.stringify(rows)
    console.log(entries, whole, text.slice(-6000))
    expect(text).not.toMatch(/landmark|template|score|digits/)
    expect(text).not.toMatch(/[0-9A-Za-z+/]{65}/)
  })
})
