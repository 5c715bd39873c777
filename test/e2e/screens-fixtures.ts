import { problem } from '../../src/domain/errors.ts'
import type {
  CashierScreen,
  CustomerScreen,
  Light,
  RecentSale,
  ScreenModel,
  ScreenState,
} from '../../src/screen/model.ts'
import { sceneScreens } from './scene-fixtures.ts'

const NOW_MS = 1_795_500_000_000
const SALE_ID = '7b0c3b0e-2f5a-4e5e-9d6c-3a1f0e9b8c7d'

const LIGHTS: readonly Light[] = [
  { device: 'scanner', level: 'ok', detail: 'open' },
  { device: 'gateway', level: 'ok', detail: 'ok' },
  { device: 'journal', level: 'ok', detail: 'ok' },
]
const GOOD_CERTIFICATE = { device: 'certificate', level: 'ok', detail: 'good' } as const

const RECENT: readonly RecentSale[] = [
  { saleId: 'a', atMs: NOW_MS - 60_000, amountFen: 4_550, outcome: 'PAID', orderRef: 'A-1041' },
  { saleId: 'b', atMs: NOW_MS - 240_000, amountFen: 128_000, outcome: 'UNKNOWN' },
  { saleId: 'c', atMs: NOW_MS - 420_000, amountFen: 990, outcome: 'NOT_PAID' },
  { saleId: 'd', atMs: NOW_MS - 600_000, amountFen: 2_300, outcome: 'PAID' },
  { saleId: 'e', atMs: NOW_MS - 900_000, amountFen: 16_800, outcome: 'PAID' },
]

type Scene = {
  readonly name: string
  readonly cashier: Partial<CashierScreen>
  readonly customer: Partial<CustomerScreen>
}

function scene(
  name: string,
  state: ScreenState,
  more: { cashier?: Partial<CashierScreen>; customer?: Partial<CustomerScreen> } = {},
): Scene {
  const isIdle = state === 'ready' || state === 'stopped'
  const amount = isIdle ? {} : { amountFen: 1_230 }
  const sale = isIdle ? {} : { saleId: SALE_ID, orderRef: 'A-1042' }
  return {
    name,
    cashier: { state, ...amount, ...sale, ...more.cashier },
    customer: { state, ...amount, ...more.customer },
  }
}

const ONE_PENDING = {
  pending: 1,
  pendingSales: [
    {
      what: 'payment',
      saleId: '33333333-3333-4333-8333-333333333333',
      amountFen: 128_000,
      sinceMs: NOW_MS - 65_000,
      nextTryAtMs: NOW_MS + 17_000,
      overdue: false,
    },
  ],
} as const
const TWO_PENDING = {
  pending: 2,
  pendingSales: [
    {
      what: 'refund',
      saleId: '22222222-2222-4222-8222-222222222222',
      amountFen: 4_550,
      sinceMs: NOW_MS - 4_000_000,
      nextTryAtMs: NOW_MS + 120_000,
      overdue: true,
    },
    ...ONE_PENDING.pendingSales,
  ],
} as const
const WAITING = { deadlineAtMs: NOW_MS + 142_000, sinceMs: NOW_MS - 38_000 }
const PAYING = { deadlineAtMs: NOW_MS + 31_000, sinceMs: NOW_MS - 14_000 }

/** One scene for every state a screen can show, and those with the longest texts. */
export const SCENES: readonly Scene[] = [
  scene('ready', 'ready'),
  scene('waiting_code', 'waiting_code', {
    cashier: { intents: ['cancel'], ...WAITING },
    customer: { deadlineAtMs: WAITING.deadlineAtMs },
  }),
  scene('wrong_wallet', 'waiting_code', {
    cashier: {
      intents: ['cancel'],
      notice: { problem: problem('code.alipay'), atMs: NOW_MS },
      ...WAITING,
    },
    customer: { hint: problem('code.alipay').customer },
  }),
  scene('submitting', 'submitting', { cashier: { intents: ['cancel'] } }),
  scene('on_phone', 'on_phone', {
    cashier: {
      intents: ['cancel', 'check'],
      gatewayText: 'USERPAYING 需要用户输入支付密码',
      ...PAYING,
    },
    customer: { deadlineAtMs: PAYING.deadlineAtMs },
  }),
  scene('checking', 'checking', {
    cashier: { intents: ['cancel', 'check', 'dismiss'], problem: problem('gateway.timeout') },
  }),
  scene('reversing', 'reversing', {
    cashier: {
      intents: ['check', 'dismiss'],
      problem: problem('gateway.unreachable'),
      ...ONE_PENDING,
    },
  }),
  scene('paid', 'paid', {
    cashier: {
      intents: ['dismiss'],
      payerTotalFen: 1_130,
      transactionId: '4200001234202611240000000001',
    },
  }),
  scene('not_paid', 'not_paid', {
    cashier: {
      intents: ['arm', 'cancel', 'dismiss'],
      problem: problem('gateway.not_enough'),
      gatewayText: 'NOTENOUGH 余额不足',
    },
    customer: { hint: problem('gateway.not_enough').customer },
  }),
  scene('unknown', 'unknown', {
    cashier: {
      intents: ['cancel', 'check', 'dismiss'],
      problem: problem('gateway.bad_signature'),
      deadlineAtMs: NOW_MS + 4_000,
      sinceMs: NOW_MS - 60_000,
      ...TWO_PENDING,
      lights: [
        { device: 'scanner', level: 'busy', detail: 'searching' },
        { device: 'gateway', level: 'bad', detail: 'failing' },
        { device: 'journal', level: 'off', detail: 'no such word' },
        GOOD_CERTIFICATE,
      ],
    },
  }),
  scene('cancelled', 'not_paid', { cashier: { intents: ['dismiss'] } }),
  scene('not_armed', 'ready', {
    cashier: { intents: ['arm', 'cancel'], saleId: SALE_ID, amountFen: 1_230 },
    customer: { amountFen: 1_230 },
  }),
  scene('stopped', 'stopped', {
    cashier: { problem: problem('journal.unavailable'), stop: 'terminal' },
  }),
  scene('large_amount', 'waiting_code', {
    cashier: { intents: ['cancel'], amountFen: 1_000_000_000, ...WAITING },
    customer: { amountFen: 1_000_000_000 },
  }),
  ...sceneScreens({
    nowMs: NOW_MS,
    sale: { saleId: SALE_ID, amountFen: 1_230, orderRef: 'A-1042' },
    pending: TWO_PENDING,
    lights: LIGHTS,
  }),
]

/** Finds a scene by name. */
export function sceneNamed(name: string): Scene {
  const found = SCENES.find((candidate) => candidate.name === name)
  if (found === undefined) throw new Error(`no scene ${name}`)
  return found
}

/** The picture of a scene. */
export function modelOf(given: Scene, revision = 1): ScreenModel {
  const store = '青禾便利店 人民路店'
  return {
    revision,
    atMs: NOW_MS,
    cashier: {
      state: 'ready',
      store,
      terminal: '01 号机',
      intents: [],
      lights: [...LIGHTS, GOOD_CERTIFICATE],
      recent: RECENT,
      pending: 0,
      mayRefund: false,
      pendingSales: [],
      ...given.cashier,
    },
    customer: { state: 'ready', store, ...given.customer },
  }
}
