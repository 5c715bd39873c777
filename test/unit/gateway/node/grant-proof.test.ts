import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { err, ok } from '../../../../src/base/result.ts'
import { problem } from '../../../../src/domain/errors.ts'
import { createProver, type ProverOptions } from '../../../../src/gateway/services/node/prove.ts'
import { answer } from '../../../support/pay-server.ts'
import { createSeededEntropy } from '../../../support/seeded.ts'
import { PAID_BODY } from '../answers.ts'
import { type Cast, CHARGE, createMemoryLog, deadOrigin, makeCast, Rig } from './rig.ts'

let cast: Cast
let rig: Rig
beforeAll(async () => {
  cast = await makeCast()
  rig = new Rig(cast)
})
afterEach(() => rig.close())

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const EXPECTED = { outTradeNo: CHARGE.outTradeNo, amountFen: CHARGE.amountFen }

function proverFor(origins: readonly string[], more: Partial<ProverOptions> = {}) {
  let counter = 6
  return createProver({
    signer: {
      keyId: '0123456789abcdef',
      signAside: async (bytes) => sign(null, bytes, privateKey),
    },
    nextCounter: () => {
      counter += 1
      return ok(counter)
    },
    standpoint: () => ({
      ...{ serial: 'T-1', deviceType: '10' as const, appVersion: '0.1.0', grant: 'G-1/3' },
      ...{ place: '1,2,3,WGS-84', origins },
    }),
    nowMs: () => 1_700_000_000_123.5,
    entropy: createSeededEntropy(3),
    log: createMemoryLog(),
    ...more,
  })
}

/** Headers of the grant that a request had. */
const guitai = (headers: Record<string, unknown>) =>
  Object.keys(headers).filter((name) => name.startsWith('guitai-'))

describe('the proof of a payment call', () => {
  it('AC-259a: says device, place and program, signed over the bytes that are sent', async () => {
    const server = await rig.server()
    server.reply = answer(200, PAID_BODY)
    const gateway = await rig.gateway(server.origin, { prove: proverFor([server.origin]) })
    expect((await gateway.signCharge(CHARGE).send()).kind).toBe('paid')
    const sent = server.seen.find(({ method }) => method === 'POST')
    expect(sent?.headers).toMatchObject({
      'guitai-terminal': 'T-1',
      'guitai-key': '0123456789abcdef',
      'guitai-timestamp': '1700000000123',
      'guitai-counter': '7',
      'guitai-device-type': '10',
      'guitai-app-version': '0.1.0',
      'guitai-grant': 'G-1/3',
      'guitai-place': '1,2,3,WGS-84',
    })
    const body = createHash('sha256')
      .update(sent?.body ?? '')
      .digest('hex')
    const nonce = sent?.headers['guitai-nonce']
    const text = `GUITAI-PAYMENT-V1\nPOST\n/v3/pay/transactions/codepay\nT-1\n0123456789abcdef\n1700000000123\n${nonce}\n7\n10\n0.1.0\nG-1/3\nMICROPAY\n1,2,3,WGS-84\n${body}\n`
    const signature = Buffer.from(String(sent?.headers['guitai-signature']), 'base64')
    expect(verify(null, Buffer.from(text), publicKey, signature)).toBe(true)
  })

  it('names the interface of a payment code that a face gave', async () => {
    const server = await rig.server()
    server.reply = answer(200, PAID_BODY)
    const gateway = await rig.gateway(server.origin, { prove: proverFor([server.origin]) })
    await gateway.signCharge({ ...CHARGE, face: 'payment_code' }).send()
    const sent = server.seen.find(({ method }) => method === 'POST')
    const headers = sent?.headers ?? {}
    expect(headers['guitai-interface']).toBe('FACEPAY')
    const digest = createHash('sha256')
      .update(sent?.body ?? '')
      .digest('hex')
    const text = `GUITAI-PAYMENT-V1\nPOST\n/v3/pay/transactions/codepay\nT-1\n0123456789abcdef\n1700000000123\n${headers['guitai-nonce']}\n7\n10\n0.1.0\nG-1/3\nFACEPAY\n1,2,3,WGS-84\n${digest}\n`
    const signature = Buffer.from(String(headers['guitai-signature']), 'base64')
    expect(verify(null, Buffer.from(text), publicKey, signature)).toBe(true)
  })

  it('P7: goes with no query, and to no address that the grant does not name', async () => {
    const server = await rig.server()
    server.reply = answer(200, PAID_BODY)
    const named = await rig.gateway(server.origin, { prove: proverFor([server.origin]) })
    await named.query({ ...CHARGE, ...EXPECTED })
    const other = proverFor(['https://elsewhere.example', `${server.origin}0`])
    const foreign = await rig.gateway(server.origin, { prove: other })
    expect((await foreign.signCharge(CHARGE).send()).kind).toBe('paid')
    expect(server.seen.flatMap(({ headers }) => guitai(headers))).toEqual([])
  })

  it.each([true, false])(
    'goes to the backup address when the grant names it: %s',
    async (isNamed) => {
      const primary = await deadOrigin()
      const server = await rig.server()
      server.reply = answer(200, PAID_BODY)
      const prove = proverFor([primary, ...(isNamed ? [server.origin] : [])])
      const gateway = await rig.gateway(primary, { backup: server.origin, prove })
      await gateway.signCharge(CHARGE).send()
      const sent = server.seen.find(({ method }) => method === 'POST')
      expect(guitai(sent?.headers ?? {}).length).toBe(isNamed ? 10 : 0)
    },
  )

  it('P1: nothing is sent when no proof can be made', async () => {
    const server = await rig.server()
    server.reply = answer(200, PAID_BODY)
    const nextCounter = () => err(problem('scene.state_lost'))
    const noKey = () => {
      throw new Error('no key')
    }
    for (const broken of [{ nextCounter }, { signer: { keyId: 'a', signAside: noKey } }]) {
      const prove = proverFor([server.origin], broken)
      const gateway = await rig.gateway(server.origin, { prove })
      const heard = await gateway.signCharge(CHARGE).send()
      expect(heard).toMatchObject({ kind: 'unknown', sent: false })
    }
    expect(server.seen.filter(({ method }) => method === 'POST')).toEqual([])
  })

  it('P8: one that cannot be made stops neither query nor reversal', async () => {
    const server = await rig.server()
    const nextCounter = () => err(problem('scene.state_lost'))
    const prove = proverFor([server.origin], { nextCounter })
    const gateway = await rig.gateway(server.origin, { prove })
    server.reply = answer(200, PAID_BODY)
    expect((await gateway.query({ ...CHARGE, ...EXPECTED })).kind).toBe('paid')
    await gateway.reverse({ ...CHARGE, ...EXPECTED })
    const asked = server.seen.filter(({ url }) => url.includes(CHARGE.outTradeNo))
    expect(asked.map(({ method }) => method)).toEqual(['GET', 'POST'])
  })

  it.each([
    ['terminal.suspended', 'gateway.terminal_suspended'],
    ['counter.replayed', 'gateway.terminal_suspended'],
    ['terminal.elsewhere', 'gateway.terminal_suspended'],
    ['proof.missing', 'gateway.terminal_not_proven'],
    ['app_version.differs', 'gateway.terminal_not_proven'],
    ['grant.version_too_low', 'gateway.scene_refused'],
    ['made.up', 'gateway.not_authorised'],
  ])('a refusal for %s is %s, and is told on', async (reason, cause) => {
    const server = await rig.server()
    const headers = { 'Guitai-Refusal': reason }
    server.reply = answer(403, { code: 'NO_AUTH', message: 'no' }, { headers })
    const told: string[] = []
    const onGrantRefused = (heard: string) => told.push(heard)
    const prove = proverFor([server.origin])
    const gateway = await rig.gateway(server.origin, { prove, onGrantRefused })
    expect(await gateway.signCharge(CHARGE).send()).toMatchObject({ kind: 'refused', cause })
    expect(told).toEqual([reason])
  })

  it('P4: the header makes no refusal of what is none', async () => {
    const server = await rig.server()
    const headers = { 'Guitai-Refusal': 'grant.unknown' }
    server.reply = answer(500, { code: 'NO_AUTH', message: 'no' }, { headers })
    const gateway = await rig.gateway(server.origin, { prove: proverFor([server.origin]) })
    expect((await gateway.signCharge(CHARGE).send()).kind).toBe('unknown')
  })
})
