import { beforeEach, describe, expect, it } from 'vitest'
import { TillSignIn } from '../../../renderer/cashier/till-sign-in.ts'
import type { Answer } from '../../../renderer/connection/connection.ts'
import { TEXTS } from '../../../renderer/text/translate.ts'
import { problem } from '../../../src/domain/errors.ts'
import { OPERATORS, sessionOf } from '../../e2e/admin-fixtures.ts'

type Call = { readonly operation: string; readonly input: object }

/** A till whose answers a test gives, and what it asked. */
function rig() {
  const asked: Call[] = []
  const answers: { [operation: string]: Answer } = {
    'operator.list': { kind: 'done', value: { operators: OPERATORS } },
    'operator.sign_in': { kind: 'done', value: sessionOf('manager') },
    'operator.sign_out': { kind: 'done', value: { done: true } },
  }
  const heard = { hasOperators: undefined as boolean | undefined }
  let changes = 0
  const signIn = new TillSignIn({
    heard,
    call: (wanted) => {
      asked.push(wanted as Call)
      return Promise.resolve(answers[wanted.operation] ?? { kind: 'lost' })
    },
    timers: { nowMs: () => 1_000, after: () => () => {} },
    draw: () => {},
    roles: ['manager'],
    report: (error) => {
      throw error
    },
    onChange: () => {
      changes += 1
    },
  })
  return { signIn, asked, answers, heard, changes: () => changes }
}

let till: ReturnType<typeof rig>
beforeEach(() => {
  till = rig()
})
const operations = () => till.asked.map(({ operation }) => operation)

describe('signing in at the till', () => {
  it('offers those who may do it, and knows only from the terminal whether anybody has to', async () => {
    expect(till.signIn.isNeeded).toBeUndefined()
    await till.signIn.ask()
    expect(till.signIn.isNeeded).toBe(true)
    const roles = new Set(till.signIn.state.operators?.map(({ role }) => role))
    expect([...roles]).toEqual(['manager'])
    till.answers['operator.list'] = { kind: 'done', value: { operators: [] } }
    await till.signIn.ask()
    expect(till.signIn.isNeeded).toBe(false)
  })

  it('still needs somebody when the terminal does not answer', async () => {
    till.answers['operator.list'] = { kind: 'lost' }
    await till.signIn.ask()
    expect(till.signIn.isNeeded).toBeUndefined()
    expect(till.signIn.state.operators).toBeUndefined()
  })

  it('sends the PIN once and keeps nothing of it', async () => {
    await till.signIn.ask()
    till.signIn.choose('张敏')
    await till.signIn.signIn('135790', 'refund')
    expect(till.asked.at(-1)).toEqual({
      operation: 'operator.sign_in',
      input: { name: '张敏', pin: '135790' },
    })
    expect(till.signIn.signedIn?.session).toBe(sessionOf('manager').session)
    expect(JSON.stringify([till.signIn.state, till.signIn.signedIn])).not.toContain('135790')
  })

  it('asks nothing without a name, nor twice at once', async () => {
    await till.signIn.signIn('135790', 'refund')
    till.signIn.choose('张敏')
    const first = till.signIn.signIn('135790', 'refund')
    await till.signIn.signIn('135790', 'refund')
    await first
    expect(operations()).toEqual(['operator.sign_in'])
  })

  it('signs somebody out at once who may not do it', async () => {
    till.answers['operator.sign_in'] = { kind: 'done', value: sessionOf('cashier') }
    till.signIn.choose('张敏')
    await till.signIn.signIn('135790', 'refund')
    expect(till.signIn.signedIn).toBeUndefined()
    expect(till.signIn.state).toMatchObject({
      isSending: false,
      remark: TEXTS['sign_in.no_right'],
    })
    expect(till.asked.at(-1)).toEqual({
      operation: 'operator.sign_out',
      input: { session: sessionOf('cashier').session },
    })
  })

  it('says why a PIN was not taken, and lets another be typed', async () => {
    till.answers['operator.sign_in'] = {
      kind: 'refused',
      problem: problem('operator.pin_wrong'),
    } as Answer
    till.signIn.choose('张敏')
    await till.signIn.signIn('000000', 'refund')
    expect(till.signIn.signedIn).toBeUndefined()
    expect(till.signIn.state.isSending).toBe(false)
    expect(till.signIn.state.remark?.en).toBe(problem('operator.pin_wrong').staff.en)
  })

  it('ends the session with the view, once, and keeps who there is', async () => {
    await till.signIn.ask()
    till.signIn.choose('张敏')
    await till.signIn.signIn('135790', 'refund')
    till.signIn.end()
    till.signIn.end()
    expect(till.signIn.signedIn).toBeUndefined()
    expect(till.signIn.state.name).toBeUndefined()
    expect(till.signIn.state.operators).toBeDefined()
    expect(operations().filter((name) => name === 'operator.sign_out')).toHaveLength(1)
  })
})
