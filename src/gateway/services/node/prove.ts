import { hash } from 'node:crypto'
import type { Result } from '../../../base/result.ts'
import type { Problem } from '../../../domain/errors.ts'
import type { Entropy } from '../../../ports/entropy.ts'
import type { Log } from '../../../ports/log.ts'
import type { Signer } from '../../../ports/signer.ts'
import type { ProveGrant } from '../../node/grant-proof.ts'
import { type ProvenCall, paymentHeaders, paymentText } from '../texts.ts'

/** What a terminal can say of itself at this moment. */
export type Standpoint = Pick<
  ProvenCall,
  'serial' | 'deviceType' | 'appVersion' | 'grant' | 'place'
> & {
  /** The addresses that the grant names. */
  readonly origins: readonly string[]
}

export type ProverOptions = {
  readonly signer: Pick<Signer, 'keyId' | 'signAside'>
  /** The next counter, which is on the disk as used before this returns. */
  readonly nextCounter: () => Result<number, Problem>
  /** Undefined where no grant can be read: then a call says nothing. */
  readonly standpoint: () => Standpoint | undefined
  /** Unix milliseconds. */
  readonly nowMs: () => number
  readonly entropy: Pick<Entropy, 'bytes'>
  readonly log: Log
}

const NONCE_BYTES = 16
const NOTHING = { origins: [], headers: {} } as const

/** Proves payment calls with the terminal's key; counter, grant and place are those of this moment. */
export function createProver(options: ProverOptions): ProveGrant {
  const { signer, entropy, log } = options
  const failed = (detail: string): undefined => {
    log.error('payment call cannot be proven', { detail })
    return undefined
  }
  return async ({ method, target, body, interface: type }) => {
    const standpoint = options.standpoint()
    if (standpoint === undefined) return NOTHING
    const counter = options.nextCounter()
    if (!counter.ok) return failed(counter.error.code)
    const { origins, ...facts } = standpoint
    const call = {
      ...{ method, target, ...facts },
      ...(type === undefined ? {} : { interface: type }),
      keyId: signer.keyId,
      timestampMs: Math.floor(options.nowMs()),
      nonce: Buffer.from(entropy.bytes(NONCE_BYTES)).toString('hex'),
      counter: counter.value,
      bodySha256: hash('sha256', body),
    }
    try {
      const signature = await signer.signAside(Buffer.from(paymentText(call)))
      return { origins, headers: paymentHeaders(call, Buffer.from(signature).toString('base64')) }
    } catch (cause) {
      return failed(cause instanceof Error ? cause.message : String(cause))
    }
  }
}
