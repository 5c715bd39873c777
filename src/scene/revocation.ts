import { err, ok, type Result } from '../base/result.ts'
import type { Flaw } from './canonical-json.ts'
import { field, instantMs, oneOf, type ReadBy, record, text } from './reader.ts'
import { openSigned, type Signatures } from './signed-document.ts'

const REVOCATION = record({
  revokedGrantId: field('revoked_grant_id', text(64)),
  terminalSerial: field('terminal_serial', text(50)),
  issuerKid: field('issuer_kid', text(64)),
  alg: field('alg', oneOf(['Ed25519'])),
  issuedAtMs: field('issued_at', instantMs),
})

/** The word that a grant may never load again (docs/gateway.md, Documents). */
export type Revocation = ReadBy<typeof REVOCATION>

/** Opens a revocation from its envelope in canonical form; only one for this terminal, by who grants. */
export function openRevocation(
  envelope: string,
  terminalSerial: string,
  signatures: Signatures,
): Result<Revocation, Flaw> {
  const opened = openSigned(envelope, 'scene-issuer', signatures)
  if (!opened.ok) return opened
  if (!opened.value.isSigned) return err({ path: 'sig', why: 'not signed by who grants' })
  const read = REVOCATION(opened.value.document, '')
  if (!read.ok) return read
  if (read.value.terminalSerial !== terminalSerial) {
    return err({ path: 'terminal_serial', why: 'another terminal' })
  }
  return ok(read.value)
}
