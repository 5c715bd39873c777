import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sealFace } from '../../src/face/node/seal.ts'
import { ServicesClient } from '../../src/gateway/services/node/client.ts'
import { createFaceAuthority } from '../../src/gateway/services/node/face-authority.ts'
import type { FaceAuthority, FaceOrder } from '../../src/ports/face.ts'
import { SERVICES_WAITS, servicesAddress } from '../../src/terminal/scene.ts'
import { isAnswerSigned } from '../../src/terminal/scene-trust.ts'
import { systemEntropy } from '../../src/terminal/system.ts'
import { drawn } from './face-client.ts'
import { EVIDENCE, limitRow, World } from './sandbox-services-client.ts'
import { SceneTerminal } from './scene-terminal.ts'

let world: World
let till: SceneTerminal
let authority: FaceAuthority

beforeEach(async () => {
  world = await World.start()
  till = await SceneTerminal.open(world)
  await world.grant([{ type: 'FACEPAY', evidence: EVIDENCE }])
  await world.limits([limitRow('MICROPAY', 500_000), limitRow('FACEPAY', 500_000)])
  await till.sync()
  await world.faces('people', { personId: 9, digits: '0009', age: 34 })
  const { keeper, signer } = till.parts
  const client = new ServicesClient({
    ...servicesAddress(world.sandbox.origin, readFileSync(join(world.dir, 'ca.pem'), 'utf8')),
    serial: 'POS01',
    signer,
    nextCounter: () => keeper.nextCounter(),
    nowMs: () => keeper.time.nowMs() ?? world.clock.nowMs(),
    entropy: systemEntropy,
    check: (signed) => {
      const trust = keeper.trust()
      return trust !== undefined && isAnswerSigned(trust, signed)
    },
    clock: till.clock,
    ...SERVICES_WAITS,
  })
  authority = createFaceAuthority({ client, clock: till.clock, log: till.log })
})
afterEach(async () => {
  await till.stop()
  await world.stop()
})

let orders = 0
const newOrder = (more: Partial<FaceOrder> = {}): FaceOrder => {
  orders += 1
  const terms = till.parts.keeper.faceTerms()
  if (terms === undefined) throw new Error('the terms of face pay are not whole')
  const consent = { id: `CONSENT-${orders}`, noticeVersion: '1', atMs: world.clock.nowMs() }
  return {
    captureId: String(orders).padStart(32, '0'),
    outTradeNo: `TILL-FACE-${orders}`,
    amountFen: 900,
    storeId: 'S001',
    grantVersion: till.parts.keeper.grantVersion() ?? '',
    consent,
    terms,
    ...more,
  }
}
/** Seals somebody for an order as the terminal does, and asks who it is. */
const ask = async (order: FaceOrder, how: { digits?: string; sealedFor?: FaceOrder } = {}) => {
  const providerKey = await authority.sealingKey(order.terms.sealingKeySha256)
  if (!providerKey.ok) throw new Error(providerKey.error.code)
  const context = { terminalSerial: 'POS01', order: how.sealedFor ?? order }
  const sealing = { providerKey: providerKey.value, context, entropy: systemEntropy }
  const sealed = sealFace(drawn(9), sealing)
  if (!sealed.ok) throw new Error(sealed.error)
  return authority.recognise(order, sealed.value, how.digits ?? '0009')
}
const refused = (cause: string) => ({ kind: 'refused', cause })

describe('what the terminal seals and asks', () => {
  it('is opened and answered by the provider, and pays', async () => {
    const order = newOrder()
    const answer = await ask(order)
    expect(answer).toMatchObject({ kind: 'recognised', credential: { type: 'payment_code' } })
    const code = answer.kind === 'recognised' ? answer.credential.code : ''
    const paid = await world.wire.charge(order.outTradeNo, order.amountFen, {
      code,
      headers: {
        'Guitai-Grant': order.grantVersion,
        'Guitai-Interface': 'FACEPAY',
        'Guitai-Place': '22543096,114057865,20,WGS-84',
      },
    })
    expect(paid.status).toBe(200)
  })

  it('is refused by its causes', async () => {
    const first = newOrder()
    expect(await ask(first, { sealedFor: newOrder() })).toEqual(refused('face.refused'))
    expect(await ask(newOrder(), { digits: '0001' })).toEqual(refused('face.wrong_digits'))
    expect(await ask(newOrder({ consent: first.consent }))).toEqual(refused('face.consent_old'))
    const causes = {
      not_recognised: 'face.not_recognised',
      not_enrolled: 'face.not_recognised',
      not_live: 'face.not_live',
      minor: 'face.minor',
      account_closed: 'face.refused',
    }
    for (const [scenario, cause] of Object.entries(causes)) {
      world.sandbox.script([{ matchFace: {}, scenario }])
      expect([scenario, await ask(newOrder())]).toEqual([scenario, refused(cause)])
    }
  })

  it.each([
    'unsigned',
    'signature_wrong',
    'garbage',
    'other_order',
    'other_capture',
    'replayed',
    'replayed_bytes',
  ])('does not believe an answer that is %s', async (scenario) => {
    expect((await ask(newOrder())).kind).toBe('recognised')
    world.sandbox.script([{ matchFace: {}, scenario }])
    expect(await ask(newOrder())).toEqual(refused('face.service_not_verified'))
    world.sandbox.script([])
    expect((await ask(newOrder())).kind).toBe('recognised')
  })
})
