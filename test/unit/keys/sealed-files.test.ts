import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSealedFiles } from '../../../src/keys/node/sealed-files.ts'
import { sealingKeyFile } from '../../../src/keys/node/sealing-key-file.ts'
import { createSeededEntropy } from '../../support/seeded.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'guitai-sealed-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const SECRET = new TextEncoder().encode('the merchant key, and nobody else may know it')
const sealedPath = (name: string) => join(dir, 'secrets', `${name}.sealed`)
const keyPath = () => join(dir, 'keys', 'sealing.json')

function secrets(seed = 1) {
  const entropy = createSeededEntropy(seed)
  const sealingKey = sealingKeyFile(keyPath(), entropy)
  return openSealedFiles({ folder: join(dir, 'secrets'), sealingKey, entropy })
}

function sealed() {
  const store = secrets()
  const done = store.seal('merchant-1', SECRET)
  if (!done.ok) throw new Error(done.error.detail)
  return store
}

const codeOf = (result: ReturnType<ReturnType<typeof secrets>['open']>) =>
  result.ok ? undefined : result.error.code

describe('sealed secrets', () => {
  it('are opened again by the same key, and are on the disk in no readable form', () => {
    sealed()
    expect(secrets(2).open('merchant-1')).toEqual({ ok: true, value: Buffer.from(SECRET) })
    const file = readFileSync(sealedPath('merchant-1'))
    expect(file.subarray(0, 7).toString('latin1')).toBe('GTSEAL\u0001')
    expect(file.includes(Buffer.from(SECRET.subarray(0, 8)))).toBe(false)
  })

  it('keep file and folder for their owner, the key in a folder of its own', () => {
    sealed()
    const mode = (path: string) => statSync(path).mode & 0o777
    expect([sealedPath('merchant-1'), keyPath()].map(mode)).toEqual([0o600, 0o600])
    expect([join(dir, 'secrets'), join(dir, 'keys')].map(mode)).toEqual([0o700, 0o700])
    expect(readdirSync(join(dir, 'keys'))).toEqual(['sealing.json'])
  })

  it('use a nonce once, so that the same bytes never look alike', () => {
    const store = sealed()
    const first = readFileSync(sealedPath('merchant-1'))
    store.seal('merchant-1', SECRET)
    const second = readFileSync(sealedPath('merchant-1'))
    expect(second.subarray(7, 19).equals(first.subarray(7, 19))).toBe(false)
  })

  it.each([
    ['the sealed file', () => chmodSync(sealedPath('merchant-1'), 0o640)],
    ['the folder of sealed files', () => chmodSync(join(dir, 'secrets'), 0o750)],
    ['the key file', () => chmodSync(keyPath(), 0o604)],
    ['the folder of the key', () => chmodSync(join(dir, 'keys'), 0o755)],
    [
      'a link in place of the key',
      () => {
        renameSync(keyPath(), join(dir, 'elsewhere'))
        symlinkSync(join(dir, 'elsewhere'), keyPath())
      },
    ],
  ])('are refused when others may read %s', (_what, loosen) => {
    const store = sealed()
    loosen()
    expect(codeOf(store.open('merchant-1'))).toBe('config.secret_exposed')
  })

  it('do not open when a byte is changed, under another name, or with another key', () => {
    const store = sealed()
    copyFileSync(sealedPath('merchant-1'), sealedPath('merchant-2'))
    expect(codeOf(store.open('merchant-2'))).toBe('keys.sealed_unreadable')
    const file = readFileSync(sealedPath('merchant-1'))
    for (const at of [0, 6, 7, 19, 40, file.length - 1]) {
      const changed = Buffer.from(file)
      changed[at] = (changed[at] ?? 0) ^ 1
      writeFileSync(sealedPath('merchant-1'), changed)
      expect(codeOf(store.open('merchant-1'))).toBe('keys.sealed_unreadable')
    }
    writeFileSync(sealedPath('merchant-1'), file)
    rmSync(keyPath())
    expect(sealingKeyFile(keyPath(), createSeededEntropy(9)).make().ok).toBe(true)
    expect(codeOf(store.open('merchant-1'))).toBe('keys.sealed_unreadable')
  })

  it('get no new key beside old secrets, and say which is missing', () => {
    const store = sealed()
    rmSync(keyPath())
    expect(codeOf(store.open('merchant-1'))).toBe('keys.sealing_key_missing')
    expect(store.seal('other', SECRET)).toMatchObject({
      ok: false,
      error: { code: 'keys.sealing_key_missing' },
    })
    expect(readdirSync(join(dir, 'keys'))).toEqual([])
  })

  it('refuse a key file of another version, without quoting what is in it', () => {
    const store = sealed()
    const text = readFileSync(keyPath(), 'utf8')
    const { key } = JSON.parse(text) as { key: string }
    for (const broken of [text.replace('"version":1', '"version":2'), text.slice(0, -3)]) {
      writeFileSync(keyPath(), broken)
      const opened = store.open('merchant-1')
      expect(codeOf(opened)).toBe('config.file_unreadable')
      expect(JSON.stringify(opened)).not.toContain(key.slice(0, 12))
    }
  })

  it('never replace a key', () => {
    sealed()
    expect(sealingKeyFile(keyPath(), createSeededEntropy(3)).make().ok).toBe(false)
    expect(secrets().open('merchant-1').ok).toBe(true)
  })

  it('are listed and removed by name; a name is no path', () => {
    const store = sealed()
    store.seal('b', SECRET)
    expect(store.names()).toEqual({ ok: true, value: ['b', 'merchant-1'] })
    expect(store.remove('b')).toEqual({ ok: true, value: true })
    expect(store.remove('b')).toEqual({ ok: true, value: false })
    expect(store.open('b')).toEqual({ ok: true, value: undefined })
    for (const name of ['../b', '', 'B', 'a/b', 'a'.repeat(81)]) {
      expect(store.seal(name, SECRET).ok).toBe(false)
    }
  })
})
