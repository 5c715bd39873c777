import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { missingPackages, pinnedNodePath } from '../../../main/bootstrap.mjs'
import { ROOT } from '../../architecture/cruise.ts'

const lock = {
  packages: {
    '': {},
    'node_modules/a': { version: '1.0.0' },
    'node_modules/b-win32': { version: '1.0.0', optional: true },
  },
}

describe('what is not installed', () => {
  it('is everything at first', () => {
    expect(missingPackages(lock, undefined)).toBe('nothing is installed yet')
  })

  it('is nothing when all versions agree, packages of other platforms aside', () => {
    const installed = { packages: { 'node_modules/a': { version: '1.0.0' } } }
    expect(missingPackages(lock, installed)).toBeUndefined()
  })

  it('is a package of another version, or one that is missing', () => {
    const older = { packages: { 'node_modules/a': { version: '0.9.0' } } }
    expect(missingPackages(lock, older)).toBe('node_modules/a should be 1.0.0')
    expect(missingPackages(lock, { packages: {} })).toBe('node_modules/a should be 1.0.0')
    const other = {
      packages: {
        'node_modules/a': { version: '1.0.0' },
        'node_modules/b-win32': { version: '2.0.0' },
      },
    }
    expect(missingPackages(lock, other)).toBe('node_modules/b-win32 should be 1.0.0')
  })
})

describe('the pinned Node', () => {
  it('is the one package.json names', (context) => {
    const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    let version = ''
    try {
      version = execFileSync(pinnedNodePath(), ['--version'], { encoding: 'utf8' }).trim()
    } catch {
      context.skip('the install script of the node package was blocked here')
    }
    expect(version).toBe(`v${devDependencies.node}`)
  })
})
