import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createKeyStore } from '../../../main/electron/key-store.ts'
import {
  type MoveOptions,
  moveSecrets,
  secretsOnTheWay,
} from '../../../src/keys/node/move-secrets.ts'
import { openSealedFiles } from '../../../src/keys/node/sealed-files.ts'
import { sealingKeyFile } from '../../../src/keys/node/sealing-key-file.ts'
import { openWrappedKey } from '../../../src/keys/node/wrapped-key-file.ts'
import type { SealingKey } from '../../../src/ports/secrets.ts'
import { createFakeStorage } from '../../support/fake-storage.ts'
import { createSeededEntropy } from '../../support/seeded.ts'

const NAMES = ['merchant-1', 'merchant-2', 'operators', 'scene-state']
const textOf = (name: string) => `what ${name} keeps`
const entropy = createSeededEntropy(11)

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'guitai-move-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const folder = () => join(dir, 'secrets')
const paths = () => ({
  file: join(dir, 'keys', 'sealing.json'),
  wrapped: join(dir, 'keys', 'sealing-wrapped.json'),
})

async function keys() {
  const wrapper = createKeyStore(createFakeStorage(), 'linux')
  const wrapped = await openWrappedKey({ path: paths().wrapped, wrapper, entropy })
  if (!wrapped.ok) throw new Error(wrapped.error.code)
  return {
    file: { path: paths().file, sealingKey: sealingKeyFile(paths().file, entropy) },
    wrapped: { path: paths().wrapped, sealingKey: wrapped.value },
  }
}

async function toSystem(): Promise<MoveOptions> {
  const { file, wrapped } = await keys()
  return { folder: folder(), from: file, to: wrapped, entropy }
}

const filesBy = (sealingKey: SealingKey) =>
  openSealedFiles({ folder: folder(), sealingKey, entropy })

async function fill(): Promise<void> {
  const store = filesBy((await keys()).file.sealingKey)
  for (const name of NAMES) store.seal(name, Buffer.from(textOf(name)))
}

function expectAll(secrets: Pick<ReturnType<typeof filesBy>, 'open'>): void {
  for (const name of NAMES) {
    expect(secrets.open(name)).toEqual({ ok: true, value: Buffer.from(textOf(name)) })
  }
}

const CUT = 'the power is cut'

function isStopped(work: () => ReturnType<typeof moveSecrets>): boolean {
  try {
    const moved = work()
    if (moved.ok) return false
    expect(moved.error.detail).toBe(CUT)
  } catch (cause) {
    expect(String(cause)).toContain(CUT)
  }
  return true
}

const present = () => Object.values(paths()).map((path) => existsSync(path))

describe('moving secrets to another place of the key', () => {
  it('seals them all with a new key, and forgets the old one', async () => {
    await fill()
    const oldKey = readFileSync(paths().file)
    const sealedBefore = readFileSync(join(folder(), 'operators.sealed'))
    expect(moveSecrets(await toSystem())).toEqual({ ok: true, value: 4 })
    expect(present()).toEqual([false, true])
    expectAll(filesBy((await keys()).wrapped.sealingKey))
    expect(readFileSync(join(folder(), 'operators.sealed'))).not.toEqual(sealedBefore)
    // A copy of the old key, as of a backup, opens nothing of what is sealed now.
    writeFileSync(paths().file, oldKey, { mode: 0o600 })
    expect(filesBy((await keys()).file.sealingKey).open('operators')).toMatchObject({
      error: { code: 'keys.sealed_unreadable' },
    })
  })

  it('and back', async () => {
    await fill()
    moveSecrets(await toSystem())
    const { file, wrapped } = await keys()
    const back = { folder: folder(), from: wrapped, to: file, entropy }
    expect(moveSecrets(back)).toEqual({ ok: true, value: 4 })
    expect(present()).toEqual([true, false])
    expectAll(filesBy((await keys()).file.sealingKey))
  })

  it('keeps everything readable wherever it stops, and goes on from there', async () => {
    await fill()
    const seen = new Set<string>()
    for (let stopAt = 1; stopAt <= 80; stopAt += 1) {
      const options = await toSystem()
      let left = stopAt
      const stopping = (key: SealingKey): SealingKey => ({
        load: () => {
          left -= 1
          if (left === 0) throw new Error(CUT)
          return key.load()
        },
        make: () => key.make(),
      })
      const from = { ...options.from, sealingKey: stopping(options.from.sealingKey) }
      const to = { ...options.to, sealingKey: stopping(options.to.sealingKey) }
      const isCut = isStopped(() => moveSecrets({ ...options, from, to }))
      expectAll(secretsOnTheWay(await toSystem()))
      seen.add(`${isCut ? 'cut' : 'done'} ${present().join(' ')}`)
      if (!isCut) break
    }
    expect([...seen]).toEqual(['cut true false', 'cut true true', 'done false true'])
    expect(moveSecrets(await toSystem())).toEqual({ ok: true, value: 4 })
    expect(present()).toEqual([false, true])
    expectAll(filesBy((await keys()).wrapped.sealingKey))
  })

  it('begins nothing when a secret opens by neither key', async () => {
    await fill()
    writeFileSync(join(folder(), 'merchant-2.sealed'), 'damaged', { mode: 0o600 })
    const before = readdirSync(folder()).map((name) => readFileSync(join(folder(), name)))
    expect(moveSecrets(await toSystem())).toMatchObject({
      ok: false,
      error: { code: 'keys.sealed_unreadable' },
    })
    expect(present()).toEqual([true, false])
    expect(readdirSync(folder()).map((name) => readFileSync(join(folder(), name)))).toEqual(before)
  })

  it('has nothing to do where nothing was sealed, or when it was done', async () => {
    expect(moveSecrets(await toSystem())).toEqual({ ok: true, value: 0 })
    expect(present()).toEqual([false, false])
    await fill()
    moveSecrets(await toSystem())
    expect(moveSecrets(await toSystem())).toEqual({ ok: true, value: 4 })
    expect(present()).toEqual([false, true])
  })

  it('keeps the old key when the new one cannot be kept', async () => {
    await fill()
    const options = await toSystem()
    const failing: SealingKey = {
      load: () => ({ ok: true, value: undefined }),
      make: () => {
        throw new Error('the disk is full')
      },
    }
    expect(() => moveSecrets({ ...options, to: { ...options.to, sealingKey: failing } })).toThrow()
    expect(present()).toEqual([true, false])
    expectAll(filesBy((await keys()).file.sealingKey))
  })
})
