import type { Pool } from 'undici'
import { err, ok, type Result } from '../../../base/result.ts'
import { type Problem, problem } from '../../../domain/errors.ts'
import type { Clock } from '../../../ports/clock.ts'
import type { Entropy } from '../../../ports/entropy.ts'
import type { FaceDeviceAuthority } from '../../../ports/face.ts'
import type { Log } from '../../../ports/log.ts'
import { exchange, type Timeouts } from '../../node/exchange.ts'
import { makePool } from '../../node/http.ts'
import {
  AUTH_INFO_PATH,
  type AuthInfo,
  encodeAuthInfo,
  type FaceDeviceFacts,
  readAuthInfo,
} from '../face-auth.ts'
import type { MessageSigner } from '../sign-text.ts'
import { writeXml } from '../xml.ts'
import { createSigner, isApiV2Key } from './signer.ts'

export type FaceAuthInfoOptions = FaceDeviceFacts & {
  /** `https://host[:port]`. */
  readonly origin: string
  /** Absent: the roots of the system. */
  readonly caPem?: string
  /** 32 characters. */
  readonly apiV2Key: string
  readonly timeouts: Timeouts
  readonly clock: Clock
  readonly entropy: Pick<Entropy, 'bytes'>
  readonly log: Log
}

type Held = {
  readonly authInfo: string
  readonly endsAtMs: number
  readonly rawData: string
  readonly untilMonotonicMs: number
}

/** What is left of its life when it is asked for again: a fifth. */
const USED_SHARE = 0.8

/**
 * Makes the client of `get_wxpayface_authinfo` (刷脸支付, 获取调用凭证). Needs no network. An error is a
 * problem under `config.`.
 */
export function openFaceAuthInfo(options: FaceAuthInfoOptions): Result<FaceAuthInfo, Problem> {
  if (!isApiV2Key(options.apiV2Key)) {
    return err(problem('config.api_v2_key_invalid', { field: 'apiV2Key' }))
  }
  return ok(new FaceAuthInfo(options, createSigner(options.apiV2Key, 'HMAC-SHA256')))
}

/** Credentials for the official device service, each kept until 80 % of its life has passed. */
export class FaceAuthInfo implements FaceDeviceAuthority {
  readonly #options: FaceAuthInfoOptions
  readonly #signer: MessageSigner
  readonly #pool: Pool
  #held: Held | undefined
  #asked: Promise<Result<AuthInfo, Problem>> | undefined

  constructor(options: FaceAuthInfoOptions, signer: MessageSigner) {
    this.#options = options
    this.#signer = signer
    this.#pool = makePool(options.origin, options)
  }

  /** What is kept, or a new one; whoever asks while one is asked for gets that one. */
  async authInfo(rawData: string): ReturnType<FaceDeviceAuthority['authInfo']> {
    const { clock } = this.#options
    // Other raw data is another start of the device, for which what is kept is not good.
    const isFor = this.#held?.rawData === rawData
    if (this.#held && isFor && clock.monotonicMs() < this.#held.untilMonotonicMs) {
      const { authInfo, endsAtMs } = this.#held
      return ok({ authInfo, endsAtMs })
    }
    this.#held = undefined
    this.#asked ??= this.#ask(rawData).finally(() => {
      this.#asked = undefined
    })
    const answer = await this.#asked
    if (!answer.ok) return answer
    const { authInfo, lifeS } = answer.value
    const usedMs = lifeS * 1_000 * USED_SHARE
    const endsAtMs = Math.floor(clock.nowMs() + usedMs)
    this.#held = { rawData, authInfo, endsAtMs, untilMonotonicMs: clock.monotonicMs() + usedMs }
    return ok({ authInfo, endsAtMs })
  }

  /** Drops connections and what is kept. */
  close(): Promise<void> {
    this.#held = undefined
    return this.#pool.destroy()
  }

  async #ask(rawData: string): Promise<Result<AuthInfo, Problem>> {
    const { clock, entropy, timeouts, log } = this.#options
    const nonce = Buffer.from(entropy.bytes(16)).toString('hex').toUpperCase()
    const nowS = Math.floor(clock.nowMs() / 1_000)
    const stamp = { nonce, signType: this.#signer.type, nowS }
    const fields = encodeAuthInfo(this.#options, rawData, stamp)
    if (!fields.ok)
      return err(problem('face.device_failed', { detail: `not sent: ${fields.error}` }))
    const body = writeXml(new Map([...fields.value, ['sign', this.#signer.sign(fields.value)]]))
    const end = await exchange(
      {
        method: 'POST',
        target: AUTH_INFO_PATH,
        headers: { 'user-agent': 'guitai/0.1', 'content-type': 'text/xml; charset=utf-8' },
        body,
      },
      { dispatcher: this.#pool, clock, timeouts },
    )
    const answer = end.kind === 'failed' ? unreachable(end.detail) : this.#read(end.answer)
    if (!answer.ok) {
      log.warn('device service not authorised', {
        code: answer.error.code,
        detail: answer.error.detail,
      })
    }
    return answer
  }

  #read(answer: { readonly status: number; readonly body: Uint8Array }) {
    if (answer.status !== 200) return unreachable(`status ${answer.status}`)
    return readAuthInfo(answer.body, this.#options, this.#signer)
  }
}

function unreachable(detail: string): Result<never, Problem> {
  return err(problem('face.service_unreachable', { detail }))
}
