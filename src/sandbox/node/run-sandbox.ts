import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { magicRefundFen, REFUND_SCENARIOS } from '../refund-scenarios.ts'
import { magicAmountFen, magicCodeTail, SCENARIOS } from '../scenarios.ts'
import type { Sandbox } from './sandbox.ts'
import { startSandbox } from './sandbox.ts'
import type { SimulatedScanner } from './simulated-scanner.ts'
import { openSimulatedScanner } from './simulated-scanner.ts'
import { SIGNATURES } from './suite.ts'
import { SCANNER_LINK } from './terminal-file.ts'

const USAGE = `guitai sandbox --dir DIR [--port N] [--backup-port N] [--script FILE] [--json]

An embedded payment gateway with its own keys, ledger and simulated scanner, on loopback only.
No money moves and no real service is asked.

  --dir DIR          folder of keys, ledger and terminal.json; made when missing
  --port N           port of the gateway (default: any free one)
  --backup-port N    port of the backup host, same ledger (default: any free one)
  --script FILE      JSON list of {"match":{"amountFen"?,"codeTail"?,"nth"?},"scenario","params"?}
                     params: seconds, times, count, on (charge, query, reverse), bytes
                     and of {"matchRefund":{"refundFen"?,"outTradeNo"?,"nth"?},"scenario","params"?}
                     params: seconds, times, count, on (refund, refund_query), bytes
  --signature NAME   rsa, or sm2 for a merchant that signs by SM2 over SM3 (default: rsa)
  --enforce-grants   refuse payment calls that name no grant (docs/gateway.md, Terminal services)
  --json             print one JSON line when ready
  --help             this text

A scenario is chosen by the amount, by the last three digits of a payment code that begins with 15,
by the request header Wechatpay-Negative-Test, or by a script. Any other order is paid at once, or,
above 1000.00 yuan, after a password that is confirmed after 8 s.
The scenario of a refund is chosen by the refunded amount, by the same header, or by a script. Any
other refund is SUCCESS after 3 s. With notify_url, which has to be on loopback, each status after
PROCESSING is told there, and again after 1, 2, 4, 8 and 15 s when it is not taken.
The APIv2 calls /pay/micropay, /pay/orderquery, /secapi/pay/reverse, /secapi/pay/refund and
/pay/refundquery work on the same ledger, signed with apiv2.key; those under /secapi need
apiclient_cert.pem as TLS client certificate. Their scenarios are the same, told in v2's words, and
they send no notices.
`

const yuan = (amountFen: number): string =>
  `${Math.floor(amountFen / 100)}.${String(amountFen % 100).padStart(2, '0')}`

/** The help text, with every magic amount, code and refund. */
function sandboxHelp(): string {
  const rows = [...SCENARIOS.values()].map(({ name, summary }) => {
    const amount = yuan(magicAmountFen(name) ?? 0)
    return `  ${amount}   15…${magicCodeTail(name)}   ${name.padEnd(20)} ${summary}`
  })
  const refundRows = [...REFUND_SCENARIOS.values()].map(
    ({ name, summary }) => `  ${yuan(magicRefundFen(name) ?? 0)}   ${name.padEnd(20)} ${summary}`,
  )
  const charges = `  yuan     code      scenario\n${rows.join('\n')}\n`
  return `${USAGE}\n${charges}\n  refund   scenario of the refund\n${refundRows.join('\n')}\n`
}

const portOf = (text: string | undefined, name: string): number => {
  const port = Number(text ?? 0)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`--${name} must be a port number, not ${text}`)
  }
  return port
}

const readyText = (sandbox: Sandbox): string =>
  [
    `沙箱网关已就绪 Sandbox gateway ready: ${sandbox.origin}`,
    `备用 Backup host:     ${sandbox.backupOrigin}`,
    `终端配置 Terminal:     ${sandbox.terminalConfig}`,
    `控制令牌 Control token: ${join(sandbox.dir, 'control.token')}`,
    '',
  ].join('\n')

const readyJson = (sandbox: Sandbox): string =>
  `${JSON.stringify({
    event: 'ready',
    origin: sandbox.origin,
    backupOrigin: sandbox.backupOrigin,
    dir: sandbox.dir,
    terminalConfig: sandbox.terminalConfig,
    controlToken: sandbox.controlToken,
  })}\n`

const untilStopped = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGTERM', () => resolve())
    process.once('SIGINT', () => resolve())
  })

const logLine = (line: string): void => void process.stderr.write(`${line}\n`)

/** The gateway is of use without a scanner, on systems that cannot play one. */
const openScanner = (linkPath: string): SimulatedScanner | undefined => {
  try {
    return openSimulatedScanner({ linkPath })
  } catch (error) {
    logLine(`no simulated scanner: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}

/**
 * The command `guitai sandbox`. Resolves when SIGTERM or SIGINT has stopped it cleanly; rejects with
 * a readable text for wrong arguments, a taken port, or a folder another sandbox uses.
 * @param argv what follows the command's name
 */
export async function runSandbox(argv: string[]): Promise<void> {
  const { values } = parseArgs({
    args: argv,
    options: {
      dir: { type: 'string' },
      port: { type: 'string' },
      'backup-port': { type: 'string' },
      script: { type: 'string' },
      signature: { type: 'string', default: 'rsa' },
      'enforce-grants': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(sandboxHelp())
    return
  }
  if (values.dir === undefined) throw new Error('guitai sandbox needs --dir DIR')
  const signature = SIGNATURES.find((name) => name === values.signature)
  if (signature === undefined) throw new Error('--signature must be rsa or sm2')
  const sandbox = await startSandbox({
    dir: values.dir,
    port: portOf(values.port, 'port'),
    backupPort: portOf(values['backup-port'], 'backup-port'),
    log: logLine,
    signature,
    enforceGrants: values['enforce-grants'],
  })
  let scanner: SimulatedScanner | undefined
  try {
    if (values.script !== undefined) {
      const text = readFileSync(values.script, 'utf8')
      sandbox.script(JSON.parse(text))
    }
    scanner = openScanner(join(sandbox.dir, SCANNER_LINK))
    sandbox.attachScanner(scanner)
    const stopped = untilStopped()
    process.stdout.write(values.json ? readyJson(sandbox) : readyText(sandbox))
    await stopped
  } finally {
    scanner?.close()
    await sandbox.close()
  }
}
