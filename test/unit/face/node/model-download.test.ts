import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  fetchModel,
  modelDispatcher,
  removeModel,
} from '../../../../src/face/node/model-download.ts'
import { fakeModel } from '../../../support/face-models.ts'
import { createManualClock, type ManualClock } from '../../../support/manual-clock.ts'
import { type ModelServer, startModelServer, startProxy } from '../../../support/model-server.ts'

const BYTES = randomBytes(200_000)
const MODEL = fakeModel('net', BYTES)

let server: ModelServer
beforeAll(async () => {
  server = await startModelServer()
})
afterAll(() => server?.close())

let folder: string
let clock: ManualClock
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'guitai-models-')), 'models')
  clock = createManualClock()
  server.seen.length = 0
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(join(folder, '..'), { recursive: true, force: true })
})

type More = { readonly onBytes?: (bytes: number) => void; readonly caPem?: string }

function fetched(from = `${server.origin}/net.onnx`, { onBytes, caPem }: More = {}) {
  const dispatcher = modelDispatcher(caPem ?? server.caPem)
  const tools = { folder, clock, dispatcher, ...(onBytes ? { onBytes } : {}) }
  return fetchModel(MODEL, from, tools).finally(() => dispatcher.destroy())
}

const names = () => readdirSync(folder)
const flaw = (name: string) => ({ ok: false, error: { flaw: name, detail: expect.any(String) } })

describe('fetching a model', () => {
  it('brings it whole, says how far it is, and asks for bytes that are not packed', async () => {
    let encoding: string | undefined
    server.serve = (response, request) => {
      encoding = String(request.headers['accept-encoding'])
      response.end(BYTES)
    }
    const heard: number[] = []
    const done = await fetched(undefined, { onBytes: (bytes) => heard.push(bytes) })
    expect(done).toEqual({ ok: true, value: undefined })
    expect(readFileSync(join(folder, 'net.onnx')).equals(BYTES)).toBe(true)
    expect(names()).toEqual(['net.onnx'])
    expect(heard.at(-1)).toBe(BYTES.length)
    expect(heard).toEqual(heard.toSorted((one, other) => one - other))
    expect(encoding).toBe('identity')
    expect(clock.pendingCount()).toBe(0)
  })

  it.each<[string, string, ModelServer['serve']]>([
    ['other bytes', 'wrong_digest', (response) => response.end(randomBytes(BYTES.length))],
    ['one byte fewer', 'cut_short', (response) => response.end(BYTES.subarray(1))],
    [
      'one byte more',
      'too_long',
      (response) => response.end(Buffer.concat([BYTES, BYTES.subarray(0, 1)])),
    ],
    ['nothing', 'cut_short', (response) => response.end()],
    ['status 404', 'not_there', (response) => response.writeHead(404).end(BYTES)],
    ['status 500', 'not_there', (response) => response.writeHead(500).end(BYTES)],
    ['status 206', 'not_there', (response) => response.writeHead(206).end(BYTES)],
    [
      'a line that breaks',
      'cut_short',
      (response) => {
        response.writeHead(200, { 'content-length': BYTES.length })
        response.write(BYTES.subarray(0, 1_000), () => response.destroy())
      },
    ],
    ['a line that breaks before the answer', 'unreachable', (response) => response.destroy()],
  ])('refuses %s and leaves what was there', async (_name, wanted, serve) => {
    server.serve = (response) => response.end(BYTES)
    await fetched()
    server.serve = serve
    expect(await fetched()).toEqual(flaw(wanted))
    expect(names()).toEqual(['net.onnx'])
    expect(readFileSync(join(folder, 'net.onnx')).equals(BYTES)).toBe(true)
  })

  it('stops an answer without end at the first byte too many', async () => {
    let sent = 0
    server.serve = (response) => {
      const more = () => {
        while (!response.destroyed && response.write(BYTES)) sent += BYTES.length
        if (!response.destroyed) response.once('drain', more)
      }
      more()
    }
    expect(await fetched()).toEqual(flaw('too_long'))
    expect(names()).toEqual([])
    expect(sent).toBeLessThan(200 * BYTES.length)
  })

  it('waits 30 s for the next piece and no longer', async () => {
    server.serve = (response) => void response.write(BYTES.subarray(0, 1_000))
    const done = fetched(undefined, {
      onBytes() {
        clock.advance(29_999)
        expect(clock.pendingCount()).toBe(2)
        setImmediate(() => clock.advance(1))
      },
    })
    expect(await done).toEqual(flaw('silent'))
    expect(names()).toEqual([])
    expect(clock.pendingCount()).toBe(0)
  })

  it('waits 30 s for the answer to begin', async () => {
    server.serve = () => clock.advance(30_000)
    expect(await fetched()).toEqual(flaw('silent'))
  })

  it('ends after ten minutes, however many pieces came', async () => {
    server.serve = (response) => {
      const drip = () => {
        if (!response.destroyed) response.write(BYTES.subarray(0, 10))
      }
      drip()
      response.on('drip', drip)
      drips = () => response.emit('drip')
    }
    let drips = () => false
    const onBytes = () => {
      clock.advance(20_000)
      drips()
    }
    expect(await fetched(undefined, { onBytes })).toEqual(flaw('silent'))
    expect(clock.monotonicMs()).toBe(600_000)
  })

  it('refuses a server that it cannot trust, and one that is not there', async () => {
    server.serve = (response) => response.end(BYTES)
    const dispatcher = modelDispatcher()
    const tools = { folder, clock, dispatcher }
    expect(await fetchModel(MODEL, `${server.origin}/net.onnx`, tools)).toEqual(flaw('unreachable'))
    expect(await fetchModel(MODEL, 'https://127.0.0.1:1/net.onnx', tools)).toEqual(
      flaw('unreachable'),
    )
    expect(server.seen).toEqual([])
    await dispatcher.close()
  })

  it.each(['http://127.0.0.1:1/net.onnx', 'ftp://127.0.0.1/net.onnx', 'file:///net.onnx'])(
    'asks nobody at %s',
    async (address) => expect(await fetched(address)).toEqual(flaw('unreachable')),
  )

  it('says when it cannot write', async () => {
    writeFileSync(join(folder, '..', 'models'), '')
    expect(await fetched()).toEqual(flaw('not_written'))
  })
})

describe('redirects', () => {
  /** Sends on to the next place until there is none left. */
  function sendOn(...places: string[]): void {
    server.serve = (response) => {
      const location = places.shift()
      if (location === undefined) response.end(BYTES)
      else response.writeHead(302, { location }).end('elsewhere')
    }
  }

  it('are followed to another https address, relative ones too', async () => {
    sendOn('/other.onnx', `${server.origin}/third.onnx`)
    expect((await fetched()).ok).toBe(true)
    expect(server.seen).toEqual(['/net.onnx', '/other.onnx', '/third.onnx'])
    expect(clock.pendingCount()).toBe(0)
  })

  it.each(['http://127.0.0.1:1/net.onnx', 'file:///etc/hostname', 'https://'])(
    'are not followed to "%s"',
    async (location) => {
      sendOn(location)
      expect(await fetched()).toEqual(flaw('bad_redirect'))
      expect(server.seen).toEqual(['/net.onnx'])
    },
  )

  it('are followed five times', async () => {
    sendOn(...Array(5).fill('/again'))
    expect((await fetched()).ok).toBe(true)
    sendOn(...Array(6).fill('/again'))
    expect(await fetched()).toEqual(flaw('bad_redirect'))
  })
})

describe('a model from elsewhere', () => {
  it('is copied from a file, under the same checks', async () => {
    const copy = join(folder, '..', 'copy.onnx')
    writeFileSync(copy, BYTES)
    expect((await fetched(copy)).ok).toBe(true)
    expect(readFileSync(join(folder, 'net.onnx')).equals(BYTES)).toBe(true)
    writeFileSync(copy, randomBytes(BYTES.length))
    expect(await fetched(copy)).toEqual(flaw('wrong_digest'))
    expect(await fetched(`${copy}.not`)).toEqual(flaw('not_there'))
    expect(await fetched(join(folder, '..'))).toEqual(flaw('not_there'))
  })

  it('comes through the proxy of the environment', async () => {
    const proxy = await startProxy()
    vi.stubEnv('https_proxy', proxy.address)
    server.serve = (response) => response.end(BYTES)
    expect((await fetched()).ok).toBe(true)
    expect(proxy.asked).toEqual([server.origin.slice('https://'.length)])
    vi.stubEnv('no_proxy', '127.0.0.1')
    expect((await fetched()).ok).toBe(true)
    expect(proxy.asked).toHaveLength(1)
    await proxy.close()
  })
})

describe('what is left of a fetch that was killed', () => {
  it('is removed by the next one, and by removing the model', async () => {
    server.serve = (response) => response.end(BYTES)
    await fetched()
    writeFileSync(join(folder, 'net.onnx.123.part'), 'cut')
    writeFileSync(join(folder, 'other.onnx.123.part'), 'of another model')
    await fetched()
    expect(names()).toEqual(['net.onnx', 'other.onnx.123.part'])
    writeFileSync(join(folder, 'net.onnx.123.part'), 'cut')
    removeModel(folder, MODEL)
    expect(names()).toEqual(['other.onnx.123.part'])
    removeModel(folder, MODEL)
  })
})
