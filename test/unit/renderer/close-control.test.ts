import { beforeEach, describe, expect, it } from 'vitest'
import { CloseControl } from '../../../renderer/cashier/close-control.ts'
import { TillSignIn } from '../../../renderer/cashier/till-sign-in.ts'
import type { Answer } from '../../../renderer/connection/connection.ts'
import type { Text } from '../../../renderer/text/language.ts'
import { TEXTS } from '../../../renderer/text/translate.ts'
import { problem } from '../../../src/domain/errors.ts'
import type { CashierScreen } from '../../../src/screen/model.ts'
import { OPERATORS, sessionOf } from '../../e2e/admin-fixtures.ts'
import { paidSale } from '../../e2e/refund-fixtures.ts'

type Call = { readonly operation: string; readonly input: Record<string, unknown> }
const SALE_ID = paidSale().saleId
const settled = () => new Promise((done) => setImmediate(done))

function rig() {
  const asked: Call[] = []
  const told: Text[] = []
  const answers: { [operation: string]: Answer } = {
    'operator.list': { kind: 'done', value: { operators: OPERATORS } },
    'operator.sign_in': { kind: 'done', value: sessionOf('manager') },
    'operator.sign_out': { kind: 'done', value: { done: true } },
    'sale.get': { kind: 'done', value: paidSale() },
    'sale.close': { kind: 'done', value: paidSale() },
  }
  const call = (wanted: { readonly operation: string; readonly input: object }) => {
    asked.push(wanted as Call)
    return Promise.resolve(answers[wanted.operation] ?? { kind: 'lost' as const })
  }
  const signIn = new TillSignIn({
    heard: { hasOperators: undefined },
    call,
    timers: { nowMs: () => 1_000, after: () => () => {} },
    draw: () => {},
    roles: ['manager'],
    onChange: () => {},
    report: (error) => {
      throw error
    },
  })
  const control = new CloseControl({
    call,
    language: () => 'en',
    draw: () => {},
    signIn,
    tell: (text) => told.push(text),
    report: (error) => {
      throw error
    },
  })
  return { control, asked, answers, told }
}

let till: ReturnType<typeof rig>
beforeEach(() => {
  till = rig()
})
const closings = () => till.asked.filter(({ operation }) => operation === 'sale.close')

async function openSignedIn(): Promise<void> {
  till.control.open(SALE_ID)
  await settled()
  till.control.signIn.choose('张敏')
  await till.control.signIn.signIn('135790', 'sale_close')
}

function seen(state: CashierScreen['state']): Parameters<CloseControl['onModel']>[0] {
  return { revision: 2, atMs: 2_000, cashier: { state } as CashierScreen }
}

describe('stopping to wait for a result', () => {
  it('needs somebody signed in and a reason', async () => {
    till.control.open(SALE_ID)
    await settled()
    till.control.choose('seen_paid')
    till.control.close()
    expect(closings()).toEqual([])
    await openSignedIn()
    till.control.close()
    expect(till.control.state.remark).toBe(TEXTS['act.reason_missing'])
    till.control.type(' no ')
    till.control.close()
    expect(closings()).toEqual([])
  })

  it('is done once, says so, and ends the session with the view', async () => {
    await openSignedIn()
    till.control.choose('seen_paid')
    till.control.close()
    till.control.close()
    await settled()
    expect(closings()).toHaveLength(1)
    expect(closings()[0]?.input).toMatchObject({
      saleId: SALE_ID,
      reason: TEXTS['by_hand.reason.seen_paid'].en,
      session: sessionOf('manager').session,
    })
    expect(till.told).toEqual([TEXTS['by_hand.done']])
    expect(till.control.isShown).toBe(false)
    expect(till.control.signIn.signedIn).toBeUndefined()
    expect(till.asked.at(-1)?.operation).toBe('operator.sign_out')
  })

  it('repeats a press that nobody answered under the same id, another reason under another', async () => {
    await openSignedIn()
    till.answers['sale.close'] = { kind: 'lost' }
    for (const reason of ['seen_paid', 'seen_paid', 'seen_not_paid'] as const) {
      till.control.choose(reason)
      till.control.close()
      await settled()
    }
    const [first, second, third] = closings().map(({ input }) => input.clientId)
    expect(second).toBe(first)
    expect(third).not.toBe(first)
    expect(till.control.state.remark).toBe(TEXTS['by_hand.lost'])
  })

  it('takes a new id after a refusal, and shows why', async () => {
    await openSignedIn()
    till.answers['sale.close'] = { kind: 'refused', problem: problem('sale.busy') } as Answer
    till.control.choose('seen_paid')
    till.control.close()
    await settled()
    till.control.close()
    await settled()
    const ids = new Set(closings().map(({ input }) => input.clientId))
    expect(ids.size).toBe(2)
    expect(till.control.state.remark?.en).toBe(problem('sale.busy').staff.en)
    expect(till.control.isShown).toBe(true)
  })

  it('asks for the sign-in again when the session has ended', async () => {
    await openSignedIn()
    till.answers['sale.close'] = {
      kind: 'refused',
      problem: problem('operator.session_ended'),
    } as Answer
    till.control.choose('seen_paid')
    till.control.close()
    await settled()
    expect(till.control.signIn.signedIn).toBeUndefined()
    expect(till.control.canClose).toBe(false)
  })

  it('keeps no payment code as a reason', async () => {
    await openSignedIn()
    till.control.type('1300 6109-8828 0094 06')
    expect(till.control.state).toMatchObject({
      words: '',
      remark: TEXTS['act.field_is_code'],
    })
  })

  it('gives the screen to a sale, and leaves when the line breaks with nothing under way', async () => {
    await openSignedIn()
    till.control.onModel(seen('ready'))
    expect(till.control.isShown).toBe(true)
    till.control.onModel(seen('waiting_code'))
    expect(till.control.isShown).toBe(false)
    await openSignedIn()
    till.control.choose('seen_paid')
    till.control.close()
    till.control.onLink('lost')
    expect(till.control.isShown).toBe(true)
    await settled()
    await openSignedIn()
    till.control.onLink('lost')
    expect(till.control.isShown).toBe(false)
  })
})
