import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { CertificateStore } from '../../../../src/gateway/node/certificates.ts'
import type { Exchange } from '../../../../src/gateway/node/http.ts'
import { createManualClock, type ManualClock } from '../../../support/manual-clock.ts'
import { type Identity, makeIdentity } from '../../../support/pay-identities.ts'
import { answer, PROBE, sealCertificates, signedHeaders } from '../../../support/pay-server.ts'
import { EXPECTED, PAID_BODY } from '../answers.ts'
import {
  API_V3_KEY,
  type Cast,
  CHARGE,
  createMemoryLog,
  freshFolder,
  makeCast,
  Rig,
} from './rig.ts'

let cast: Cast
let rig: Rig
beforeAll(async () => {
  cast = await makeCast()
  rig = new Rig(cast)
})
afterEach(() => rig.close())

const CACHE = `platform-certificates-${EXPECTED.merchantId}.json`
const DAY_MS = 86_400_000

/** A store whose downloads the test hands it. */
function makeStore(clock: ManualClock, cacheFile: string, rootPem?: string) {
  const log = createMemoryLog()
  const answers: Exchange[] = []
  let downloads = 0
  const store = new CertificateStore({
    apiV3Key: Buffer.from(API_V3_KEY),
    cacheFile,
    ...(rootPem === undefined ? {} : { rootPem }),
    clock,
    log,
    download: () => {
      downloads += 1
      const next = answers.shift()
      const nothing = { kind: 'failed', cause: 'gateway.unreachable', sent: false } as const
      return Promise.resolve(next ?? { ...nothing, detail: 'none', host: 'primary', resent: false })
    },
  })
  return { store, log, answers, downloads: () => downloads }
}

type DownloadOptions = { readonly key?: string; readonly signer?: Identity; readonly atMs?: number }

/** A whole `GET /v3/certificates` answer. */
function download(identities: readonly Identity[], options: DownloadOptions = {}): Exchange {
  const signer = options.signer ?? identities[0]
  if (!signer) throw new Error('nobody signs')
  const text = JSON.stringify(sealCertificates(options.key ?? API_V3_KEY, identities))
  const timestampS = Math.floor((options.atMs ?? Date.now()) / 1_000)
  const signed = signedHeaders(text, { serial: signer.serial, identity: signer }, timestampS)
  const headers = Object.fromEntries(
    Object.entries(signed).map(([name, value]) => [name.toLowerCase(), value]),
  )
  const body = Buffer.from(text)
  return {
    kind: 'answered',
    answer: { status: 200, headers, body },
    host: 'primary',
    resent: false,
  }
}

function cacheFile(): string {
  return join(freshFolder(), 'sub', CACHE)
}

test('both certificates verify while one replaces the other', async () => {
  const server = await rig.server()
  server.reply = answer(200, PAID_BODY)
  const gateway = await rig.gateway(server.origin)
  expect((await gateway.signCharge(CHARGE).send()).kind).toBe('paid')

  const next = { serial: cast.nextPlatform.serial, identity: cast.nextPlatform }
  server.certificates = [cast.nextPlatform]
  server.signer = next
  expect((await gateway.signCharge(CHARGE).send()).kind).toBe('paid')
  server.signer = { serial: cast.platform.serial, identity: cast.platform }
  expect((await gateway.signCharge(CHARGE).send()).kind).toBe('paid')
})

test('an unknown serial makes one download, not one for every answer', async () => {
  const server = await rig.server()
  const gateway = await rig.gateway(server.origin)
  server.reply = answer(200, PAID_BODY)
  await gateway.signCharge(CHARGE).send()
  const before = server.seen.filter(({ url }) => url === '/v3/certificates').length
  server.reply = answer(200, PAID_BODY, {
    signer: { serial: cast.stranger.serial, identity: cast.stranger },
  })
  for (let count = 0; count < 3; count += 1) {
    expect((await gateway.signCharge(CHARGE).send()).kind).toBe('unknown')
  }
  const after = server.seen.filter(({ url }) => url === '/v3/certificates').length
  expect(after - before).toBe(1)
})

test('a restart works from the cache when there is no download to be had', async () => {
  const server = await rig.server()
  server.reply = answer(200, PAID_BODY)
  const cacheDir = freshFolder()
  const first = await rig.gateway(server.origin, { cacheDir })
  expect((await first.signCharge(CHARGE).send()).kind).toBe('paid')
  await first.close()

  server.certificates = undefined
  const second = await rig.gateway(server.origin, { cacheDir })
  expect((await second.signCharge(CHARGE).send()).kind).toBe('paid')
  const cached = await readFile(join(cacheDir, CACHE), 'utf8')
  expect(cached).not.toContain(API_V3_KEY)
})

test('a cache that somebody wrote is believed only as far as the APIv3 key opens it', async () => {
  const file = cacheFile()
  const clock = createManualClock({ nowMs: Date.now() })
  const honest = makeStore(clock, file)
  honest.answers.push(download([cast.platform]))
  await honest.store.refresh()
  const key = 'vutsrqponmlkjihgfedcba9876543210'
  const forged = JSON.stringify(sealCertificates(key, [cast.stranger]))
  for (const text of [forged, '{', '', '{"data":[]}']) {
    await writeFile(file, text)
    const { store } = makeStore(clock, file)
    await store.load()
    expect(store.find(cast.stranger.serial)).toBeUndefined()
    expect(store.find(cast.platform.serial)).toBeUndefined()
  }
  await writeFile(file, JSON.stringify(sealCertificates(API_V3_KEY, [cast.platform])))
  const { store } = makeStore(clock, file)
  await store.load()
  expect(store.find(cast.platform.serial)).toBeDefined()
})

test('nothing of a download is kept unless a certificate it contains, or a known one, signed it', async () => {
  const clock = createManualClock({ nowMs: Date.now() })
  const { store, answers } = makeStore(clock, cacheFile())
  const bad = [
    download([cast.platform], { signer: cast.stranger }),
    download([cast.platform], { key: 'vutsrqponmlkjihgfedcba9876543210' }),
    download([cast.platform], { atMs: Date.now() - 301_000 }),
    tampered(download([cast.platform])),
  ]
  for (const one of bad) {
    answers.push(one)
    await store.refresh()
    expect(store.find(cast.platform.serial)).toBeUndefined()
  }
  answers.push(download([cast.platform]))
  await store.refresh()
  expect(store.find(cast.platform.serial)).toBeDefined()
  answers.push(download([cast.nextPlatform], { signer: cast.platform }))
  await store.refresh()
  expect(store.find(cast.nextPlatform.serial)).toBeDefined()
})

function tampered(exchange: Exchange): Exchange {
  if (exchange.kind !== 'answered') return exchange
  const body = Buffer.from(exchange.answer.body)
  body[body.length - 1] = 0x20
  return { ...exchange, answer: { ...exchange.answer, body } }
}

test('a download that met a probe is repeated once', async () => {
  const server = await rig.server()
  server.probes = 1
  server.reply = answer(200, PAID_BODY)
  const gateway = await rig.gateway(server.origin)
  expect((await gateway.signCharge(CHARGE).send()).kind).toBe('paid')
  expect(PROBE.headers?.['Wechatpay-Signature']).toContain('SIGNTEST')
})

test('expired and not yet valid certificates are refused, also when they expire in use', async () => {
  const nowMs = Date.now()
  const clock = createManualClock({ nowMs })
  const { store, answers, log } = makeStore(clock, cacheFile())
  const rsa = { name: 'CN=Tenpay.com sign', kind: 'rsa' } as const
  const expired = await makeIdentity({ ...rsa, fromMs: nowMs - 9 * DAY_MS, untilMs: nowMs - 1_000 })
  const early = await makeIdentity({ ...rsa, fromMs: nowMs + DAY_MS })
  answers.push(download([cast.platform, expired, early]))
  await store.refresh()
  expect(store.find(cast.platform.serial)).toBeDefined()
  expect(store.find(expired.serial)).toBeUndefined()
  expect(store.find(early.serial)).toBeUndefined()
  expect(JSON.stringify(log.lines)).toContain(expired.serial)
  clock.jumpWallTo(nowMs + 31 * DAY_MS)
  expect(store.find(cast.platform.serial)).toBeUndefined()
})

test('with a root configured, a certificate it did not issue is refused', async () => {
  const clock = createManualClock({ nowMs: Date.now() })
  const issued = await makeIdentity({
    name: 'CN=Tenpay.com sign',
    kind: 'rsa',
    issuer: cast.authority,
  })
  const { store, answers } = makeStore(clock, cacheFile(), cast.authority.certificatePem)
  answers.push(download([issued, cast.platform]))
  await store.refresh()
  expect(store.find(issued.serial)).toBeDefined()
  expect(store.find(cast.platform.serial)).toBeUndefined()
})

test('is refreshed by the hour, sooner after a failure, and never after close', async () => {
  const clock = createManualClock({ nowMs: Date.now() })
  const { store, answers, downloads } = makeStore(clock, cacheFile())
  await store.refresh()
  expect(clock.nextDueInMs()).toBe(5_000)
  await store.refresh()
  expect(clock.nextDueInMs()).toBe(30_000)
  answers.push(download([cast.platform]))
  await store.refresh()
  expect(clock.nextDueInMs()).toBe(3_600_000)
  expect(downloads()).toBe(3)
  await store.close()
  expect(clock.pendingCount()).toBe(0)
  await store.refresh()
  expect(downloads()).toBe(3)
})
