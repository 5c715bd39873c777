import { expect, test } from 'vitest'
import {
  type CustomerEvent,
  type CustomerState,
  customerLook,
  customerPanel,
  initialCustomer,
  reduceCustomer,
} from '../../../renderer/customer/state.ts'
import { countdown, serverNowMs } from '../../../renderer/shared/server-clock.ts'
import { problem } from '../../../src/domain/errors.ts'
import type { CustomerScreen } from '../../../src/screen/model.ts'

function picture(customer: Partial<CustomerScreen>): CustomerEvent {
  return {
    kind: 'model',
    atMs: 5,
    model: {
      revision: 1,
      atMs: 1_000,
      customer: { state: 'ready', store: 's', ...customer },
    },
  }
}

function after(...events: CustomerEvent[]): CustomerState {
  return events.reduce(reduceCustomer, initialCustomer('zh-CN'))
}

const OPEN: CustomerEvent = { kind: 'link', state: 'open' }

test('the next customer finds the language of the house again', () => {
  const chosen = after(OPEN, picture({ state: 'waiting_code', amountFen: 1 }), { kind: 'language' })
  expect(chosen.language).toBe('en')
  const paid = reduceCustomer(chosen, picture({ state: 'paid', amountFen: 1 }))
  expect(paid.language).toBe('en')
  expect(reduceCustomer(paid, picture({})).language).toBe('zh-CN')
})

test('a customer who chooses a language before the sale keeps it in the sale', () => {
  const chosen = after(OPEN, picture({}), { kind: 'language' }, picture({}))
  expect(chosen.language).toBe('en')
  expect(reduceCustomer(chosen, picture({ state: 'waiting_code', amountFen: 1 })).language).toBe(
    'en',
  )
})

test('what was paid is not shown as current while the line is down', () => {
  const state = after(OPEN, picture({ state: 'paid', amountFen: 1 }), {
    kind: 'link',
    state: 'lost',
  })
  expect(customerPanel(state)).toBe('lost')
  expect(customerLook(state).title.en).toBe('Please wait')
})

test('a hint says what to do, and never turns paid into something else', () => {
  const { customer } = problem('gateway.not_enough')
  const refused = after(OPEN, picture({ state: 'not_paid', amountFen: 1, hint: customer }))
  expect(customerLook(refused).title).toEqual(customer)
  const paid = after(OPEN, picture({ state: 'paid', amountFen: 1, hint: customer }))
  expect(customerLook(paid).title.en).toBe('Payment successful')
})

test('time left runs by the clock of the terminal', () => {
  const arrival = { model: { atMs: 100_000 } as never, arrivedAtMs: 7_000 }
  expect(serverNowMs(arrival, 9_500)).toBe(102_500)
  expect(serverNowMs(arrival, 6_000)).toBe(100_000)
  expect(countdown(110_000, 102_500, 90_000)).toEqual({ seconds: 8, share: 0.375 })
  expect(countdown(110_000, 120_000)).toEqual({ seconds: 0, share: 0 })
  expect(countdown(110_000, 109_000)).toEqual({ seconds: 1, share: 1 })
})
