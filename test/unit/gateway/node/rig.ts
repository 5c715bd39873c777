import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { openGateway } from '../../../../src/gateway/node/gateway.ts'
import type { GatewayOptions } from '../../../../src/gateway/node/settings.ts'
import type { Charge, Gateway } from '../../../../src/ports/gateway.ts'
import type { Log, LogFields } from '../../../../src/ports/log.ts'
import { type Identity, makeIdentity } from '../../../support/pay-identities.ts'
import { type PayServer, startPayServer } from '../../../support/pay-server.ts'
import { createRealClock } from '../../../support/real-clock.ts'
import { createSeededEntropy } from '../../../support/seeded.ts'
import { EXPECTED } from '../answers.ts'

/** An APIv3 key for tests: 32 bytes. */
export const API_V3_KEY = '0123456789abcdefghijklmnopqrstuv'

/** A charge of the order all tests ask about. */
export const CHARGE: Charge = {
  ...EXPECTED,
  code: '130061098828009406',
  description: '测试商品',
  storeId: 'S001',
}

/** Time limits that a good answer never meets. */
export const LONG = { connectMs: 20_000, headersMs: 20_000, bodyMs: 20_000 }

/** Everybody who holds a key in these tests. */
export type Cast = {
  readonly authority: Identity
  readonly tls: Identity
  readonly merchant: Identity
  readonly platform: Identity
  readonly nextPlatform: Identity
  readonly stranger: Identity
}

const PLATFORM_NAME = 'CN=Tenpay.com sign, O=Tenpay.com, C=CN'

/** Makes all keys and certificates, once for a file of tests. */
export async function makeCast(): Promise<Cast> {
  const authority = await makeIdentity({ name: 'CN=Test CA', kind: 'ec', isAuthority: true })
  const tls = await makeIdentity({
    name: 'CN=127.0.0.1',
    kind: 'ec',
    issuer: authority,
    hosts: ['127.0.0.1'],
  })
  const [merchant, platform, nextPlatform, stranger] = await Promise.all([
    makeIdentity({ name: `CN=${EXPECTED.merchantId}, O=Test`, kind: 'rsa', issuer: authority }),
    makeIdentity({ name: PLATFORM_NAME, kind: 'rsa' }),
    makeIdentity({ name: PLATFORM_NAME, kind: 'rsa' }),
    makeIdentity({ name: PLATFORM_NAME, kind: 'rsa' }),
  ])
  return { authority, tls, merchant, platform, nextPlatform, stranger }
}

/** A log that remembers. */
export type MemoryLog = Log & { readonly lines: { message: string; fields?: LogFields }[] }

export function createMemoryLog(): MemoryLog {
  const lines: { message: string; fields?: LogFields }[] = []
  const write = (message: string, fields?: LogFields): void => {
    lines.push({ message, ...(fields === undefined ? {} : { fields }) })
  }
  return { lines, info: write, warn: write, error: write }
}

const folders: string[] = []
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** A new folder that is removed when the file's tests are over. */
export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'guitai-gateway-'))
  folders.push(folder)
  return folder
}

/** An address where nobody listens: a port that was free a moment ago. */
export async function deadOrigin(): Promise<string> {
  const server = createTcpServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return `https://127.0.0.1:${port}`
}

/** Options that work, for one address. */
export function goodOptions(cast: Cast, primary: string): GatewayOptions {
  return {
    primary,
    caPem: cast.authority.certificatePem,
    merchantId: EXPECTED.merchantId,
    appId: EXPECTED.appId,
    terminalId: 'POS01',
    deviceIp: '127.0.0.1',
    certificatePem: cast.merchant.certificatePem,
    privateKeyPem: cast.merchant.privateKeyPem,
    apiV3Key: API_V3_KEY,
    verification: { mode: 'certificates' },
    timeouts: LONG,
    cacheDir: freshFolder(),
    clock: createRealClock(),
    entropy: createSeededEntropy(1),
    log: createMemoryLog(),
  }
}

/** Servers and gateways of one test, closed together. */
export class Rig {
  readonly cast: Cast
  readonly #open: { close(): Promise<void> }[] = []

  constructor(cast: Cast) {
    this.cast = cast
  }

  async server(tls = this.cast.tls): Promise<PayServer> {
    const { platform } = this.cast
    const server = await startPayServer({ tls, platform, apiV3Key: API_V3_KEY })
    this.#open.push(server)
    return server
  }

  async gateway(primary: string, changes: Partial<GatewayOptions> = {}): Promise<Gateway> {
    const opened = await openGateway({ ...goodOptions(this.cast, primary), ...changes })
    if (!opened.ok) throw new Error(`gateway refused: ${opened.error.code}`)
    this.#open.push(opened.value)
    return opened.value
  }

  async close(): Promise<void> {
    for (const one of this.#open.splice(0).reverse()) await one.close()
  }
}
