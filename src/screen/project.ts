import type { State } from '../checkout/state.ts'
import type { CertificateLevel, CertificateLife } from '../domain/certificate-life.ts'
import { ERRORS, type ErrorCode, problem } from '../domain/errors.ts'
import type { Attempt, Sale } from '../domain/sale.ts'
import { WAITS } from '../domain/waits.ts'
import type { GatewayHealth } from '../ports/gateway.ts'
import type { JournalStatus } from '../ports/journal.ts'
import type { ScannerStatus } from '../ports/scanner.ts'
import { cashierFace, customerFace, type FaceFacts } from './face.ts'
import type {
  CashierScreen,
  CustomerScreen,
  IntentName,
  Light,
  RecentSale,
  SceneFacts,
  ScreenModel,
  ScreenState,
  StopKind,
} from './model.ts'
import { optional } from './optional.ts'
import { pendingOf } from './pending.ts'
import { stopByScene } from './stop.ts'

/** What the screens show beside the sale. */
export type Facts = {
  readonly revision: number
  readonly atMs: number
  readonly store: string
  readonly terminal: string
  readonly scanners: readonly ScannerStatus[]
  readonly gateway: GatewayHealth
  readonly journal: JournalStatus
  readonly recent: readonly RecentSale[]
  /** Whether refunds may be made at the cashier's screen. */
  readonly mayRefund: boolean
  readonly scene: SceneFacts
  readonly face: FaceFacts
  /** How long the merchant certificate lasts; absent where that is not known. */
  readonly certificate?: CertificateLife | undefined
}

/** Draws both screens. Total: every state has exactly one screen. */
export function project(state: State, facts: Facts): ScreenModel {
  const sale = state.onScreen === null ? undefined : state.sales.get(state.onScreen)
  const shown = stateOf(sale, facts)
  return {
    revision: facts.revision,
    atMs: facts.atMs,
    cashier: cashierScreen(shown, { state, facts, sale }),
    customer: customerScreen(shown, { state, facts, sale }),
  }
}

type Scene = {
  readonly state: State
  readonly facts: Facts
  readonly sale: Sale | undefined
}

function stateOf(sale: Sale | undefined, facts: Facts): ScreenState {
  const attempt = sale?.attempts.at(-1)
  if (sale?.phase === 'in_flight' && attempt) return stateOfAttempt(sale, attempt)
  // What was just paid is told to its end, whatever happens to the disk meanwhile.
  const isFresh = facts.atMs - (sale?.closedAtMs ?? 0) < WAITS.resultShownMs
  if (sale?.phase === 'paid' && isFresh) return 'paid'
  if (facts.journal.state === 'failing') return 'stopped'
  if (!sale) return facts.scene.isOffered ? 'ready' : 'stopped'
  switch (sale.phase) {
    case 'armed':
      return 'waiting_code'
    case 'paid':
      return 'paid'
    case 'closed':
      return 'not_paid'
    default:
      return attempt || sale.sceneRefusal ? 'not_paid' : 'ready'
  }
}

/** A reversal of a known failure is "taking back"; one of a riddle is still UNKNOWN. */
function stateOfAttempt(sale: Sale, attempt: Attempt): ScreenState {
  const known =
    sale.cancelWanted ||
    attempt.refusal ||
    attempt.channelForbidden ||
    attempt.cause === 'gateway.customer_failed'
  switch (attempt.phase) {
    case 'submitting':
      return 'submitting'
    case 'paying':
      return 'on_phone'
    case 'confirming':
      return 'checking'
    case 'reversing':
      return known && attempt.cause !== 'gateway.reverse_refused' ? 'reversing' : 'unknown'
    default:
      return 'unknown'
  }
}

/** What staff may ask for in each state; the terminal decides again when they do. */
const INTENTS: { readonly [Shown in ScreenState]: readonly IntentName[] } = {
  ready: [],
  waiting_code: ['cancel'],
  submitting: ['cancel'],
  on_phone: ['cancel', 'check'],
  checking: ['cancel'],
  reversing: ['check', 'dismiss'],
  paid: ['dismiss'],
  not_paid: ['arm', 'dismiss'],
  unknown: ['cancel', 'check', 'dismiss'],
  stopped: [],
}

function intentsOf(shown: ScreenState, { sale, facts }: Scene): readonly IntentName[] {
  const intents: readonly IntentName[] =
    shown === 'ready' && sale ? ['arm', 'cancel'] : INTENTS[shown]
  const isArmable = sale?.phase !== 'closed' && facts.scene.isOffered
  return intents.filter(
    (intent) => (intent !== 'arm' || isArmable) && (intent !== 'cancel' || !sale?.cancelWanted),
  )
}

function cashierScreen(shown: ScreenState, scene: Scene): CashierScreen {
  const { state, facts, sale } = scene
  const attempt = sale?.attempts.at(-1)
  const code = shown === 'stopped' ? whyStopped(facts) : reasonOf(shown, sale)
  return {
    state: shown,
    store: facts.store,
    terminal: facts.terminal,
    ...(sale
      ? { saleId: sale.id, amountFen: sale.amountFen, ...optional('orderRef', sale.orderRef) }
      : {}),
    ...optional('deadlineAtMs', deadlineOf(shown, sale)),
    ...optional('sinceMs', attempt?.submittedAtMs ?? sale?.createdAtMs),
    ...(code ? { problem: problem(code, { ...optional('traceId', sale?.traceId) }) } : {}),
    ...(shown === 'paid' ? {} : optional('gatewayText', attempt?.gatewayText)),
    ...(state.notice
      ? { notice: { problem: problem(state.notice.code), atMs: state.notice.atMs } }
      : {}),
    ...(shown === 'paid' ? optional('payerTotalFen', attempt?.payerTotalFen) : {}),
    ...(shown === 'paid' ? optional('transactionId', attempt?.transactionId) : {}),
    intents: intentsOf(shown, scene),
    lights: lightsOf(facts),
    recent: facts.recent,
    ...pendingOf(state, facts.atMs),
    mayRefund: facts.mayRefund,
    ...optional('stop', stopOf(facts)),
    ...optional('scene', facts.scene.note),
    ...optional('face', cashierFace(sale)),
  }
}

/** A journal that cannot be written stops more than a scene that refuses. */
function whyStopped({ journal, scene }: Facts): ErrorCode {
  if (journal.state === 'failing') return journal.code ?? 'journal.unavailable'
  return scene.note?.problem?.code ?? 'scene.interface_not_granted'
}

function stopOf(facts: Facts): StopKind | undefined {
  if (facts.journal.state === 'failing') return 'terminal'
  const { isOffered, note } = facts.scene
  return isOffered ? undefined : stopByScene(whyStopped(facts), note?.screen)
}

/** The customer learns what to do, never why. */
function customerScreen(shown: ScreenState, scene: Scene): CustomerScreen {
  const { facts, sale } = scene
  const code = hintCode(shown, scene)
  return {
    state: shown,
    store: facts.store,
    ...(sale ? { amountFen: sale.amountFen } : {}),
    ...optional('deadlineAtMs', deadlineOf(shown, sale)),
    ...(code ? { hint: ERRORS[code].customer } : {}),
    ...(excludesCredit(shown, scene) ? { noCredit: true } : {}),
    ...(shown === 'waiting_code' ? optional('face', customerFace(sale, facts.face)) : {}),
  }
}

/** Whose customer's text is read, if anything has to be done. */
function hintCode(shown: ScreenState, { state, facts, sale }: Scene): ErrorCode | undefined {
  if (shown === 'stopped') return facts.journal.state === 'ok' ? whyStopped(facts) : undefined
  if (state.notice) return state.notice.code
  if (shown === 'waiting_code' && sale?.face?.isOff) return sale.face.cause
  // A sale that is over takes no other code, so nobody is told to show one.
  const mayTryAgain = shown === 'not_paid' && sale?.phase === 'ready'
  return mayTryAgain ? reasonOf(shown, sale) : undefined
}

/** Said before a code is shown, and while the customer can still choose on the phone. */
function excludesCredit(shown: ScreenState, { facts, sale }: Scene): boolean {
  if (shown === 'waiting_code') return facts.scene.note?.noCredit === true
  return shown === 'on_phone' && sale?.attempts.at(-1)?.noCredit === true
}

function reasonOf(shown: ScreenState, sale: Sale | undefined): ErrorCode | undefined {
  if (shown !== 'not_paid' && shown !== 'unknown' && shown !== 'reversing') return undefined
  const attempt = sale?.attempts.at(-1)
  if (shown === 'reversing' && sale?.cancelWanted) return undefined
  // What the scene refused came after every attempt there was.
  if (shown === 'not_paid' && sale?.sceneRefusal) return sale.sceneRefusal.code
  return (
    attempt?.cause ?? attempt?.refusal ?? (shown === 'unknown' ? 'gateway.not_settled' : undefined)
  )
}

function deadlineOf(shown: ScreenState, sale: Sale | undefined): number | undefined {
  const attempt = sale?.attempts.at(-1)
  if (shown === 'waiting_code') return sale?.armedUntilMs
  if (shown === 'on_phone')
    return attempt && (attempt.waitsFromMs ?? attempt.submittedAtMs) + WAITS.payingCapMs
  if (shown === 'unknown' || shown === 'reversing') return attempt?.nextTryAtMs
  return undefined
}

function lightsOf(facts: Facts): readonly Light[] {
  const scanner = facts.scanners.find(({ phase }) => phase === 'open') ?? facts.scanners[0]
  return [
    scannerLight(scanner),
    {
      device: 'gateway',
      level: { ok: 'ok', failing: 'bad', unknown: 'busy' }[facts.gateway.state] as Light['level'],
      detail: facts.gateway.state === 'ok' ? (facts.gateway.host ?? 'ok') : facts.gateway.state,
    },
    {
      device: 'journal',
      level: facts.journal.state === 'ok' ? 'ok' : 'bad',
      detail: facts.journal.state,
    },
    ...(facts.certificate ? [certificateLight(facts.certificate)] : []),
  ]
}

const CERTIFICATE_LEVELS: { readonly [level in CertificateLevel]: Light['level'] } = {
  good: 'ok',
  last_month: 'busy',
  last_week: 'bad',
  last_day: 'bad',
  ended: 'bad',
}

function certificateLight({ level, daysLeft }: CertificateLife): Light {
  const light = { device: 'certificate', level: CERTIFICATE_LEVELS[level], detail: level } as const
  return level === 'good' ? light : { ...light, days: daysLeft }
}

function scannerLight(scanner: ScannerStatus | undefined): Light {
  if (!scanner) return { device: 'scanner', level: 'off', detail: 'none' }
  if (scanner.phase === 'open') return { device: 'scanner', level: 'ok', detail: 'open' }
  const level = scanner.phase === 'opening' ? 'busy' : 'bad'
  return { device: 'scanner', level, detail: scanner.phase }
}
