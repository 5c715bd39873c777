import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { SerialPort } from 'serialport'
import { describe, expect, it } from 'vitest'
import { magicRefundFen, REFUND_SCENARIOS } from '../../src/sandbox/refund-scenarios.ts'
import { magicAmountFen, magicCodeTail, SCENARIOS } from '../../src/sandbox/scenarios.ts'
import { freshCode, jsonOf, WireClient } from './sandbox-client.ts'

/** The children run on the machine's clock. */
const REAL = { nowMs: () => Date.now(), after: () => () => undefined }

describe('the command', () => {
  const program = `import { runSandbox } from ${JSON.stringify(
    resolve(import.meta.dirname, '../../src/sandbox/node/run-sandbox.ts'),
  )}
await runSandbox(process.argv.slice(1))`

  const start = (argv: string[]) => ['--input-type=module-typescript', '-e', program, '--', ...argv]
  const run = async (folder: string, more: string[] = []) => {
    const args = start(['--dir', folder, '--json', ...more])
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
    const lines = createInterface({ input: child.stdout })
    const line = await new Promise<string>((done) => lines.once('line', done))
    const exited = new Promise<number | string | null>((done) =>
      child.once('exit', (code, signal) => done(code ?? signal)),
    )
    return { child, exited, ready: JSON.parse(line) as Record<string, string> }
  }

  it('survives a SIGKILL with its ledger, its keys and its used codes, and stops on SIGTERM', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'guitai-sandbox-'))
    const first = await run(folder)
    const code = freshCode()
    const client1 = new WireClient(folder, first.ready.origin ?? '', REAL)
    const paid = await client1.charge('KILLED-1', 100, { code })
    expect(paid.status).toBe(200)
    const more = { refund: 40, total: 100 }
    const refunded = await client1.refund('KILLED-1', 'KILLED-R', more)
    expect(refunded.status).toBe(200)
    first.child.kill('SIGKILL')
    expect(await first.exited).toBe('SIGKILL')

    const second = await run(folder)
    expect(second.ready.controlToken).toBe(first.ready.controlToken)
    const client2 = new WireClient(folder, second.ready.origin ?? '', REAL)
    const found = jsonOf(await client2.query('KILLED-1'))
    expect(found?.transaction_id).toBe(jsonOf(paid)?.transaction_id)
    const back = jsonOf(await client2.refund('KILLED-1', 'KILLED-R', more))
    expect(back?.refund_id).toBe(jsonOf(refunded)?.refund_id)
    expect((await client2.charge('KILLED-2', 100, { code })).status).toBe(403)
    const control = await client2.send({
      method: 'GET',
      path: '/sandbox/ledger',
      auth: { whole: `Bearer ${second.ready.controlToken}` },
    })
    expect(jsonOf(control)).toMatchObject({
      orders: [
        {
          outTradeNo: 'KILLED-1',
          state: 'REFUND',
          charges: 1,
          returned: false,
          refunds: [{ outRefundNo: 'KILLED-R', amountFen: 40 }],
        },
      ],
      totals: { takenFen: 100, reversedFen: 0 },
    })
    second.child.kill('SIGTERM')
    expect(await second.exited).toBe(0)
    rmSync(folder, { recursive: true, force: true })
  })

  it('explains every magic amount and code', () => {
    const help = execFileSync(process.execPath, start(['--help']), { encoding: 'utf8' })
    for (const { name, summary } of SCENARIOS.values()) {
      const amountFen = magicAmountFen(name) ?? 0
      const yuan = `900.${String(amountFen - 90_000).padStart(2, '0')}`
      const row = help.split('\n').find((line) => line.includes(` ${name} `))
      expect(row).toContain(yuan)
      expect(row).toContain(`15…${magicCodeTail(name)}`)
      expect(row).toContain(summary)
    }
  })

  it('explains every magic refund', () => {
    const help = execFileSync(process.execPath, start(['--help']), { encoding: 'utf8' })
    const lines = help.slice(help.indexOf('scenario of the refund')).split('\n')
    for (const { name, summary } of REFUND_SCENARIOS.values()) {
      const yuan = `800.${String((magicRefundFen(name) ?? 0) - 80_000).padStart(2, '0')}`
      const row = lines.find((line) => line.includes(` ${name} `))
      expect(row).toContain(yuan)
      expect(row).toContain(summary)
    }
  })

  it('says in one line what is wrong with its arguments', () => {
    for (const argv of [[], ['--dir', '/nowhere', '--port', 'x'], ['--what']]) {
      const result = spawnSync(process.execPath, start(argv), { encoding: 'utf8' })
      expect(result.status).toBe(1)
      expect(result.stderr).toMatch(/--dir DIR|--port must be|--what/)
    }
  })

  it('follows a script file and types codes into its scanner', async (context) => {
    if (process.platform === 'win32') context.skip('this system has no pseudo-terminals')
    const folder = mkdtempSync(join(tmpdir(), 'guitai-sandbox-'))
    const script = join(folder, 'script.json')
    writeFileSync(script, JSON.stringify([{ match: { nth: 1 }, scenario: 'account_error' }]))
    const { child, exited, ready } = await run(folder, ['--script', script])
    const client = new WireClient(folder, ready.origin ?? '', REAL)
    const refused = await client.charge('SCRIPTED-1', 100)
    expect(jsonOf(refused)).toMatchObject({ code: 'ACCOUNT_ERROR' })
    expect((await client.charge('SCRIPTED-2', 100)).status).toBe(200)

    const port = new SerialPort({ path: join(folder, 'scanner'), baudRate: 9600, autoOpen: false })
    await new Promise<void>((done, fail) => port.open((error) => (error ? fail(error) : done())))
    const typed = new Promise<string>((done) => {
      let text = ''
      port.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1')
        if (text.endsWith('\r')) done(text)
      })
    })
    const scanned = await client.send({
      method: 'POST',
      path: '/sandbox/scan',
      body: JSON.stringify({ scenario: 'rule_limit' }),
      auth: { whole: `Bearer ${ready.controlToken}` },
    })
    expect(jsonOf(scanned)).toEqual({ scanned: true })
    const code = (await typed).trim()
    expect(code).toMatch(/^15\d{13}919$/)
    expect(jsonOf(await client.charge('SCRIPTED-3', 100, { code }))).toMatchObject({
      code: 'RULE_LIMIT',
    })
    const gone = new Promise<void>((done) => port.once('close', () => done()))
    child.kill('SIGINT')
    expect(await exited).toBe(0)
    await gone
    expect(existsSync(join(folder, 'scanner'))).toBe(false)
    rmSync(folder, { recursive: true, force: true })
  })
})
