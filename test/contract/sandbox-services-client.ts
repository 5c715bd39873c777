import type { KeyObject } from 'node:crypto'
import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  verify,
  X509Certificate,
} from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ReadPerson } from '../../src/sandbox/node/faces/face-provider.ts'
import type { Sandbox } from '../../src/sandbox/node/sandbox.ts'
import { startSandbox } from '../../src/sandbox/node/sandbox.ts'
import { freshCode, VirtualClock, WireClient } from './sandbox-client.ts'
import { V2Client, chargeFields as v2Fields } from './sandbox-v2-client.ts'

export const MERCHANT = '1900000001'
export const ADDRESS = '广东省深圳市示范路1号'
const START_MS = Date.parse('2026-05-06T07:08:09Z')
export const INSIDE = '22543096,114057865,20,WGS-84'

type Json = Record<string, unknown>
export type Signed = { readonly document: Json; readonly sig: string }
export type Raw = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

const sha256 = (data: string | Uint8Array): string =>
  createHash('sha256').update(data).digest('hex')

/** The test's own canonical JSON. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const object = value as Json
  const members = Object.keys(object).sort()
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(object[name])}`).join(',')}}`
}

/** Sends over TLS, trusting the sandbox's authority only. */
export function sendRaw(
  dir: string,
  url: string,
  sending: { method: string; headers?: Record<string, string>; body?: string },
): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const { method, headers = {} } = sending
    const ca = readFileSync(join(dir, 'ca.pem'))
    const outgoing = request(url, { method, ca, agent: false, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8')
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body })
      })
    })
    outgoing.on('error', reject)
    outgoing.end(sending.body)
  })
}

type Answer = { readonly status: number; readonly value: Json; readonly verified: boolean }
export type Changes = Partial<{
  serial: string
  kid: string
  timestampMs: number
  counter: number
  nonce: string
  /** Sent in place of the body that was signed. */
  body: string
}>

export type ProofChanges = Partial<{
  timestampMs: number
  counter: number
  deviceType: string
  appVersion: string
  place: string
}>

/** A terminal of the test's own: its own key, its own signing and verifying. */
export class TestTerminal {
  readonly #world: World
  readonly #key: KeyObject
  readonly publicKey: string
  readonly kid: string
  readonly serial: string
  counter = 0
  trust: Json = {}
  grant: Json = {}

  constructor(world: World, serial: string) {
    this.#world = world
    this.serial = serial
    const pair = generateKeyPairSync('ed25519')
    this.#key = pair.privateKey
    const der = pair.publicKey.export({ type: 'spki', format: 'der' })
    this.publicKey = der.toString('base64')
    this.kid = sha256(der).slice(0, 16)
  }

  async call(method: string, path: string, value?: Json, changes: Changes = {}): Promise<Answer> {
    const url = `/services/v1/${path}`
    const body = value === undefined ? '' : JSON.stringify(value)
    this.counter = Math.max(this.counter, changes.counter ?? this.counter + 1)
    const fields = {
      serial: changes.serial ?? this.serial,
      kid: changes.kid ?? this.kid,
      timestamp: String(changes.timestampMs ?? this.#world.clock.nowMs()),
      nonce: changes.nonce ?? randomBytes(16).toString('hex'),
      counter: String(changes.counter ?? this.counter),
    }
    const lines = ['GUITAI-REQUEST-V1', method, url, ...Object.values(fields), sha256(body)]
    const text = `${lines.join('\n')}\n`
    const raw = await sendRaw(this.#world.dir, `${this.#world.sandbox.origin}${url}`, {
      method,
      body: changes.body ?? body,
      headers: {
        'Guitai-Terminal': fields.serial,
        'Guitai-Key': fields.kid,
        'Guitai-Timestamp': fields.timestamp,
        'Guitai-Nonce': fields.nonce,
        'Guitai-Counter': fields.counter,
        'Guitai-Signature': sign(null, Buffer.from(text), this.#key).toString('base64'),
      },
    })
    const verified = this.#isVerified(raw, fields.nonce, text)
    return { status: raw.status, value: JSON.parse(raw.body), verified }
  }

  /** Holds an answer against a key of the trust list with the role `time`. */
  #isVerified(raw: Raw, nonce: string, requestText: string): boolean {
    const header = (name: string): string => String(raw.headers[`guitai-${name}`] ?? '')
    const kid = header('key')
    const key = this.issuer(kid, 'time')
    if (key === undefined || header('nonce') !== nonce) return false
    const lines = [
      'GUITAI-ANSWER-V1',
      raw.status,
      kid,
      header('timestamp'),
      nonce,
      sha256(requestText),
      sha256(raw.body),
    ]
    const signature = Buffer.from(header('signature'), 'base64')
    return verify(null, Buffer.from(`${lines.join('\n')}\n`), key, signature)
  }

  issuer(kid: unknown, role: string): KeyObject | undefined {
    const keys = (this.trust.keys ?? []) as Record<string, string>[]
    const found = keys.find((key) => key.kid === kid && key.role === role)
    if (found === undefined) return undefined
    const der = Buffer.from(found.public_key ?? '', 'base64')
    return createPublicKey({ key: der, format: 'der', type: 'spki' })
  }

  /** Whether a document verifies as one of an issuer with this role. */
  verifies({ document, sig }: Signed, role: string): boolean {
    const key = this.issuer(document.issuer_kid, role)
    const bytes = Buffer.from(canonical(document))
    return key !== undefined && verify(null, bytes, key, Buffer.from(sig, 'base64'))
  }

  async enrol(code: string, more: Json = {}, changes: Changes = {}): Promise<Answer> {
    const certificate = new X509Certificate(
      readFileSync(join(this.#world.dir, 'apiclient_cert.pem')),
    )
    const answer = await this.call(
      'POST',
      'enrol',
      {
        code: code.split('.')[0] ?? '',
        serial: this.serial,
        device_type: '10',
        public_key: this.publicKey,
        app_version: '1.0.0',
        merchant_cert_sha256: sha256(certificate.raw),
        ...more,
      },
      changes,
    )
    if (answer.status === 200) {
      this.trust = (answer.value.trust as Signed).document
      this.grant = (answer.value.grant as Signed).document
    }
    return answer
  }

  async fetchGrant(): Promise<Answer> {
    const answer = await this.call('GET', 'grant')
    if (answer.status === 200) this.grant = (answer.value.grant as Signed).document
    return answer
  }

  /** The headers of a payment call with this body, signed; `changes` are signed too. */
  prove(target: string, body: string, changes: ProofChanges = {}): Record<string, string> {
    this.counter = Math.max(this.counter, changes.counter ?? this.counter + 1)
    const fields = {
      serial: this.serial,
      kid: this.kid,
      timestamp: String(changes.timestampMs ?? this.#world.clock.nowMs()),
      nonce: randomBytes(16).toString('hex'),
      counter: String(changes.counter ?? this.counter),
      deviceType: changes.deviceType ?? '10',
      appVersion: changes.appVersion ?? '1.0.0',
      grant: this.quote(),
      type: 'MICROPAY',
      place: changes.place ?? INSIDE,
    }
    const lines = ['GUITAI-PAYMENT-V1', 'POST', target, ...Object.values(fields), sha256(body)]
    const signature = sign(null, Buffer.from(`${lines.join('\n')}\n`), this.#key)
    return {
      'Guitai-Terminal': fields.serial,
      'Guitai-Key': fields.kid,
      'Guitai-Timestamp': fields.timestamp,
      'Guitai-Nonce': fields.nonce,
      'Guitai-Counter': fields.counter,
      'Guitai-Signature': signature.toString('base64'),
      'Guitai-Device-Type': fields.deviceType,
      'Guitai-App-Version': fields.appVersion,
      'Guitai-Grant': fields.grant,
      'Guitai-Place': fields.place,
    }
  }

  /** What a payment call quotes. */
  quote(): string {
    return `${this.grant.grant_id}/${this.grant.version}`
  }
}

export const EVIDENCE = { address: ADDRESS, photo: 'photo-of-the-shop' }
export const STORE = {
  id: 'S001',
  name: '示范店',
  address: ADDRESS,
  region_code: '440300',
  geo: { lat_e6: 22_543_096, lon_e6: 114_057_865, datum: 'WGS-84', radius_m: 300 },
}
export const limitRow = (type: string, single: number, day = 1_000_000, month = 9_000_000) => ({
  interface: type,
  channel: 'ALL',
  single,
  day,
  month,
})

const keyFiles = new Map<string, Buffer>()

type Charged = { readonly status: number; readonly code: unknown; readonly reason: unknown }

/** A sandbox with its people: those who approve, those who watch, and the merchant. */
export class World {
  readonly dir: string
  readonly clock: VirtualClock
  readonly wire: WireClient
  readonly v2: V2Client
  sandbox: Sandbox
  #numbers = 0

  private constructor(dir: string, clock: VirtualClock, sandbox: Sandbox) {
    this.dir = dir
    this.clock = clock
    this.sandbox = sandbox
    this.wire = new WireClient(dir, sandbox.origin, clock)
    this.v2 = new V2Client(dir, this.wire)
  }

  /** With keys of its own only for the first of a file; making them is what takes time. */
  static async start(more: { readPerson?: ReadPerson } = {}): Promise<World> {
    const dir = mkdtempSync(join(tmpdir(), 'guitai-services-'))
    for (const [name, bytes] of keyFiles) writeFileSync(join(dir, name), bytes, { mode: 0o600 })
    const clock = new VirtualClock(START_MS)
    const world = new World(dir, clock, await startSandbox({ dir, clock, ...more }))
    for (const name of readdirSync(dir).filter((one) => /\.(pem|key|txt|token)$/.test(one))) {
      if (!keyFiles.has(name)) keyFiles.set(name, readFileSync(join(dir, name)))
    }
    return world
  }

  async stop(): Promise<void> {
    this.v2.close()
    await this.sandbox.close()
    rmSync(this.dir, { recursive: true, force: true })
  }

  /** Starts the sandbox anew on the same folder. */
  async restart(): Promise<void> {
    await this.sandbox.close()
    this.sandbox = await startSandbox({ dir: this.dir, clock: this.clock })
    this.wire.origin = this.sandbox.origin
  }

  async control(name: string, value?: Json): Promise<{ status: number; value: Json }> {
    const raw = await sendRaw(this.dir, `${this.sandbox.origin}/sandbox/services/${name}`, {
      method: value === undefined ? 'GET' : 'POST',
      headers: { Authorization: `Bearer ${this.sandbox.controlToken}` },
      ...(value === undefined ? {} : { body: JSON.stringify(value) }),
    })
    return { status: raw.status, value: JSON.parse(raw.body) }
  }

  /** As `control`, of which nothing but success is expected. */
  async done(name: string, value: Json): Promise<Json> {
    const answer = await this.control(name, value)
    if (answer.status !== 200) throw new Error(`${name}: ${JSON.stringify(answer.value)}`)
    return answer.value
  }

  admit(more: Json = {}) {
    return this.control('merchants', {
      role: 'scene-issuer',
      merchant_id: MERCHANT,
      name: '示范商户',
      kind: 'ENTERPRISE',
      acquirer_code: 'ACQ1',
      uscc: '00000000SANDBOX000',
      settlement_account: 'ACCOUNT',
      industry_category: '零售',
      risk_level: 'low',
      administrator: 'wang',
      operation_password: 'operation-password',
      ...more,
    })
  }

  apply(interfaces: readonly Json[], more: Json = {}) {
    return this.control('applications', {
      role: 'merchant',
      merchant_id: MERCHANT,
      store: STORE,
      interfaces,
      ...more,
    })
  }

  approve(application_id: unknown, approval_ref: string) {
    return this.control('approvals', { role: 'scene-issuer', application_id, approval_ref })
  }

  /** Applies and has it approved. */
  async grant(interfaces: readonly Json[], more: Json = {}): Promise<void> {
    const { value } = await this.apply(interfaces, more)
    this.#numbers += 1
    const approved = await this.approve(value.application_id, `APPROVAL-${this.#numbers}`)
    if (approved.status !== 200) throw new Error(JSON.stringify([value, approved.value]))
  }

  limits(limits: readonly Json[], more: Json = {}) {
    const role = 'limit-authority'
    return this.done('limits', { role, merchant_id: MERCHANT, limits, ...more })
  }

  async measure(code: string, more: Json = {}): Promise<string> {
    const asked = { role: 'risk-issuer', merchant_id: MERCHANT, code, ...more }
    return String((await this.done('measures', asked)).measure_id)
  }

  async code(serial: string, more: Json = {}): Promise<string> {
    const asked = { role: 'scene-issuer', merchant_id: MERCHANT, store_id: 'S001', serial }
    return String(
      (await this.done('enrolment-codes', { ...asked, device_type: '10', ...more })).code,
    )
  }

  /** A terminal in the store, with the interfaces and limits a shop has. */
  async shop(kind: Json = {}): Promise<TestTerminal> {
    await this.admit(kind)
    await this.grant([
      { type: 'MICROPAY', evidence: EVIDENCE },
      { type: 'FACEPAY', evidence: EVIDENCE },
    ])
    const micro = kind.kind === 'MICRO' ? { micro_credit: { day: 100_000, month: 1_000_000 } } : {}
    await this.limits([limitRow('MICROPAY', 500_000), limitRow('FACEPAY', 50_000)], micro)
    return this.terminal('T-1')
  }

  async terminal(serial: string): Promise<TestTerminal> {
    const terminal = new TestTerminal(this, serial)
    const answer = await terminal.enrol(await this.code(serial))
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.value))
    return terminal
  }

  newOrder(): string {
    this.#numbers += 1
    return `SERVICES-${this.#numbers}`
  }

  /** A v3 charge with these headers; what became of it. */
  async charge(
    amountFen: number,
    headers: Record<string, string>,
    outTradeNo = this.newOrder(),
  ): Promise<Charged> {
    const byFace = headers['Guitai-Interface'] === 'FACEPAY'
    const code = byFace ? await this.deviceCode(outTradeNo, amountFen) : freshCode()
    const answer = await this.wire.charge(outTradeNo, amountFen, { headers, code })
    const said = JSON.parse(answer.body.toString('utf8'))
    return {
      status: answer.status,
      code: said.code,
      reason: answer.headers['guitai-refusal'],
    }
  }

  /** A call of the face controls, of which nothing but success is expected. */
  async faces(name: string, value?: Json): Promise<Json> {
    const raw = await sendRaw(this.dir, `${this.sandbox.origin}/sandbox/faces/${name}`, {
      method: value === undefined ? 'GET' : 'POST',
      headers: { Authorization: `Bearer ${this.sandbox.controlToken}` },
      ...(value === undefined ? {} : { body: JSON.stringify(value) }),
    })
    if (raw.status !== 200) throw new Error(`${name}: ${raw.body}`)
    return JSON.parse(raw.body)
  }

  /** 18 digits as the official device gives them for one order. */
  async deviceCode(out_trade_no: string, total_fee: number, more: Json = {}): Promise<string> {
    const order = { appid: 'wxsandbox00000001', mch_id: MERCHANT, out_trade_no, total_fee }
    const made = await this.faces('device-code', { ...order, face_code_type: '1', ...more })
    return String(made.face_code)
  }

  /** A v2 charge with these headers. */
  async chargeV2(
    amountFen: number,
    headers: Record<string, string>,
    fields: Record<string, string> = {},
  ): Promise<{ code: unknown; reason: unknown }> {
    const whole = { ...v2Fields(this.newOrder(), amountFen), ...fields }
    const answer = await this.v2.send('/pay/micropay', { fields: whole, headers })
    const code = answer.fields?.err_code ?? answer.fields?.result_code
    return { code, reason: answer.wire.headers['guitai-refusal'] }
  }
}
