import type { Administration, SignedIn } from '../../renderer/shared/operator-types.ts'
import { problem } from '../../src/domain/errors.ts'
import type { SceneCode } from '../../src/domain/scene-errors.ts'

const NOW_MS = 1_795_500_000_000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Who may sign in. */
export const OPERATORS = [
  { name: '张敏', role: 'manager' },
  { name: '李强', role: 'cashier' },
  { name: '王工', role: 'installer' },
] as const

type Role = SignedIn['role']
const RIGHTS: { readonly [role in Role]: string[] } = {
  manager: [
    'refund',
    'sale_close',
    'shift_close',
    'administration_view',
    'measures',
    'interface_pause',
  ],
  installer: [
    'certificates',
    'operators',
    'administration_view',
    'interface_close',
    'interface_pause',
    'clock_unlock',
  ],
  cashier: ['shift_close'],
}

/** A session of somebody of a role. */
export function sessionOf(role: Role, lockAfterMs = 120_000): SignedIn {
  const name = OPERATORS.find((operator) => operator.role === role)?.name ?? '张敏'
  const session = `session-of-a-${role}-for-tests`
  return { session, name, role, rights: RIGHTS[role], lockAfterMs }
}

const refusal = (code: SceneCode, check: string) => ({ code, check, staff: problem(code).staff })

const GRANT: NonNullable<Administration['grant']> = {
  grantId: 'G-2026-000187',
  version: 7,
  policy: 'scene-rules 2026-11',
  merchantId: '1900000109',
  merchantKind: 'ENTERPRISE',
  storeId: 'S-0042',
  storeName: '青禾便利店 人民路店',
  address: '人民路 100 号一层 03 铺',
  regionCode: '310101',
  serial: 'GT-0A41-7720',
  deviceType: 'COUNTER',
  industryCategory: '5411',
  riskLevel: 'low',
  issuedAtMs: NOW_MS - 20 * DAY_MS,
  notBeforeMs: NOW_MS - 20 * DAY_MS,
  notAfterMs: NOW_MS + 70 * DAY_MS,
  offlineGraceMs: 2 * HOUR_MS,
  interfaces: [
    { interface: 'MICROPAY', attended: true, approvalRef: 'AP-2026-0117', state: 'open' },
    {
      interface: 'FACEPAY',
      attended: true,
      approvalRef: 'AP-2026-0118',
      state: 'refused',
      refusal: refusal('scene.face_incomplete', 'face'),
    },
  ],
  channelsAllowed: ['QUICK', 'BALANCE', 'CREDIT'],
  refund: 'allowed',
  flags: [],
}

type Counter = NonNullable<Administration['counters']>[number]
const counter = (more: Partial<Counter>): Counter => ({
  interface: 'MICROPAY',
  channel: 'ALL',
  single: 500_000,
  day: 5_000_000,
  month: 50_000_000,
  spentDayFen: 1_284_550,
  spentMonthFen: 21_038_090,
  reservedFen: 0,
  ...more,
})

/** A terminal with nothing the matter. */
export const CALM: Administration = {
  atMs: NOW_MS,
  terminal: { id: '01 号机', store: '青禾便利店 人民路店', version: '0.1.0' },
  services: {
    mode: 'enforced',
    lifecycle: 'active',
    standing: 'good',
    lastContactAtMs: NOW_MS - 12_000,
    waitingEvents: 0,
  },
  grant: {
    ...GRANT,
    interfaces: GRANT.interfaces.filter((one) => one.interface === 'MICROPAY'),
  },
  measures: [],
  counters: [
    counter({}),
    counter({
      channel: 'CREDIT',
      single: 100_000,
      day: 400_000,
      month: 'unlimited',
      spentDayFen: 128_000,
      spentMonthFen: 903_000,
    }),
  ],
  certificates: [
    {
      serial: '5157F09EFDC096DE15EBE81A47057A7232F1B8E1',
      merchantId: '1900000109',
      validFromMs: NOW_MS - 400 * DAY_MS,
      validUntilMs: NOW_MS + 1_400 * DAY_MS,
      daysLeft: 1_400,
      level: 'ok',
      signs: true,
      source: 'imported',
    },
  ],
  place: {
    state: 'inside',
    source: 'gnss',
    sinceMs: NOW_MS - 3 * DAY_MS,
    distanceM: 11.4,
    accuracyM: 8,
    fixAtMs: NOW_MS - 40_000,
    ip: '192.0.2.44',
    isInStoreNetwork: true,
  },
  clock: {
    kind: 'trusted',
    trustedMs: NOW_MS,
    wallMs: NOW_MS + 400,
    wallSkewMs: 400,
    isWallOff: false,
    highWaterMs: NOW_MS,
    offlineMs: 12_000,
    graceLeftMs: 2 * HOUR_MS - 12_000,
  },
  pauses: [],
  acts: [],
}

const MEASURES: Administration['measures'] = [
  {
    measureId: 'M-1001',
    seq: 11,
    code: 'M1',
    interfaces: [],
    effectiveAtMs: NOW_MS - 5 * HOUR_MS,
    ackDueAtMs: NOW_MS + 20 * HOUR_MS,
    items: [],
    may: ['acknowledge'],
  },
  {
    measureId: 'M-1002',
    seq: 12,
    code: 'M2',
    interfaces: ['MICROPAY'],
    effectiveAtMs: NOW_MS - 2 * DAY_MS,
    deadlineAtMs: NOW_MS + 2 * DAY_MS + 3 * HOUR_MS,
    onDeadline: 'suspend',
    items: ['门头照片须与登记一致', '收款处张贴商户名称'],
    acknowledgement: { operator: '张敏', atMs: NOW_MS - DAY_MS, isSent: true },
    reportedDone: { operator: '张敏', atMs: NOW_MS - HOUR_MS, isSent: false },
    may: ['report_done'],
  },
  {
    measureId: 'M-1003',
    seq: 13,
    code: 'M3',
    interfaces: ['MICROPAY'],
    effectiveAtMs: NOW_MS - 3 * HOUR_MS,
    items: [],
    may: [],
  },
  {
    measureId: 'M-1004',
    seq: 14,
    code: 'M4',
    interfaces: [],
    effectiveAtMs: NOW_MS - 3 * HOUR_MS,
    items: [],
    detail: 'T+7',
    may: [],
  },
]

/** A terminal with a bit of everything to look after, which still takes money. */
export const BUSY: Administration = {
  ...CALM,
  grant: { ...GRANT, notAfterMs: NOW_MS + 5 * DAY_MS, flags: ['store.floor'] },
  measures: MEASURES,
  counters: [
    counter({ spentDayFen: 3_900_000, reservedFen: 128_000 }),
    counter({ channel: 'CREDIT', single: 100_000, day: 400_000, spentDayFen: 400_000 }),
    counter({
      interface: 'FACEPAY',
      single: 0,
      day: 0,
      month: 0,
      spentDayFen: 0,
      spentMonthFen: 0,
    }),
    {
      interface: 'MICRO_CREDIT',
      day: 100_000,
      month: 1_000_000,
      spentDayFen: 32_000,
      spentMonthFen: 640_000,
      reservedFen: 0,
    },
  ],
  certificates: [
    ...CALM.certificates.map((one) => ({
      ...one,
      validUntilMs: NOW_MS + 6 * DAY_MS,
      daysLeft: 6,
      level: 'urgent' as const,
    })),
    {
      serial: '7A02B1D46C8E90F1123355779BDF02468ACE1357',
      merchantId: '1900000109',
      validFromMs: NOW_MS - DAY_MS,
      validUntilMs: NOW_MS + 1_825 * DAY_MS,
      daysLeft: 1_825,
      level: 'ok',
      signs: false,
      source: 'imported',
    },
  ],
  place: {
    state: 'unknown',
    source: 'none',
    sinceMs: NOW_MS - 7 * 60_000,
    toleratedMs: 23 * 60_000,
    ip: '192.0.2.44',
    isInStoreNetwork: false,
  },
  clock: { ...CALM.clock, wallMs: NOW_MS + 432_000, wallSkewMs: 432_000, isWallOff: true },
  pauses: [
    { interface: 'FACEPAY', operator: '张敏', reason: '设备检修', sinceMs: NOW_MS - 2 * HOUR_MS },
  ],
  acts: [
    {
      atMs: NOW_MS - HOUR_MS,
      what: 'measure.reported_done M2 M-1002',
      operator: '张敏',
      reason: '已按要求改正',
    },
    {
      atMs: NOW_MS - 2 * HOUR_MS,
      what: 'interface.pause FACEPAY',
      operator: '张敏',
      reason: '设备检修',
    },
    {
      atMs: NOW_MS - 3 * DAY_MS,
      what: 'certificate.import 7A02B1D46C8E90F1123355779BDF02468ACE1357',
      operator: '王工',
      reason: '旧证书将到期',
    },
  ],
}

/** A terminal that takes no new money: suspended, its clock locked, its totals lost. */
export const STOPPED: Administration = {
  ...CALM,
  refusal: refusal('scene.suspended', 'measures'),
  grant: {
    ...GRANT,
    notAfterMs: NOW_MS - HOUR_MS,
    interfaces: [
      {
        interface: 'MICROPAY',
        attended: true,
        approvalRef: 'AP-2026-0117',
        state: 'refused',
        refusal: refusal('scene.suspended', 'measures'),
      },
      { interface: 'FACEPAY', attended: true, approvalRef: 'AP-2026-0118', state: 'closed' },
    ],
  },
  measures: [
    {
      measureId: 'M-1008',
      seq: 18,
      code: 'M8',
      interfaces: [],
      effectiveAtMs: NOW_MS - 60_000,
      items: [],
      may: [],
    },
    {
      measureId: 'M-1077',
      seq: 19,
      code: 'M77',
      interfaces: [],
      effectiveAtMs: NOW_MS - 30_000,
      items: [],
      may: [],
    },
  ],
  counters: undefined,
  certificates: CALM.certificates.map((one) => ({
    ...one,
    validUntilMs: NOW_MS - DAY_MS,
    daysLeft: -1,
    level: 'expired' as const,
  })),
  place: { state: 'outside', source: 'gnss', distanceM: 1_840, accuracyM: 12, fixAtMs: NOW_MS },
  clock: {
    kind: 'rolled_back',
    wallMs: NOW_MS - 9 * DAY_MS,
    isWallOff: true,
    highWaterMs: NOW_MS + HOUR_MS,
  },
}

/** A terminal without terminal services. */
export const UNBOUND: Administration = {
  ...CALM,
  services: { mode: 'open', waitingEvents: 0 },
  grant: undefined,
  counters: undefined,
  certificates: [],
  place: { state: 'unknown', source: 'none' },
  clock: { kind: 'none', wallMs: NOW_MS, isWallOff: false },
}
