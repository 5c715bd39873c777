import { X509Certificate } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Signed } from './sandbox-services-client.ts'
import {
  ADDRESS,
  EVIDENCE,
  INSIDE,
  limitRow,
  MERCHANT,
  STORE,
  TestTerminal,
  World,
} from './sandbox-services-client.ts'

let world: World

beforeEach(async () => {
  world = await World.start()
})
afterEach(() => world.stop())

const WEBSITE = { domain: 'shop.example', authorisation_letter: 'letter', appid: 'wx1' }
const APP = {
  appid: 'wx2',
  home_screenshot: 'a',
  last_screenshot: 'b',
  inner_screenshot: 'c',
  payment_screenshot: 'd',
  download_address: 'https://market.example/app',
}

/** The whole of what each interface asks for. */
const WHOLE = [
  ['MICROPAY', undefined, EVIDENCE],
  ['FACEPAY', undefined, EVIDENCE],
  ['JSAPI', 'shop', EVIDENCE],
  ['JSAPI', 'official_account', { appid: 'wx1', page_screenshot: 'page' }],
  ['JSAPI', 'website', WEBSITE],
  ['MINIPROGRAM', undefined, { appid: 'wx1', page_screenshot: 'page' }],
  ['NATIVE', 'website', WEBSITE],
  ['NATIVE', 'streaming_media', WEBSITE],
  ['APP', undefined, APP],
] as const

describe('an application', () => {
  it.each(WHOLE)(
    'AC-12a for %s (%s) needs every item, and names the missing one',
    async (...row) => {
      const [type, variant, evidence] = row
      await world.admit()
      const wish = { type, ...(variant ? { variant } : {}) }
      for (const item of Object.keys(evidence)) {
        const { [item]: _left, ...rest } = evidence as Record<string, string>
        const refused = await world.apply([{ ...wish, evidence: rest }])
        expect(refused.status).toBe(409)
        expect(refused.value.faults).toContain(`evidence.missing:${type}:${item}`)
      }
      expect((await world.apply([{ ...wish, evidence }])).value.status).toBe('PENDING')
    },
  )

  it('AC-12d for H5 is refused, whatever comes with it', async () => {
    await world.admit()
    const refused = await world.apply([{ type: 'H5', evidence: EVIDENCE }])
    expect(refused.value.faults).toEqual(['evidence.undefined:H5'])
  })

  it('AC-12b takes evidence for the address it is of, and for no other store', async () => {
    await world.admit()
    const interfaces = [{ type: 'MICROPAY', evidence: EVIDENCE }]
    await world.grant(interfaces)
    const store = { ...STORE, id: 'S002', address: '广东省深圳市示范路2号' }
    const elsewhere = await world.apply([{ type: 'FACEPAY', evidence: EVIDENCE }], { store })
    expect(elsewhere.value.faults).toEqual([
      'evidence.address_differs:FACEPAY',
      'evidence.used_elsewhere:photo',
    ])
  })

  it('AC-4b is for mainland places only', async () => {
    await world.admit()
    const interfaces = [{ type: 'MICROPAY', evidence: EVIDENCE }]
    for (const more of [
      { region_code: '810000' },
      { geo: { ...STORE.geo, lat_e6: 48_856_600, lon_e6: 2_352_200 } },
    ]) {
      expect((await world.apply(interfaces, { store: { ...STORE, ...more } })).status).toBe(400)
    }
  })

  it('AC-15a/service AC-15b/service has no effect before it is approved, and is decided once', async () => {
    const terminal = await world.shop()
    const evidence = { domain: 'shop.example', authorisation_letter: 'letter', appid: 'wx1' }
    const { value } = await world.apply([{ type: 'NATIVE', variant: 'website', evidence }])
    await terminal.fetchGrant()
    expect(terminal.grant.version).toBe(1)
    expect((await world.approve(value.application_id, 'APPROVAL-1')).value.error).toBe(
      'approval.ref_used',
    )
    expect((await world.approve(value.application_id, 'NEW-REF')).status).toBe(200)
    await terminal.fetchGrant()
    expect(terminal.grant).toMatchObject({ version: 2 })
    const types = (terminal.grant.interfaces as { type: string; approval_ref: string }[]).map(
      ({ type, approval_ref }) => [type, approval_ref],
    )
    expect(types).toContainEqual(['NATIVE', 'NEW-REF'])
    expect((await world.approve(value.application_id, 'OTHER')).value.error).toBe(
      'application.decided',
    )
  })

  it('for a move brings evidence for all interfaces, and ends the old grant', async () => {
    const terminal = await world.shop()
    const old = terminal.quote()
    const address = '广东省深圳市示范路9号'
    const store = { ...STORE, address, geo: { ...STORE.geo, lat_e6: 22_600_000 } }
    const evidence = { address, photo: 'another-photo' }
    const half = await world.apply([{ type: 'MICROPAY', evidence }], { store })
    expect(half.value.faults).toEqual(['evidence.missing:FACEPAY:address'])
    const whole = ['MICROPAY', 'FACEPAY'].map((type) => ({ type, evidence }))
    await world.grant(whole, { store })
    const { value } = await terminal.fetchGrant()
    const [revocation] = value.revocations as Signed[]
    expect(revocation?.document.revoked_grant_id).toBe(old.split('/')[0])
    expect(revocation && terminal.verifies(revocation, 'scene-issuer')).toBe(true)
    expect(terminal.grant.store).toMatchObject({ address })
    const paid = await world.charge(100, { 'Guitai-Grant': old, 'Guitai-Place': INSIDE })
    expect(paid.reason).toBe('grant.revoked')
  })

  it('keeps digests of evidence, salted, and nothing else of it', async () => {
    const terminal = await world.shop()
    const overview = JSON.stringify((await world.control('overview')).value.applications)
    expect(overview).not.toContain('photo-of-the-shop')
    const [first, second] = terminal.grant.interfaces as { evidence_refs: { photo: string } }[]
    expect(first?.evidence_refs.photo).toMatch(/^[0-9a-f]{64}$/)
    expect(first?.evidence_refs.photo).not.toBe(second?.evidence_refs.photo)
  })
})

describe('roles', () => {
  it.each([
    ['measures', 'scene-issuer', 'risk-issuer'],
    ['lifts', 'scene-issuer', 'risk-issuer'],
    ['suspensions', 'merchant', 'risk-issuer'],
    ['approvals', 'risk-issuer', 'scene-issuer'],
    ['approvals', 'merchant', 'scene-issuer'],
    ['enrolment-codes', 'risk-issuer', 'scene-issuer'],
    ['limits', 'risk-issuer', 'limit-authority'],
    ['limits', 'merchant', 'limit-authority'],
    ['unlocks', 'merchant', 'scene-issuer'],
  ])('AC-5, AC-6: %s are not for the %s', async (act, role, needs) => {
    await world.admit()
    const refused = await world.control(act, { role, merchant_id: MERCHANT })
    expect(refused).toEqual({ status: 403, value: { error: 'role.refused', needs } })
  })

  it('are needed at all, and the token before them', async () => {
    expect((await world.control('measures', { merchant_id: MERCHANT })).status).toBe(400)
    Object.assign(world.sandbox, { controlToken: 'wrong' })
    expect((await world.control('overview')).status).toBe(401)
  })
})

describe('limits', () => {
  it('carry their version; micro credit is for micro merchants', async () => {
    const terminal = await world.shop()
    expect(terminal.grant.limits).toMatchObject([{ interface: 'MICROPAY', limits_version: 1 }, {}])
    await world.limits([limitRow('MICROPAY', 7)])
    await terminal.fetchGrant()
    expect(terminal.grant.limits).toMatchObject([{ single: 7, limits_version: 2 }])
    const asked = { role: 'limit-authority', merchant_id: MERCHANT, limits: [] }
    const micro = await world.control('limits', { ...asked, micro_credit: { day: 1, month: 1 } })
    expect(micro.value.error).toBe('limits.micro_credit')
  })
})

describe('closing by the super administrator', () => {
  const ask = { interface: 'FACEPAY', administrator: 'wang', password: 'operation-password' }

  it('takes the interface out of the next grant, on the word of the password', async () => {
    const terminal = await world.shop()
    const wrong = await terminal.call('POST', 'closings', {
      ...ask,
      password: 'operation-passwore',
    })
    expect(wrong).toMatchObject({ status: 403, verified: true })
    expect(wrong.value).toMatchObject({ code: 'closing.password_wrong', tries_left: 4 })
    const other = await terminal.call('POST', 'closings', { ...ask, administrator: 'li' })
    expect(other.value.code).toBe('closing.not_administrator')
    const closed = await terminal.call('POST', 'closings', ask)
    expect(closed.value.closed).toEqual(['FACEPAY'])
    const { document } = closed.value.grant as Signed
    expect(document).toMatchObject({
      version: 2,
      interfaces: [{ type: 'MICROPAY' }],
      closed: [{ interface: 'FACEPAY', by: 'SUPERADMIN' }],
    })
    expect(document.face).toBeUndefined()
    expect((await terminal.call('POST', 'closings', ask)).value.code).toBe('closing.not_granted')
    await world.grant([{ type: 'FACEPAY', evidence: EVIDENCE }])
    await terminal.fetchGrant()
    expect(terminal.grant.closed).toEqual([])
  })

  it('locks after five wrong passwords, through a restart, until it is unlocked', async () => {
    const terminal = await world.shop()
    const wrong = { ...ask, password: 'not-the-password' }
    for (const left of [4, 3, 2]) {
      expect((await terminal.call('POST', 'closings', wrong)).value.tries_left).toBe(left)
    }
    await world.restart()
    expect((await terminal.call('POST', 'closings', wrong)).value.tries_left).toBe(1)
    expect((await terminal.call('POST', 'closings', wrong)).value.code).toBe('closing.locked')
    expect(await terminal.call('POST', 'closings', ask)).toMatchObject({ status: 423 })
    await world.done('unlocks', { role: 'scene-issuer', merchant_id: MERCHANT })
    expect((await terminal.call('POST', 'closings', ask)).status).toBe(200)
  })

  it('keeps no password', async () => {
    const terminal = await world.shop()
    await terminal.call('POST', 'closings', ask)
    for (const name of readdirSync(world.dir)) {
      expect(readFileSync(`${world.dir}/${name}`).includes(ask.password)).toBe(false)
    }
    const overview = await world.control('overview')
    expect(JSON.stringify(overview.value)).not.toMatch(/"password|salt/i)
  })
})

describe('API certificates', () => {
  const ask = { role: 'merchant', merchant_id: MERCHANT }

  it('AC-13e overlap up to three, and are refused at once when revoked', async () => {
    const terminal = await world.shop()
    const issued = await world.done('certificates', ask)
    expect(issued.private_key).toContain('PRIVATE KEY')
    await world.done('certificates', ask)
    expect((await world.control('certificates', ask)).value.error).toBe('certificate.too_many')
    await terminal.fetchGrant()
    expect((terminal.grant.merchant as { api_cert_sha256: string[] }).api_cert_sha256).toHaveLength(
      3,
    )
    expect((await world.charge(100, {})).status).toBe(200)
    const serial = world.sandbox.merchantSerial
    await world.done('revocations', { ...ask, serial })
    // The signature is as good as ever.
    expect(await world.charge(100, {})).toMatchObject({ status: 401, code: 'SIGN_ERROR' })
    const refund = await world.v2.refund({
      out_trade_no: 'X',
      out_refund_no: 'Y',
      total_fee: '1',
      refund_fee: '1',
    })
    expect(refund.wire.body.toString('utf8')).toContain('证书已作废')
    await terminal.fetchGrant()
    expect((terminal.grant.merchant as { api_cert_sha256: string[] }).api_cert_sha256).toHaveLength(
      2,
    )
  })

  it('sign payment calls beside the first', async () => {
    await world.shop()
    const issued = await world.done('certificates', ask)
    const parsed = new X509Certificate(String(issued.certificate))
    expect(parsed.subject).toContain(`CN=${MERCHANT}`)
    writeFileSync(`${world.dir}/apiclient_cert.pem`, String(issued.certificate))
    writeFileSync(`${world.dir}/apiclient_key.pem`, String(issued.private_key))
    expect((await world.charge(100, {})).status).toBe(200)
    await world.done('revocations', { ...ask, serial: parsed.serialNumber })
    expect((await world.charge(100, {})).status).toBe(401)
  })
})

describe('the page', () => {
  it('stands without the token and shows nothing by itself', async () => {
    const answer = await world.wire.send({
      method: 'GET',
      path: '/sandbox/services/admin',
      auth: { whole: null },
    })
    expect(answer.status).toBe(200)
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'")
    expect(answer.body.toString('utf8')).not.toContain(ADDRESS)
  })

  it('a demonstration gives a code to enrol with', async () => {
    const { code, serial } = await world.done('demo', {})
    const terminal = new TestTerminal(world, String(serial))
    expect((await terminal.enrol(String(code))).status).toBe(200)
  })
})
