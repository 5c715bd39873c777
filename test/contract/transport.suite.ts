import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Dispatch } from '../../src/api/dispatch.ts'
import { createDispatch } from '../../src/api/dispatch.ts'
import {
  type ClientFrame,
  OPERATIONS,
  type SaleView,
  type Scope,
  type ServerFrame,
} from '../../src/api/protocol.ts'
import { paidAnswer } from '../support/scripted-gateway.ts'
import { CODE, openTill, type Till } from '../support/till.ts'

const NO_SALE = '00000000-0000-4000-8000-000000000000'

/** One client's end of a transport. */
export type Link = {
  send(frame: ClientFrame | { readonly [key: string]: unknown }): void
  /** All frames that came. */
  frames(): readonly ServerFrame[]
  /** Resolves with the first frame, past or future, that fits. */
  frame(fits: (frame: ServerFrame) => boolean): Promise<ServerFrame>
  close(): Promise<void>
}

/** Opens a transport on a terminal, with the scopes of one of its screens. */
export type OpenLink = (till: Till, dispatch: Dispatch, scope: Scope) => Promise<Link>

/** What every transport of the frame protocol does. */
export function transportSuite(name: string, openLink: OpenLink): void {
  describe(`transport: ${name}`, () => {
    let till: Till
    let link: Link
    let customer: Link

    beforeEach(async () => {
      till = await openTill()
      const name = { id: 'POS01', store: '测试店', version: 'test' }
      const dispatch = createDispatch(till.engine, { name })
      link = await openLink(till, dispatch, 'screen')
      customer = await openLink(till, dispatch, 'customer')
    })
    afterEach(async () => {
      await link.close()
      await customer.close()
      await till.close()
    })

    const call = async (id: number, operation: string, input: unknown) => {
      link.send({ kind: 'call', id, operation, input })
      return link.frame((frame) => frame.kind === 'answer' && frame.id === id)
    }
    const create = async (id: number) => {
      const answer = await call(id, 'sale.create', { clientId: `c-${id}`, amountFen: 1_230 })
      if (answer.kind !== 'answer' || !answer.ok) throw new Error(JSON.stringify(answer))
      return answer.value as SaleView
    }

    it('answers a call', async () => {
      expect(await create(1)).toMatchObject({
        amountFen: 1_230,
        phase: 'armed',
        outcome: 'NOT_PAID',
      })
    })

    it('gives a repeat of a client id the first answer', async () => {
      const first = await call(1, 'sale.create', { clientId: 'same', amountFen: 1_230 })
      const second = await call(2, 'sale.create', { clientId: 'same', amountFen: 1_230 })
      expect(second).toEqual({ ...first, id: 2 })
      const other = await call(3, 'sale.create', { clientId: 'same', amountFen: 9 })
      expect(other).toMatchObject({ ok: false, problem: { code: 'api.client_id_reused' } })
    })

    it('sends the whole screen at once, and every change', async () => {
      link.send({ kind: 'watch', topic: 'cashier' })
      link.send({ kind: 'watch', topic: 'customer' })
      await link.frame((frame) => frame.kind === 'cashier' && frame.model.cashier.state === 'ready')
      await create(1)
      await link.frame(
        (frame) => frame.kind === 'customer' && frame.model.customer.amountFen === 1_230,
      )
      till.scanner.present(CODE)
      await till.gateway.last().answer(paidAnswer(till.gateway.last()))
      const paid = await link.frame(
        (frame) => frame.kind === 'cashier' && frame.model.cashier.state === 'paid',
      )
      expect(JSON.stringify(paid)).not.toContain(CODE)
    })

    it('sends every change of a sale', async () => {
      link.send({ kind: 'watch', topic: 'sales' })
      await create(1)
      till.scanner.present(CODE)
      await till.gateway.last().answer(paidAnswer(till.gateway.last()))
      await link.frame((frame) => frame.kind === 'sale' && frame.sale.outcome === 'PAID')
    })

    it('gives the customer nothing but their own screen, whatever happens (P9)', async () => {
      for (const topic of ['customer', 'cashier', 'sales'] as const) {
        customer.send({ kind: 'watch', topic })
      }
      await create(1)
      till.scanner.present(CODE)
      await till.gateway.last().answer({ kind: 'refused', cause: 'gateway.not_enough' })
      await customer.frame(
        (frame) => frame.kind === 'customer' && frame.model.customer.amountFen === 1_230,
      )
      customer.send({ kind: 'ping' })
      await customer.frame((frame) => frame.kind === 'pong')
      const frames = customer.frames()
      const refusals = frames.filter((frame) => frame.kind === 'answer')
      expect(refusals).toMatchObject([
        { id: -1, ok: false, problem: { code: 'api.forbidden', detail: 'cashier' } },
        { id: -1, ok: false, problem: { code: 'api.forbidden', detail: 'sales' } },
      ])
      const kinds = new Set(frames.map(({ kind }) => kind))
      expect([...kinds].toSorted()).toEqual(['answer', 'customer', 'pong'])
      for (const frame of frames) {
        if (frame.kind !== 'customer') continue
        expect(Object.keys(frame.model).toSorted()).toEqual(['atMs', 'customer', 'revision'])
      }
    })

    it('P9: tells the customer nothing of why face pay is not to be had', async () => {
      const input = { clientId: 'face-1', saleId: NO_SALE, act: 'choose' }
      customer.send({ kind: 'call', id: 900, operation: 'face.act', input })
      const answer = await customer.frame((frame) => frame.kind === 'answer' && frame.id === 900)
      expect(answer).toMatchObject({ ok: false, problem: { code: 'face.not_offered' } })
    })

    it('lets the customer ask for nothing but face pay', async () => {
      const others = Object.keys(OPERATIONS).filter((name) => name !== 'face.act')
      for (const [index, operation] of others.entries()) {
        customer.send({ kind: 'call', id: index, operation, input: {} })
        const answer = await customer.frame(
          (frame) => frame.kind === 'answer' && frame.id === index,
        )
        expect(answer).toMatchObject({ ok: false, problem: { code: 'api.forbidden' } })
      }
    })

    it('answers a ping', async () => {
      link.send({ kind: 'ping' })
      await link.frame((frame) => frame.kind === 'pong')
    })

    it.each([
      ['an unknown operation', 'sale.explode', {}, 'api.no_such_operation', undefined],
      ['a missing field', 'sale.create', { clientId: 'a' }, 'api.bad_request', 'amountFen'],
      [
        'an unknown field',
        'sale.create',
        { clientId: 'a', amountFen: 1, tip: 2 },
        'api.bad_request',
        'tip',
      ],
      [
        'an amount of zero',
        'sale.create',
        { clientId: 'a', amountFen: 0 },
        'amount.not_positive',
        'amountFen',
      ],
      [
        'a fraction of a fen',
        'sale.create',
        { clientId: 'a', amountFen: 0.5 },
        'amount.not_integer',
        'amountFen',
      ],
      [
        'an amount as text',
        'sale.create',
        { clientId: 'a', amountFen: '12' },
        'api.bad_request',
        'amountFen',
      ],
      [
        'another currency',
        'sale.create',
        { clientId: 'a', amountFen: 1, currency: 'USD' },
        'amount.not_cny',
        'currency',
      ],
      [
        'control characters',
        'sale.create',
        { clientId: 'a', amountFen: 1, description: 'a\u0007b' },
        'description.invalid',
        'description',
      ],
      [
        'a long description',
        'sale.create',
        { clientId: 'a', amountFen: 1, description: '字'.repeat(128) },
        'description.invalid',
        'description',
      ],
      [
        'an emoji',
        'sale.create',
        { clientId: 'a', amountFen: 1, description: '茶🍵' },
        'description.invalid',
        'description',
      ],
      [
        'a client id with spaces',
        'sale.create',
        { clientId: 'a b', amountFen: 1 },
        'api.bad_request',
        'clientId',
      ],
      [
        'an unknown sale',
        'sale.get',
        { saleId: '00000000-0000-4000-8000-000000000000' },
        'sale.not_found',
        'saleId',
      ],
    ])('refuses %s', async (_what, operation, input, code, field) => {
      const answer = await call(1, operation, input)
      expect(answer).toMatchObject({ ok: false, problem: { code, moneyTaken: 'no' } })
      if (field) expect(answer).toMatchObject({ problem: { field } })
      expect(till.engine.sales(1)).toEqual([])
    })

    it('answers what is not a frame, and goes on', async () => {
      link.send({ kind: 'nonsense', id: 7 })
      const answer = await link.frame((frame) => frame.kind === 'answer' && frame.id === 7)
      expect(answer).toMatchObject({ ok: false, problem: { code: 'api.bad_request' } })
      await create(8)
    })
  })
}
