import { NO_BULLETINS, readBulletin, takeBulletin } from '../../../src/scene/bulletin.ts'
import {
  type Counters,
  commit,
  newCounters,
  release,
  reserve,
} from '../../../src/scene/counters.ts'
import { type Decision, decide } from '../../../src/scene/decide.ts'
import { type GrantInHand, readGrant } from '../../../src/scene/grant.ts'
import type { Facts, Request } from '../../../src/scene/request.ts'
import { CHANNELS, INTERFACES } from '../../../src/scene/words.ts'
import type { Random } from '../../support/seeded.ts'
import {
  bulletinDocument,
  DIGEST,
  goodFacts,
  grantDocument,
  instant,
  limitRow,
  MEASURE_PARAMS,
  NOW_MS,
  type Wire,
} from './documents.ts'
import type { Answer, Case, CounterEvent } from './reference-model.ts'

const DAY_MS = 86_400_000
const CODES = ['M1', 'M2', 'M3', 'M4', 'M5', 'M6', 'M7', 'M8', 'M9', 'M10', 'M77']
const ZEROS = DIGEST('0')
const digestOf = (seq: number): string => (seq === 0 ? ZEROS : String(seq).padStart(64, '0'))

/** An instant around now, whole seconds, often exactly at an edge. */
function around(random: Random, spreadMs: number): string {
  const offsetS = random.chance(0.2)
    ? random.integer(-1, 1)
    : random.integer(-spreadMs, spreadMs) / 1_000
  return instant(NOW_MS + Math.trunc(offsetS) * 1_000)
}

function amount(random: Random): number {
  return random.pick([0, 1, 99, 100, 101, 10_000, 50_000, 99_900, 100_000, 500_000])
}

function randomLimit(random: Random): Wire {
  const value = () => (random.chance(0.5) ? 'unlimited' : amount(random) * random.integer(1, 5))
  const row: Wire = limitRow(
    random.chance(0.05) ? 'CARRIER' : random.pick(['MICROPAY', 'FACEPAY']),
    {
      channel: random.pick(['ALL', 'ALL', 'QUICK', 'BALANCE', 'CREDIT']),
      single: value(),
      day: value(),
      month: value(),
      limits_version: random.chance(0.02) ? 2 : 3,
    },
  )
  if (random.chance(0.02)) delete row[random.pick(['single', 'day', 'month'])]
  return row
}

function randomMeasure(random: Random, seq: number, id: number): Wire {
  const code = random.pick(CODES)
  const named = random.pick([[], [], ['MICROPAY'], ['FACEPAY'], ['FACEPAY', 'CARRIER']])
  const params: Wire = { ...(MEASURE_PARAMS[code] ?? {}) }
  if (code === 'M3') {
    params.limits = [
      {
        interface: random.pick(['MICROPAY', 'FACEPAY']),
        channel: random.pick(['ALL', 'QUICK', 'CREDIT']),
        single: amount(random),
        day: amount(random) * 3,
        month: amount(random) * 9,
      },
    ]
  }
  if (code === 'M5')
    params.channels_allowed = random.shuffle(CHANNELS).slice(0, random.integer(1, 3))
  if (code === 'M6') {
    params.interfaces_allowed = random.pick([['MICROPAY'], ['FACEPAY'], ['MICROPAY', 'FACEPAY']])
    params.attended_only = random.chance(0.5)
  }
  if (code === 'M8') params.refund = random.pick(['allowed', 'blocked'])
  const measure: Wire = {
    ...{ measure_id: `ME-${id}`, code, seq, scope: { interfaces: named }, params },
    effective_at: random.chance(0.1)
      ? around(random, 9 * DAY_MS)
      : instant(NOW_MS - random.integer(0, 9) * DAY_MS),
  }
  if (code === 'M2' && random.chance(0.95)) measure.deadline = around(random, 2 * DAY_MS)
  if (code === 'M2' && random.chance(0.3)) measure.on_deadline = random.pick(['suspend', 'none'])
  return measure
}

function randomGrant(random: Random): Wire | undefined {
  if (random.chance(0.01)) return undefined
  const document = structuredClone(grantDocument()) as Wire & Record<string, Wire>
  const some = (probability: number, change: () => void): void => {
    if (random.chance(probability)) change()
  }
  some(0.6, () => {
    const extra = Array.from({ length: random.integer(1, 4) }, () => randomLimit(random))
    const base = [limitRow('MICROPAY'), limitRow('FACEPAY')]
    document.limits = [...(random.chance(0.8) ? base : []), ...extra] as unknown as Wire
  })
  some(0.3, () => {
    document.merchant = { ...(document.merchant as Wire), kind: 'MICRO' } as Wire
    document.micro_credit = { day: 100_000, month: 1_000_000 }
  })
  some(0.01, () => delete (document.merchant as Wire).kind)
  some(0.01, () => {
    document.surprise = {}
  })
  some(0.01, () => {
    ;(document as Wire).currency = 'USD'
  })
  some(0.01, () => {
    ;(document.store as Wire).region_code = random.pick(['810000', '710000'])
  })
  some(0.01, () => {
    ;((document.store as Wire).geo as Wire as { lat_e6: number }).lat_e6 = 1_000_000
  })
  some(0.01, () => {
    document.micro_credit = { day: 1, month: 1 }
  })
  some(0.01, () => {
    ;(document as Wire).policy_version = '9'
  })
  some(0.01, () => {
    ;(document.terminal as Wire).serial = 'SN-2'
  })
  some(0.01, () => {
    ;(document.terminal as Wire).device_type = '09'
  })
  some(0.02, () => {
    ;(document.terminal as Wire).app_min_version = random.pick(['0.0.9', '0.1', '0.1.0.1', '0.10'])
  })
  some(0.01, () => {
    ;(document.merchant as Wire).api_cert_sha256 = [DIGEST('9'), DIGEST('8')]
  })
  some(0.03, () => {
    ;(document as Wire).version = random.pick([6, 8])
  })
  some(0.05, () => {
    ;(document as Wire).not_before = around(random, 1_000)
  })
  some(0.05, () => {
    ;(document as Wire).not_after = around(random, 1_000)
  })
  some(0.2, () => {
    ;(document as Wire).issued_at = around(random, 2 * DAY_MS)
  })
  some(0.1, () => {
    ;(document as Wire).risk_level = 'high'
  })
  some(0.3, () => {
    ;(document as Wire).refund = random.pick(['gateway_only', 'blocked'])
  })
  some(0.1, () => {
    ;(document as Wire).channels_allowed = random.shuffle(CHANNELS).slice(0, random.integer(1, 3))
  })
  some(0.15, () => {
    ;(document as Wire).interfaces = (document.interfaces as unknown as Wire[])
      .map((entry) => ({
        ...entry,
        type: random.chance(0.3) ? random.pick([...INTERFACES, 'CARRIER']) : (entry.type ?? ''),
      }))
      .map((entry) => ({ ...entry, attended: random.chance(0.8) }))
  })
  some(0.08, () => {
    ;(document as Wire).closed = [
      {
        interface: random.pick(['MICROPAY', 'FACEPAY', 'CARRIER']),
        closed_at: around(random, 2_000),
        by: 'RISK',
      },
    ]
  })
  some(0.05, () => delete (document.face as Wire).enc_pubkey_sha256)
  some(0.2, () => {
    ;(document.face as Wire).per_day = amount(random)
  })
  some(0.03, () => delete document.face)
  some(0.05, () => delete (document.store as Wire as { net: Wire }).net.ip_cidrs)
  some(0.15, () => {
    ;(document as Wire).measures = Array.from({ length: random.integer(1, 2) }, (_, at) =>
      randomMeasure(random, at + 1, at + 1),
    )
  })
  return document
}

function randomBulletins(random: Random): Wire[] {
  if (random.chance(0.55)) return []
  let id = 0
  const made = Array.from({ length: random.integer(1, 4) }, (_, at) => {
    const seq = at + 1
    const measures = Array.from({ length: random.integer(0, 2) }, () => {
      id += 1
      return randomMeasure(random, seq, id)
    })
    const lifts = random.chance(0.5) ? [`ME-${random.integer(1, Math.max(1, id))}`] : []
    return bulletinDocument({ seq, prev_sha256: digestOf(at), measures, lifts })
  })
  const arrived = random.chance(0.3) ? random.shuffle(made) : made
  const lossy = arrived.filter(() => random.chance(0.95))
  return random.chance(0.1) ? [...lossy, ...lossy.slice(0, 1)] : lossy
}

function randomHistory(random: Random): CounterEvent[] | undefined {
  if (random.chance(0.04)) return undefined
  const events: CounterEvent[] = []
  let atMs = NOW_MS - random.integer(0, 40) * DAY_MS
  for (let index = 0; index < random.integer(0, 6); index += 1) {
    // Mostly forward, now and then back, and often over midnight.
    atMs += random.chance(0.1)
      ? -random.integer(0, 2) * DAY_MS
      : random.integer(0, 7) * (DAY_MS / 3)
    const no = `T${random.integer(1, 4)}`
    const withCredit = random.chance(0.6)
    events.push({
      op: random.pick(['reserve', 'reserve', 'paid', 'not_paid']),
      atMs,
      no,
      type: random.pick(['MICROPAY', 'FACEPAY']),
      channels: withCredit ? CHANNELS : ['QUICK', 'BALANCE'],
      amountFen: random.pick([1, 100, 9_900, 50_000, 99_900, 100_000]),
      ...(random.chance(0.7) ? { paidBy: random.pick(CHANNELS) } : {}),
    })
  }
  return events
}

function randomFacts(random: Random): Omit<Facts, 'counters'> {
  const { counters: _, sealed, ...good } = goodFacts()
  const facts = { ...good, ...(sealed === undefined ? {} : { sealed }) }
  const maybe = <Value>(probability: number, value: Value, otherwise: Value): Value =>
    random.chance(probability) ? value : otherwise
  const nowMs = NOW_MS + random.integer(-3, 3) * 500
  const changed = {
    ...facts,
    time: random.chance(0.97)
      ? { kind: 'trusted' as const, nowMs: random.chance(0.05) ? NOW_MS - DAY_MS / 2 - 1 : nowMs }
      : random.pick([{ kind: 'none' as const }, { kind: 'rolled_back' as const }]),
    offlineMs: maybe(0.12, random.pick([1, 7_199_999, 7_200_000, 7_200_001]), 0),
    place: random.chance(0.8)
      ? { kind: 'inside' as const }
      : random.pick([
          { kind: 'outside' as const },
          { kind: 'unknown' as const, sinceMonotonicMs: random.integer(-900_000, 1_000_000) },
        ]),
    network: {
      ...(random.chance(0.5) ? { ip: random.pick(['192.0.2.9', '198.51.100.9']) } : {}),
      ...(random.chance(0.5) ? { bssidHash: random.pick(['store-wifi', 'other']) } : {}),
    },
    gateway: maybe(
      0.02,
      random.pick([
        { origin: 'https://other.example', caSha256: DIGEST('d') },
        { origin: 'https://gw.example', caSha256: DIGEST('9') },
      ]),
      facts.gateway,
    ),
    merchant: {
      ...facts.merchant,
      id: maybe(0.01, '1900000002', facts.merchant.id),
      certificateNotAfterMs: maybe(0.05, NOW_MS + random.integer(-2, 2) * 500, NOW_MS + DAY_MS),
    },
    terminal: {
      ...facts.terminal,
      keySha256: maybe(0.01, DIGEST('9'), facts.terminal.keySha256),
      appVersion: maybe(0.03, random.pick(['0.0.9', '0.1', '1.0', '0.10.0']), '0.1.0'),
    },
    canExcludeCredit: random.pick([
      ['MICROPAY' as const],
      ['MICROPAY' as const],
      [],
      ['MICROPAY' as const, 'FACEPAY' as const],
    ]),
    hasOtherTender: random.chance(0.3),
  }
  if (random.chance(0.01)) {
    const { sealed: lost, ...rest } = changed
    return lost === undefined ? changed : rest
  }
  const kept = changed.sealed
  if (kept === undefined) return changed
  return {
    ...changed,
    sealed: {
      ...kept,
      maxVersionSha256: maybe(0.01, DIGEST('9'), kept.maxVersionSha256),
      maxBulletinSeq: maybe(0.03, random.integer(1, 3), 0),
      tombstones: maybe(0.01, ['GRANT-1'], []),
      closedApprovals: random.chance(0.04)
        ? [
            {
              interface: random.pick(['MICROPAY' as const, 'FACEPAY' as const]),
              approvalRef: random.pick(['AP-1', 'AP-2']),
            },
          ]
        : [],
    },
  }
}

function randomRequest(random: Random): Request {
  const type = random.chance(0.06)
    ? random.pick(INTERFACES)
    : random.pick(['MICROPAY', 'MICROPAY', 'FACEPAY'] as const)
  const role = random.chance(0.9)
    ? random.pick(['cashier', 'manager'] as const)
    : random.pick(['installer', 'customer', 'terminal'] as const)
  const asked = { interface: type, role }
  const shown = {
    ...asked,
    currency: random.chance(0.02) ? 'HKD' : 'CNY',
    attended: random.chance(0.93),
  }
  const amountFen = random.chance(0.02)
    ? random.pick([0, -1, 0.5, Number.NaN])
    : random.pick([1, 99, 100, 101, 10_000, 10_001, 50_000, 500_000, 500_001])
  const inFlight = random.chance(0.5)
  const action = random.pick([
    'charge',
    'charge',
    'charge',
    'charge',
    'offer',
    'refund',
    'reverse',
    'query',
  ] as const)
  if (action === 'charge') return { action, ...shown, amountFen }
  if (action === 'offer') return { action, ...shown }
  if (action === 'refund') return { action, ...asked }
  return { action, ...asked, inFlight }
}

/** One case out of a generator; the same generator gives the same case. */
export function randomCase(random: Random): Case {
  const document = randomGrant(random)
  const history = randomHistory(random)
  const made = {
    document,
    isSigned: random.chance(0.99),
    sha256: DIGEST('7'),
    bulletins: randomBulletins(random),
    history,
    historyBeganMs: history?.[0]?.atMs ?? NOW_MS,
    facts: randomFacts(random),
    request: randomRequest(random),
  }
  return withFaceTerms(made, random)
}

const FACE_FIELDS = ['per_txn', 'confirm', 'liveness_profile', 'recipient', 'notice_version']

/** Face terms that lack something, or ask for another check of liveness, here and elsewhere. */
function withFaceTerms(made: Case, random: Random): Case {
  const face = made.document?.face as Wire | undefined
  if (face === undefined || !random.chance(0.4)) return made
  const handler = face.handler as Wire
  const change = random.pick([
    () => delete face.handler,
    () => delete handler[random.pick(['name', 'contact'])],
    () => delete face[random.pick(FACE_FIELDS)],
    () => Object.assign(face, { confirm: 'password_on_phone' }),
    () => Object.assign(face, { liveness_profile: random.pick(['active-1', 'active-2']) }),
    () => Object.assign(face, { liveness_profile: 'rehearsal-1' }),
  ])
  change()
  if (!random.chance(0.5)) return made
  const origin = random.pick(['https://127.0.0.1:8443', 'https://localhost', 'https://[::1]:1'])
  made.document.store.net.gateway_origin = origin
  return { ...made, facts: { ...made.facts, gateway: { ...made.facts.gateway, origin } } }
}

function countersOf({ history, historyBeganMs }: Case): Counters | undefined {
  if (history === undefined) return undefined
  let counters = newCounters(historyBeganMs)
  for (const { op, atMs, no, type, channels, amountFen, paidBy } of history) {
    const known = CHANNELS.filter((one) => channels.includes(one))
    const by = CHANNELS.find((one) => one === paidBy)
    const charged = INTERFACES.find((one) => one === type) ?? 'MICROPAY'
    const charge = { outTradeNo: no, interface: charged, channels: known, amountFen }
    if (op === 'reserve') counters = reserve(counters, charge, atMs)
    if (op === 'paid') {
      counters = commit(
        counters,
        { outTradeNo: no, ...(by === undefined ? {} : { paidBy: by }) },
        atMs,
      )
    }
    if (op === 'not_paid') counters = release(counters, no)
  }
  return counters
}

/** What the program decides about a case. */
export function decideCase(one: Case): Decision {
  const counters = countersOf(one)
  return decide(
    {
      grant: grantOf(one),
      bulletins: one.bulletins.reduce((state, document) => {
        const read = readBulletin(document, digestOf(Number(document.seq)))
        if (!read.ok) throw new Error(`${read.error.path}: ${read.error.why}`)
        const taken = takeBulletin(state, read.value)
        return taken.ok ? taken.value : state
      }, NO_BULLETINS),
      facts: { ...one.facts, ...(counters === undefined ? {} : { counters }) },
    },
    one.request,
  )
}

function grantOf({ document, isSigned, sha256 }: Case): GrantInHand {
  if (document === undefined) return { kind: 'none' }
  const read = readGrant(document)
  if (!read.ok) return { kind: 'unreadable', flaw: read.error }
  return { kind: 'read', grant: read.value, sha256, isSigned }
}

/** A decision in the words of the model. */
export function answerOf(decision: Decision): Answer {
  if (decision.kind === 'refuse') return { code: decision.code, noCredit: false, ceilingFen: 0 }
  return { code: 'allow', noCredit: decision.sendWithoutCredit, ceilingFen: decision.ceilingFen }
}
