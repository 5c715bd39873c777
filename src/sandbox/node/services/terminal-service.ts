import type { z } from 'zod'
import type { FaceFault } from '../../face-scenarios.ts'
import { takeCounter } from '../../services/counter-window.ts'
import type { TerminalRow } from '../../services/records.ts'
import {
  acknowledgementSchema,
  bulletinsQuery,
  eventsSchema,
  grantQuery,
  signOffSchema,
  WIPED,
} from '../../services/reports.ts'
import type { Envelope, ServiceAnswer } from '../../services/wire.ts'
import { readEnvelope, refuseService, requestText, SERVICES_PATH } from '../../services/wire.ts'
import type { WireRequest } from '../../wire-checks.ts'
import type { Enrolment } from './enrolment.ts'
import type { FaceDesk } from './face-desk.ts'
import type { Issuers } from './issuers.ts'
import { readPublicKey, sha256, verifyText } from './issuers.ts'
import type { Registry } from './registry.ts'
import { POLICY } from './registry.ts'
import type { RiskDesk } from './risk-desk.ts'
import { readClosing } from './risk-desk.ts'
import type { Outgoing, ServiceFaults } from './service-faults.ts'

const SKEW_MAX_MS = 300_000
const BODY_MAX_BYTES = 64 * 1024
/** A sealed picture of 160 × 160 in base64, and what stands around it. */
const FACE_BODY_MAX_BYTES = 128 * 1024
const BULLETINS_MAX = 20

/** Puts an answer on the wire. */
export type Send = (status: number, headers: Readonly<Record<string, string>>, body: string) => void

type Hold = { readonly terminal: TerminalRow; readonly since: number; readonly waitMs: number }
type Decision =
  | {
      readonly answer: ServiceAnswer
      readonly fault?: FaceFault | undefined
      readonly delayMs?: number
    }
  | { readonly hold: Hold }
type Signed = { readonly envelope: Envelope; readonly text: string }
type Asked = {
  readonly terminal: TerminalRow
  readonly body: unknown
  readonly query: Readonly<Record<string, string>>
}
type Call = (asked: Asked) => Decision

export type TerminalServiceSettings = {
  readonly registry: Registry
  readonly risk: RiskDesk
  readonly enrolment: Enrolment
  readonly issuers: Issuers
  readonly faults: ServiceFaults
  readonly faceDesk: FaceDesk
  readonly transaction: <Value>(work: () => Value) => Value
  readonly after: (delayMs: number, fire: () => void) => () => void
  readonly log: (line: string) => void
}

const good = (value: unknown): Decision => ({ answer: { status: 200, value } })
const no = (...of: Parameters<typeof refuseService>): Decision => ({
  answer: refuseService(...of),
})
const wrongField = (error: z.ZodError): Decision =>
  no('request.refused', { field: error.issues[0]?.path.join('.') ?? '' })

/** Calls a terminal with a wrong clock may make: it asks them to put it right. */
const CLOCKLESS = ['time']

/** The calls of terminals (docs/gateway.md, Terminal services). */
export class TerminalService {
  readonly #settings: TerminalServiceSettings
  /** The latest answer with a face code as it was sent, for the scenario that sends it again. */
  #lastFace: Outgoing | undefined
  readonly #held = new Map<string, { readonly finish: () => void }>()
  readonly #calls: Readonly<Record<string, Call>>

  constructor(settings: TerminalServiceSettings) {
    this.#settings = settings
    this.#calls = {
      'GET time': () => good({ time_ms: settings.registry.nowMs() }),
      'GET trust': () => good({ trust: settings.issuers.trust([POLICY]) }),
      'GET grant': (asked) => this.#grant(asked),
      'GET bulletins': (asked) => this.#bulletins(asked),
      'POST acknowledgements': (asked) => this.#acknowledge(asked),
      'POST events': (asked) => this.#events(asked),
      'POST closings': (asked) => this.#close(asked),
      'GET faces/key': () => ({ answer: settings.faceDesk.key() }),
      'POST faces': ({ terminal, body }) => settings.faceDesk.recognise(terminal, body),
      'POST sign-off': (asked) => this.#signOff(asked),
    }
  }

  /** Decides about a request; what it changes is on the disk before its answer leaves. */
  handle(request: WireRequest, send: Send): void {
    const envelope = readEnvelope(request.headers)
    if (envelope === undefined) {
      const { status, value } = refuseService('request.malformed')
      send(status, {}, JSON.stringify(value))
      return
    }
    const text = requestText(request, envelope, sha256(request.body))
    const signed = { envelope, text }
    const decision = this.#decide(request, signed)
    if ('answer' in decision) this.#answerWith(decision, signed, send)
    else this.#hold(decision.hold, signed, send)
  }

  /** An answer about a face may be late, spoilt or an old one; the others have no fault of their own. */
  #answerWith(decision: Extract<Decision, { answer: unknown }>, signed: Signed, send: Send): void {
    const { answer, fault, delayMs = 0 } = decision
    const old = this.#lastFace
    const keeping: Send = (status, headers, body) => {
      this.#lastFace = { status, headers, body }
      if (fault === 'silence') return
      if (fault === 'old_bytes' && old) send(old.status, old.headers, old.body)
      else if (fault === 'unsigned') send(status, {}, body)
      else if (fault === 'wrong_signature') send(status, headers, `${body} `)
      else send(status, headers, body)
    }
    const isFace = typeof answer.value === 'object' && Object(answer.value).face_code !== undefined
    const use = isFace ? keeping : send
    if (fault === 'not_json') this.#sign({ status: answer.status, body: '刷脸成功' }, signed, use)
    else if (fault === 'delay') {
      this.#settings.after(delayMs, () => this.#answer(answer, signed, use))
    } else this.#answer(answer, signed, use)
  }

  #answer({ status, value }: ServiceAnswer, { envelope, text }: Signed, send: Send): void {
    const body = JSON.stringify(this.#settings.faults.value(value))
    this.#sign({ status, body }, { envelope, text }, send)
  }

  #sign({ status, body }: { status: number; body: string }, signed: Signed, send: Send): void {
    const { faults, issuers, log } = this.#settings
    const { envelope, text } = signed
    const request = { nonce: envelope.nonce, text }
    const headers = issuers.answerHeaders({ status, body }, request)
    const outgoing = faults.answer({ status, headers, body }, request)
    if (outgoing) send(outgoing.status, outgoing.headers, outgoing.body)
    log(`services ${envelope.serial} ${status}`)
  }

  #decide(request: WireRequest, signed: Signed): Decision {
    try {
      return this.#settings.transaction(() => this.#decideNow(request, signed))
    } catch (error) {
      this.#settings.log(`sandbox bug: ${error instanceof Error ? error.stack : String(error)}`)
      return no('service.failed')
    }
  }

  #decideNow(request: WireRequest, signed: Signed): Decision {
    const [path = '', query = ''] = request.url.split('?')
    const name = path.slice(SERVICES_PATH.length)
    const mostBytes = name === 'faces' ? FACE_BODY_MAX_BYTES : BODY_MAX_BYTES
    if (Buffer.byteLength(request.body) > mostBytes) return no('request.refused')
    const body = readJson(request.body)
    if (`${request.method} ${name}` === 'POST enrol') {
      const { enrolment } = this.#settings
      return { answer: enrolment.enrol(body, signed.envelope, signed.text) }
    }
    const call = this.#calls[`${request.method} ${name}`]
    const checked = this.#check(signed, CLOCKLESS.includes(name))
    if ('decision' in checked) return checked.decision
    if (call === undefined) return no('request.refused', { field: 'path' })
    const values = Object.fromEntries(new URLSearchParams(query))
    return call({ terminal: checked.terminal, body, query: values })
  }

  /** Whose request it is, that nobody else has made it, and that it is of now. */
  #check(
    { envelope, text }: Signed,
    clockless: boolean,
  ): { readonly terminal: TerminalRow } | { readonly decision: Decision } {
    const refuse = (...of: Parameters<typeof refuseService>) => ({ decision: no(...of) })
    const { registry, risk } = this.#settings
    const terminal = registry.table.terminals.get(envelope.serial)
    if (terminal === undefined || terminal.status === 'RELEASED') return refuse('terminal.unknown')
    const key = readPublicKey(terminal.publicKey)
    if (envelope.kid !== terminal.kid || key === undefined) return refuse('signature.wrong')
    if (!verifyText(text, key.key, envelope.signature)) return refuse('signature.wrong')
    if (terminal.status === 'SUSPENDED') return refuse('terminal.suspended')
    const counters = takeCounter(terminal.counters, envelope.counter)
    if (counters === undefined) {
      risk.suspendCopied(terminal, 'counter.replayed')
      return refuse('counter.replayed')
    }
    const counted = registry.saveTerminal({ ...terminal, counters })
    const skewMs = Math.abs(registry.nowMs() - envelope.timestampMs)
    if (skewMs > SKEW_MAX_MS && !clockless) return refuse('clock.skew')
    return { terminal: counted }
  }

  #grant({ terminal, query }: Asked): Decision {
    const reading = grantQuery.safeParse(query)
    if (!reading.success) return wrongField(reading.error)
    const { registry } = this.#settings
    const { app_version: appVersion = terminal.appVersion } = reading.data
    const current = registry.currentGrant(registry.saveTerminal({ ...terminal, appVersion }))
    return good({
      grant: registry.currentDocument(current),
      minimum_version: current.minimumVersion,
      revocations: current.revocations,
    })
  }

  #bulletins({ terminal, query }: Asked): Decision {
    const reading = bulletinsQuery.safeParse(query)
    if (!reading.success) return wrongField(reading.error)
    const { since, grant, wait_s } = reading.data
    const news =
      terminal.bulletinSeq > since || (grant ?? terminal.grantVersion) !== terminal.grantVersion
    if (news || wait_s === 0) return good(this.#bulletinsSince(terminal, since))
    return { hold: { terminal, since, waitMs: wait_s * 1000 } }
  }

  #bulletinsSince(terminal: TerminalRow, since: number) {
    const { serial, bulletinSeq, grantVersion, minimumVersion } = terminal
    const last = Math.min(bulletinSeq, since + BULLETINS_MAX)
    const bulletins = []
    for (let seq = since + 1; seq <= last; seq += 1) {
      const row = this.#settings.registry.table.bulletins.get(`${serial}/${seq}`)
      if (row !== undefined) bulletins.push({ document: row.document, sig: row.sig })
    }
    return {
      bulletins,
      highest_seq: bulletinSeq,
      grant_version: grantVersion,
      minimum_version: minimumVersion,
    }
  }

  #hold({ terminal, since, waitMs }: Hold, signed: Signed, send: Send): void {
    const { serial } = terminal
    this.#held.get(serial)?.finish()
    const finish = (): void => {
      cancel()
      if (this.#held.get(serial)?.finish === finish) this.#held.delete(serial)
      const now = this.#settings.registry.table.terminals.get(serial) ?? terminal
      this.#answer({ status: 200, value: this.#bulletinsSince(now, since) }, signed, send)
    }
    const cancel = this.#settings.after(waitMs, finish)
    this.#held.set(serial, { finish })
  }

  /** Answers the held request of a terminal, when what woke it is on the disk. */
  wake(serial: string): void {
    queueMicrotask(() => this.#held.get(serial)?.finish())
  }

  /** Lets go of every held request. */
  close(): void {
    this.#held.clear()
  }

  #acknowledge({ terminal, body }: Asked): Decision {
    const reading = acknowledgementSchema.safeParse(body)
    if (!reading.success) return wrongField(reading.error)
    const { seq, code, what } = reading.data
    const { table } = this.#settings.registry
    const bulletin = table.bulletins.get(`${terminal.serial}/${seq}`)
    const measures = (bulletin?.document.measures ?? []) as readonly { code: string }[]
    if (!measures.some((one) => one.code === code)) return no('acknowledgement.unknown')
    const id = `${terminal.serial}/${seq}/${code}/${what}`
    const row = { ...reading.data, serial: terminal.serial }
    if (table.acknowledgements.get(id) === undefined) table.acknowledgements.put(id, row)
    return good({ seq, what })
  }

  #events({ terminal, body }: Asked): Decision {
    const reading = eventsSchema.safeParse(body)
    if (!reading.success) {
      const field = reading.error.issues[0]?.path.join('.') ?? ''
      return field.includes('facts')
        ? no('event.facts_refused', { field })
        : wrongField(reading.error)
    }
    const { events } = this.#settings.registry.table
    const accepted: string[] = []
    const known: string[] = []
    for (const event of reading.data.events) {
      const id = `${terminal.serial}/${event.id}`
      const isKnown = events.get(id) !== undefined
      if (!isKnown) {
        const { kind, at, trigger } = event
        const facts = event.facts as Record<string, string | number>
        events.put(id, { serial: terminal.serial, id: event.id, kind, at, trigger, facts })
      }
      ;(isKnown ? known : accepted).push(event.id)
    }
    return good({ accepted, known })
  }

  #close({ terminal, body }: Asked): Decision {
    const wish = readClosing(body)
    if (wish === undefined) return no('request.refused')
    const { registry, risk } = this.#settings
    if (registry.isTerminated(terminal.merchantId)) return no('merchant.terminated')
    const closing = risk.closeByAdministrator({ ...wish, merchantId: terminal.merchantId })
    if (!closing.ok) {
      const { refusal, triesLeft } = closing
      return no(refusal, triesLeft === undefined ? {} : { tries_left: triesLeft })
    }
    const now = registry.table.terminals.get(terminal.serial) ?? terminal
    return good({ closed: closing.closed, grant: registry.currentDocument(now) })
  }

  #signOff({ terminal, body }: Asked): Decision {
    const reading = signOffSchema.safeParse(body)
    if (!reading.success) return wrongField(reading.error)
    const { registry } = this.#settings
    const { in_flight, wiped, journal_head } = reading.data
    const idle = registry.store(terminal.merchantId, terminal.storeId).interfaces.length === 0
    if (!registry.isTerminated(terminal.merchantId) && !idle) return no('signoff.not_ended')
    if (in_flight > 0) return no('signoff.in_flight')
    const missing = WIPED.filter((what) => !wiped.includes(what))
    if (missing.length > 0) return no('signoff.not_wiped', { missing })
    registry.saveTerminal({ ...terminal, status: 'RELEASED' })
    registry.note('terminal', 'terminal.released', `${terminal.serial} ${journal_head}`)
    return good({ released: true })
  }
}

const readJson = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
