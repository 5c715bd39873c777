import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { expect, test } from 'vitest'
import { classify } from '../../src/gateway/classify.ts'
import type { Call } from '../../src/gateway/code-table.ts'
import { signatureCheck } from '../../src/gateway/node/signatures.ts'
import { type PlatformKeys, type RawAnswer, verify } from '../../src/gateway/verify.ts'
import { createRandom, type Random } from '../support/seeded.ts'
import { EXPECTED, OPEN_ID, PAID_BODY } from '../unit/gateway/answers.ts'

const ROUNDS = 10_000
const SEED = Number(process.env.GUITAI_SEED ?? 20_260_101)
const NOW_MS = 1_767_225_600_000
const SERIAL = '5DEA10EF55877E3CF6C33255C2E7DEFFF7E427EC'

const platform = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const stranger = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const check = signatureCheck(createPublicKey(platform.privateKey))
const keys: PlatformKeys = { find: (serial) => (serial === SERIAL ? check : undefined) }

type Case = {
  readonly headers: Record<string, string>
  body: Buffer
  status: number
  /** Whether anything that decides `paid` differs from the original. */
  touched: boolean
}

function seal(
  body: Buffer,
  key = platform.privateKey,
  timestampS = NOW_MS / 1_000,
): Case['headers'] {
  const message = Buffer.concat([Buffer.from(`${timestampS}\nnonce\n`), body, Buffer.from('\n')])
  return {
    'content-type': 'application/json; charset=utf-8',
    'request-id': '08F2E9-0',
    'wechatpay-timestamp': String(timestampS),
    'wechatpay-nonce': 'nonce',
    'wechatpay-serial': SERIAL,
    'wechatpay-signature-type': 'WECHATPAY2-SHA256-RSA2048',
    'wechatpay-signature': sign('sha256', message, key).toString('base64'),
  }
}

const PAID = Buffer.from(JSON.stringify(PAID_BODY))
const REFUND = Buffer.from(JSON.stringify({ ...PAID_BODY, trade_state: 'REFUND' }))
const ORIGINALS = [PAID, REFUND].map((body) => ({ body, headers: seal(body) }))
const CHECKED_HEADERS = [
  'wechatpay-timestamp',
  'wechatpay-nonce',
  'wechatpay-serial',
  'wechatpay-signature',
]
const WRONG_VALUES = [null, '', 0, -1, 1, 1.5, true, [], {}, 'OTHER123', '1230', 1e21, 'SUCCESS']

type Mutation = (one: Case, random: Random) => void

function reseal(one: Case, body: Buffer, key = platform.privateKey): void {
  one.body = body
  Object.assign(one.headers, seal(body, key))
}

/** Each changes an answer in one way and says whether the result may still be paid. */
const MUTATIONS: Readonly<Record<string, Mutation>> = {
  flipBody: (one, random) => {
    const body = Buffer.from(one.body)
    const at = random.integer(0, body.length - 1)
    body[at] = (body[at] ?? 0) ^ (1 << random.integer(0, 7))
    one.body = body
    one.touched = true
  },
  truncate: (one, random) => {
    one.body = one.body.subarray(0, random.integer(0, one.body.length - 1))
    one.touched = true
  },
  extend: (one, random) => {
    const more = Buffer.from(random.bytes(random.integer(1, 40)))
    one.body = random.chance(0.5)
      ? Buffer.concat([one.body, more])
      : Buffer.concat([more, one.body])
    one.touched = true
  },
  dropHeader: (one, random) => {
    const name = random.pick(CHECKED_HEADERS)
    if (name in one.headers) one.touched = true
    delete one.headers[name]
  },
  swapHeaders: (one, random) => {
    const [first = '', second = ''] = random.shuffle(CHECKED_HEADERS)
    const held = one.headers[first] ?? ''
    one.headers[first] = one.headers[second] ?? ''
    one.headers[second] = held
    one.touched = true
  },
  flipHeader: (one, random) => {
    const name = random.pick(CHECKED_HEADERS)
    const value = Buffer.from(one.headers[name] ?? 'x')
    if (value.length === 0) return
    const at = random.integer(0, value.length - 1)
    value[at] = (value[at] ?? 0) ^ (1 << random.integer(0, 6))
    one.headers[name] = value.toString('latin1')
    one.touched = true
  },
  strangerSigns: (one) => {
    reseal(one, one.body, stranger.privateKey)
    one.touched = true
  },
  probe: (one) => {
    one.headers['wechatpay-signature'] = 'WECHATPAY/SIGNTEST/zzz'
    one.touched = true
  },
  otherTime: (one, random) => {
    const awayS = random.pick([-86_400, -301, -300, 300, 301, 86_400])
    Object.assign(one.headers, seal(one.body, platform.privateKey, NOW_MS / 1_000 + awayS))
    one.touched = true
  },
  wrongFieldSigned: (one, random) => {
    const order = structuredClone(PAID_BODY) as Record<string, unknown>
    const field = random.pick(['appid', 'mchid', 'out_trade_no', 'trade_state', 'amount', 'total'])
    const value = random.pick(WRONG_VALUES)
    if (field === 'trade_state' && value === 'SUCCESS') return
    if (field === 'total') order.amount = { ...PAID_BODY.amount, total: value }
    else if (random.chance(0.3)) delete order[field]
    else order[field] = value
    reseal(one, Buffer.from(JSON.stringify(order)))
    one.touched = true
  },
  otherStatus: (one, random) => {
    one.status = random.pick([100, 204, 301, 302, 400, 401, 403, 404, 409, 429, 500, 502, 503])
    if (one.status !== 204) one.touched = true
  },
  harmless: (one, random) => {
    one.headers[`x-${random.integer(0, 9)}`] = 'anything'
    one.headers['request-id'] = '\u0000\r\n'.repeat(random.integer(0, 3))
  },
}

function summary(one: Case): string {
  return JSON.stringify({ ...one, body: one.body.toString('latin1') })
}

test(`P3: of ${ROUNDS} mutated answers, none is paid that was touched (seed ${SEED})`, () => {
  const random = createRandom(SEED)
  const names = Object.keys(MUTATIONS)
  const kinds = new Map<string, number>()
  for (let round = 0; round < ROUNDS; round += 1) {
    const original = random.pick(ORIGINALS)
    const one: Case = { ...original, headers: { ...original.headers }, status: 200, touched: false }
    const used = [random.pick(names)]
    if (random.chance(0.3)) used.push(random.pick(names))
    for (const name of used) MUTATIONS[name]?.(one, random)
    const call = random.pick<Call>(['charge', 'query', 'reverse'])
    const answer: RawAnswer = one
    const where = () => `seed ${SEED} round ${round} ${call} ${used} ${summary(one)}`
    const verdict = verify(answer, keys, NOW_MS)
    const given = { call, expected: EXPECTED, resent: random.chance(0.5) }
    const result = classify({ kind: 'answered', answer, verdict }, given)
    kinds.set(result.kind, (kinds.get(result.kind) ?? 0) + 1)
    if (result.kind === 'paid') {
      expect(isWhole(one), where()).toBe(true)
      expect(call, where()).not.toBe('reverse')
    } else if (!one.touched && call !== 'reverse') {
      expect(result.kind, where()).toBe('paid')
    }
    expect(JSON.stringify(result), where()).not.toContain(OPEN_ID)
  }
  // The generator is worth something only if it makes both.
  expect(kinds.get('paid') ?? 0).toBeGreaterThan(100)
  expect(kinds.get('unknown') ?? 0).toBeGreaterThan(1_000)
})

/** Whether an answer says what one of the originals says, under a signature made for it. */
function isWhole(one: Case): boolean {
  const whole = ORIGINALS.some(({ body }) => body.equals(one.body))
  const { headers } = one
  const timestamp = headers['wechatpay-timestamp']
  const fresh = Math.abs(NOW_MS - Number(timestamp) * 1_000) < 300_000
  const key = platform.privateKey
  const signature = seal(one.body, key, Number(timestamp))['wechatpay-signature']
  const signed =
    headers['wechatpay-nonce'] === 'nonce' &&
    headers['wechatpay-serial'] === SERIAL &&
    headers['wechatpay-signature'] === signature
  return whole && fresh && signed && one.status >= 200 && one.status < 300
}
