import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { missingEntries, platformOf } from '../../main/complete-lock.mjs'
import { ROOT } from './cruise.ts'

const readJson = (name: string) => JSON.parse(readFileSync(join(ROOT, name), 'utf8'))

describe('the lock file', () => {
  it('names the optional packages of every platform, or a clean install is refused', () => {
    const missing = missingEntries(readJson('package-lock.json')).map(([path]) => path)
    expect(missing, 'run "npm run lock"').toEqual([])
  })

  it('would be seen to lack one', () => {
    const packages = {
      '': {},
      'node_modules/tool': {
        version: '1.0.0',
        optionalDependencies: { '@tool/win32-x64': '1.0.0' },
      },
    }
    expect(missingEntries({ packages })).toEqual([
      [
        'node_modules/@tool/win32-x64',
        { version: '1.0.0', optional: true, os: ['win32'], cpu: ['x64'] },
      ],
    ])
  })

  it('names no registry', () => {
    expect(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved"/)
  })

  it('reads a platform from a name', () => {
    expect(platformOf('@a/binding-linux-arm-gnueabihf')).toEqual({
      os: ['linux'],
      cpu: ['arm'],
      libc: ['glibc'],
    })
    expect(platformOf('@a/binding-android-arm-eabi')).toEqual({ os: ['android'], cpu: ['arm'] })
    expect(platformOf('@a/cli-win32-arm64')).toEqual({ os: ['win32'], cpu: ['arm64'] })
  })
})

describe('package.json', () => {
  it('pins every package to one version', () => {
    const { dependencies, devDependencies } = readJson('package.json')
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(String(version)),
    )
    expect(loose).toEqual([])
  })
})
