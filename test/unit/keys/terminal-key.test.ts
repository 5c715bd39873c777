import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openTerminalKey, readTerminalKey } from '../../../src/keys/node/terminal-key.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guitai-key-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const bytes = new TextEncoder().encode('row 1')
const at = (name: string) => join(folder, name)

function open() {
  const key = openTerminalKey(folder)
  if (!key.ok) throw new Error(key.error.detail)
  return key.value
}

describe("the terminal's key", () => {
  it('is made at the first start, for its owner only, and is the same ever after', () => {
    const made = open()
    expect(readdirSync(folder).toSorted()).toEqual(['terminal.key', 'terminal.pub'])
    expect(statSync(at('terminal.key')).mode & 0o777).toBe(0o600)
    const again = open()
    expect(again.keyId).toBe(made.keyId)
    expect(made.keyId).toMatch(/^[0-9a-f]{16}$/)
    expect(again.verify(made.keyId, bytes, made.sign(bytes))).toBe(true)
  })

  it('signs with Ed25519, so that its public part alone can check', () => {
    const signature = open().sign(bytes)
    const publicKey = createPublicKey(readFileSync(at('terminal.pub')))
    expect(publicKey.asymmetricKeyType).toBe('ed25519')
    expect(verify(null, bytes, publicKey, signature)).toBe(true)
  })

  it('knows neither a changed text, nor a changed signature, nor another key', () => {
    const key = open()
    const signature = key.sign(bytes)
    expect(key.verify(key.keyId, new TextEncoder().encode('row 2'), signature)).toBe(false)
    expect(key.verify(key.keyId, bytes, signature.slice(1))).toBe(false)
    expect(key.verify('0000000000000000', bytes, signature)).toBe(false)
  })

  it('is refused when others may read it', () => {
    open()
    chmodSync(at('terminal.key'), 0o640)
    expect(openTerminalKey(folder)).toMatchObject({
      ok: false,
      error: { code: 'config.secret_exposed', field: 'terminal.key' },
    })
  })

  it('is refused, and never replaced, when it is not a key or not its kind of key', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const other = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    for (const text of ['', 'not a key', other]) {
      writeFileSync(at('terminal.key'), text, { mode: 0o600 })
      expect(openTerminalKey(folder)).toMatchObject({
        ok: false,
        error: { code: 'config.file_unreadable', field: 'terminal.key' },
      })
      expect(readFileSync(at('terminal.key'), 'utf8')).toBe(text)
    }
  })

  it('is refused beside the public part of another', () => {
    open()
    rmSync(at('terminal.key'))
    expect(openTerminalKey(folder)).toMatchObject({ ok: false })
  })

  it('writes its public part again when that is missing', () => {
    open()
    const before = readFileSync(at('terminal.pub'), 'utf8')
    rmSync(at('terminal.pub'))
    open()
    expect(readFileSync(at('terminal.pub'), 'utf8')).toBe(before)
  })

  it('is not made by one who only reads', () => {
    expect(readTerminalKey(folder)).toEqual({ ok: true, value: undefined })
    expect(readdirSync(folder)).toEqual([])
  })
})
