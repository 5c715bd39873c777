import { err, ok, type Result } from '../base/result.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import { type DeviceStep, knownCode, stepOf } from './device-codes.ts'
import {
  type AnswerFlaw,
  DEVICE_COMMANDS,
  type DeviceAnswer,
  type DeviceCommand,
  type DeviceFields,
  decodeAnswer,
  encodeRequest,
} from './device-commands.ts'
import type { CallFlaw, DeviceService } from './device-service.ts'

/** Why there is no answer to act on. */
export type ReplyFlaw =
  | CallFlaw
  | AnswerFlaw
  /** None within the limit. */
  | 'no_answer'
  /** It came when nobody wanted it any more, and was overwritten unread. */
  | 'unwanted'
  /** It was never asked: a field does not fit the wire. */
  | 'not_sent'

/** What came of one command. */
export type DeviceReply =
  | { readonly kind: 'answered'; readonly answer: DeviceAnswer; readonly step: DeviceStep }
  | { readonly kind: 'unusable'; readonly flaw: ReplyFlaw }

/** A command that was sent. */
export type DeviceCall = {
  /** Comes within the limit, whatever the service does. */
  readonly reply: Promise<DeviceReply>
  /** When the service has really returned: after the reply, or never. */
  readonly returned: Promise<void>
  /** Waits for it no more: the reply is `unwanted` at once, and so is an answer that comes. */
  readonly drop: () => void
}

export type DeviceLineParts = {
  readonly service: DeviceService
  readonly clock: Clock
  readonly log: Log
}

const unusable = (flaw: ReplyFlaw): DeviceReply => ({ kind: 'unusable', flaw })

/** Asks the device service, command by command, with a limit for each. Keeps no answer. */
export class DeviceLine {
  readonly #parts: DeviceLineParts

  constructor(parts: DeviceLineParts) {
    this.#parts = parts
  }

  /** Sends `command`. The fields are those of {@link DEVICE_COMMANDS}. Never throws. */
  ask(command: DeviceCommand, fields: DeviceFields): DeviceCall {
    const { service, clock } = this.#parts
    const startedMs = clock.monotonicMs()
    const request = encodeRequest(command, fields, clock.nowMs())
    if (!request.ok) {
      this.#note(command, { flaw: 'not_sent', field: request.error })
      const returned = Promise.resolve()
      return { reply: Promise.resolve(unusable('not_sent')), returned, drop: () => {} }
    }
    const sent = service.call(request.value)
    // What authorises us stands in it.
    service.wipe(request.value)
    const limit = this.#limit(DEVICE_COMMANDS[command].timeoutMs)
    const read = sent.then((result) => {
      const end = this.#read(command, result, !limit.hasPassed())
      limit.cancel()
      return end
    })
    const reply = Promise.race([read, limit.passed]).then((end) => {
      const tookMs = Math.round(clock.monotonicMs() - startedMs)
      if (end.kind === 'unusable') this.#note(command, { flaw: end.flaw, tookMs })
      else this.#told(command, end.answer, tookMs)
      return end
    })
    const returned = read.then(() => undefined)
    return { reply, returned, drop: () => limit.end('unwanted') }
  }

  /** Overwrites the answer, read or not. */
  #read(
    command: DeviceCommand,
    result: Result<Uint8Array, CallFlaw>,
    isWanted: boolean,
  ): DeviceReply {
    if (!result.ok) return unusable(isWanted ? result.error : 'unwanted')
    const decoded = isWanted ? decodeAnswer(command, result.value) : err('unwanted' as const)
    this.#parts.service.wipe(result.value)
    if (!decoded.ok) return unusable(decoded.error)
    return { kind: 'answered', answer: decoded.value, step: stepOf(decoded.value) }
  }

  #limit(timeoutMs: number) {
    let hasPassed = false
    let tell = (_reply: DeviceReply): void => {}
    const passed = new Promise<DeviceReply>((resolve) => {
      tell = resolve
    })
    const end = (flaw: ReplyFlaw): void => {
      cancel()
      hasPassed = true
      tell(unusable(flaw))
    }
    const cancel = this.#parts.clock.after(timeoutMs, () => end('no_answer'))
    return { passed, end, cancel, hasPassed: () => hasPassed }
  }

  #told(command: DeviceCommand, answer: DeviceAnswer, tookMs: number): void {
    const fields = { command, code: knownCode(answer.returnCode), tookMs }
    if (answer.returnCode === 'SUCCESS') this.#parts.log.info('face device', fields)
    else this.#note(command, { ...fields, errCode: answer.errCode })
  }

  #note(command: DeviceCommand, fields: Readonly<Record<string, string | number>>): void {
    this.#parts.log.warn('face device', { command, ...fields })
  }
}

/** The answer of a command that has nothing to say but that it was done. */
export function done(reply: DeviceReply): Result<void, DeviceReply> {
  return reply.kind === 'answered' && reply.step.next === 'go' ? ok(undefined) : err(reply)
}
