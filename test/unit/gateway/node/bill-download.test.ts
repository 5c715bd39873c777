import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeAll, describe, expect, it, test } from 'vitest'
import { openGateway } from '../../../../src/gateway/node/gateway.ts'
import type { BillSource } from '../../../../src/ports/bill-source.ts'
import type { Gateway } from '../../../../src/ports/gateway.ts'
import { answer, type PayServer, type Reply } from '../../../support/pay-server.ts'
import { type Cast, freshFolder, goodOptions, makeCast, Rig } from './rig.ts'

/** Fetching a bill when one of the two hosts fails, over real TLS. */
const TEXT = Buffer.from('a bill')
const DATE = '2026-03-04'
let cast: Cast
let rig: Rig
let gateway: (Gateway & BillSource) | undefined

beforeAll(async () => {
  cast = await makeCast()
})
afterEach(async () => {
  await gateway?.close()
  await rig?.close()
})

const cut: Reply = (response) => void response.destroy()
const failing: Reply = (response) => void response.writeHead(503).end()

/** A host that has the bill, unless a step of it is told to go wrong. */
function hasBill(wrong: { readonly place?: Reply; readonly file?: Reply } = {}): Reply {
  const sha1 = createHash('sha1').update(TEXT).digest('hex')
  const place = {
    ...{ hash_type: 'SHA1', hash_value: sha1 },
    download_url: 'https://api.example.invalid/v3/billdownload/file?token=T1',
  }
  return (response, request, server) => {
    if (request.url.startsWith('/v3/bill/tradebill')) {
      return (wrong.place ?? answer(200, place))(response, request, server)
    }
    if (!request.url.startsWith('/v3/billdownload')) return void response.writeHead(404).end()
    if (wrong.file) return wrong.file(response, request, server)
    response.writeHead(200).end(gzipSync(TEXT))
  }
}

async function fetchFrom(primary: string, backup?: string) {
  const options = { ...goodOptions(cast, primary), ...(backup === undefined ? {} : { backup }) }
  const opened = await openGateway(options)
  if (!opened.ok) throw new Error(opened.error.code)
  gateway = opened.value
  const path = join(freshFolder(), 'bill.csv')
  const bill = await opened.value.downloadBill(DATE, path)
  return { bill, path, text: existsSync(path) ? readFileSync(path, 'utf8') : undefined }
}

async function servers(primary: Reply, backup: Reply): Promise<readonly [PayServer, PayServer]> {
  rig = new Rig(cast)
  const both = [await rig.server(), await rig.server()] as const
  both[0].reply = primary
  both[1].reply = backup
  return both
}
const billPaths = (server: PayServer): string[] =>
  server.seen.map(({ url }) => url.replace(/\?.*/, '')).filter((url) => url.startsWith('/v3/bill'))

describe('a bill', () => {
  it('is fetched from the first host, and the backup is left alone', async () => {
    const [primary, backup] = await servers(hasBill(), hasBill())
    expect(await fetchFrom(primary.origin, backup.origin)).toMatchObject({ text: 'a bill' })
    expect(billPaths(primary)).toEqual(['/v3/bill/tradebill', '/v3/billdownload/file'])
    expect(billPaths(backup)).toEqual([])
  })

  test.each([
    ['cuts the question off', hasBill({ place: cut }), '/v3/bill/tradebill'],
    ['cuts the file off', hasBill({ file: cut }), '/v3/billdownload/file'],
    ['has an error for the file', hasBill({ file: failing }), '/v3/billdownload/file'],
  ])('is fetched from the backup when the first host %s', async (_name, reply, path) => {
    const [primary, backup] = await servers(reply, hasBill())
    expect(await fetchFrom(primary.origin, backup.origin)).toMatchObject({ text: 'a bill' })
    expect(billPaths(backup)).toEqual([path])
  })

  it('is fetched from the backup when the first host is not there', async () => {
    const [primary, backup] = await servers(hasBill(), hasBill())
    await primary.close()
    expect(await fetchFrom(primary.origin, backup.origin)).toMatchObject({ text: 'a bill' })
  })

  it('that no host gives is a problem that names the first failure, and leaves no file', async () => {
    const [primary, backup] = await servers(hasBill({ file: failing }), hasBill({ file: cut }))
    const { bill, path, text } = await fetchFrom(primary.origin, backup.origin)
    expect(bill).toMatchObject({
      error: { code: 'bill.not_fetched', detail: 'status 503 for the file' },
    })
    expect(text).toBeUndefined()
    expect(existsSync(`${path}.part`)).toBe(false)
  })

  it('is a problem where there is no backup', async () => {
    const [primary] = await servers(hasBill({ file: cut }), hasBill())
    const { bill } = await fetchFrom(primary.origin)
    expect(bill).toHaveProperty('error.code', 'bill.not_fetched')
  })

  it('is asked for a second time after a probe signature', async () => {
    let probes = 1
    const probing: Reply = (response, request, server) => {
      const isAsked = request.url.startsWith('/v3/bill/tradebill')
      if (!isAsked || probes === 0) return hasBill()(response, request, server)
      probes -= 1
      const headers = { 'Wechatpay-Signature': 'WECHATPAY/SIGNTEST/bm90IGEgc2lnbmF0dXJl' }
      answer(200, {}, { headers })(response, request, server)
    }
    const [primary, backup] = await servers(probing, hasBill())
    expect(await fetchFrom(primary.origin, backup.origin)).toMatchObject({ text: 'a bill' })
    expect(billPaths(backup)).toEqual([])
  })
})
