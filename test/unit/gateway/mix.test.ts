import { describe, expect, test } from 'vitest'
import { encodeCharge } from '../../../src/gateway/codec.ts'
import { type CallRoutes, mixGateways } from '../../../src/gateway/mix.ts'
import type { GatewayHealth } from '../../../src/ports/gateway.ts'
import { createScriptedGateway } from '../../support/scripted-gateway.ts'
import { EXPECTED } from './answers.ts'
import { REFUND } from './v2/messages.ts'

const CHARGE = { ...EXPECTED, code: '130061098828009406', description: '茶', storeId: 'S001' }
const ALL_V3: CallRoutes = { charge: 'v3', query: 'v3', reverse: 'v3', refund: 'v3' }

function mix(calls: Partial<CallRoutes> = {}) {
  const v3 = createScriptedGateway()
  const v2 = createScriptedGateway()
  return { v3, v2, mixed: mixGateways(v3, v2, { ...ALL_V3, ...calls }) }
}

type Mixed = ReturnType<typeof mix>['mixed']
const ASKED: Readonly<Record<keyof CallRoutes, (gateway: Mixed) => void>> = {
  charge: (gateway) => void gateway.signCharge(CHARGE).send(),
  query: (gateway) => void gateway.query(EXPECTED),
  reverse: (gateway) => void gateway.reverse(EXPECTED),
  refund: (gateway) => {
    void gateway.refund(REFUND)
    void gateway.queryRefund(REFUND)
  },
}
const KINDS = Object.keys(ASKED) as (keyof CallRoutes)[]

function heard({ calls, refundCalls }: ReturnType<typeof createScriptedGateway>): string[] {
  return [...calls, ...refundCalls].map(({ kind }) => kind)
}

describe('which API a call goes by', () => {
  test.each(KINDS)('%s by the table, the others not', (kind) => {
    const { v3, v2, mixed } = mix({ [kind]: 'v2' })
    for (const ask of Object.values(ASKED)) ask(mixed)
    const own = kind === 'refund' ? ['refund', 'query_refund'] : [kind]
    expect(heard(v2)).toEqual(own)
    const all = ['charge', 'query', 'reverse', 'refund', 'query_refund']
    expect(heard(v3)).toEqual(all.filter((name) => !own.includes(name)))
  })

  test('a charge that rules out credit goes where that can be said, or nowhere', () => {
    const { v3, v2, mixed } = mix()
    void mixed.signCharge({ ...CHARGE, noCredit: true }).send()
    void mixed.signCharge({ ...CHARGE, noCredit: false }).send()
    expect([heard(v3), heard(v2)]).toEqual([['charge'], ['charge']])
    const terminal = { ...EXPECTED, terminalId: 'POS01', deviceIp: '127.0.0.1' }
    expect(encodeCharge({ ...CHARGE, noCredit: true }, terminal)).toEqual({
      ok: false,
      error: 'credit switched off',
    })
    expect(encodeCharge({ ...CHARGE, noCredit: false }, terminal).ok).toBe(true)
  })
})

describe('the health of both', () => {
  const OK: GatewayHealth = { state: 'ok', host: 'backup', clockSkewMs: 7 }

  test.each<[string, GatewayHealth, GatewayHealth, GatewayHealth]>([
    ['both are well', OK, { state: 'ok', host: 'primary' }, OK],
    ['v2 was never called', OK, { state: 'unknown' }, OK],
    ['v2 met the line, which v3 knows better', OK, fails('gateway.timeout'), OK],
    ['v2 met a trouble that passes', OK, fails('gateway.unreadable'), OK],
    [
      'v2 is answered and not dealt with',
      OK,
      fails('gateway.check_refused'),
      { ...OK, ...fails('gateway.check_refused') },
    ],
    [
      'both fail',
      fails('gateway.unreachable'),
      fails('gateway.check_refused'),
      fails('gateway.unreachable'),
    ],
  ])('%s', (_what, ofV3, ofV2, expected) => {
    const { v3, v2, mixed } = mix()
    v3.setHealth(ofV3)
    v2.setHealth(ofV2)
    expect(mixed.health()).toEqual(expected)
  })

  test('a change of either is told, as the health of both, until it is ended', () => {
    const { v3, v2, mixed } = mix()
    const told: GatewayHealth[] = []
    const end = mixed.onHealth((health) => told.push(health))
    v3.setHealth(OK)
    v2.setHealth(fails('gateway.bad_signature'))
    expect(told).toEqual([OK, { ...OK, ...fails('gateway.bad_signature') }])
    end()
    v3.setHealth(fails('gateway.timeout'))
    expect(told).toHaveLength(2)
  })
})

function fails(lastCause: NonNullable<GatewayHealth['lastCause']>) {
  return { state: 'failing', lastCause } as const
}
