import type { FaceCode } from '../domain/face-errors.ts'
import type { FaceOrder, FaceReader, FaceReaderEvent, FaceReadiness } from '../ports/face.ts'
import {
  codeFields,
  type DeviceMerchant,
  type FaceCodeType,
  merchantFields,
  readCode,
  timeLeftMs,
} from './device-capture.ts'
import type { DeviceStep } from './device-codes.ts'
import type { DeviceFields } from './device-commands.ts'
import { type DeviceCall, type DeviceLine, type DeviceReply, done } from './device-line.ts'
import { DeviceStanding, type StandingParts } from './device-standing.ts'

export type DeviceReaderParts = Omit<StandingParts, 'isBusy'> & {
  readonly merchant: DeviceMerchant
  readonly codeType: FaceCodeType
  /** Which display of a device with two shows the face page; the device's documents say the values. */
  readonly screenIndex?: number
}

/** After stopWxpayface, for the capture's call to return. Milliseconds. */
const STOPPED_MS = 5_000
/** How often the device is told the result until it has taken it. */
const UPDATE_TRIES = 2
/** Times a code is asked for when the service has to be initialised in between. */
const CODE_TRIES = 3

type Result = Parameters<FaceReader['finish']>[1]

/** What was asked of the device for one capture, so that it can be brought to its end. */
type Asked = {
  readonly line: DeviceLine
  readonly fields: DeviceFields
  call: DeviceCall
  hasReturned: boolean
}

type Capture = {
  readonly order: FaceOrder
  readonly tell: (event: FaceReaderEvent) => void
  isOver: boolean
  /** Whether there was one of the events after which nothing is told. */
  hasEnded: boolean
  cancelLimit: () => void
  asked: Asked | undefined
}

/**
 * Reads faces by the official device service, which leads the customer through it on its own screen, keeps
 * the picture to itself and gives out a face code (刷脸支付, device SDK, facepay). Whatever comes of a
 * capture, the service is told the result, since its page waits for it.
 */
export class DeviceReader implements FaceReader {
  readonly #parts: DeviceReaderParts
  readonly #standing: DeviceStanding
  #current: Capture | undefined
  /** Captures are brought to their end one after the other; the next begins after that. */
  #ending: Promise<void> = Promise.resolve()
  #isClosed = false

  constructor(parts: DeviceReaderParts) {
    this.#parts = parts
    this.#standing = new DeviceStanding({
      ...parts,
      isBusy: () => this.#current !== undefined,
    })
  }

  /** Gets the service going, and keeps at it. */
  start(): void {
    this.#standing.restart()
  }

  readiness(): FaceReadiness {
    return this.#standing.readiness()
  }

  onReadiness(listener: () => void): () => void {
    return this.#standing.onReadiness(listener)
  }

  capture(order: FaceOrder, tell: (event: FaceReaderEvent) => void): void {
    const { clock } = this.#parts
    if (this.#current !== undefined) this.#end(this.#current, 'not_paid')
    const leftMs = timeLeftMs(order, clock.nowMs())
    const capture: Capture = {
      order,
      tell,
      isOver: false,
      hasEnded: false,
      cancelLimit: clock.after(leftMs, () => this.#fail(capture, 'face.device_failed')),
      asked: undefined,
    }
    this.#current = capture
    const before = this.#ending
    void before.then(() =>
      leftMs === 0 ? this.#fail(capture, 'face.consent_old') : this.#read(capture),
    )
  }

  /** The customer means it by what they do at the device; there is nothing to send. */
  confirm(): void {}

  finish(captureId: string, result: Result): void {
    if (this.#current?.order.captureId === captureId) this.#end(this.#current, result)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    if (this.#current !== undefined) this.#end(this.#current, 'left')
    await this.#ending
    await this.#standing.close()
  }

  async #read(capture: Capture): Promise<void> {
    const readiness = this.#standing.readiness()
    if (readiness.kind === 'not_ready') return this.#fail(capture, readiness.cause)
    const authInfo = await this.#standing.authInfo()
    if (!authInfo.ok) return this.#fail(capture, authInfo.error)
    for (let count = 0; count < CODE_TRIES && !capture.isOver; count += 1) {
      const reply = await this.#askCode(capture, authInfo.value)
      if (capture.isOver) return
      const next = this.#take(capture, reply)
      if (next === 'over') return
      const trouble = await this.#standing.initialise()
      if (trouble !== undefined) break
    }
    if (capture.isOver) return
    this.#fail(capture, 'face.device_not_ready')
    this.#standing.restart()
  }

  #askCode(capture: Capture, authInfo: string): Promise<DeviceReply> {
    const line = this.#standing.line
    const flaw: DeviceReply = { kind: 'unusable', flaw: 'closed' }
    if (line === undefined) return Promise.resolve(flaw)
    const fields = merchantFields(this.#parts.merchant, authInfo)
    const call = line.ask('getWxpayfaceCode', {
      ...fields,
      ...codeFields(capture.order, this.#parts),
    })
    const asked: Asked = { line, fields, call, hasReturned: false }
    capture.asked = asked
    void call.returned.then(() => {
      asked.hasReturned = true
    })
    return call.reply
  }

  /** Whether the answer was the last word, or the service has to be initialised first. */
  #take(capture: Capture, reply: DeviceReply): 'over' | 'initialise' {
    if (reply.kind === 'unusable') {
      this.#fail(capture, 'face.device_failed')
      this.#standing.restart()
      return 'over'
    }
    const { step, answer } = reply
    if (step.next === 'init' || step.next === 'wait') return 'initialise'
    if (step.next === 'go') {
      const code = readCode(capture.order, this.#parts.codeType, answer)
      if (code.ok) this.#tellLast(capture, { kind: 'code', credential: code.value })
      else this.#fail(capture, code.error)
      return 'over'
    }
    this.#refused(capture, step)
    return 'over'
  }

  #refused(capture: Capture, step: Exclude<DeviceStep, { next: 'go' | 'init' | 'wait' }>): void {
    if (step.next === 'code_instead') {
      this.#tellLast(capture, { kind: 'code_instead' })
      this.#end(capture, 'not_paid')
      return
    }
    this.#fail(capture, step.cause)
    if (step.stale) this.#standing.refuse()
  }

  #fail(capture: Capture, cause: FaceCode): void {
    if (capture.hasEnded) return
    this.#tellLast(capture, { kind: 'failed', cause })
    this.#end(capture, 'not_paid')
  }

  #tellLast(capture: Capture, event: FaceReaderEvent): void {
    if (capture.isOver || capture.hasEnded) return
    capture.hasEnded = true
    capture.cancelLimit()
    capture.tell(event)
  }

  #end(capture: Capture, result: Result): void {
    if (capture.isOver) return
    capture.isOver = true
    capture.cancelLimit()
    capture.asked?.call.drop()
    if (this.#current === capture) this.#current = undefined
    this.#ending = this.#ending.then(() => this.#bringToEnd(capture, result))
  }

  /** In bounded time, whatever the service does. */
  async #bringToEnd({ asked }: Capture, result: Result): Promise<void> {
    if (asked === undefined) return
    const { line, fields, call } = asked
    if (!asked.hasReturned) {
      await line.ask('stopWxpayface', fields).reply
      await this.#either(call.returned, STOPPED_MS)
    }
    await this.#update(asked, result)
    if (asked.hasReturned) return
    // Its page may come up as late as its answer does.
    void call.returned.then(() => this.#updateLate(asked))
    this.#standing.restart()
  }

  async #updateLate(asked: Asked): Promise<void> {
    if (this.#isClosed || this.#current !== undefined) return
    await this.#update(asked, 'not_paid')
  }

  async #update({ line, fields }: Asked, result: Result): Promise<void> {
    const payresult = result === 'paid' ? 'SUCCESS' : 'ERROR'
    for (let count = 0; count < UPDATE_TRIES; count += 1) {
      const { reply } = line.ask('updateWxpayfacePayResult', { ...fields, payresult })
      if (done(await reply).ok) return
    }
  }

  async #either(returned: Promise<void>, limitMs: number): Promise<void> {
    let cancel = (): void => {}
    const passed = new Promise<void>((resolve) => {
      cancel = this.#parts.clock.after(limitMs, resolve)
    })
    await Promise.race([returned, passed])
    cancel()
  }
}
