import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Attempt, Sale } from '../../../src/domain/sale.ts'
import { openJournal } from '../../../src/journal/node/sqlite-journal.ts'
import { type Sandbox, startSandbox } from '../../../src/sandbox/node/sandbox.ts'
import { startTerminal } from '../../../src/terminal.ts'

let dir: string
let sandbox: Sandbox

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'guitai-start-'))
  sandbox = await startSandbox({ dir })
})
afterAll(async () => {
  await sandbox.close()
  rmSync(dir, { recursive: true, force: true })
})

type Settings = {
  merchant: Record<string, string>
  gateway: Record<string, unknown>
  store?: Record<string, string>
  api?: { port: number }
}

/** Starts a terminal on the sandbox's configuration, changed. */
function start(change: (settings: Settings) => void) {
  const settings = JSON.parse(readFileSync(sandbox.terminalConfig, 'utf8')) as Settings
  change(settings)
  const configFile = join(dir, 'changed.json')
  writeFileSync(configFile, JSON.stringify(settings))
  return startTerminal({ configFile })
}

function saleWithoutResult(merchant: { merchantId: string; appId: string }): Sale {
  const attempt: Attempt = {
    ...merchant,
    outTradeNo: 'GTTEST000001',
    amountFen: 100,
    storeId: 'S001',
    interface: 'MICROPAY',
    grantVersion: 'test-1',
    submittedAtMs: 1,
    phase: 'checking',
    outcome: 'UNKNOWN',
    sent: true,
    queries: 0,
    reversals: 0,
    reversalsOutstanding: 0,
    reverseConfirmed: false,
    step: 1,
    awaits: 'timer',
  }
  return {
    id: 'sale-1',
    amountFen: 100,
    description: '测试',
    createdAtMs: 1,
    traceId: 't1',
    phase: 'in_flight',
    attempts: [attempt],
    cancelWanted: false,
  }
}

function writeSecret(name: string, text: string, mode = 0o600): string {
  writeFileSync(join(dir, name), text)
  chmodSync(join(dir, name), mode)
  return name
}

describe('starting the terminal is refused, with the field and no money moved', () => {
  it('for the certificate of another merchant', async () => {
    const started = await start(({ merchant }) => {
      merchant.id = '1900000999'
    })
    expect(started).toMatchObject({
      ok: false,
      error: {
        code: 'config.certificate_of_other_merchant',
        field: 'merchant.certificateFile',
        moneyTaken: 'no',
      },
    })
  })

  it('for a key that does not fit the certificate', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
    const pem = String(privateKey.export({ type: 'pkcs8', format: 'pem' }))
    const started = await start(({ merchant }) => {
      merchant.privateKeyFile = writeSecret('other.pem', pem)
    })
    expect(started).toMatchObject({
      ok: false,
      error: { code: 'config.key_mismatch', field: 'merchant.privateKeyFile' },
    })
  })

  it('for a file that is not there', async () => {
    const started = await start(({ merchant }) => {
      merchant.certificateFile = 'nowhere.pem'
    })
    const error = { code: 'config.file_unreadable', field: 'merchant.certificateFile' }
    expect(started).toMatchObject({ ok: false, error })
  })

  it('for a key that others may read', async () => {
    const key = readFileSync(join(dir, 'apiclient_key.pem'), 'utf8')
    const started = await start(({ merchant }) => {
      merchant.privateKeyFile = writeSecret('open.pem', key, 0o644)
    })
    const error = { code: 'config.secret_exposed', field: 'merchant.privateKeyFile' }
    expect(started).toMatchObject({ ok: false, error })
  })

  it('for an APIv3 key of the wrong length', async () => {
    const started = await start(({ merchant }) => {
      merchant.apiV3KeyFile = writeSecret('short.key', 'too short')
    })
    expect(started).toMatchObject({
      ok: false,
      error: { code: 'config.api_v3_key_invalid', field: 'merchant.apiV3KeyFile' },
    })
  })

  it('for calls by v2 without a key', async () => {
    const started = await start(({ merchant, gateway }) => {
      delete merchant.apiV2KeyFile
      gateway.calls = { reverse: 'v2' }
    })
    expect(started).toMatchObject({
      ok: false,
      error: {
        code: 'config.api_v2_key_invalid',
        field: 'merchant.apiV2KeyFile',
        detail: 'gateway.calls.reverse is v2, and there is no key for it',
      },
    })
  })

  it('for an APIv2 key of the wrong length, or one that others may read', async () => {
    const code = async (name: string) => {
      const started = await start(({ merchant }) => {
        merchant.apiV2KeyFile = name
      })
      return started.ok ? undefined : [started.error.code, started.error.field]
    }
    const field = 'merchant.apiV2KeyFile'
    const key = '0123456789abcdefghijklmnopqrstuv'
    const short = await code(writeSecret('short-v2.key', 'too short'))
    expect(short).toEqual(['config.api_v2_key_invalid', field])
    const loose = await code(writeSecret('loose-v2.key', key, 0o644))
    expect(loose).toEqual(['config.secret_exposed', field])
  })

  it('for charges by v2 from a store whose code they cannot carry', async () => {
    const key = writeSecret('v2.key', '0123456789abcdefghijklmnopqrstuv')
    const started = await start((settings) => {
      settings.merchant.apiV2KeyFile = key
      settings.gateway.calls = { charge: 'v2' }
      settings.store = { id: 'S'.repeat(33), name: '店' }
    })
    expect(started).toMatchObject({
      ok: false,
      error: { code: 'config.invalid_field', field: 'store.id' },
    })
  })

  it('for refunds by v2 that are to be told about, which only those by v3 are', async () => {
    const key = writeSecret('v2.key', '0123456789abcdefghijklmnopqrstuv')
    const started = await start((settings) => {
      settings.merchant.apiV2KeyFile = key
      settings.gateway.calls = { refund: 'v2' }
      settings.gateway.refundNotifyUrl = 'https://shop.example/refunds'
    })
    const error = { code: 'config.invalid_field', field: 'gateway.refundNotifyUrl' }
    expect(started).toMatchObject({ ok: false, error })
  })

  it('for refunds to be told about without the key that opens what is told', async () => {
    const id = readFileSync(join(dir, 'pub_key_id.txt'), 'utf8').trim()
    const started = await start((settings) => {
      delete settings.merchant.apiV3KeyFile
      settings.gateway.verification = { mode: 'public_key', id, file: 'pub_key.pem' }
      settings.gateway.refundNotifyUrl = 'https://shop.example/refunds'
    })
    const error = { code: 'config.api_v3_key_invalid', field: 'merchant.apiV3KeyFile' }
    expect(started).toMatchObject({ ok: false, error })
  })

  it('for a port that is taken', async () => {
    const taken = createServer()
    await new Promise<void>((done) => taken.listen(0, '127.0.0.1', done))
    const address = taken.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const started = await start((settings) => {
      settings.api = { port }
    })
    expect(started).toMatchObject({
      ok: false,
      error: { code: 'config.port_taken', field: 'api.port' },
    })
    taken.close()
  })

  it('for another app than that of a sale without a result, and not for the same one', async () => {
    const data = (settings: Settings) => Object.assign(settings, { dataDir: join(dir, 'waiting') })
    const first = await start(data)
    if (!first.ok) throw new Error(first.error.code)
    await first.value.close()
    const journal = openJournal(join(dir, 'waiting', 'journal.db'))
    if (!journal.ok) throw new Error(journal.error.code)
    const settings = JSON.parse(readFileSync(sandbox.terminalConfig, 'utf8')) as Settings
    const { id: merchantId, appId } = settings.merchant
    const sale = saleWithoutResult({ merchantId: merchantId ?? '', appId: appId ?? '' })
    journal.value.append({ atMs: 1, kind: 'charge_answered', event: {}, sales: [sale] })
    journal.value.close()
    const changed = await start((wanted) => {
      data(wanted).merchant.appId = 'wxanother00000001'
    })
    const error = { code: 'config.merchant_changed', field: 'merchant.appId' }
    expect(changed).toMatchObject({ ok: false, error })
    const again = await start(data)
    expect(again).toMatchObject({ ok: true })
    if (again.ok) await again.value.close()
  })

  it('for a journal that another terminal has, which goes on', async () => {
    const first = await start(() => undefined)
    if (!first.ok) throw new Error(first.error.code)
    const second = await start(() => undefined)
    expect(second).toMatchObject({ ok: false, error: { code: 'journal.in_use' } })
    expect(first.value.engine.status().state).toBe('running')
    await first.value.close()
  })
})

describe('a terminal with an APIv2 key', () => {
  it('starts, and its calls may go by either API', async () => {
    const key = writeSecret('v2.key', '0123456789abcdefghijklmnopqrstuv\n')
    const started = await start((settings) => {
      settings.merchant.apiV2KeyFile = key
      settings.gateway.calls = { reverse: 'v2', refund: 'v2' }
    })
    if (!started.ok) throw new Error(`${started.error.code} ${started.error.field}`)
    expect(started.value.engine.status().state).toBe('running')
    await started.value.close()
  })
})
