import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { modelsHome } from '../../../src/terminal/folders.ts'

const linux = (env: NodeJS.ProcessEnv) => ({ env, name: 'linux' }) as const

describe('the folder of face models', () => {
  it('is the configured one, then that of the environment, then that of the platform', () => {
    const env = { GUITAI_MODELS: '/opt/models', XDG_DATA_HOME: '/data' }
    expect(modelsHome('/shop/models', linux(env))).toBe('/shop/models')
    expect(modelsHome(undefined, linux(env))).toBe('/opt/models')
    expect(modelsHome(undefined, linux({ XDG_DATA_HOME: '/data' }))).toBe('/data/guitai/models')
    const windows = { env: { ProgramData: 'C:/ProgramData' }, name: 'win32' } as const
    expect(modelsHome(undefined, windows)).toContain('guitai')
  })

  it('is never the one somebody stands in, for an empty name', () => {
    const home = modelsHome(undefined, linux({ GUITAI_MODELS: '', XDG_DATA_HOME: '/data' }))
    expect(home).not.toBe(resolve('.'))
  })
})
