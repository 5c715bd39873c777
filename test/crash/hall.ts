import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LedgerRow } from '../support/counter.ts'
import { type Running, startProgram } from '../support/guitai.ts'
import type { Pace } from './fast-clock.ts'
import type { SandboxOrder } from './sandbox-entry.ts'
import { openTill, type Till } from './till.ts'

type SandboxReady = {
  readonly origin: string
  readonly backupOrigin: string
  readonly controlToken: string
  readonly terminalConfig: string
}

/** One sandbox as a process of its own, and tills that pay through it; their time runs fast. */
export type Hall = {
  readonly dir: string
  readonly gatewayPort: number
  /** What happens to the charges of an amount. */
  script(entries: readonly object[]): Promise<unknown>
  ledger(): Promise<readonly LedgerRow[]>
  killSandbox(): Promise<void>
  /** Starts the sandbox again, on the same ports and the same ledger. */
  restartSandbox(): Promise<void>
  /** Makes a till; its terminal is not started. `dataDir` absent: a folder of its own. */
  till(name: string, dataDir?: string): Till
  close(): Promise<void>
}

const ENTRY = join(import.meta.dirname, 'sandbox-entry.ts')
/** Longest waits a configuration may name: they run fast, while the machine under a test does not. */
const PATIENT = { connectTimeoutMs: 120_000, headersTimeoutMs: 120_000, bodyTimeoutMs: 120_000 }

/** Opens a {@link Hall} whose time runs `factor` times as fast as the machine's. */
export async function openHall(factor: number): Promise<Hall> {
  const dir = mkdtempSync(join(tmpdir(), 'guitai-crash-'))
  const pace: Pace = { epochMs: Date.now(), factor }
  const start = (more: Partial<SandboxOrder>): Promise<Running<SandboxReady>> =>
    startProgram(ENTRY, [JSON.stringify({ dir, pace, ...more } satisfies SandboxOrder)])
  let sandbox = await start({})
  const { origin, backupOrigin, controlToken, terminalConfig } = sandbox.ready
  const ca = readFileSync(join(dir, 'ca.pem'))
  const control = callControl(origin, { token: controlToken, ca })
  const portOf = (address: string) => Number(new URL(address).port)
  const tills: Till[] = []
  return {
    dir,
    gatewayPort: portOf(origin),
    script: (entries) => control('POST', '/sandbox/script', entries),
    ledger: async () =>
      ((await control('GET', '/sandbox/ledger')) as { orders: LedgerRow[] }).orders,
    killSandbox: () => sandbox.kill(),
    async restartSandbox() {
      sandbox = await start({ port: portOf(origin), backupPort: portOf(backupOrigin) })
    },
    till(name, dataDir = `terminal-${name}`) {
      const config = JSON.parse(readFileSync(terminalConfig, 'utf8')) as { gateway: object }
      const configFile = join(dir, `${name}.json`)
      const scannerLink = join(dir, `scanner-${name}`)
      const changed = {
        ...config,
        gateway: { ...config.gateway, ...PATIENT },
        scanners: [{ kind: 'serial', path: scannerLink }],
        dataDir,
      }
      writeFileSync(configFile, JSON.stringify(changed), { mode: 0o600 })
      const till = openTill({ configFile, scannerLink, pace, dataDir: join(dir, dataDir) })
      tills.push(till)
      return till
    },
    async close() {
      await Promise.all(tills.map((till) => till.close()))
      await sandbox.kill()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

function callControl(origin: string, use: { readonly token: string; readonly ca: Buffer }) {
  return (method: string, path: string, body?: unknown): Promise<unknown> =>
    new Promise((done, fail) => {
      const text = body === undefined ? '' : JSON.stringify(body)
      const headers = {
        authorization: `Bearer ${use.token}`,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
      }
      const call = request(`${origin}${path}`, { method, ca: use.ca, headers }, (answer) => {
        let received = ''
        answer.on('data', (chunk: Buffer) => {
          received += String(chunk)
        })
        answer.on('end', () => {
          if (answer.statusCode === 200) done(JSON.parse(received))
          else fail(new Error(received))
        })
      })
      call.once('error', fail)
      call.end(text)
    })
}
