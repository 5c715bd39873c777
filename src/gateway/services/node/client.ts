import { createHash } from 'node:crypto'
import type { Pool } from 'undici'
import type { Result } from '../../../base/result.ts'
import type { Problem } from '../../../domain/errors.ts'
import type { Clock } from '../../../ports/clock.ts'
import type { Entropy } from '../../../ports/entropy.ts'
import type { Signer } from '../../../ports/signer.ts'
import { exchange } from '../../node/exchange.ts'
import { makePool } from '../../node/http.ts'
import { type Refusal, readRefusal } from '../messages.ts'
import {
  answerText,
  readAnswerHeaders,
  requestHeaders,
  requestText,
  SERVICES_PATH,
  type SignedCall,
} from '../texts.ts'

/** One call. */
export type ServiceCall = {
  readonly method: 'GET' | 'POST'
  /** What stands behind `/services/v1/`, query included. */
  readonly path: string
  readonly body?: object
  /** How long the service may hold the request before it answers, milliseconds. */
  readonly heldMs?: number
  /** Absent: trusted time, or the wall clock where there is none yet. */
  readonly timestampMs?: number
}

/**
 * Whether the key of that name, in the role `time` at that moment, signed the bytes. `body` is for
 * enrolment alone, whose answer brings the keys; it must not be used for anything else.
 */
export type AnswerCheck = (signed: {
  readonly keyId: string
  readonly timestampMs: number
  readonly bytes: Uint8Array
  readonly signature: Uint8Array
  readonly body: Uint8Array
}) => boolean

/** What every verified answer carries. */
type Verified = {
  readonly status: number
  /** The service's time when it answered, Unix milliseconds. */
  readonly timestampMs: number
  readonly arrivedMonotonicMs: number
  readonly roundTripMs: number
}

/**
 * What became of a call. `failed` counts as no answer: nothing in it may change anything, except
 * `unsigned`, the code of an answer that did not verify, which may be shown to an installer.
 */
export type ServiceAnswer =
  | (Verified & { readonly kind: 'answered'; readonly value: unknown })
  | (Verified & { readonly kind: 'refused'; readonly refusal: Refusal })
  | {
      readonly kind: 'failed'
      readonly why: 'unreachable' | 'timeout' | 'not_verified' | 'unreadable' | 'no_counter'
      readonly detail: string
      readonly unsigned?: string
    }

export type ServicesClientOptions = {
  /** `https://host[:port]`. */
  readonly origin: string
  /** Absent: the roots of the system. */
  readonly caPem?: string
  readonly serial: string
  readonly signer: Pick<Signer, 'keyId' | 'sign'>
  /** The next counter, which is on the disk as used before this returns. */
  readonly nextCounter: () => Result<number, Problem>
  readonly check: AnswerCheck
  /** Unix milliseconds, for the timestamp of requests. */
  readonly nowMs: () => number
  readonly clock: Clock
  readonly entropy: Pick<Entropy, 'bytes'>
  readonly connectMs: number
  /** Beside the time a request is held. */
  readonly answerMs: number
}

/** The longest the service holds a request (docs/gateway.md, Bulletins). */
export const HELD_S_MAX = 50
const NONCE_BYTES = 16
const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Calls to terminal services: every request signed by the terminal's key and never sent twice, every
 * answer verified over its raw bytes before anything in it is parsed.
 */
export class ServicesClient {
  readonly #options: ServicesClientOptions
  readonly #pool: Pool

  constructor(options: ServicesClientOptions) {
    this.#options = options
    const { connectMs, answerMs } = options
    const headersMs = answerMs + HELD_S_MAX * 1_000
    this.#pool = makePool(options.origin, {
      timeouts: { connectMs, headersMs, bodyMs: answerMs },
      ...(options.caPem === undefined ? {} : { caPem: options.caPem }),
    })
  }

  /** Makes one call, once. Never rejects; ends within its time limits. */
  async call(wanted: ServiceCall): Promise<ServiceAnswer> {
    const { clock, signer, connectMs, answerMs } = this.#options
    const counter = this.#options.nextCounter()
    if (!counter.ok) return failed('no_counter', counter.error.code)
    const body = wanted.body === undefined ? '' : JSON.stringify(wanted.body)
    const call = this.#signed(wanted, body, counter.value)
    const text = requestText(call)
    const signature = Buffer.from(signer.sign(Buffer.from(text))).toString('base64')
    const sentMonotonicMs = clock.monotonicMs()
    const type = body === '' ? {} : { 'Content-Type': 'application/json; charset=utf-8' }
    const end = await exchange(
      {
        method: call.method,
        target: call.target,
        headers: { ...requestHeaders(call, signature), ...type },
        body,
      },
      {
        dispatcher: this.#pool,
        clock,
        timeouts: { connectMs, headersMs: answerMs + (wanted.heldMs ?? 0), bodyMs: answerMs },
      },
    )
    if (end.kind === 'failed') {
      return failed(end.cause === 'gateway.timeout' ? 'timeout' : 'unreachable', end.detail)
    }
    return this.#verified(end.answer, {
      text,
      nonce: call.nonce,
      arrivedMonotonicMs: clock.monotonicMs(),
      sentMonotonicMs,
    })
  }

  /** Drops all connections; what is under way ends as a failure. */
  close(): Promise<void> {
    return this.#pool.destroy()
  }

  #signed(wanted: ServiceCall, body: string, counter: number): SignedCall {
    const { serial, signer, entropy, nowMs } = this.#options
    return {
      method: wanted.method,
      target: `${SERVICES_PATH}${wanted.path}`,
      serial,
      keyId: signer.keyId,
      timestampMs: Math.floor(wanted.timestampMs ?? nowMs()),
      nonce: Buffer.from(entropy.bytes(NONCE_BYTES)).toString('hex'),
      counter,
      bodySha256: sha256(body),
    }
  }

  #verified(
    answer: {
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly body: Uint8Array
    },
    request: {
      readonly text: string
      readonly nonce: string
      readonly sentMonotonicMs: number
      readonly arrivedMonotonicMs: number
    },
  ): ServiceAnswer {
    const { status, body } = answer
    const headers = readAnswerHeaders(answer.headers)
    if (headers === undefined) return unverified('no signature', body)
    if (headers.nonce !== request.nonce) return unverified('another nonce', body)
    const requestSha256 = sha256(request.text)
    const text = answerText({ status, headers, requestSha256, bodySha256: sha256(body) })
    const isSigned = this.#options.check({
      keyId: headers.keyId,
      timestampMs: headers.timestampMs,
      bytes: Buffer.from(text),
      signature: Buffer.from(headers.signature, 'base64'),
      body,
    })
    if (!isSigned) return unverified('wrong signature', body)
    const facts = {
      status,
      timestampMs: headers.timestampMs,
      arrivedMonotonicMs: request.arrivedMonotonicMs,
      roundTripMs: request.arrivedMonotonicMs - request.sentMonotonicMs,
    }
    const value = readJson(body)
    if (status === 200) return { ...facts, kind: 'answered', value }
    const refusal = readRefusal(value)
    return refusal === undefined
      ? failed('unreadable', `status ${status}`)
      : { ...facts, kind: 'refused', refusal }
  }
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

/** The JSON of a body; undefined when it is none. */
function readJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(body))
  } catch {
    return undefined
  }
}

type Failed = Extract<ServiceAnswer, { readonly kind: 'failed' }>

function failed(why: Failed['why'], detail: string): Failed {
  return { kind: 'failed', why, detail }
}

function unverified(detail: string, body: Uint8Array): Failed {
  const code = readRefusal(readJson(body))?.code
  const unsigned = code !== undefined && /^[a-z_.]{1,64}$/.test(code) ? code : undefined
  return { ...failed('not_verified', detail), ...(unsigned === undefined ? {} : { unsigned }) }
}
