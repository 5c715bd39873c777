import { describe, expect, it } from 'vitest'
import {
  addTombstone,
  admitGrant,
  NEW_SEALED_STATE,
  noteBulletin,
  noteClosing,
} from '../../../src/scene/admit.ts'
import { decide } from '../../../src/scene/decide.ts'
import type { Grant, GrantInHand } from '../../../src/scene/grant.ts'
import {
  charge,
  DIGEST,
  goodFacts,
  goodScene,
  grantDocument,
  inHand,
  limitRow,
  type Wire,
} from './documents.ts'

function read(document: Wire, sha256 = DIGEST('8'), isSigned = true): GrantInHand {
  const found = inHand(document, isSigned)
  return found.kind === 'read' ? { ...found, sha256 } : found
}
function grantOf(found: GrantInHand): Grant {
  if (found.kind !== 'read') throw new Error(found.kind)
  return found.grant
}

const CURRENT = read(grantDocument(), DIGEST('7'))
const SEALED = {
  ...NEW_SEALED_STATE,
  maxVersion: 7,
  maxVersionSha256: DIGEST('7'),
  maxLimitsVersion: 3,
}
const HOLDING = { sealed: SEALED, current: grantOf(CURRENT) }
const next = (changes: Wire = {}): Wire =>
  grantDocument({ version: 8, prev_sha256: DIGEST('7'), ...changes })
const codeOf = (document: Wire) => {
  const admitted = admitGrant(HOLDING, read(document))
  return admitted.ok ? 'admitted' : admitted.error
}

describe('a grant that comes in', () => {
  it('raises the marks of the sealed state', () => {
    const limits = [limitRow('MICROPAY', { limits_version: 4 })]
    const admitted = admitGrant(HOLDING, read(next({ limits })))
    expect(admitted).toEqual({
      ok: true,
      value: { ...SEALED, maxVersion: 8, maxVersionSha256: DIGEST('8'), maxLimitsVersion: 4 },
    })
    expect(admitGrant({ sealed: NEW_SEALED_STATE }, CURRENT).ok).toBe(true)
    expect(admitGrant(HOLDING, CURRENT)).toEqual({ ok: true, value: SEALED })
  })

  it('AC-3.2/decision is refused when it is older, or another one of the same version', () => {
    expect(codeOf(grantDocument({ version: 6 }))).toBe('scene.grant_old')
    expect(codeOf(grantDocument())).toBe('scene.grant_forked')
    expect(codeOf(next({ prev_sha256: DIGEST('1') }))).toBe('scene.grant_forked')
    expect(codeOf(next({ limits: [limitRow('MICROPAY', { limits_version: 2 })] }))).toBe(
      'scene.limits_old',
    )
  })

  it('is refused unsigned, unreadable or missing', () => {
    expect(admitGrant(HOLDING, read(next(), DIGEST('8'), false))).toMatchObject({
      error: 'scene.grant_not_signed',
    })
    expect(codeOf(next({ surprise: 1 }))).toBe('scene.grant_unreadable')
    expect(admitGrant(HOLDING, { kind: 'none' })).toMatchObject({ error: 'scene.no_grant' })
  })

  it('AC-3.9/decision is refused for good once it was revoked, whatever its version', () => {
    const sealed = addTombstone(SEALED, 'GRANT-1')
    expect(addTombstone(sealed, 'GRANT-1')).toEqual(sealed)
    expect(admitGrant({ ...HOLDING, sealed }, read(next({ version: 99 })))).toMatchObject({
      error: 'scene.grant_revoked',
    })
    expect(decide(goodScene({ facts: goodFacts({ sealed }) }), charge())).toMatchObject({
      code: 'scene.grant_revoked',
    })
  })

  const entries = grantDocument().interfaces as Wire[]
  const store = grantDocument().store as Wire
  it.each<[string, Wire]>([
    ['address', { store: { ...store, address: '示例市另一路 2 号' } }],
    [
      'network',
      { store: { ...store, net: { gateway_origin: 'https://x.example', ca_sha256: DIGEST('d') } } },
    ],
    ['evidence', { interfaces: entries.map((entry) => ({ ...entry, evidence_refs: {} })) }],
    ['interface', { interfaces: [...entries, { ...entries[0], type: 'NATIVE' }] }],
  ])('AC-15a/decision is refused when its %s changes without a new approval', (_name, changes) => {
    expect(codeOf(next(changes))).toBe('scene.change_not_approved')
    const changed = { ...next(changes) }
    const approved = (changed.interfaces as Wire[]).map((entry, index) => ({
      ...entry,
      approval_ref: `AP-NEW-${index}`,
    }))
    expect(codeOf({ ...changed, interfaces: approved })).toBe('admitted')
  })

  it('AC-15b/decision the rules of the grant before hold until the next is in effect', () => {
    const pending = admitGrant(HOLDING, read(next({ surprise: 'pending' })))
    expect(pending.ok).toBe(false)
    const scene = goodScene({ grant: CURRENT })
    expect(decide(scene, charge()).kind).toBe('allow')
    expect(decide(scene, charge({ interface: 'NATIVE' }))).toMatchObject({
      code: 'scene.interface_not_granted',
    })
  })

  it('may drop an interface without an approval', () => {
    expect(codeOf(next({ interfaces: entries.slice(0, 1) }))).toBe('admitted')
  })

  it('opens a closed interface only by another approval', () => {
    const sealed = noteClosing(SEALED, grantOf(CURRENT), 'MICROPAY')
    expect(noteClosing(sealed, grantOf(CURRENT), 'MICROPAY')).toEqual(sealed)
    const facts = goodFacts({ sealed })
    expect(decide(goodScene({ facts }), charge())).toMatchObject({ code: 'scene.interface_closed' })
    const opened = entries.map((entry) => ({ ...entry, approval_ref: 'AP-NEW' }))
    const grant = read(grantDocument({ version: 8, interfaces: opened }))
    expect(decide(goodScene({ grant, facts }), charge()).kind).toBe('allow')
  })

  it('keeps the highest bulletin', () => {
    expect(noteBulletin(noteBulletin(SEALED, 4), 2).maxBulletinSeq).toBe(4)
  })
})
