import { z } from 'zod'
import { err, ok, type Result } from '../base/result.ts'
import type { Problem } from '../domain/errors.ts'
import type { RiskEvent, Wiped } from '../gateway/services/messages.ts'
import type { Secrets } from '../ports/secrets.ts'
import type { BulletinState } from '../scene/bulletin.ts'
import type { Counters } from '../scene/counters.ts'
import type { SealedState } from '../scene/request.ts'
import type { SilenceMeter } from '../scene/trusted-time.ts'

/** Who this terminal is to the service that grants. */
export type EnrolmentFacts = {
  readonly serial: string
  /** SHA-256 of the terminal key's SPKI DER, lower-case hex. */
  readonly keySha256: string
  readonly merchantId: string
  readonly storeId: string
  readonly deviceType: '09' | '10'
  readonly rootSha256Prefix: string
  /** The first bulletin of this enrolment; those before it were another one's. */
  readonly firstBulletinSeq: number
}

/** What the service last said of this terminal as a whole, until it answers otherwise. */
export type Standing =
  | 'good'
  | 'suspended'
  | 'merchant_suspended'
  | 'terminated'
  | 'unknown'
  | 'key_wrong'

/** What a manager did about a measure, on its way to the service. */
export type MeasureNote = {
  readonly measureId: string
  /** Of the bulletin that brought the measure. */
  readonly seq: number
  readonly code: string
  readonly what: 'acknowledged' | 'reported_done'
  readonly operator: string
  readonly atMs: number
  /** `refused`: the service knows no such measure. */
  readonly state: 'waiting' | 'sent' | 'refused'
}

/** All that has to outlive a restart, but for the counters, which change with every sale. */
export type SceneState = {
  readonly lifecycle: 'enrolled' | 'signing_off' | 'released'
  readonly enrolment: EnrolmentFacts
  /** Envelopes in canonical form; null: nothing is granted. */
  readonly trust: string
  readonly grant: string | null
  /** The least version payment calls accept. */
  readonly minimumVersion: number
  readonly sealed: SealedState
  readonly bulletins: BulletinState
  /** `seq/code` of measures whose receipt the service has. */
  readonly acknowledged: readonly string[]
  /** Absent: none. */
  readonly notes?: readonly MeasureNote[]
  readonly highWaterMs: number
  readonly isRolledBack: boolean
  readonly silence: SilenceMeter
  readonly standing: Standing
  readonly wiped: readonly Wiped[]
}

/** What changes with every request and every sale. */
export type SceneCounts = {
  /** Request counters up to this one may have been used. */
  readonly requestCounterTo: number
  readonly counters: Counters
  /** The journal row up to which the counters are whole. */
  readonly countedSeq: number
}

/** What the disk has: `lost` when something is missing, damaged, or older than what it was kept with. */
export type KeptScene =
  | { readonly kind: 'none' }
  | { readonly kind: 'lost'; readonly detail: string }
  | { readonly kind: 'kept'; readonly state: SceneState; readonly counts: SceneCounts }

const NAMES = { state: 'scene-state', counts: 'scene-counts', events: 'scene-events' } as const
type Part = 'state' | 'counts'

const whole = z.number().int().min(0)
const frame = z.strictObject({
  format: z.literal(1),
  generation: z.number().int().min(1),
  /** The generation of the other part when this one was written. */
  other: whole,
  value: z.record(z.string(), z.unknown()),
})

/** The sealing vouches for what is inside; this only tells that it is of this program's form. */
const stateShape = z.looseObject({
  lifecycle: z.enum(['enrolled', 'signing_off', 'released']),
  enrolment: z.looseObject({
    serial: z.string(),
    keySha256: z.string(),
    merchantId: z.string(),
    storeId: z.string(),
    deviceType: z.enum(['09', '10']),
    rootSha256Prefix: z.string(),
    firstBulletinSeq: whole,
  }),
  trust: z.string(),
  grant: z.string().nullable(),
  minimumVersion: whole,
  sealed: z.looseObject({
    maxVersion: whole,
    maxVersionSha256: z.string(),
    maxBulletinSeq: whole,
    maxLimitsVersion: whole,
    tombstones: z.array(z.string()),
    closedApprovals: z.array(z.looseObject({ interface: z.string(), approvalRef: z.string() })),
  }),
  bulletins: z.looseObject({
    seq: whole,
    sha256: z.string(),
    measures: z.array(z.looseObject({ code: z.string(), measureId: z.string() })),
    lifted: z.array(z.string()),
    waiting: z.array(z.looseObject({ seq: whole })),
  }),
  acknowledged: z.array(z.string()),
  notes: z.array(z.looseObject({ measureId: z.string(), seq: whole })).optional(),
  highWaterMs: whole,
  isRolledBack: z.boolean(),
  silence: z.looseObject({ consumedMs: z.number(), hasFailed: z.boolean() }),
  standing: z.enum([
    ...(['good', 'suspended', 'merchant_suspended', 'terminated'] as const),
    ...(['unknown', 'key_wrong'] as const),
  ]),
  wiped: z.array(z.string()),
})
const countsShape = z.looseObject({
  requestCounterTo: whole,
  countedSeq: whole,
  counters: z.looseObject({
    day: z.number().int(),
    month: z.number().int(),
    spent: z.record(z.string(), z.unknown()),
    reservations: z.record(z.string(), z.unknown()),
  }),
})
const eventsShape = z.array(
  z.looseObject({ id: z.string(), kind: z.string(), at: z.string(), facts: z.looseObject({}) }),
)

/**
 * The durable state of the scene: two sealed files, each replaced as a whole. Each notes how far the
 * other was when it was written, so that one of them cannot be put back without the other being seen
 * to know better; a whole folder put back is found by the service, whose request counters rise.
 */
export class SceneStore {
  readonly #secrets: Secrets
  readonly #generations: Record<Part, number> = { state: 0, counts: 0 }

  constructor(secrets: Secrets) {
    this.#secrets = secrets
  }

  /** Reads what is kept. An error is one of the disk or of the sealing key. */
  load(): Result<KeptScene, Problem> {
    const state = this.#read('state')
    if (!state.ok) return state
    const counts = this.#read('counts')
    if (!counts.ok) return counts
    if (state.value === undefined && counts.value === undefined) return ok({ kind: 'none' })
    if (state.value === undefined || counts.value === undefined) {
      return ok({ kind: 'lost', detail: 'a file is missing' })
    }
    if (typeof state.value === 'string' || typeof counts.value === 'string') {
      return ok({ kind: 'lost', detail: 'a file is damaged' })
    }
    this.#generations.state = state.value.generation
    this.#generations.counts = counts.value.generation
    const isOlder =
      state.value.generation < counts.value.other || counts.value.generation < state.value.other
    if (isOlder) return ok({ kind: 'lost', detail: 'a file is older than the other knows it' })
    const isFit =
      stateShape.safeParse(state.value.value).success &&
      countsShape.safeParse(counts.value.value).success
    if (!isFit) return ok({ kind: 'lost', detail: 'a file is of another form' })
    return ok({
      kind: 'kept',
      state: state.value.value as unknown as SceneState,
      counts: counts.value.value as unknown as SceneCounts,
    })
  }

  /** Begins an enrolment: both parts, in place of whatever there was. */
  create(state: SceneState, counts: SceneCounts): Result<undefined, Problem> {
    const written = this.#write('counts', counts, 0)
    return written.ok ? this.#write('state', state) : written
  }

  saveState(state: SceneState): Result<undefined, Problem> {
    return this.#write('state', state)
  }

  saveCounts(counts: SceneCounts): Result<undefined, Problem> {
    return this.#write('counts', counts)
  }

  /** Risk events that the service does not have yet; what cannot be read is none. */
  events(): readonly RiskEvent[] {
    const bytes = this.#secrets.open(NAMES.events)
    if (!bytes.ok || bytes.value === undefined) return []
    return (eventsShape.safeParse(readJson(bytes.value)).data ?? []) as readonly RiskEvent[]
  }

  saveEvents(events: readonly RiskEvent[]): Result<undefined, Problem> {
    return this.#secrets.seal(NAMES.events, encode(events))
  }

  #read(part: Part): Result<z.output<typeof frame> | 'damaged' | undefined, Problem> {
    const bytes = this.#secrets.open(NAMES[part])
    if (!bytes.ok) {
      // Sealed with another key, or cut: as good as lost, and never taken for new.
      return bytes.error.code === 'keys.sealed_unreadable' ? ok('damaged') : err(bytes.error)
    }
    if (bytes.value === undefined) return ok(undefined)
    return ok(frame.safeParse(readJson(bytes.value)).data ?? 'damaged')
  }

  #write(
    part: Part,
    value: object,
    other = this.#generations[part === 'state' ? 'counts' : 'state'],
  ): Result<undefined, Problem> {
    const generation = this.#generations[part] + 1
    const written = this.#secrets.seal(NAMES[part], encode({ format: 1, generation, other, value }))
    if (written.ok) this.#generations[part] = generation
    return written
  }
}

function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value))
}

function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}
