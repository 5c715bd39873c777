import type { Facts, Request } from '../../../src/scene/request.ts'

/**
 * The rules once more, from the documents as they come and in the plainest way there is. Slow, and
 * with nothing in common with the program but the names of the refusals.
 */
export type CounterEvent = {
  readonly op: 'reserve' | 'paid' | 'not_paid'
  readonly atMs: number
  readonly no: string
  readonly type: string
  readonly channels: readonly string[]
  readonly amountFen: number
  readonly paidBy?: string
}

// biome-ignore lint/suspicious/noExplicitAny: the model reads documents without a type on purpose.
type Document = any

export type Case = {
  readonly document: Document | undefined
  readonly isSigned: boolean
  readonly sha256: string
  readonly bulletins: readonly Document[]
  readonly history: readonly CounterEvent[] | undefined
  readonly historyBeganMs: number
  /** Without counters, which the model works out of the history. */
  readonly facts: Omit<Facts, 'counters'>
  readonly request: Request
}

export type Answer = {
  readonly code: string
  readonly noCredit: boolean
  readonly ceilingFen: number
}

const SEVEN = ['MICROPAY', 'JSAPI', 'MINIPROGRAM', 'NATIVE', 'APP', 'H5', 'FACEPAY']
const calendar = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Asia/Shanghai',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
})
const dateAt = (ms: number): string => calendar.format(ms)
const msOf = (text: string): number => Date.parse(text)
const refuse = (code: string): Answer => ({ code: `scene.${code}`, noCredit: false, ceilingFen: 0 })
const allowed: Answer = { code: 'allow', noCredit: false, ceilingFen: 0 }

/** Which measures there are at this moment, each as `{code, document}`; unknown ones count as M8. */
function measuresNow(one: Case, nowMs: number | undefined): { code: string; document: Document }[] {
  const found: Document[] = []
  const bySeq = [...one.bulletins].sort((left, right) => left.seq - right.seq)
  let next = 1
  const liftedEver: string[] = []
  for (const bulletin of bySeq) {
    if (bulletin.seq === next) {
      for (const id of bulletin.lifts) {
        liftedEver.push(id)
        for (let at = found.length - 1; at >= 0; at -= 1) {
          const isFinal = found[at].code === 'M9' || found[at].code === 'M10'
          if (found[at].measure_id === id && !isFinal) found.splice(at, 1)
        }
      }
      found.push(...bulletin.measures)
      next += 1
    } else if (bulletin.seq > next) {
      found.push(...bulletin.measures)
    }
  }
  if (one.document !== undefined && one.isSigned && !isBroken(one.document)) {
    for (const measure of one.document.measures) {
      const isFinal = measure.code === 'M9' || measure.code === 'M10'
      if (isFinal || !liftedEver.includes(measure.measure_id)) found.push(measure)
    }
  }
  const now = found.filter((measure) => nowMs === undefined || msOf(measure.effective_at) <= nowMs)
  return now.map((document) => {
    const isKnown = /^M([1-9]|10)$/.test(document.code)
    if (!isKnown || (document.code === 'M2' && document.deadline === undefined)) {
      return { code: 'M8?', document }
    }
    const isOver = nowMs === undefined || nowMs >= msOf(document.deadline ?? '')
    if (document.code === 'M2' && document.on_deadline === 'suspend' && isOver) {
      return { code: 'M8?', document }
    }
    return { code: document.code, document }
  })
}

/** What makes a grant unreadable, of the ways the generator breaks one. */
function isBroken(document: Document): boolean {
  if (document.merchant.kind === undefined) return true
  if (Object.hasOwn(document, 'surprise')) return true
  if (document.currency !== 'CNY' || document.region !== 'CN') return true
  if (['81', '82', '71'].includes(document.store.region_code.slice(0, 2))) return true
  if (document.store.geo.lat_e6 < 3_000_000) return true
  if ((document.merchant.kind === 'MICRO') !== (document.micro_credit !== undefined)) return true
  return msOf(document.not_after) <= msOf(document.not_before)
}

/** Whether a measure speaks of an interface: none named is all, and so is one that nobody knows. */
function concerns(document: Document, type: string): boolean {
  const named: string[] = document.scope.interfaces
  if (named.length === 0 || named.some((name) => !SEVEN.includes(name))) return true
  return named.includes(type)
}

/** What a customer is told, how it is confirmed and checked, and to whom it is sealed: all of it. */
function isFaceWhole({ face, store }: Document): boolean {
  const said = [
    ...[face?.per_txn, face?.confirm, face?.recipient, face?.enc_pubkey_sha256],
    ...[face?.notice_version, face?.handler?.name, face?.handler?.contact],
  ]
  if (said.includes(undefined)) return false
  const isHere = /^https:\/\/(127\.|localhost|\[::1\])/.test(store.net.gateway_origin)
  const profiles = isHere ? ['passive-1', 'active-1', 'rehearsal-1'] : ['passive-1', 'active-1']
  return profiles.includes(face.liveness_profile)
}

/** Used of a count in this day and month; what has no result counts wherever it was begun. */
function used(one: Case, nowMs: number, counts: (event: CounterEvent, by?: string) => boolean) {
  let latestMs = one.historyBeganMs
  let today = dateAt(latestMs)
  const paid: { date: string; fen: number }[] = []
  const open = new Map<string, CounterEvent>()
  for (const event of one.history ?? []) {
    if (event.op !== 'not_paid') {
      latestMs = Math.max(latestMs, event.atMs)
      today = dateAt(latestMs)
    }
    const begun = open.get(event.no)
    if (event.op === 'reserve' && begun === undefined) open.set(event.no, event)
    if (event.op !== 'reserve' && begun !== undefined) {
      open.delete(event.no)
      if (event.op === 'paid' && counts(begun, event.paidBy)) {
        paid.push({ date: today, fen: begun.amountFen })
      }
    }
  }
  const date = dateAt(Math.max(latestMs, nowMs))
  let openFen = 0
  for (const event of open.values()) if (counts(event)) openFen += event.amountFen
  const sum = (test: (paidOn: string) => boolean): number =>
    openFen + paid.filter((row) => test(row.date)).reduce((total, row) => total + row.fen, 0)
  return {
    day: sum((paidOn) => paidOn === date),
    month: sum((paidOn) => paidOn.slice(0, 7) === date.slice(0, 7)),
  }
}

type Limit = { single: number; day: number; month: number; what: 'ALL' | string }
const number = (value: number | 'unlimited'): number =>
  value === 'unlimited' ? Number.POSITIVE_INFINITY : value

/** The least room of some limits and what it is called. */
function room(one: Case, nowMs: number, limits: readonly Limit[]): { fen: number; why: string } {
  const { interface: type } = one.request
  const rooms: { fen: number; why: string; rank: number }[] = [
    { fen: 1_000_000_000, why: 'above_single_limit', rank: 0 },
  ]
  for (const limit of limits) {
    rooms.push({ fen: limit.single, why: 'above_single_limit', rank: 0 })
    const isCounted =
      limit.day !== Number.POSITIVE_INFINITY || limit.month !== Number.POSITIVE_INFINITY
    if (!isCounted) continue
    if (one.history === undefined) return { fen: 0, why: 'counters_lost' }
    const sum = used(one, nowMs, (event, by) => {
      if (limit.what === 'micro')
        return by === undefined ? event.channels.includes('CREDIT') : by === 'CREDIT'
      if (event.type !== type) return false
      if (limit.what === 'ALL') return true
      return by === undefined ? event.channels.includes(limit.what) : by === limit.what
    })
    rooms.push({ fen: Math.max(0, limit.day - sum.day), why: 'above_day_limit', rank: 1 })
    rooms.push({ fen: Math.max(0, limit.month - sum.month), why: 'above_month_limit', rank: 1 })
  }
  let least = rooms[0] ?? { fen: 0, why: '', rank: 0 }
  for (const other of rooms.filter(({ rank }) => rank === 0))
    if (other.fen < least.fen) least = other
  for (const other of rooms.filter(({ rank }) => rank === 1))
    if (other.fen < least.fen) least = other
  return least
}

function limitsAnswer(one: Case, nowMs: number, measures: { code: string; document: Document }[]) {
  const { document, request, facts } = one
  const type = request.interface
  const all: Limit[] = []
  for (const row of document.limits) {
    if (row.interface !== type) continue
    all.push({
      single: number(row.single),
      day: number(row.day),
      month: number(row.month),
      what: row.channel,
    })
  }
  const hasCreditRow = all.some(({ what }) => what === 'ALL' || what === 'CREDIT')
  if (type === 'FACEPAY') {
    const day = document.face.per_day ?? 'unlimited'
    all.push({
      single: document.face.per_txn,
      day: number(day),
      month: number('unlimited'),
      what: 'ALL',
    })
  }
  for (const { code, document: measure } of measures) {
    if (code !== 'M3' || !concerns(measure, type)) continue
    for (const row of measure.params.limits) {
      if (row.interface === type) all.push({ ...row, what: row.channel })
    }
  }
  const amount = request.action === 'charge' ? request.amountFen : 1
  if (!(Number.isInteger(amount) && amount >= 1)) return refuse('amount_invalid')
  const hard = room(
    one,
    nowMs,
    all.filter(({ what }) => what !== 'CREDIT'),
  )
  if (amount > hard.fen) return refuse(hard.why)
  const forCredit = all.filter(({ what }) => what === 'CREDIT')
  if (document.micro_credit !== undefined) {
    const { day, month } = document.micro_credit
    forCredit.push({ single: Number.POSITIVE_INFINITY, day, month, what: 'micro' })
  }
  let creditFen = room(one, nowMs, forCredit).fen
  if (!hasCreditRow || one.history === undefined) creditFen = 0
  if (!document.channels_allowed.includes('CREDIT')) creditFen = 0
  for (const { code, document: measure } of measures) {
    const isClosing = code === 'M5' && !measure.params.channels_allowed.includes('CREDIT')
    if (isClosing && concerns(measure, type)) creditFen = 0
  }
  const canExclude = facts.canExcludeCredit.some((name) => name === type)
  if (amount > creditFen && !canExclude) return refuse('credit_not_excluded')
  const ceilingFen = canExclude ? hard.fen : Math.min(hard.fen, creditFen)
  return { code: 'allow', noCredit: amount > creditFen, ceilingFen }
}

/** What should be decided. */
export function judge(one: Case): Answer {
  const { document, facts, request } = one
  const type = request.interface
  const nowMs = facts.time.kind === 'trusted' ? facts.time.nowMs : undefined
  const measures = measuresNow(one, nowMs)
  const codes = measures.map(({ code }) => code)
  const isNew = request.action === 'charge' || request.action === 'offer'

  // Money in flight first: nothing stops its recovery but M10, seven days on.
  if ((request.action === 'query' || request.action === 'reverse') && request.inFlight) {
    const ended = measures.filter(({ code }) => code === 'M10')
    const isOver = ended.some(
      (measure) =>
        nowMs !== undefined && nowMs > msOf(measure.document.effective_at) + 7 * 86_400_000,
    )
    return isOver ? refuse('recovery_ended') : allowed
  }
  if (request.action === 'query') return codes.includes('M10') ? refuse('terminated') : allowed

  // Integrity, signature, who and whose.
  if (facts.sealed === undefined) return refuse('state_lost')
  if (document === undefined) return refuse('no_grant')
  if (isBroken(document)) return refuse('grant_unreadable')
  if (!facts.policies.includes(`${document.policy_id}/${document.policy_version}`)) {
    return refuse('policy_unknown')
  }
  if (!one.isSigned) return refuse('grant_not_signed')
  if (document.terminal.serial !== facts.terminal.serial) return refuse('other_terminal')
  if (document.terminal.pubkey_sha256 !== facts.terminal.keySha256) return refuse('other_terminal')
  if (document.terminal.device_type !== facts.terminal.deviceType) return refuse('other_terminal')
  const padded = (version: string): string =>
    [...version.split('.'), '0', '0', '0']
      .slice(0, 4)
      .map((part) => part.padStart(6, '0'))
      .join('')
  if (padded(facts.terminal.appVersion) < padded(document.terminal.app_min_version)) {
    return refuse('program_too_old')
  }
  if (document.merchant.id !== facts.merchant.id) return refuse('other_merchant')
  if (!document.merchant.api_cert_sha256.includes(facts.merchant.certificateSha256)) {
    return refuse('other_merchant')
  }

  // Versions.
  if (facts.sealed.tombstones.includes(document.grant_id)) return refuse('grant_revoked')
  if (document.version < facts.sealed.maxVersion) return refuse('grant_old')
  const isSame = document.version === facts.sealed.maxVersion
  if (isSame && one.sha256 !== facts.sealed.maxVersionSha256) return refuse('grant_forked')
  for (const row of document.limits) {
    const isKnown = SEVEN.includes(row.interface)
    if (isKnown && row.limits_version < facts.sealed.maxLimitsVersion) return refuse('limits_old')
  }
  const seqs = new Set(one.bulletins.map(({ seq }) => seq))
  let contiguous = 0
  while (seqs.has(contiguous + 1)) contiguous += 1
  if (contiguous < facts.sealed.maxBulletinSeq) return refuse('bulletins_missing')

  // Time and validity.
  if (facts.time.kind === 'rolled_back') return refuse('clock_rollback')
  if (nowMs === undefined) return refuse('time_untrusted')
  if (nowMs >= facts.merchant.certificateNotAfterMs) return refuse('certificate_expired')
  if (isNew) {
    if (nowMs < msOf(document.not_before)) return refuse('grant_not_yet_valid')
    if (nowMs >= msOf(document.not_after)) return refuse('grant_expired')
    let graceMs = document.offline_grace_s * 1_000
    if (document.risk_level === 'high') graceMs = 0
    if (codes.some((code) => code !== 'M1')) graceMs = 0
    if (facts.offlineMs > graceMs) return refuse('offline_too_long')
  }

  // The merchant's standing.
  if (codes.includes('M10')) return refuse('terminated')
  const issuedMs = msOf(document.issued_at)
  const isClosedByM9 = measures.some(
    ({ code, document: measure }) =>
      code === 'M9' &&
      concerns(measure, type) &&
      (issuedMs <= msOf(measure.effective_at) ||
        !document.interfaces.some((entry: Document) => entry.type === type)),
  )
  const isClosedByGrant = document.closed.some(
    (row: Document) => row.interface === type && msOf(row.closed_at) <= nowMs,
  )
  const isSuspended = codes.includes('M8') || codes.includes('M8?')
  if (isNew) {
    if (isSuspended) return refuse('suspended')
    for (const { code, document: measure } of measures) {
      if (code !== 'M2') continue
      if (nowMs >= msOf(measure.deadline) && issuedMs <= msOf(measure.deadline)) {
        return refuse('deadline_passed')
      }
    }
  } else if (request.action === 'refund') {
    const isBlocked = measures.some(
      ({ code, document: measure }) => code === 'M8' && measure.params.refund === 'blocked',
    )
    if (isSuspended && (isBlocked || document.refund !== 'allowed')) return refuse('refund_blocked')
    if (isClosedByM9 || isClosedByGrant) return refuse('refund_back_office')
  } else {
    if (isSuspended) return refuse('refund_blocked')
    if (isClosedByM9 || isClosedByGrant) return refuse('refund_back_office')
  }

  // The network place, for everything; the physical place and the rest for new money only.
  if (document.store.net.gateway_origin !== facts.gateway.origin) return refuse('network_mismatch')
  if (document.store.net.ca_sha256 !== facts.gateway.caSha256) return refuse('network_mismatch')
  if (!isNew) {
    const may = request.role === 'cashier' || request.role === 'manager'
    return may ? allowed : refuse('role_not_allowed')
  }
  if (facts.place.kind === 'outside') return refuse('location_mismatch')
  if (facts.place.kind === 'unknown') {
    const sinceMs = facts.monotonicMs - facts.place.sinceMonotonicMs
    const isByIp = facts.network.ip?.startsWith('192.0.2.') === true
    const isByWifi = facts.network.bssidHash === document.store.net.bssid_hash
    const hasEvidence =
      (isByIp && document.store.net.ip_cidrs !== undefined) ||
      (isByWifi && facts.network.bssidHash !== undefined)
    if (!hasEvidence || sinceMs > facts.unknownPlaceMsMax) return refuse('location_unknown')
  }

  // The interface.
  const entries = document.interfaces.filter((entry: Document) => entry.type === type)
  if (isClosedByGrant || isClosedByM9) return refuse('interface_closed')
  if (entries.length === 0 || type === 'H5') return refuse('interface_not_granted')
  const open = entries.filter(
    (entry: Document) =>
      !facts.sealed?.closedApprovals.some(
        (closed) => closed.interface === type && closed.approvalRef === entry.approval_ref,
      ),
  )
  if (open.length === 0) return refuse('interface_closed')
  if (!open.some((entry: Document) => entry.attended === request.attended)) {
    return refuse('interface_not_granted')
  }
  if (type === 'FACEPAY') {
    if (!isFaceWhole(document)) return refuse('face_incomplete')
    const hasCodes = document.interfaces.some((entry: Document) => entry.type === 'MICROPAY')
    if (!hasCodes && !facts.hasOtherTender) return refuse('no_face_alternative')
  }
  const rows = document.limits.filter((row: Document) => row.interface === type)
  const lacks = rows.some(
    (row: Document) => row.single === undefined || row.day === undefined || row.month === undefined,
  )
  const covers = (channel: string): boolean =>
    rows.some((row: Document) => row.channel === channel || row.channel === 'ALL')
  if (lacks || !covers('QUICK') || !covers('BALANCE')) return refuse('limits_missing')

  // Measures on scenes and channels.
  for (const { code, document: measure } of measures) {
    if (code !== 'M6') continue
    if (!measure.params.interfaces_allowed.includes(type)) return refuse('scene_removed')
    if (measure.params.attended_only && !request.attended) return refuse('scene_removed')
  }
  const lists = [document.channels_allowed]
  for (const { code, document: measure } of measures) {
    if (code === 'M5' && concerns(measure, type)) lists.push(measure.params.channels_allowed)
  }
  for (const list of lists) {
    if (!list.includes('QUICK') || !list.includes('BALANCE')) return refuse('channels_closed')
  }

  if (request.currency !== 'CNY') return refuse('currency')
  const answer = limitsAnswer(one, nowMs, measures)
  if (answer.code !== 'allow') return answer
  if (request.role === 'customer' && request.attended) return refuse('role_not_allowed')
  const mayCharge = ['cashier', 'manager', 'customer'].includes(request.role)
  return mayCharge ? answer : refuse('role_not_allowed')
}
