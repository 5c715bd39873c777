import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sandbox, startSandbox } from '../../src/sandbox/node/sandbox.ts'
import { startTerminal } from '../../src/terminal.ts'

const CLI = join(import.meta.dirname, '..', '..', 'src', 'cli.ts')

let dir: string
let sandbox: Sandbox
let configFile: string
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'guitai-sm2-cert-'))
  sandbox = await startSandbox({ dir, signature: 'sm2' })
  configFile = sandbox.terminalConfig
  const settings = JSON.parse(readFileSync(configFile, 'utf8'))
  delete settings.merchant.certificateFile
  delete settings.merchant.privateKeyFile
  writeFileSync(configFile, JSON.stringify(settings))
})
afterAll(async () => {
  await sandbox.close()
  rmSync(dir, { recursive: true, force: true })
})

function cert(...words: string[]) {
  const run = spawnSync(process.execPath, [CLI, 'cert', ...words, '--config', configFile], {
    encoding: 'utf8',
    cwd: dir,
    env: { ...process.env, LANG: 'en' },
  })
  return { code: run.status, out: run.stdout, said: run.stderr }
}
const pair = (prefix: string) => [
  '--cert',
  `${prefix}apiclient_cert.pem`,
  '--key',
  `${prefix}apiclient_key.pem`,
]

describe('guitai cert for a merchant that signs by SM2', () => {
  it('refuses an RSA pair, and PKCS#12, and says what to give instead', () => {
    const rsa = cert('import', ...pair(''))
    expect(rsa).toMatchObject({ code: 1, out: '' })
    expect(rsa.said).toContain('config.key_unreadable')
    expect(rsa.said).toContain('SM2')
    writeFileSync(join(dir, 'made.p12'), 'x')
    const p12 = cert('import', '--p12', 'made.p12')
    expect(p12.code).toBe(1)
    expect(p12.said).toContain('--cert and --key')
  })

  it('imports an SM2 pair in PEM, with which a terminal starts', async () => {
    expect(cert('import', ...pair('sm2_'))).toMatchObject({ code: 0, said: '' })
    const { certificates } = JSON.parse(cert('list', '--json').out)
    const serial = sandbox.merchantSerial
    expect(certificates).toMatchObject([{ serial, kind: 'sm2', signs: true, level: 'good' }])
    const started = await startTerminal({ configFile })
    expect(started.ok).toBe(true)
    if (started.ok) await started.value.close()
  })
})
