import { describe, expect, it } from 'vitest'
import { ERRORS } from '../../../src/domain/errors.ts'
import { SCENE_ERRORS } from '../../../src/domain/scene-errors.ts'
import { CHECKS, decide, type Scene } from '../../../src/scene/decide.ts'
import type { Facts, Request } from '../../../src/scene/request.ts'
import { INTERFACES } from '../../../src/scene/words.ts'
import {
  charge,
  DIGEST,
  goodFacts,
  goodScene,
  grantDocument,
  inHand,
  limitRow,
  measureDocument,
  NOW_MS,
  type Wire,
} from './documents.ts'

const ORDER = [
  ...['integrity', 'signature', 'terminal', 'merchant', 'version', 'time', 'validity', 'standing'],
  ...['network', 'place', 'interface', 'measures', 'currency', 'limits', 'role'],
]

/** Breaks exactly one check each, by the document of the grant, the facts or the request. */
type Break = {
  readonly document?: Wire
  readonly facts?: Partial<Facts>
  readonly request?: object
}
const BREAKS: Readonly<Record<string, Break>> = {
  integrity: { facts: { policies: [] } },
  signature: {},
  terminal: { facts: { terminal: { ...goodFacts().terminal, keySha256: DIGEST('9') } } },
  merchant: { facts: { merchant: { ...goodFacts().merchant, certificateSha256: DIGEST('9') } } },
  version: { document: { version: 6 } },
  time: { facts: { time: { kind: 'none' } } },
  validity: { facts: { offlineMs: 7_200_001 } },
  standing: { document: { measures: [measureDocument('M8')] } },
  network: { facts: { gateway: { origin: 'https://other.example', caSha256: DIGEST('d') } } },
  place: { facts: { place: { kind: 'outside' } } },
  interface: { document: { interfaces: [] } },
  measures: { document: { channels_allowed: ['CREDIT'] } },
  currency: { request: { currency: 'HKD' } },
  limits: { request: { amountFen: 2_000_000_000 } },
  role: { request: { role: 'installer' } },
}

/** A scene and a request in which all the named checks fail. */
function broken(names: readonly string[]): { scene: Scene; request: Request } {
  const all = names.map((name) => BREAKS[name] ?? {})
  const document = Object.assign(grantDocument(), ...all.map((one) => one.document ?? {}))
  const facts = goodFacts(Object.assign({}, ...all.map((one) => one.facts ?? {})))
  const request = charge(Object.assign({}, ...all.map((one) => one.request ?? {})))
  const grant = inHand(document, !names.includes('signature'))
  return { scene: goodScene({ grant, facts }), request }
}

describe('the decision', () => {
  it('allows what is in order', () => {
    expect(decide(goodScene(), charge())).toEqual({
      kind: 'allow',
      sendWithoutCredit: false,
      ceilingFen: 1_000_000_000,
    })
  })

  it('has the checks in the order they are made', () => {
    expect(CHECKS.map(({ name }) => name)).toEqual(ORDER)
  })

  it.each(ORDER)('records %s when that alone fails', (name) => {
    const { scene, request } = broken([name])
    expect(decide(scene, request)).toMatchObject({ kind: 'refuse', check: name })
  })

  it('records the first of all that fail', () => {
    for (let first = 0; first < ORDER.length; first += 1) {
      const { scene, request } = broken(ORDER.slice(first))
      expect(decide(scene, request)).toMatchObject({ check: ORDER[first] })
    }
  })

  it.each(['reverse', 'query'] as const)('never refuses to %s money in flight', (action) => {
    const request = { action, inFlight: true, interface: 'MICROPAY', role: 'terminal' } as const
    for (const name of ORDER) expect(decide(broken([name]).scene, request).kind).toBe('allow')
    const { sealed: _, ...facts } = goodFacts({ time: { kind: 'rolled_back' } })
    expect(decide(goodScene({ grant: { kind: 'none' }, facts }), request).kind).toBe('allow')
  })

  it('refuses everything else without a grant or without its sealed state', () => {
    const { sealed: _, ...facts } = goodFacts()
    const refund = { action: 'refund', interface: 'MICROPAY', role: 'manager' } as const
    for (const request of [charge(), refund]) {
      expect(decide(goodScene({ grant: { kind: 'none' } }), request)).toMatchObject({
        code: 'scene.no_grant',
      })
      expect(decide(goodScene({ facts }), request)).toMatchObject({ code: 'scene.state_lost' })
    }
  })

  it('gives back after the grant has run out, and away from the store', () => {
    const refund = { action: 'refund', interface: 'MICROPAY', role: 'cashier' } as const
    for (const name of ['place', 'interface', 'measures']) {
      expect(decide(broken([name]).scene, refund).kind).toBe('allow')
    }
    const facts = goodFacts({ time: { kind: 'trusted', nowMs: NOW_MS + 23 * 3_600_000 } })
    expect(decide(goodScene({ facts }), charge())).toMatchObject({ code: 'scene.grant_expired' })
    expect(decide(goodScene({ facts }), refund).kind).toBe('allow')
  })

  it.each(INTERFACES)('AC-11a/decision refuses %s when it is not granted', (type) => {
    const entries = grantDocument().interfaces as Wire[]
    const interfaces = entries.filter((entry) => entry.type !== type)
    const scene = goodScene({ grant: inHand(grantDocument({ interfaces })) })
    for (const request of [
      charge({ interface: type }),
      { ...charge(), interface: type, action: 'offer' },
    ]) {
      expect(decide(scene, request as Request)).toMatchObject({
        code: 'scene.interface_not_granted',
      })
    }
  })

  it('refuses H5 whatever a grant says', () => {
    const [entry] = grantDocument().interfaces as Wire[]
    const interfaces = [{ ...entry, type: 'H5' }]
    const document = grantDocument({ interfaces, limits: [limitRow('H5')] })
    expect(
      decide(goodScene({ grant: inHand(document) }), charge({ interface: 'H5' })),
    ).toMatchObject({ code: 'scene.interface_not_granted' })
  })

  it('AC-11c/decision offers no face pay without another way to pay', () => {
    const interfaces = (grantDocument().interfaces as Wire[]).slice(1)
    const grant = inHand(
      grantDocument({ interfaces, channels_allowed: ['QUICK', 'BALANCE', 'CREDIT'] }),
    )
    const request = { ...charge({ interface: 'FACEPAY' }), action: 'offer' } as Request
    expect(decide(goodScene({ grant }), request)).toMatchObject({
      code: 'scene.no_face_alternative',
    })
    const facts = goodFacts({ hasOtherTender: true })
    expect(decide(goodScene({ grant, facts }), request).kind).toBe('allow')
  })

  it('AC-2b/decision refuses another origin and another certificate authority', () => {
    for (const gateway of [
      { origin: 'https://gw.example:444', caSha256: DIGEST('d') },
      { origin: 'https://gw.example', caSha256: DIGEST('e') },
    ]) {
      expect(decide(goodScene({ facts: goodFacts({ gateway }) }), charge())).toMatchObject({
        code: 'scene.network_mismatch',
      })
    }
  })

  it('AC-4a/decision refuses another currency', () => {
    expect(decide(goodScene(), charge({ currency: 'HKD' }))).toMatchObject({
      code: 'scene.currency',
    })
  })

  it('AC-13b/decision refuses charges and refunds from the end of the certificate', () => {
    const refund = { action: 'refund', interface: 'MICROPAY', role: 'manager' } as const
    const at = (certificateNotAfterMs: number, request: Request) =>
      decide(
        goodScene({
          facts: goodFacts({ merchant: { ...goodFacts().merchant, certificateNotAfterMs } }),
        }),
        request,
      )
    for (const request of [charge(), refund]) {
      expect(at(NOW_MS + 1, request).kind).toBe('allow')
      expect(at(NOW_MS, request)).toMatchObject({ code: 'scene.certificate_expired' })
    }
  })

  it('AC-13c/decision refuses a grant of another merchant', () => {
    const merchant = { ...goodFacts().merchant, id: '1900000002' }
    expect(decide(goodScene({ facts: goodFacts({ merchant }) }), charge())).toMatchObject({
      code: 'scene.other_merchant',
    })
  })

  it.each([
    [{ serial: 'SN-2' }, 'scene.other_terminal'],
    [{ keySha256: DIGEST('9') }, 'scene.other_terminal'],
    [{ deviceType: '09' as const }, 'scene.other_terminal'],
    [{ appVersion: '0.0.99' }, 'scene.program_too_old'],
    [{ appVersion: 'x' }, 'scene.program_too_old'],
  ])('AC-3.5/decision AC-15c/decision refuses on another machine: %j', (changes, code) => {
    const terminal = { ...goodFacts().terminal, ...changes }
    expect(decide(goodScene({ facts: goodFacts({ terminal }) }), charge())).toMatchObject({ code })
  })

  it('AC-18/decision refuses once the agreement has ended, and offline by the end of the grace', () => {
    const grant = inHand(grantDocument({ measures: [measureDocument('M10')] }))
    expect(decide(goodScene({ grant }), charge())).toMatchObject({ code: 'scene.terminated' })
    const facts = goodFacts({ offlineMs: 7_200_001 })
    expect(decide(goodScene({ facts }), charge())).toMatchObject({ code: 'scene.offline_too_long' })
  })

  it('customers act for themselves only where nobody attends', () => {
    const entries = grantDocument().interfaces as Wire[]
    const interfaces = [...entries, ...entries.map((entry) => ({ ...entry, attended: false }))]
    const scene = goodScene({ grant: inHand(grantDocument({ interfaces })) })
    expect(decide(scene, charge({ role: 'customer', attended: false })).kind).toBe('allow')
    expect(decide(scene, charge({ role: 'customer' }))).toMatchObject({ check: 'role' })
    expect(decide(goodScene(), charge({ role: 'customer', attended: false }))).toMatchObject({
      code: 'scene.interface_not_granted',
    })
  })
})

describe('the words of a refusal', () => {
  it('are in the table of errors, and tell a customer no reason', () => {
    const customers = new Set<string>()
    for (const [code, { customer, staff }] of Object.entries(SCENE_ERRORS)) {
      expect(ERRORS).toHaveProperty([code])
      expect(staff['zh-CN'].length).toBeGreaterThan(0)
      customers.add(customer.en)
    }
    expect([...customers].sort()).toEqual([
      'Please ask the staff',
      'Please wait a moment, then show the code again',
      'This way to pay is not available now; please choose another',
    ])
  })
})
