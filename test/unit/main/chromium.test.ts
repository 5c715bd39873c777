import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { findChromium } from '../../../main/chromium.mjs'

const folder = mkdtempSync(join(tmpdir(), 'guitai-path-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function program(...path: string[]): string {
  const file = join(folder, ...path)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, '#!/bin/sh\n')
  chmodSync(file, 0o755)
  return file
}

describe('the browser', () => {
  const edge = program('a', 'microsoft-edge')
  const chromium = program('b', 'chromium')
  const PATH = [join(folder, 'a'), join(folder, 'b')].join(delimiter)

  it('is the first known one on PATH, Chromium before others', () => {
    expect(findChromium({ PATH }, 'linux')).toBe(chromium)
    expect(findChromium({ PATH: join(folder, 'a') }, 'linux')).toBe(edge)
  })

  it('may be missing', () => {
    expect(findChromium({ PATH: '' }, 'linux')).toBeUndefined()
    expect(findChromium({}, 'win32')).toBeUndefined()
  })

  it('may be chosen, and a wrong choice is an error', () => {
    expect(findChromium({ PATH, GUITAI_CHROMIUM: edge }, 'linux')).toBe(edge)
    expect(() => findChromium({ PATH, GUITAI_CHROMIUM: 'chromium' }, 'linux')).toThrow('full path')
    const gone = join(folder, 'gone')
    expect(() => findChromium({ PATH, GUITAI_CHROMIUM: gone }, 'linux')).toThrow('GUITAI_CHROMIUM')
  })

  it('is looked for in the program folders of Windows', () => {
    const found = program('Programs', 'Google', 'Chrome', 'Application', 'chrome.exe')
    expect(findChromium({ PROGRAMFILES: join(folder, 'Programs') }, 'win32')).toBe(found)
  })
})
