import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkRelease, digestOfSources, recordRelease } from '../../../main/release-check.mjs'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'guitai-release-'))
  release('1.0.0')
  put('src/a.ts', 'export const a = 1\n')
  put('docs/releases.json', '{}\n')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function put(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

function release(version: string): void {
  put('package.json', JSON.stringify({ version }))
  put('src/version.ts', `export const VERSION = '${version}'\n`)
}

describe('AC-259c: one version is one program', () => {
  it('is new until it is released, and then the same', () => {
    expect(checkRelease(root).kind).toBe('new')
    recordRelease(root)
    expect(checkRelease(root).kind).toBe('released')
  })

  it.each([
    ['src/a.ts', 'export const a = 2\n'],
    ['src/b.ts', ''],
    ['main/start.mjs', 'x'],
    ['renderer/page.tsx', 'x'],
    ['native/addon.cc', 'x'],
    ['package-lock.json', '{}'],
  ])('with another %s the same version fails, and a new one does not', (path, text) => {
    recordRelease(root)
    put(path, text)
    expect(checkRelease(root).kind).toBe('changed')
    expect(() => recordRelease(root)).toThrow('released with other files')
    release('1.0.1')
    expect(checkRelease(root).kind).toBe('new')
    recordRelease(root)
    expect(Object.keys(JSON.parse(readFileSync(join(root, 'docs/releases.json'), 'utf8')))).toEqual(
      ['1.0.0', '1.0.1'],
    )
  })

  it('does not look at what is made, at tests and pages, or at line ends', () => {
    const before = digestOfSources(root)
    put('renderer/dist/page.js', 'x')
    put('src/node_modules/x.js', 'x')
    put('test/a.test.ts', 'x')
    put('docs/a.md', 'x')
    put('src/a.ts', 'export const a = 1\r\n')
    expect(digestOfSources(root)).toBe(before)
  })

  it('a file that took the name of another is another program', () => {
    const before = digestOfSources(root)
    rmSync(join(root, 'src/a.ts'))
    put('src/b.ts', 'export const a = 1\n')
    expect(digestOfSources(root)).not.toBe(before)
  })

  it('says the same in both places, or nothing', () => {
    put('src/version.ts', "export const VERSION = '9.9.9'\n")
    expect(() => checkRelease(root)).toThrow('9.9.9')
  })
})
