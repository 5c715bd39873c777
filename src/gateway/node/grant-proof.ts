/** A call before its proof is made. */
export type CallToProve = {
  readonly method: 'GET' | 'POST'
  readonly target: string
  readonly body: string
  /** By what it charges; absent: by a payment code. */
  readonly interface?: 'FACEPAY'
}

/** What one payment call carries of the grant, and the only addresses it may go to. */
export type GrantProof = {
  /** `https://host[:port]`: the addresses that the grant names. */
  readonly origins: readonly string[]
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Proves one call: which grant permits it, which machine makes it and where that stands, signed with the
 * terminal's key under a counter of its own (docs/gateway.md, What payment calls carry). The counter is
 * drawn before this returns; another thread signs. Never rejects. Undefined: no proof can be made, and
 * nothing may be sent.
 */
export type ProveGrant = (call: CallToProve) => Promise<GrantProof | undefined>

/** The calls that carry one: those that take money or give it back. Money in flight is settled without. */
const CALLS_WITH_PROOF: ReadonlySet<string> = new Set([
  'POST /v3/pay/transactions/codepay',
  'POST /v3/refund/domestic/refunds',
  'POST /pay/micropay',
  'POST /pay/facepay',
  'POST /secapi/pay/refund',
])

/** Begins the proof of a call; undefined for one that carries none. */
export function beginProof(
  call: CallToProve,
  prove: ProveGrant | undefined,
): Promise<GrantProof | undefined> | undefined {
  return CALLS_WITH_PROOF.has(`${call.method} ${call.target}`) ? prove?.(call) : undefined
}
