import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { ServiceAnswer, ServiceCall } from '../../../../src/gateway/services/node/client.ts'
import { createFaceAuthority } from '../../../../src/gateway/services/node/face-authority.ts'
import type { FaceConfirm, FaceOrder, SealedFace } from '../../../../src/ports/face.ts'
import { createKeptLog } from '../../../support/kept-log.ts'
import { createManualClock } from '../../../support/manual-clock.ts'

const NOW_MS = 1_767_225_600_000
const CODE = '130061098828009406'
const DIGITS = '0451'
const KEY = Uint8Array.from({ length: 32 }, (_, index) => index + 1)
const SHA256 = createHash('sha256').update(KEY).digest('hex')
const SEALED: SealedFace = {
  ephemeralKey: new Uint8Array(32).fill(1),
  nonce: new Uint8Array(12).fill(2),
  ciphertext: new Uint8Array(50).fill(3),
}

function orderOf(confirm: FaceConfirm = 'digits'): FaceOrder {
  return {
    captureId: '0'.repeat(31).concat('a'),
    outTradeNo: 'GT01J0000000ABCDEFGHJKMN',
    amountFen: 1_230,
    storeId: 'S001',
    grantVersion: 'G-1/3',
    consent: { id: 'CONSENT-1', noticeVersion: '1', atMs: NOW_MS },
    terms: {
      confirm,
      livenessProfile: 'passive-1',
      sealingKeySha256: SHA256,
      notice: { version: '1', handler: '示例店', contact: '示例', recipient: 'Example' },
    },
  }
}
const ORDER = orderOf()
const ABOUT = { capture_id: ORDER.captureId, out_trade_no: ORDER.outTradeNo }
const RECOGNISED = {
  ...{ result: 'recognised', ...ABOUT, face_code: CODE, code_type: 'payment_code' },
  expires_at_ms: NOW_MS + 60_000,
}

function answered(value: unknown, roundTripMs = 200): ServiceAnswer {
  const facts = { status: 200, timestampMs: NOW_MS, arrivedMonotonicMs: 0, roundTripMs }
  return { kind: 'answered', ...facts, value }
}

function refused(code: string): ServiceAnswer {
  const facts = { status: 403, timestampMs: NOW_MS, arrivedMonotonicMs: 0, roundTripMs: 1 }
  return { kind: 'refused', ...facts, refusal: { code } }
}

const failed = (why: 'unreachable' | 'timeout' | 'not_verified' | 'unreadable' | 'no_counter') =>
  ({ kind: 'failed', why, detail: 'x' }) as const

function rig(answer: ServiceAnswer | Promise<ServiceAnswer>) {
  const calls: ServiceCall[] = []
  const log = createKeptLog()
  const clock = createManualClock()
  const client = {
    call(wanted: ServiceCall) {
      calls.push(wanted)
      return Promise.resolve(answer)
    },
  }
  return { authority: createFaceAuthority({ client, clock, log }), calls, log, clock }
}

describe('recognition', () => {
  it('F-12: asks with everything that the picture is bound to, and gives the code', async () => {
    const { authority, calls } = rig(answered(RECOGNISED))
    expect(await authority.recognise(ORDER, SEALED, DIGITS)).toEqual({
      kind: 'recognised',
      credential: { code: CODE, type: 'payment_code' },
    })
    expect(calls).toEqual([
      {
        method: 'POST',
        path: 'faces',
        body: {
          ...ABOUT,
          amount: 1_230,
          store_id: 'S001',
          grant: { grant_id: 'G-1', version: 3 },
          consent: { id: 'CONSENT-1', notice_version: '1', at_ms: NOW_MS },
          sealed: {
            ephemeral_key: Buffer.from(SEALED.ephemeralKey).toString('base64'),
            nonce: 'AgICAgICAgICAgIC',
            ciphertext: Buffer.from(SEALED.ciphertext).toString('base64'),
          },
          confirm: { kind: 'digits', digits: DIGITS },
        },
      },
    ])
  })

  it('F-16: digits go only where the terms ask for them', async () => {
    const { authority, calls } = rig(answered(RECOGNISED))
    await authority.recognise(orderOf('on_phone'), SEALED, DIGITS)
    expect(calls[0]?.body).toMatchObject({ confirm: { kind: 'on_phone' } })
    expect(JSON.stringify(calls)).not.toContain(DIGITS)
  })

  it.each<[string | undefined, string]>([
    [undefined, 'face.not_confirmed'],
    ['', 'face.wrong_digits'],
    ['123', 'face.wrong_digits'],
    ['12345', 'face.wrong_digits'],
    ['１２３４', 'face.wrong_digits'],
  ])('F-16: nothing leaves for digits %j', async (digits, cause) => {
    const { authority, calls } = rig(answered(RECOGNISED))
    expect(await authority.recognise(ORDER, SEALED, digits)).toEqual({ kind: 'refused', cause })
    expect(calls).toEqual([])
  })

  it('nothing leaves without a grant that permits it', async () => {
    for (const grantVersion of ['none', 'G-1/', '/3', 'G-1/0', 'G-1/3x']) {
      const { authority, calls } = rig(answered(RECOGNISED))
      const answer = await authority.recognise({ ...ORDER, grantVersion }, SEALED, DIGITS)
      expect(answer).toEqual({ kind: 'refused', cause: 'face.not_offered' })
      expect(calls).toEqual([])
    }
  })

  it.each<[string, object]>([
    ['another capture', { capture_id: 'f'.repeat(32) }],
    ['another order', { out_trade_no: 'GT01J0000000ABCDEFGHJKMZ' }],
    ['no capture', { capture_id: undefined }],
    ['no order', { out_trade_no: undefined }],
    ['a code of another wallet', { face_code: '281234567890123456' }],
    ['a code of the other kind', { code_type: 'face_code', face_code: 'a b' }],
    ['a code of no kind', { code_type: 'openid' }],
    ['no end', { expires_at_ms: undefined }],
    ['another result', { result: 'paid' }],
    ['an endless code', { face_code: '1'.repeat(1_000) }],
  ])('F-12: an answer with %s is not believed', async (_what, change) => {
    const { authority } = rig(answered({ ...RECOGNISED, ...change }))
    const cause = 'face.service_not_verified'
    expect(await authority.recognise(ORDER, SEALED, DIGITS)).toEqual({ kind: 'refused', cause })
  })

  it.each([null, undefined, 'x', [], 7])('garbage %j is a refusal', async (value) => {
    const { authority } = rig(answered(value))
    expect(await authority.recognise(ORDER, SEALED, DIGITS)).toEqual({
      kind: 'refused',
      cause: 'face.service_not_verified',
    })
  })

  it('a refusal about another order is not this one', async () => {
    const { authority } = rig(
      answered({ result: 'refused', ...ABOUT, out_trade_no: 'OTHER1', code: 'minor' }),
    )
    expect(await authority.recognise(ORDER, SEALED, DIGITS)).toMatchObject({
      cause: 'face.service_not_verified',
    })
  })

  it('F-25: a code that is over when it arrives is none', async () => {
    const code = (expires_at_ms: number, roundTripMs: number) =>
      rig(answered({ ...RECOGNISED, expires_at_ms }, roundTripMs)).authority.recognise(
        ORDER,
        SEALED,
        DIGITS,
      )
    expect(await code(NOW_MS + 1_001, 1_000)).toMatchObject({ kind: 'recognised' })
    expect(await code(NOW_MS + 1_000, 1_000)).toMatchObject({ cause: 'face.service_unreachable' })
    expect(await code(0, 0)).toMatchObject({ cause: 'face.service_unreachable' })
  })

  it('F-21: gives up after 20 s, and a later answer changes nothing', async () => {
    let answerNow: (answer: ServiceAnswer) => void = () => {}
    const late = new Promise<ServiceAnswer>((resolve) => {
      answerNow = resolve
    })
    const { authority, clock } = rig(late)
    const said = authority.recognise(ORDER, SEALED, DIGITS)
    clock.advance(20_000)
    answerNow(answered(RECOGNISED))
    expect(await said).toEqual({ kind: 'refused', cause: 'face.service_unreachable' })
    expect(clock.pendingCount()).toBe(0)
  })

  it.each([
    ['not_recognised', 'face.not_recognised'],
    ['not_enrolled', 'face.not_recognised'],
    ['not_live', 'face.not_live'],
    ['wrong_digits', 'face.wrong_digits'],
    ['minor', 'face.minor'],
    ['confirm.differs', 'face.not_confirmed'],
    ['consent.invalid', 'face.consent_old'],
    ['consent.old', 'face.consent_old'],
    ['consent.used', 'face.consent_old'],
    ['capture.invalid', 'face.refused'],
    ['capture.used', 'face.refused'],
    ['account.closed', 'face.refused'],
    ['limit.day', 'face.refused'],
    ['never.heard.of', 'face.refused'],
    ['rate.limited', 'face.service_unreachable'],
    ['service.failed', 'face.service_unreachable'],
  ])('F-07: the refusal %s is %s, in an answer and in place of one', async (code, cause) => {
    for (const answer of [answered({ result: 'refused', ...ABOUT, code }), refused(code)]) {
      const { authority } = rig(answer)
      expect(await authority.recognise(ORDER, SEALED, DIGITS)).toEqual({ kind: 'refused', cause })
    }
  })

  it.each([
    ['unreachable', 'face.service_unreachable'],
    ['timeout', 'face.service_unreachable'],
    ['no_counter', 'face.service_unreachable'],
    ['not_verified', 'face.service_not_verified'],
    ['unreadable', 'face.service_not_verified'],
  ] as const)('no answer, %s, is %s', async (why, cause) => {
    const { authority } = rig(failed(why))
    expect(await authority.recognise(ORDER, SEALED, DIGITS)).toEqual({ kind: 'refused', cause })
    expect(await authority.sealingKey(SHA256)).toMatchObject({ ok: false, error: { code: cause } })
  })

  it('P6: neither code, digits nor picture reaches the log', async () => {
    const { authority, log } = rig(answered(RECOGNISED))
    await authority.recognise(ORDER, SEALED, DIGITS)
    const written = JSON.stringify(log.lines)
    expect(written).toContain(ORDER.outTradeNo)
    for (const secret of [CODE, DIGITS, 'AgICAgIC']) expect(written).not.toContain(secret)
  })
})

describe('the sealing key', () => {
  const key = Buffer.from(KEY).toString('base64')

  it('F-12: is had when it is the granted one', async () => {
    const { authority, calls } = rig(answered({ key, sha256: SHA256 }))
    expect(await authority.sealingKey(SHA256)).toEqual({ ok: true, value: KEY })
    expect(calls).toEqual([{ method: 'GET', path: 'faces/key' }])
  })

  const other = Buffer.from(KEY.toReversed()).toString('base64')
  it.each<[string, object | null]>([
    ['of another digest', { key, sha256: 'f'.repeat(64) }],
    ['that is another one under its digest', { key: other, sha256: SHA256 }],
    ['that is short', { key: key.slice(0, 40), sha256: SHA256 }],
    ['that is no base64', { key: '*'.repeat(44), sha256: SHA256 }],
    ['that is missing', { sha256: SHA256 }],
    ['of nothing', null],
  ])('F-13: one %s is not used', async (_what, value) => {
    const { authority } = rig(answered(value))
    expect(await authority.sealingKey(SHA256)).toMatchObject({
      ok: false,
      error: { code: 'face.service_not_verified', moneyTaken: 'no' },
    })
  })
})
