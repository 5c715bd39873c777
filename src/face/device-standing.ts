import { err, ok, type Result } from '../base/result.ts'
import { FACE_ERRORS, type FaceCode } from '../domain/face-errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { FaceDeviceAuthority, FaceReadiness } from '../ports/face.ts'
import type { Log } from '../ports/log.ts'
import { INITIALISING_PAUSE_MS } from './device-codes.ts'
import type { DeviceFields } from './device-commands.ts'
import { DeviceLine, type DeviceReply } from './device-line.ts'
import type { DeviceService, NoDeviceService } from './device-service.ts'

/** The proxy through which the device service goes out. */
export type DeviceProxy = {
  readonly kind: 'http_tunnel' | 'socks5' | 'http'
  /** Address of the proxy, as the service takes it. */
  readonly ip: string
  readonly port: number
  readonly user?: string
  readonly password?: string
}

/** `proxy_type` on the wire (device SDK, initWxpayface); 0 is none. */
const PROXY_TYPES = { http_tunnel: 1, socks5: 2, http: 3 } as const

/** Pauses between tries to get the service going; the last one stays. Milliseconds. */
const RETRY_PAUSES_MS = [1_000, 2_000, 5_000, 10_000, 30_000] as const
/** After a failed renewal, while what there is may still do. Milliseconds. */
const RENEW_AGAIN_MS = 30_000
/** Tries while the service is being initialised: half a minute. */
const INITIALISING_TRIES = 60

export type StandingParts = {
  readonly open: () => Result<DeviceService, NoDeviceService>
  readonly authority: FaceDeviceAuthority
  readonly proxy?: DeviceProxy
  readonly clock: Clock
  readonly log: Log
  /** Whether a customer is at the device now: it is not asked for anything else then. */
  readonly isBusy: () => boolean
}

type Trouble = { readonly cause: FaceCode; readonly detail?: string }
type Authorised = { readonly authInfo: string; readonly untilMonotonicMs: number }

const isFaceCode = (code: string): code is FaceCode => Object.hasOwn(FACE_ERRORS, code)

/** Keeps the device service initialised and authorised, and says whether it is. */
export class DeviceStanding {
  readonly #parts: StandingParts
  readonly #listeners = new Set<() => void>()
  #readiness: FaceReadiness = { kind: 'not_ready', cause: 'face.device_not_ready' }
  #service: DeviceService | undefined
  #line: DeviceLine | undefined
  #authorised: Authorised | undefined
  #cancelTimer: (() => void) | undefined
  /** Of the start under way; an older one stops by itself. */
  #start = 0
  #isStarting = false
  #isClosed = false

  constructor(parts: StandingParts) {
    this.#parts = parts
  }

  readiness(): FaceReadiness {
    return this.#readiness
  }

  onReadiness(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  /** What commands go through; absent until the library was opened. */
  get line(): DeviceLine | undefined {
    return this.#line
  }

  /** Gets the service going: at the start, and when it has forgotten us or did not answer. */
  restart(): void {
    if (this.#isClosed || this.#isStarting) return
    this.#isStarting = true
    this.#start += 1
    this.#clearTimer()
    this.#become({ kind: 'not_ready', cause: 'face.device_not_ready' })
    void this.#run(this.#start, 0)
  }

  /** The device said that what authorises us is no good any more. */
  refuse(): void {
    this.#authorised = undefined
    this.restart()
  }

  /** What authorises a capture, renewed first when it is due. */
  async authInfo(): Promise<Result<string, FaceCode>> {
    const held = this.#authorised
    if (held === undefined) return err('face.device_not_ready')
    if (this.#parts.clock.monotonicMs() < held.untilMonotonicMs) return ok(held.authInfo)
    const trouble = await this.#authorise()
    // One that is only due may still do, so it is used when there is no new one.
    const now = this.#authorised ?? held
    return trouble?.cause === 'face.not_authorised' ? err(trouble.cause) : ok(now.authInfo)
  }

  /** `initWxpayface`, as often as the service asks for it while it is being initialised. */
  async initialise(): Promise<Trouble | undefined> {
    const line = this.#line
    if (line === undefined) return { cause: 'face.device_missing' }
    for (let count = 0; count < INITIALISING_TRIES && !this.#isClosed; count += 1) {
      const reply = await line.ask('initWxpayface', this.#proxyFields()).reply
      if (reply.kind === 'answered' && reply.step.next === 'go') return undefined
      if (reply.kind !== 'answered' || reply.step.next !== 'wait') return troubleOf(reply)
      await this.#pause(INITIALISING_PAUSE_MS)
    }
    return { cause: 'face.device_not_ready', detail: 'it is being initialised for too long' }
  }

  /** Ends it: `releaseWxpayface`, in bounded time. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#start += 1
    this.#clearTimer()
    this.#authorised = undefined
    await this.#line?.ask('releaseWxpayface', {}).reply
    this.#service?.close()
    this.#become({ kind: 'not_ready', cause: 'face.device_not_ready' })
    this.#listeners.clear()
  }

  async #run(start: number, tries: number): Promise<void> {
    const trouble = this.#open() ?? (await this.initialise()) ?? (await this.#authorise())
    if (start !== this.#start) return
    if (trouble === undefined) {
      this.#isStarting = false
      this.#become({ kind: 'ready', guidedBy: 'device' })
      this.#renewInTime()
      return
    }
    this.#become({ kind: 'not_ready', ...trouble })
    const pauseMs = RETRY_PAUSES_MS[Math.min(tries, RETRY_PAUSES_MS.length - 1)]
    this.#timer(pauseMs ?? RENEW_AGAIN_MS, () => void this.#run(start, tries + 1))
  }

  #open(): Trouble | undefined {
    if (this.#line !== undefined) return undefined
    const opened = this.#parts.open()
    if (!opened.ok) {
      const { reason, detail } = opened.error
      this.#parts.log.warn('face device library', { reason, detail })
      return { cause: 'face.device_missing', detail }
    }
    this.#service = opened.value
    this.#line = new DeviceLine({ ...this.#parts, service: opened.value })
    return undefined
  }

  async #authorise(): Promise<Trouble | undefined> {
    const line = this.#line
    if (line === undefined) return { cause: 'face.device_missing' }
    const reply = await line.ask('getWxpayfaceRawdata', {}).reply
    if (reply.kind !== 'answered' || reply.step.next !== 'go') return troubleOf(reply)
    const { clock, authority } = this.#parts
    const answer = await authority.authInfo(String(reply.answer.fields.rawdata))
    if (!answer.ok) {
      const { code, detail } = answer.error
      const cause = isFaceCode(code) ? code : 'face.service_unreachable'
      return { cause, ...(detail === undefined ? {} : { detail }) }
    }
    if (this.#isClosed) return { cause: 'face.device_not_ready' }
    const { authInfo, endsAtMs } = answer.value
    // From here on by the clock that nobody can set.
    const goodForMs = Math.max(0, endsAtMs - clock.nowMs())
    this.#authorised = { authInfo, untilMonotonicMs: clock.monotonicMs() + goodForMs }
    return undefined
  }

  #renewInTime(): void {
    const untilMs = this.#authorised?.untilMonotonicMs ?? 0
    const inMs = untilMs - this.#parts.clock.monotonicMs()
    // What has ended when it comes is asked for again after a pause, never in a circle.
    this.#timer(inMs > 0 ? inMs : RENEW_AGAIN_MS, () => void this.#renew())
  }

  async #renew(): Promise<void> {
    if (this.#parts.isBusy()) return this.#timer(RENEW_AGAIN_MS, () => void this.#renew())
    const start = this.#start
    const trouble = await this.#authorise()
    if (start !== this.#start || this.#isStarting) return
    if (trouble?.cause === 'face.device_failed') return this.restart()
    this.#renewInTime()
  }

  #proxyFields(): DeviceFields {
    const { proxy } = this.#parts
    if (proxy === undefined) return {}
    const { kind, ip, port, user, password } = proxy
    return { proxy_type: PROXY_TYPES[kind], ip, port: String(port), user, passwd: password }
  }

  #become(readiness: FaceReadiness): void {
    const before = this.#readiness
    this.#readiness = readiness
    if (JSON.stringify(before) === JSON.stringify(readiness)) return
    for (const listener of [...this.#listeners]) listener()
  }

  #pause(forMs: number): Promise<void> {
    return new Promise((resolve) => this.#parts.clock.after(forMs, resolve))
  }

  #timer(inMs: number, fire: () => void): void {
    this.#clearTimer()
    if (!this.#isClosed) this.#cancelTimer = this.#parts.clock.after(inMs, fire)
  }

  #clearTimer(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
  }
}

function troubleOf(reply: DeviceReply): Trouble {
  if (reply.kind === 'unusable') return { cause: 'face.device_failed', detail: reply.flaw }
  const { step, answer } = reply
  const isDenied = step.next === 'fail' && step.cause === 'face.not_authorised'
  const cause = isDenied ? step.cause : 'face.device_failed'
  return answer.message === '' ? { cause } : { cause, detail: answer.message }
}
