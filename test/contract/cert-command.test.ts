import { spawnSync } from 'node:child_process'
import { createPrivateKey } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Counter, openCounter } from '../support/counter.ts'

const CLI = join(import.meta.dirname, '..', '..', 'src', 'cli.ts')

let counter: Counter
let keyPem = ''
beforeAll(async () => {
  counter = await openCounter()
  await counter.terminal().stop()
  keyPem = readFileSync(join(counter.dir, 'apiclient_key.pem'), 'utf8')
})
afterAll(() => counter?.close())

type Settings = { merchant: Record<string, string>; secrets?: { store: string } }

function configure(change: (settings: Settings) => void): void {
  const path = counter.sandbox.ready.terminalConfig
  const settings = JSON.parse(readFileSync(path, 'utf8')) as Settings
  change(settings)
  writeFileSync(path, JSON.stringify(settings))
}

const cert = (...words: string[]) => guitai('cert', ...words)

function guitai(...words: string[]) {
  const config = ['--config', counter.sandbox.ready.terminalConfig]
  const run = spawnSync(process.execPath, [CLI, ...words, ...config], {
    encoding: 'utf8',
    cwd: counter.dir,
    env: { ...process.env, LANG: 'en' },
  })
  return { code: run.status, out: run.stdout, said: run.stderr }
}

function list() {
  return JSON.parse(cert('list', '--json').out) as {
    certificates: { serial: string; signs: boolean; level: string; daysLeft: number }[]
  }
}

/** What gives the key away: its text in PEM, and its secret numbers as bytes, hexadecimal or base64. */
function needles(): Buffer[] {
  const lines = keyPem.split('\n').filter((line) => line.length === 64)
  const { d = '', p = '', q = '' } = createPrivateKey(keyPem).export({ format: 'jwk' })
  const numbers = [d, p, q].map((text) => Buffer.from(text, 'base64url').subarray(4, 28))
  return [
    ...lines.map((line) => Buffer.from(line.slice(8, 56))),
    ...[d, p, q].map((text) => Buffer.from(text.slice(4, 44))),
    ...numbers,
    ...numbers.map((bytes) => Buffer.from(bytes.toString('hex'))),
  ]
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
}

function findKey(contents: ReadonlyMap<string, Buffer>): string[] {
  const wanted = needles()
  return [...contents]
    .filter(([, bytes]) => wanted.some((needle) => bytes.includes(needle)))
    .map(([path]) => basename(path))
}

const read = (paths: readonly string[]) => new Map(paths.map((path) => [path, readFileSync(path)]))

describe('guitai cert', () => {
  it('says what to do without a certificate', async () => {
    configure(({ merchant }) => {
      delete merchant.certificateFile
      delete merchant.privateKeyFile
    })
    expect(cert('list')).toMatchObject({ code: 0, out: 'no certificate was imported\n' })
    await expect(counter.startTerminal()).rejects.toThrow(/keys\.no_certificate/)
    expect(cert('import').code).toBe(2)
    expect(cert('burn').code).toBe(2)
  })

  it('refuses a store that is not built, or that only the app can open', async () => {
    for (const [store, code] of [
      ['electron', 'keys.store_outside_app; secrets.store'],
      ['pkcs11', 'keys.store_not_available; secrets.store: pkcs11'],
      ['tpm', 'keys.store_not_available; secrets.store: tpm'],
    ] as const) {
      configure((settings) => {
        settings.secrets = { store }
      })
      expect(cert('list')).toMatchObject({
        code: 1,
        said: expect.stringContaining(code),
      })
    }
    configure((settings) => {
      delete settings.secrets
    })
  })

  it('AC-13a: seals the key, which is found nowhere afterwards while the terminal sells', async () => {
    const imported = cert('import', '--cert', 'apiclient_cert.pem', '--key', 'apiclient_key.pem')
    expect(imported).toMatchObject({ code: 0, said: '' })
    expect(imported.out).toContain('now delete apiclient_cert.pem and apiclient_key.pem')
    expect(findKey(read([join(counter.dir, 'apiclient_key.pem')]))).toEqual(['apiclient_key.pem'])
    rmSync(join(counter.dir, 'apiclient_key.pem'))
    rmSync(join(counter.dir, 'apiclient_cert.pem'))

    await counter.startTerminal()
    const wish = { clientId: 'test-1', amountFen: 1_230 }
    const { saleId } = await counter.api<{ saleId: string }>('POST', '/v1/sales', wish)
    await counter.scan()
    await counter.saleWhen(saleId, ({ outcome }) => outcome === 'PAID')

    const dataDir = join(counter.dir, 'terminal')
    const files = read(filesUnder(dataDir))
    expect([...files.keys()].map((path) => basename(path))).toEqual(
      expect.arrayContaining(['journal.db', 'terminal.log', 'sealing.json']),
    )
    const { pid } = counter.terminal().process
    const process = ['cmdline', 'environ'].map((name) => `/proc/${pid}/${name}`)
    const places = new Map([
      ...files,
      ...read(process),
      ['output', Buffer.from(counter.terminal().output())] as const,
      ['answer', Buffer.from(imported.out)] as const,
    ])
    expect(findKey(places)).toEqual([])
    const header = [...places].filter(([, bytes]) => bytes.includes('PRIVATE KEY'))
    // The terminal's own key, which signs the journal and nothing else.
    expect(header.map(([path]) => basename(path))).toEqual(['terminal.key'])
  })

  it('AC-13c: does not start for another merchant than that of the certificate', async () => {
    await counter.terminal().stop()
    const wrong = '1900000999'
    let right = ''
    configure(({ merchant }) => {
      right = merchant.id ?? ''
      merchant.id = wrong
    })
    await expect(counter.startTerminal()).rejects.toThrow(/config\.certificate_of_other_merchant/)
    configure(({ merchant }) => {
      merchant.id = right
    })
  })

  it('lists days left, removes only what does not sign, and the serial has to be known', async () => {
    const [only] = list().certificates
    if (!only) throw new Error('nothing is listed')
    expect(only).toMatchObject({ signs: true })
    expect(cert('list').out).toMatch(/^[0-9A-F]+ .* until .* \d+ days left {2}signs/)
    expect(cert('use', '--serial', 'AB').said).toContain('keys.certificate_unknown')
    expect(cert('use', '--serial', 'newest').code).toBe(0)
    expect(cert('remove', '--serial', only.serial).said).toContain('keys.certificate_signs')
    expect(cert('remove', '--serial', only.serial, '--yes').code).toBe(0)
    expect(list().certificates).toEqual([])
  })

  it('keeps nothing of a key that does not belong to its certificate', () => {
    writeFileSync(join(counter.dir, 'k.pem'), keyPem, { mode: 0o600 })
    const out = cert('import', '--cert', 'ca.pem', '--key', 'k.pem')
    expect(out).toMatchObject({ code: 1, said: expect.stringContaining('config.key_mismatch') })
    expect(list().certificates).toEqual([])
  })
})

describe('AC-13d: with operators', () => {
  const pins = { 安装: '739182', 小王: '918273' }
  const operator = (what: string, ...words: string[]) => guitai('operator', what, ...words)
  const as = (name: keyof typeof pins) => ['--as', name, '--as-pin-file', `${name}.pin`]
  beforeAll(() => {
    for (const [name, pin] of Object.entries(pins)) {
      writeFileSync(join(counter.dir, `${name}.pin`), `${pin}\n`, { mode: 0o600 })
    }
  })

  it('an installer adds the others, and the first one is an installer', () => {
    expect(operator('list').out).toBe('there are no operators\n')
    const add = (name: keyof typeof pins, role: string, ...words: string[]) =>
      operator('add', '--name', name, '--role', role, '--pin-file', `${name}.pin`, ...words)
    expect(add('小王', 'cashier').said).toContain('operator.last_installer')
    expect(add('安装', 'installer')).toMatchObject({ code: 0, out: 'added 安装, installer\n' })
    expect(add('小王', 'cashier').said).toContain('operator.not_allowed; as: say who you are')
    expect(add('小王', 'cashier', ...as('安装')).code).toBe(0)
    expect(add('小王', 'boss').code).toBe(2)
    expect(JSON.parse(operator('list', '--json').out)).toEqual({
      operators: expect.arrayContaining([{ name: '小王', role: 'cashier' }]),
    })
  })

  it('a cashier imports, chooses and removes no certificate', () => {
    for (const words of [
      ['import', '--cert', 'ca.pem', '--key', 'k.pem'],
      ['use', '--serial', 'newest'],
      ['remove', '--serial', 'AB'],
    ]) {
      expect(cert(...words, ...as('小王')).said).toContain(
        'operator.not_allowed; as: 小王 is cashier',
      )
    }
    expect(cert('use', '--serial', 'newest', ...as('安装')).code).toBe(0)
    expect(cert('list').code).toBe(0)
  })

  it('wrong PINs are counted from one command to the next', () => {
    const wrong = ['--as', '小王', '--as-pin-file', '安装.pin']
    const said = [1, 2, 3, 4].map(() => cert('use', '--serial', 'newest', ...wrong).said)
    expect(said[0]).toContain('operator.pin_wrong')
    expect(said[2]).toMatch(/operator\.pin_wrong; wait \d+ s/)
    expect(said[3]).toMatch(/operator\.(locked|pin_wrong); wait \d+ s/)
  })

  it('an installer gives a new PIN and removes people, but not the last installer', () => {
    const renewed = operator('pin', '--name', '小王', '--pin-file', '小王.pin', ...as('安装'))
    expect(renewed.out).toBe('小王 has a new PIN\n')
    expect(operator('remove', '--name', '小王', ...as('安装')).code).toBe(0)
    expect(operator('remove', '--name', '安装', ...as('安装')).said).toContain('last_installer')
    const acts = guitai('journal', 'list', '--json')
      .out.split('\n')
      .filter((line) => line.includes('"act":true'))
      .map((line) => JSON.parse(line) as { what: string; operator: string })
    expect(acts.map(({ what, operator: by }) => `${by}: ${what}`)).toEqual([
      '安装: operator.remove 小王',
      '安装: operator.pin 小王',
      '安装: certificate.use newest',
      '安装: operator.add 小王 cashier',
      'command line: operator.add 安装 installer',
      expect.stringMatching(/^command line: certificate\.remove [0-9A-F]+$/),
      'command line: certificate.use newest',
      expect.stringMatching(/^command line: certificate\.import [0-9A-F]+$/),
    ])
  })
})
