import type { SceneCode } from '../../src/domain/scene-errors.ts'
import type { ScreenRule } from '../../src/domain/screen-rules.ts'
import type { FaceTerms } from '../../src/ports/face.ts'
import type {
  JournalledCharge,
  SceneCharge,
  SceneDecision,
  SceneGate,
  SceneMeasure,
  SceneRequest,
} from '../../src/ports/scene.ts'

type Answer = SceneDecision | ((request: SceneRequest) => SceneDecision | undefined)

/** A gate that answers what a test says, and keeps what it was told. */
export type ScriptedGate = SceneGate & {
  /** Every request so far, in order. */
  readonly requests: readonly SceneRequest[]
  /** What the counters were told, `reserve GT…`, in order. */
  readonly counted: readonly string[]
  readonly reserved: readonly SceneCharge[]
  readonly caughtUp: readonly { readonly charges: readonly JournalledCharge[]; seq: number }[]
  /** What new money gets from now on; query and reverse stay allowed. Nobody is told. */
  answer(answer: Answer): void
  /** What query and reverse get from now on. */
  answerRecovery(answer: SceneDecision): void
  refuse(code: SceneCode, check?: string): void
  allow(more?: { sendWithoutCredit?: boolean; ceilingFen?: number }): void
  setVersion(version: string): void
  setMeasures(measures: readonly SceneMeasure[], screen?: ScreenRule): void
  /** What trusted time is from now on, Unix milliseconds; until then the gate has none of its own. */
  setTrustedTime(nowMs: number): void
  /** What the grant says of face pay from now on; until then nothing. */
  setFaceTerms(terms: FaceTerms | undefined): void
  /** Tells the listeners that something changed. */
  change(): void
  readonly listeners: number
}

/** Makes a {@link ScriptedGate} that allows everything. */
export function createScriptedGate(countedSeq?: number): ScriptedGate {
  const requests: SceneRequest[] = []
  const counted: string[] = []
  const reserved: SceneCharge[] = []
  const caughtUp: { charges: readonly JournalledCharge[]; seq: number }[] = []
  const listeners = new Set<() => void>()
  let version = 'grant-1'
  let measures: readonly SceneMeasure[] = []
  let screen: ScreenRule = 'as_usual'
  let trustedNowMs: number | undefined
  let faceTerms: FaceTerms | undefined
  const leave = (more = {}): SceneDecision => ({
    kind: 'allow',
    grantVersion: version,
    sendWithoutCredit: false,
    ...more,
  })
  let answer: Answer = () => undefined
  let recovery: SceneDecision | undefined
  const decide = (request: SceneRequest): SceneDecision => {
    requests.push(request)
    if (request.action === 'query' || request.action === 'reverse') return recovery ?? leave()
    return (typeof answer === 'function' ? answer(request) : answer) ?? leave()
  }
  return {
    requests,
    counted,
    reserved,
    caughtUp,
    decide,
    grantVersion: () => version,
    reserve(charge, { seq }) {
      reserved.push(charge)
      counted.push(`reserve ${charge.outTradeNo} ${seq}`)
    },
    commit: ({ outTradeNo, paidBy }, { seq }) =>
      counted.push(`commit ${outTradeNo} ${seq}${paidBy === undefined ? '' : ` ${paidBy}`}`),
    release: (outTradeNo, { seq }) => counted.push(`release ${outTradeNo} ${seq}`),
    countedSeq: () => countedSeq,
    catchUp: (charges, seq) => caughtUp.push({ charges, seq }),
    offered: () => ['MICROPAY'],
    status: () => ({ mode: 'enforced', grantVersion: version, measures, screen }),
    trustedNowMs: () => trustedNowMs,
    faceTerms: () => faceTerms,
    setFaceTerms(terms) {
      faceTerms = terms
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    answer(next) {
      answer = next
    },
    answerRecovery(next) {
      recovery = next
    },
    refuse(code, check = 'standing') {
      answer = { kind: 'refuse', code, check }
    },
    allow(more) {
      answer = () => leave(more)
    },
    setVersion(next) {
      version = next
    },
    setMeasures(next, rule = 'as_usual') {
      measures = next
      screen = rule
    },
    setTrustedTime(nowMs) {
      trustedNowMs = nowMs
    },
    change() {
      for (const listener of listeners) listener()
    },
    get listeners() {
      return listeners.size
    },
  }
}
