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
    expect(await shop.recognitions()).toMatchObject([
      { result: 'recognised', out_trade_no: (await shop.sale()).attempts[0]?.outTradeNo },
    ])
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
    // Nobody is seen well enough, so that the capture lasts until the customer leaves it.
    shop.comes(PERSON, stage === 'capturing' ? 'blurred' : 'pays')
    const orders = (await shop.ledger()).length
    const asked = (await shop.recognitions()).length
    await shop.control('script', [{ matchFace: {}, scenario: 'slow', params: { seconds: 8 } }])
    await shop.collect('4.56')
    await shop.upTo(stage, DIGITS)
    if (way === WAYS[0]) await shop.picture(`left-${stage}`)
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

    const sent = (await shop.recognitions()).slice(asked)
    expect(sent.length).toBe(stage === 'recognising' ? 1 : 0)
    const { attempts } = await shop.sale()
    const made = (await shop.ledger()).slice(orders)
    expect(made).toMatchObject([{ amountFen: 456, state: 'SUCCESS', charges: 1 }])
    expect(attempts.map(({ outTradeNo }) => outTradeNo)).toEqual([made[0]?.outTradeNo])
    await shop.next()
  })

  it('F-22: ends when M6 comes while the camera looks; the code still pays', async () => {
    shop.comes(PERSON, 'blurred')
    const asked = (await shop.recognitions()).length
    await shop.collect('3.10')
    await shop.upTo('capturing', DIGITS)
    await expect.poll(async () => (await shop.camera()).live, SOON).toBe(1)
    const measure = await shop.measure('M6', {
      interfaces_allowed: ['MICROPAY'],
      attended_only: false,
    })
    await shop.isNotOffered()
    const { staff, customer } = await shop.read()
    expect(staff).toContain('现在不能刷脸。请改用付款码。')
    expect(customer).toContain('请改用付款码')
    await shop.picture('5-M6')
    await expect.poll(async () => (await shop.camera()).live, SOON).toBe(0)
    await shop.scan()
    await shop.isPaid()
    expect((await shop.recognitions()).length).toBe(asked)
    expect((await shop.ledger()).at(-1)).toMatchObject({ amountFen: 310, charges: 1 })
    await shop.cashier.keyboard.press('F2')
    await shop.control('services/lifts', { role: 'risk-issuer', measure_id: measure })
    await shop.isReady()
  })

  it('F-05, F-19: its journal agrees with the ledger, names FACEPAY, and holds nothing of a face', async () => {
    // Whatever was answered late has come by now.
    const ledger = await shop.ledger()
    const sent = await shop.recognitions()
    const rows = await shop.journal()
    const text = JSON.stringify(rows)
    const events = rows.map(({ event }) => event as Record<string, never>)
    const consents = events.flatMap(({ consented }) => (consented ? [consented] : []))
    for (const { consent_id, capture_id } of sent) {
      const found = consents.filter(({ consentId }) => consentId === consent_id)
      expect(found).toMatchObject([{ captureId: capture_id, noticeVersion: '1' }])
    }
    const charges = events.filter(({ binding }) => binding !== undefined)
    expect(charges.map(({ outTradeNo }) => outTradeNo)).toEqual(
      ledger.map(({ outTradeNo }) => outTradeNo),
    )
    const byFace = charges.filter(({ binding: { interface: way } }) => way === 'FACEPAY')
    expect(byFace.map(({ outTradeNo }) => outTradeNo)).toEqual([sent[0]?.out_trade_no])
    expect(text).not.toMatch(/landmark|template|score|digits/)
    expect(text).not.toContain(`"${DIGITS}"`)
    expect(text).not.toMatch(/[0-9A-Za-z+/]{65}/)
  })
})
