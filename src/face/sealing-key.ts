import type { FaceCode } from '../domain/face-errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { FaceAuthority } from '../ports/face.ts'

/** Pauses between tries to get the key, milliseconds; the last repeats. */
const RETRY_MS = [2_000, 5_000, 15_000, 60_000] as const
/** How often the service is asked whether the key is still its own, milliseconds. */
const REFRESH_MS = 600_000

export type SealingKeyOptions = {
  readonly authority: Pick<FaceAuthority, 'sealingKey'>
  readonly clock: Pick<Clock, 'after'>
  /** Called when there is a key, or none any more. */
  readonly onChange: () => void
}

/** Has the recognition provider's key ready before a customer comes. */
export class SealingKeyKeeper {
  readonly #options: SealingKeyOptions
  #wanted: string | undefined
  #held: { readonly sha256: string; readonly key: Uint8Array } | undefined
  #cause: FaceCode = 'face.service_unreachable'
  #tries = 0
  /** Answers to earlier wishes are thrown away. */
  #turn = 0
  #cancel: () => void = () => {}

  constructor(options: SealingKeyOptions) {
    this.#options = options
  }

  /** The digest that the grant names; undefined for none. Asked for at once when it is another one. */
  want(sha256: string | undefined): void {
    if (sha256 === this.#wanted) return
    this.#stop()
    this.#wanted = sha256
    this.#held = undefined
    this.#cause = 'face.service_unreachable'
    this.#tries = 0
    if (sha256 !== undefined) this.#ask(sha256)
  }

  /** The key of that digest, or why there is none. */
  key(sha256: string): Uint8Array | FaceCode {
    return this.#held?.sha256 === sha256 ? this.#held.key : this.#cause
  }

  close(): void {
    this.#stop()
    this.#wanted = undefined
    this.#held = undefined
  }

  #stop(): void {
    this.#turn += 1
    this.#cancel()
    this.#cancel = () => {}
  }

  #ask(sha256: string): void {
    const { authority, clock, onChange } = this.#options
    const turn = this.#turn
    void authority.sealingKey(sha256).then((answer) => {
      if (turn !== this.#turn) return
      const again = () => this.#ask(sha256)
      if (answer.ok) {
        this.#held = { sha256, key: answer.value }
        this.#tries = 0
        this.#cancel = clock.after(REFRESH_MS, again)
      } else {
        const { code } = answer.error
        this.#cause = isDoubt(code) ? code : 'face.service_unreachable'
        // A service that is away for a while keeps its key; one that shows another has lost it.
        if (isDoubt(code)) this.#held = undefined
        const delayMs = RETRY_MS[Math.min(this.#tries, RETRY_MS.length - 1)] ?? REFRESH_MS
        this.#tries += 1
        this.#cancel = clock.after(delayMs, again)
      }
      onChange()
    })
  }
}

function isDoubt(code: string): code is 'face.service_not_verified' {
  return code === 'face.service_not_verified'
}
