import { describe, expect, it } from 'vitest'
import { openRevocation } from '../../../src/scene/revocation.ts'
import { createKeys, instant, NOW_MS, seal, signaturesOf, type Wire } from './documents.ts'

const keys = createKeys()
const document: Wire = {
  revoked_grant_id: 'GRANT-1',
  terminal_serial: 'SN-1',
  issuer_kid: 'scene-key',
  alg: 'Ed25519',
  issued_at: instant(NOW_MS),
}
function open(changes: Wire = {}, name = 'scene-key') {
  const key = keys[name]
  if (key === undefined) throw new Error(name)
  return openRevocation(seal({ ...document, ...changes }, key), 'SN-1', signaturesOf(keys))
}

describe('a revocation', () => {
  it('names the grant that may never load again', () => {
    expect(open()).toMatchObject({ ok: true, value: { revokedGrantId: 'GRANT-1' } })
  })

  it.each<[string, Wire, string]>([
    ['of another terminal', { terminal_serial: 'SN-2' }, 'scene-key'],
    ['in another form', { surprise: 1 }, 'scene-key'],
    ['by who watches risk', { issuer_kid: 'risk-key' }, 'risk-key'],
    ['by a key that is not the one it names', {}, 'risk-key'],
  ])('is not believed %s', (_name, changes, key) => {
    expect(open(changes, key).ok).toBe(false)
  })
})
