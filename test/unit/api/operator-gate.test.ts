import { describe, expect, it } from 'vitest'
import { createDispatch } from '../../../src/api/dispatch.ts'
import { COUNTER_RIGHTS, OPERATION_RIGHTS } from '../../../src/api/operator-gate.ts'
import { OPERATIONS, type Scope } from '../../../src/api/protocol.ts'
import { err, ok } from '../../../src/base/result.ts'
import { problem } from '../../../src/domain/errors.ts'
import { mayDo, type Operator, ROLES } from '../../../src/domain/roles.ts'
import type { Administration } from '../../../src/ports/administration.ts'
import type { Terminal, Wish } from '../../../src/ports/terminal.ts'

const SESSION = 'a-session-of-twenty-two-and-more'
const SALE = '00000000-0000-4000-8000-000000000000'
const INPUTS: Readonly<Record<string, object>> = {
  'measure.acknowledge': { measureId: 'm' },
  'measure.report_done': { measureId: 'm', reason: '已改' },
  'interface.pause': { interface: 'MICROPAY', reason: '检修' },
  'interface.resume': { interface: 'MICROPAY', reason: '检修' },
  'interface.close': {
    interface: 'ALL',
    administrator: 'wang',
    password: 'secret',
    reason: '停用',
  },
  'clock.unlock': { reason: '对时' },
  'sale.refund': { clientId: 'c', saleId: SALE, reason: '退货' },
  'sale.close': { clientId: 'c', saleId: SALE, reason: '人工核对' },
  'shift.close': { clientId: 'c' },
}

/** A terminal and an administration that note what they were asked to do, and by whom. */
function open(who: readonly Operator[], signedIn: Operator | undefined) {
  const did: string[] = []
  const act = (name: string) => (by: Operator) => {
    did.push(`${name} ${by.name}`)
    return ok(undefined)
  }
  const never = () => {
    throw new Error('not asked for')
  }
  const administration: Administration = {
    operators: () => ok(who),
    signIn: never,
    signOut: never,
    authorise({ session, right }) {
      if (signedIn === undefined || session !== SESSION)
        return err(problem('operator.session_ended'))
      return mayDo(signedIn.role, right) ? ok(signedIn) : err(problem('operator.not_allowed'))
    },
    view() {
      did.push(`admin.view ${signedIn?.name}`)
      return err(problem('api.internal'))
    },
    acknowledge: act('measure.acknowledge'),
    reportDone: act('measure.report_done'),
    pause: act('interface.pause'),
    resume: act('interface.resume'),
    async close(by) {
      did.push(`interface.close ${by.name}`)
      return ok([])
    },
    unlockClock: async (by) => act('clock.unlock')(by),
    record: never,
  }
  const terminal = {
    command: async (wish: Wish) => {
      const operator = 'operator' in wish ? wish.operator : ''
      did.push(`${wish.kind === 'refund_wanted' ? 'sale.refund' : 'sale.close'} ${operator}`)
      return err(problem('sale.not_found'))
    },
    screen: () => ({ cashier: { mayRefund: true } }),
    shifts: {
      close: ({ operator }: { readonly operator: string }) => {
        did.push(`shift.close ${operator}`)
        return err(problem('shift.unsettled'))
      },
    },
  } as unknown as Terminal
  const name = { id: 'POS01', store: '店', version: 'test' }
  const dispatch = createDispatch(terminal, { name, administration })
  return {
    did,
    ask: (operation: string, input: object, ...scopes: readonly Scope[]) =>
      dispatch(
        operation,
        { ...INPUTS[operation], ...input },
        scopes.length === 0 ? ['screen'] : scopes,
      ),
  }
}

const NAME = '某人'
const RIGHTS = { ...OPERATION_RIGHTS, ...COUNTER_RIGHTS }
const EVERY = Object.keys(RIGHTS) as (keyof typeof RIGHTS)[]

describe('rights', () => {
  it('AC-5/terminal: of every role and every operation: without the right nothing is ever done', async () => {
    for (const role of ROLES) {
      for (const operation of EVERY) {
        for (const scope of OPERATIONS[operation].scopes) {
          const signedIn = { name: NAME, role }
          const desk = open([signedIn], signedIn)
          const answer = await desk.ask(operation, { session: SESSION }, scope)
          const may = mayDo(role, RIGHTS[operation])
          expect(desk.did, `${role} ${operation}`).toEqual(may ? [`${operation} ${NAME}`] : [])
          if (!may) expect(answer).toMatchObject({ error: { code: 'operator.not_allowed' } })
        }
      }
    }
  })

  it('AC-5/terminal: without a session, or with one that ended, nothing is done at a screen', async () => {
    for (const operation of EVERY) {
      for (const input of [
        {},
        { session: 'x'.repeat(32) },
        { operator: NAME },
        { session: 'x'.repeat(32), operator: NAME },
      ]) {
        const desk = open([{ name: NAME, role: 'manager' }], undefined)
        const answer = await desk.ask(operation, input)
        expect(answer.ok, operation).toBe(false)
        expect(desk.did, operation).toEqual([])
      }
    }
  })

  it('the name comes from the session and not from the text', async () => {
    const signedIn = { name: NAME, role: 'manager' } as const
    for (const operation of Object.keys(COUNTER_RIGHTS)) {
      const desk = open([signedIn], signedIn)
      await desk.ask(operation, { session: SESSION, operator: '别人' })
      expect(desk.did).toEqual([`${operation} ${NAME}`])
    }
  })

  it('a register and a command name the operator themselves, as before', async () => {
    const desk = open([{ name: NAME, role: 'manager' }], undefined)
    await desk.ask('sale.refund', { operator: '收银一' }, 'register')
    await desk.ask('shift.close', { operator: '收银一' }, 'register')
    await desk.ask('sale.close', { operator: '负责人' }, 'admin')
    expect(desk.did).toEqual(['sale.refund 收银一', 'shift.close 收银一', 'sale.close 负责人'])
    const nobody = await desk.ask('sale.refund', {}, 'register')
    expect(nobody).toMatchObject({ error: { code: 'api.bad_request', field: 'operator' } })
  })

  it('AC-5/terminal: a screen that may also do other things is a screen for what they do not hold', async () => {
    const desk = open([{ name: NAME, role: 'manager' }], undefined)
    const both = ['screen', 'rig'] as const
    const close = await desk.ask('sale.close', { operator: NAME }, ...both)
    expect(close).toMatchObject({ error: { code: 'operator.sign_in_needed' } })
    await desk.ask('sale.close', { operator: NAME }, 'screen', 'admin')
    expect(desk.did).toEqual([`sale.close ${NAME}`])
  })

  it('AC-5/terminal: without operators a screen refunds and closes shifts as before, and closes no sale', async () => {
    const desk = open([], undefined)
    await desk.ask('sale.refund', { operator: '收银一' })
    await desk.ask('shift.close', { operator: '收银一' })
    const close = await desk.ask('sale.close', { operator: '收银一' })
    expect(close).toMatchObject({ error: { code: 'api.forbidden' } })
    expect(desk.did).toEqual(['sale.refund 收银一', 'shift.close 收银一'])
  })

  it('every operation that takes a session asks for a right, but signing out', () => {
    const taking = Object.entries(OPERATIONS)
      .filter(([, { input }]) => 'session' in input.shape)
      .map(([name]) => name)
    expect(taking.filter((name) => !Object.hasOwn(RIGHTS, name))).toEqual(['operator.sign_out'])
  })
})
