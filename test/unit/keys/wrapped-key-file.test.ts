import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createKeyStore } from '../../../main/electron/key-store.ts'
import { openWrappedKey } from '../../../src/keys/node/wrapped-key-file.ts'
import type { KeyWrapper } from '../../../src/ports/secrets.ts'
import { createFakeStorage, type FakeMachine } from '../../support/fake-storage.ts'
import { createSeededEntropy } from '../../support/seeded.ts'

let dir: string
let path: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'guitai-wrapped-'))
  path = join(dir, 'keys', 'sealing-wrapped.json')
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const store = (machine: FakeMachine = {}) => createKeyStore(createFakeStorage(machine), 'linux')

const open = (seed: number, wrapper: KeyWrapper = store()) =>
  openWrappedKey({ path, wrapper, entropy: createSeededEntropy(seed) })

async function opened(seed: number, wrapper?: KeyWrapper) {
  const key = await open(seed, wrapper)
  if (!key.ok) throw new Error(key.error.code)
  return key.value
}

async function made(seed = 1): Promise<string> {
  const key = (await opened(seed)).make()
  if (!key.ok) throw new Error(key.error.detail)
  return Buffer.from(key.value).toString('hex')
}

const hex = (result: ReturnType<Awaited<ReturnType<typeof opened>>['load']>) =>
  result.ok ? result.value && Buffer.from(result.value).toString('hex') : result.error.code

describe('a wrapped sealing key', () => {
  it('is there after it was made, for the same machine, in a file that does not hold it', async () => {
    expect((await opened(1)).load()).toEqual({ ok: true, value: undefined })
    const key = await made()
    expect(hex((await opened(2)).load())).toBe(key)
    const text = readFileSync(path, 'utf8')
    expect(JSON.parse(text)).toMatchObject({
      format: 'guitai-wrapped-sealing-key',
      version: 1,
      store: 'electron',
    })
    expect(text).not.toContain(Buffer.from(key, 'hex').toString('base64').slice(0, 12))
    expect([path, join(dir, 'keys')].map((one) => statSync(one).mode & 0o777)).toEqual([
      0o600, 0o700,
    ])
  })

  it('is given out in copies: who overwrites one takes nothing away', async () => {
    const key = await made()
    const held = await opened(2)
    for (let times = 0; times < 2; times += 1) {
      const copy = held.load()
      expect(hex(copy)).toBe(key)
      if (copy.ok) copy.value?.fill(0)
    }
  })

  it.each<[string, FakeMachine, string]>([
    ['of another machine or user', { owner: 'elsewhere' }, 'keys.wrapped_elsewhere'],
    ['without a keyring', { backend: 'basic_text' }, 'keys.system_store_missing'],
    ['with a locked keyring', { failure: 'temporarily unavailable' }, 'keys.system_store_busy'],
  ])('does not open %s', async (_, machine, code) => {
    await made()
    expect(await open(2, store(machine))).toMatchObject({ ok: false, error: { code, field: path } })
  })

  it('is not made where nothing would protect it', async () => {
    expect(await open(1, store({ mark: 'v10' }))).toMatchObject({
      ok: false,
      error: { code: 'keys.system_store_missing' },
    })
  })

  it('is not believed from a file that others may read, or of another kind', async () => {
    await made()
    chmodSync(path, 0o644)
    expect(await open(2)).toMatchObject({ error: { code: 'config.secret_exposed' } })
    chmodSync(path, 0o600)
    const text = readFileSync(path, 'utf8')
    for (const other of [text.replace('"version":1', '"version":2'), text.slice(0, 40), '{}']) {
      writeFileSync(path, other)
      const refused = await open(2)
      expect(refused).toMatchObject({ error: { code: 'config.file_unreadable' } })
      expect(JSON.stringify(refused)).toContain('not a wrapped key of a version known here')
    }
  })

  it('is never replaced by another, and one that somebody else made needs a new start', async () => {
    const late = await opened(5)
    const key = await made()
    expect(hex(late.load())).toBe('keys.made_meanwhile')
    expect(late.make().ok).toBe(false)
    expect((await opened(6)).make().ok).toBe(false)
    expect(hex((await opened(2)).load())).toBe(key)
  })

  it('is wrapped anew when the store says so', async () => {
    const key = await made()
    const rotated: KeyWrapper = {
      ...store(),
      async unwrap(wrapped) {
        const answer = await store().unwrap(wrapped)
        return answer.kind === 'done' ? { ...answer, again: Uint8Array.of(1, 2, 3) } : answer
      },
    }
    expect(hex((await opened(2, rotated)).load())).toBe(key)
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ wrapped: 'AQID' })
  })

  it('of another length is not one', async () => {
    await made()
    const short: KeyWrapper = {
      ...store(),
      unwrap: async () => ({ kind: 'done', bytes: new Uint8Array(16) }),
    }
    expect(await open(2, short)).toMatchObject({ error: { code: 'keys.wrapped_elsewhere' } })
  })
})
