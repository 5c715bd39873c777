import { randomBytes } from 'node:crypto'
import type { Answer, SignatureKind } from '../answers.ts'
import type { SandboxClock } from '../clock.ts'
import { responseMessageHead } from '../wire-messages.ts'
import type { Credentials, PlatformKey } from './credentials.ts'
import type { Listing } from './sandbox-controls.ts'

/** Well formed and never issued. */
const UNKNOWN_SERIAL = '7F0000000000000000000000000000000000FFFF'
const STALE_BY_MS = 600_000
const PROBE_PREFIX = 'WECHATPAY/SIGNTEST/'
const BLANK_CHUNK = Buffer.alloc(64 * 1024, ' ')

/** Calls `write` with chunks of blanks, `count` bytes in all. */
export function eachBlankChunk(count: number, write: (chunk: Buffer) => void): void {
  for (let left = count; left > 0; left -= BLANK_CHUNK.length) {
    write(left >= BLANK_CHUNK.length ? BLANK_CHUNK : BLANK_CHUNK.subarray(0, left))
  }
}

/** Signs answers with the platform key in use, or wrongly in the way an answer asks for. */
export class Signer {
  readonly #credentials: Credentials
  readonly #clock: SandboxClock
  #active: 0 | 1 = 0
  #listing: Listing = 'both'
  #probeShare = 0
  #probeDebt = 0
  readonly #probed = new Set<string>()

  constructor(credentials: Credentials, clock: SandboxClock) {
    this.#credentials = credentials
    this.#clock = clock
  }

  /** Signs with the other platform certificate from now on; returns its serial. */
  rotate(): string {
    this.#active = this.#active === 0 ? 1 : 0
    return this.#credentials.platform[this.#active].serial
  }

  /** Sets which platform certificates `GET /v3/certificates` lists. */
  setListing(listing: Listing): void {
    this.#listing = listing
  }

  /** The platform certificates to list now. */
  listed(): readonly PlatformKey[] {
    const { platform } = this.#credentials
    return this.#listing === 'both' ? platform : [platform[this.#active]]
  }

  /** Share of answers, 0 to 1, that carry a probe in place of their signature. */
  setProbeShare(share: number): void {
    if (!(share >= 0 && share <= 1)) throw new RangeError('a share is between 0 and 1')
    this.#probeShare = share
    this.#probeDebt = 0
    this.#probed.clear()
  }

  /**
   * The kind of signature a well signed answer gets. Probes are spread evenly and, as documented, a
   * retry of a call whose answer was probed is not probed again.
   * @param call what makes two calls the same call
   */
  kindFor(call: string): SignatureKind {
    if (this.#probed.delete(call)) return 'good'
    this.#probeDebt += this.#probeShare
    if (this.#probeDebt < 1) return 'good'
    this.#probeDebt -= 1
    this.#probed.add(call)
    return 'probe'
  }

  /**
   * The Wechatpay-* headers of an answer; none for an unsigned one.
   * @param blanks how many blanks follow the body on the wire
   */
  headers(
    answer: Answer,
    how: { readonly publicKeyMode: boolean; readonly blanks: number },
  ): Record<string, string> {
    if (answer.signature === 'none') return {}
    const key = how.publicKeyMode
      ? this.#credentials.publicKey
      : this.#credentials.platform[this.#active]
    const agedMs = answer.signature === 'stale' ? STALE_BY_MS : 0
    const timestamp = String(Math.floor((this.#clock.nowMs() - agedMs) / 1000))
    const nonce = randomBytes(16).toString('hex')
    const signed = answer.signature === 'garbled' ? `${answer.body} ` : answer.body
    const signature = this.#sign(key, responseMessageHead(timestamp, nonce) + signed, how.blanks)
    return {
      'Wechatpay-Nonce': nonce,
      'Wechatpay-Serial': answer.signature === 'wrong_serial' ? UNKNOWN_SERIAL : key.serial,
      'Wechatpay-Signature':
        answer.signature === 'probe'
          ? `${PROBE_PREFIX}${randomBytes(256).toString('base64').slice(0, 325)}`
          : signature,
      'Wechatpay-Signature-Type': this.#credentials.suite.scheme,
      'Wechatpay-Timestamp': timestamp,
    }
  }

  #sign(key: PlatformKey, head: string, blanks: number): string {
    const signing = this.#credentials.suite.begin(key.privateKey)
    signing.update(head)
    eachBlankChunk(blanks, (chunk) => signing.update(chunk))
    signing.update('\n')
    return signing.end()
  }
}
