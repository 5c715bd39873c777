import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { keepIdentity, readIdentity, wasUsed } from '../../../src/terminal/identity.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guitai-identity-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('the address and the tokens of a terminal', () => {
  it('stay the same across restarts, in one file of its owner', () => {
    const made = { ...readIdentity(folder), port: 4_711 }
    expect(wasUsed(folder)).toBe(false)
    keepIdentity(folder, made)
    expect(readIdentity(folder)).toEqual(made)
    expect(wasUsed(folder)).toBe(true)
    expect(readdirSync(folder)).toEqual(['api.json'])
  })

  it('are made anew when the file is cut short or is not JSON', () => {
    for (const text of ['', '{"port":1', '[]']) {
      writeFileSync(join(folder, 'api.json'), text)
      expect(readIdentity(folder)).toMatchObject({ port: 0 })
    }
  })

  it('stay when a token of a new scope has to be made', () => {
    const made = { ...readIdentity(folder), port: 4_711 }
    const { customer: _later, ...before } = made.tokens
    writeFileSync(join(folder, 'api.json'), JSON.stringify({ port: 4_711, tokens: before }))
    const read = readIdentity(folder)
    expect(read).toMatchObject({ port: 4_711, tokens: before })
    expect(read.tokens.customer).toMatch(/^[\w-]{32}$/)
    expect(Object.values(before)).not.toContain(read.tokens.customer)
  })

  it('are not lost when they cannot be written again', () => {
    const made = { ...readIdentity(folder), port: 4_711 }
    keepIdentity(folder, made)
    const before = readFileSync(join(folder, 'api.json'), 'utf8')
    // A folder in the way of the new file, as a full disk is.
    mkdirSync(join(folder, 'api.json.new'))
    expect(() => keepIdentity(folder, { ...made, port: 4_712 })).toThrow()
    expect(readFileSync(join(folder, 'api.json'), 'utf8')).toBe(before)
    // Nothing is written when nothing changed.
    keepIdentity(folder, made)
  })
})
