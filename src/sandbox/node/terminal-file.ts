import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Merchant } from '../orders.ts'
import { writePrivate } from './credentials.ts'
import type { SignatureName } from './suite.ts'

/** Name of the symlink to the simulated scanner, beside terminal.json. */
export const SCANNER_LINK = 'scanner'

type Origins = { readonly primary: string; readonly backup: string }

const keyFiles = (signature: SignatureName) =>
  signature === 'rsa'
    ? {
        certificateFile: 'apiclient_cert.pem',
        privateKeyFile: 'apiclient_key.pem',
        apiV3KeyFile: 'apiv3.key',
        apiV2KeyFile: 'apiv2.key',
      }
    : {
        signature,
        certificateFile: 'sm2_apiclient_cert.pem',
        privateKeyFile: 'sm2_apiclient_key.pem',
        apiV3KeyFile: 'apiv3.key',
      }

const fresh = (merchant: Merchant, { primary, backup }: Origins, signature: SignatureName) => ({
  terminalId: 'POS01',
  store: { id: 'S001', name: '柜台示范店', refundsAtCounter: true },
  merchant: {
    id: merchant.id,
    appId: merchant.appId,
    ...keyFiles(signature),
  },
  gateway: { primary, backup, caFile: 'ca.pem', verification: { mode: 'certificates' } },
  scanners: [{ kind: 'serial', path: SCANNER_LINK }],
  dataDir: signature === 'rsa' ? 'terminal' : `terminal-${signature}`,
})

/** The address with another port when it is a loopback address; else as it was. */
const withPort = (written: unknown, current: string): unknown => {
  if (typeof written !== 'string' || !URL.canParse(written)) return written
  const url = new URL(written)
  if (!['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname)) return written
  url.port = new URL(current).port
  return url.origin
}

/**
 * Writes `terminal.json`, for a merchant that signs by SM2 `terminal-sm2.json`, for a terminal on this
 * sandbox, paths relative to it. What a person changed
 * in an existing one stays; only the ports of loopback addresses are brought up to date.
 * Throws when an existing file is not JSON.
 * @returns the path of the file
 */
export function writeTerminalFile(
  dir: string,
  merchant: Merchant,
  { signature, ...origins }: Origins & { readonly signature: SignatureName },
): string {
  const path = join(dir, signature === 'rsa' ? 'terminal.json' : `terminal-${signature}.json`)
  const text = existsSync(path) ? readFileSync(path, 'utf8') : undefined
  if (text === undefined) {
    const value = fresh(merchant, origins, signature)
    writePrivate(path, `${JSON.stringify(value, null, 2)}\n`)
    return path
  }
  const value: { gateway?: Record<string, unknown> } = JSON.parse(text)
  const gateway = {
    ...value.gateway,
    primary: withPort(value.gateway?.primary, origins.primary),
    backup: withPort(value.gateway?.backup, origins.backup),
  }
  const next = `${JSON.stringify({ ...value, gateway }, null, 2)}\n`
  if (next !== text) writePrivate(path, next)
  return path
}
