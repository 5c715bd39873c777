import { describe, expect, it } from 'vitest'
import { decide } from '../../../src/scene/decide.ts'
import { faceTermsOf } from '../../../src/scene/face-terms.ts'
import { openGrant, readGrant } from '../../../src/scene/grant.ts'
import { createRandom } from '../../support/seeded.ts'
import {
  charge,
  createKeys,
  goodScene,
  grantDocument,
  inHand,
  limitRow,
  seal,
  signaturesOf,
  type Wire,
} from './documents.ts'

const keys = createKeys()
const signatures = signaturesOf(keys)
const sealed = (document: Wire, name = 'scene-key'): string => {
  const key = keys[name]
  if (key === undefined) throw new Error(`no key ${name}`)
  return seal(document, key)
}
const flawOf = (document: Wire): unknown => {
  const read = readGrant(document)
  return read.ok ? 'no flaw' : read.error
}
/** The base document with one member of it set, or taken out. */
function withMember(path: string, value: Wire[string] | undefined): Wire {
  const document = structuredClone(grantDocument())
  const names = path.split('.')
  const last = names.pop() ?? ''
  let at: Wire = document
  for (const name of names) at = at[name] as Wire
  if (value === undefined) delete at[last]
  else at[last] = value
  return document
}
const decideFor = (document: Wire, changes = {}) =>
  decide(goodScene({ grant: inHand(document) }), charge(changes))

describe('a grant', () => {
  it('is opened with a real signature of the right role', () => {
    const opened = openGrant(sealed(grantDocument()), signatures)
    expect(opened).toMatchObject({ kind: 'read', isSigned: true })
    expect(opened).toMatchObject({ grant: { version: 7, store: { geo: { latE6: 31_230_000 } } } })
  })

  it('AC-6/decision is refused when its signer has another role', () => {
    const byRisk = openGrant(
      sealed(grantDocument({ issuer_kid: 'risk-key' }), 'risk-key'),
      signatures,
    )
    expect(byRisk).toMatchObject({ kind: 'read', isSigned: false })
    expect(decide(goodScene({ grant: byRisk }), charge())).toMatchObject({
      code: 'scene.grant_not_signed',
    })
    const byNobody = openGrant(sealed(grantDocument({ issuer_kid: 'stranger' })), signatures)
    expect(byNobody).toMatchObject({ isSigned: false })
  })

  it('AC-3.1 is refused whichever of its bytes is flipped', { timeout: 120_000 }, () => {
    const bytes = Buffer.from(sealed(grantDocument()))
    const random = createRandom(31)
    const flips = bytes.length * 8
    expect(flips).toBeGreaterThanOrEqual(10_000)
    const taken: number[] = []
    for (let index = 0; index < flips; index += 1) {
      const at = index % bytes.length
      const before = bytes[at] ?? 0
      bytes[at] = before ^ random.integer(1, 255)
      const opened = openGrant(bytes.toString('utf8'), signatures)
      if (opened.kind === 'read' && opened.isSigned) taken.push(at)
      bytes[at] = before
    }
    expect(taken).toEqual([])
    expect(openGrant(bytes.toString('utf8'), signatures)).toMatchObject({ isSigned: true })
  })

  it.each([
    ['store.geo.lat_e6', 'x', 'not an integer'],
    ['store.geo.radius_m', 0, 'not from 1 to 100000'],
    ['store.geo.datum', 'BD-09', 'not one of WGS-84, GCJ-02'],
    ['store.net.gateway_origin', 'http://gw.example', 'not of the right form'],
    ['terminal.serial', undefined, 'missing'],
    ['not_before', '2026-03-04T10:00:00Z', 'not an instant with +08:00'],
    ['not_before', '2026-02-30T10:00:00+08:00', 'no such instant'],
    ['surprise', 1, 'unknown key'],
    ['store.surprise', 1, 'unknown key'],
    ['currency', 'USD', 'not one of CNY'],
    ['alg', 'none', 'not one of Ed25519'],
    ['version', 0, 'not from 1 to 9007199254740991'],
  ])('names where it is wrong: %s', (path, value, why) => {
    expect(flawOf(withMember(path, value))).toEqual({ path, why })
  })

  it('AC-2c is rejected without the kind of merchant', () => {
    expect(flawOf(withMember('merchant.kind', undefined))).toEqual({
      path: 'merchant.kind',
      why: 'missing',
    })
  })

  it.each([
    ['store.region_code', '810000'],
    ['store.region_code', '820000'],
    ['store.region_code', '710000'],
    ['store.region_code', '990000'],
    ['store.geo', { lat_e6: 22_280_000, lon_e6: 114_160_000, datum: 'WGS-84', radius_m: 300 }],
    ['store.geo', { lat_e6: 25_040_000, lon_e6: 121_510_000, datum: 'WGS-84', radius_m: 300 }],
    ['store.geo', { lat_e6: 1_300_000, lon_e6: 103_800_000, datum: 'WGS-84', radius_m: 300 }],
  ])('AC-4b is rejected for a place that is not on the mainland: %s %j', (path, value) => {
    expect(flawOf(withMember(path, value))).toEqual({ path, why: 'not on the mainland' })
  })

  it('AC-11b grants nothing for an interface nobody knows, and is flagged', () => {
    const [entry] = grantDocument().interfaces as Wire[]
    const document = grantDocument({ interfaces: [{ ...entry, type: 'CARRIER' }] })
    const read = readGrant(document)
    expect(read.ok && read.value.interfaces).toEqual([])
    expect(read.ok && read.value.flags).toEqual([
      { path: 'interfaces[0]', why: 'unknown interface' },
    ])
    expect(decideFor(document)).toMatchObject({ code: 'scene.interface_not_granted' })
  })

  it.each(['single', 'day', 'month'])(
    'AC-9 disables an interface whose limit %s is missing',
    (name) => {
      const row = limitRow('MICROPAY')
      delete row[name]
      expect(decideFor(grantDocument({ limits: [row, limitRow('FACEPAY')] }))).toMatchObject({
        code: 'scene.limits_missing',
      })
    },
  )

  it('AC-9 disables an interface without a limit; unlimited is a word that stands there', () => {
    expect(decideFor(grantDocument({ limits: [] }))).toMatchObject({ code: 'scene.limits_missing' })
    expect(decideFor(grantDocument())).toMatchObject({ kind: 'allow', sendWithoutCredit: false })
  })

  it('AC-3.8 switches face pay off without its key, and leaves codes on', () => {
    const document = withMember('face.enc_pubkey_sha256', undefined)
    expect(decideFor(document, { interface: 'FACEPAY' })).toMatchObject({
      code: 'scene.face_incomplete',
    })
    expect(decideFor(document)).toMatchObject({ kind: 'allow' })
  })

  it.each([
    ...['per_txn', 'confirm', 'liveness_profile', 'recipient', 'enc_pubkey_sha256'],
    ...['notice_version', 'handler', 'handler.name', 'handler.contact'],
  ])('F-04 switches face pay off without %s, and leaves codes on', (name) => {
    const document = withMember(`face.${name}`, undefined)
    expect(decideFor(document, { interface: 'FACEPAY' })).toMatchObject({
      code: 'scene.face_incomplete',
      check: 'interface',
    })
    expect(decideFor(document)).toMatchObject({ kind: 'allow' })
  })

  it.each([
    ['passive-1', 'https://gw.example', true],
    ['active-1', 'https://gw.example', true],
    ['rehearsal-1', 'https://gw.example', false],
    ['rehearsal-1', 'https://127.0.0.1.example', false],
    ['rehearsal-1', 'https://localhost.example:8443', false],
    ['rehearsal-1', 'https://127.0.0.1:8443', true],
    ['rehearsal-1', 'https://[::1]:8443', true],
    ['rehearsal-1', 'https://localhost', true],
    ['active-2', 'https://gw.example', false],
    ['active-2', 'https://localhost', false],
    ['toString', 'https://localhost', false],
  ])('F-15 knows liveness %s under a gateway at %s: %s', (profile, origin, isKnown) => {
    const read = readGrant(withMember('face.liveness_profile', profile))
    if (!read.ok) throw new Error(read.error.path)
    const { store } = read.value
    const net = { ...store.net, gatewayOrigin: origin }
    const terms = faceTermsOf({ ...read.value, store: { ...store, net } })
    expect(terms?.livenessProfile).toBe(isKnown ? profile : undefined)
  })

  it.each([
    ['phone', 'digits'],
    ['password_on_phone', 'on_phone'],
  ])('F-04 face terms in the words of the terminal, confirmed by %s', (wire, confirm) => {
    const read = readGrant(withMember('face.confirm', wire))
    expect(read.ok && faceTermsOf(read.value)).toEqual({
      confirm,
      livenessProfile: 'passive-1',
      sealingKeySha256: 'f'.repeat(64),
      notice: {
        version: '1',
        handler: '示例店',
        contact: '示例电话',
        recipient: 'Example Recognition',
      },
    })
  })

  it('AC-19 is refused under a policy version the program does not know', () => {
    expect(decideFor(grantDocument({ policy_version: '2' }))).toMatchObject({
      code: 'scene.policy_unknown',
      check: 'integrity',
    })
  })

  it('reads micro credit exactly for micro merchants', () => {
    const credit = { day: 100, month: 1_000 }
    expect(flawOf(grantDocument({ micro_credit: credit }))).toMatchObject({ path: 'micro_credit' })
    expect(flawOf(withMember('merchant.kind', 'MICRO'))).toMatchObject({ path: 'micro_credit' })
  })

  it.each(['', 'null', '[]', '{}', '{"document":{},"sig":""}', '\u0000'])(
    'never throws, whatever the text is: %j',
    (text) => {
      expect(openGrant(text, signatures)).toMatchObject({ kind: 'unreadable' })
    },
  )

  it('is refused when it is too large', () => {
    const long = Object.fromEntries(
      Array.from({ length: 16 }, (_, index) => [`name${index}`, 'x'.repeat(128)]),
    )
    const interfaces = Array.from({ length: 10 }, () => ({
      ...(grantDocument().interfaces as Wire[])[0],
      evidence_refs: long,
    }))
    expect(openGrant(sealed(grantDocument({ interfaces })), signatures)).toEqual({
      kind: 'unreadable',
      flaw: { path: 'document', why: 'too large' },
    })
  })
})
