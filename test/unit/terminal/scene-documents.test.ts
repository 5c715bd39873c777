import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { NEW_SEALED_STATE } from '../../../src/scene/admit.ts'
import { openGrant } from '../../../src/scene/grant.ts'
import type { Measure } from '../../../src/scene/measure.ts'
import type { SealedState } from '../../../src/scene/request.ts'
import { takeGrant } from '../../../src/terminal/scene-documents.ts'
import type { SceneKeeper } from '../../../src/terminal/scene-keeper.ts'
import type { SceneState } from '../../../src/terminal/scene-state.ts'
import type { Trust } from '../../../src/terminal/scene-trust.ts'
import { createKeys, grantDocument, instant, NOW_MS, seal, type Wire } from '../scene/documents.ts'

const issuer = keyOf('scene-key')
const LIFE = { notBeforeMs: 0, notAfterMs: 2 * NOW_MS }
const KEY = { kid: 'scene-key', role: 'scene-issuer' as const, key: issuer.publicKey, ...LIFE }
/** Only its keys are asked. */
const TRUST = { keys: new Map([['scene-key', KEY]]) } as unknown as Trust

function keyOf(name: string) {
  const key = createKeys()[name]
  if (key === undefined) throw new Error(name)
  return key
}

const DAY_MS = 86_400_000
const closedAt = (atMs: number): Wire => ({
  closed: [{ interface: 'FACEPAY', closed_at: instant(atMs), by: 'RISK' }],
})

/** What is sealed as closed once the grant after `current` has come. */
function sealedAfter(
  current: Wire,
  more: {
    readonly next?: Wire
    readonly inForce?: readonly Partial<Measure>[]
  } = {},
): SealedState['closedApprovals'] {
  const held = seal(grantDocument(current), issuer)
  const documentOf = (envelope: string) => JSON.stringify(JSON.parse(envelope).document)
  const sha256 = createHash('sha256').update(documentOf(held)).digest('hex')
  const inHand = openGrant(held, {
    verify: () => true,
    sha256: (bytes) => createHash('sha256').update(bytes).digest('hex'),
  })
  let state = {
    lifecycle: 'enrolled',
    enrolment: { serial: 'SN-1' },
    minimumVersion: 0,
    sealed: { ...NEW_SEALED_STATE, maxVersion: 7, maxVersionSha256: sha256, maxLimitsVersion: 3 },
  } as unknown as SceneState
  const keeper = {
    state: () => state,
    trust: () => TRUST,
    time: { nowMs: () => NOW_MS },
    grantInHand: () => inHand,
    inForce: () => more.inForce ?? [],
    adopt(next: SceneState) {
      state = next
      return true
    },
  } as unknown as SceneKeeper
  const next = grantDocument({ version: 8, prev_sha256: sha256, ...current, ...more.next })
  const grant = JSON.parse(seal(next, issuer))
  expect(takeGrant(keeper, { grant, minimum_version: 7, revocations: [] })).toEqual({
    isTaken: true,
    reports: [],
  })
  return state.sealed.closedApprovals
}

const FACEPAY = { interface: 'FACEPAY', approvalRef: 'AP-2' }

it('P7: a closing is sealed when it is in force, and not before', () => {
  expect(sealedAfter({})).toEqual([])
  expect(sealedAfter(closedAt(NOW_MS))).toEqual([FACEPAY])
  expect(sealedAfter(closedAt(NOW_MS + DAY_MS))).toEqual([])
  expect(sealedAfter({}, { next: closedAt(NOW_MS) })).toEqual([FACEPAY])
  expect(sealedAfter({}, { next: closedAt(NOW_MS + DAY_MS) })).toEqual([])
})

it('P7: what M9 closed stays closed under the next grant, but for what was granted after it', () => {
  const m9 = (effectiveAtMs: number) => ({ code: 'M9' as const, effectiveAtMs, interfaces: [] })
  const closed = (atMs: number) =>
    sealedAfter({}, { inForce: [m9(atMs)] }).map((one) => one.interface)
  expect(closed(NOW_MS)).toEqual(['MICROPAY', 'FACEPAY'])
  expect(closed(NOW_MS - DAY_MS)).toEqual([])
})
