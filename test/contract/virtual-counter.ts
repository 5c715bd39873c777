import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Refund } from '../../src/domain/refund.ts'
import { isClosed, type Sale } from '../../src/domain/sale.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/node/sandbox.ts'
import { mintPaymentCode, openSimulatedScanner } from '../../src/sandbox/node/simulated-scanner.ts'
import type { SignatureName } from '../../src/sandbox/node/suite.ts'
import { SCANNER_LINK } from '../../src/sandbox/node/terminal-file.ts'
import { type RunningTerminal, startTerminal } from '../../src/terminal.ts'
import { createRandom } from '../support/seeded.ts'
import { VirtualClock } from './sandbox-client.ts'

/**
 * A real terminal, sandbox and serial line in one process, over real TLS and real SQLite, whose time
 * moves only when told.
 */
export type VirtualCounter = {
  readonly dir: string
  readonly clock: VirtualClock
  readonly sandbox: Sandbox
  /** Starts a terminal on the sandbox's configuration, changed; closed with the counter. */
  start(changes: {
    readonly gateway?: object
    readonly merchant?: object
    /** Folder of built screens that it serves. */
    readonly screensDir?: string | undefined
  }): Promise<RunningTerminal>
  /** Collects an amount with a code of that scenario; resolves when the charge was answered. */
  sell(terminal: RunningTerminal, amountFen: number, scenario?: string): Promise<Sale>
  /** Makes a sale that is paid. */
  sellPaid(terminal: RunningTerminal, amountFen: number): Promise<Sale>
  /** Gives money back; the result tells how the refund stands. */
  refund(
    terminal: RunningTerminal,
    wish: { readonly saleId: string; readonly amountFen?: number | undefined },
  ): Promise<() => Refund>
  /** Lets time pass while nothing of the sale is in flight, until it `fits`. */
  passUntil(sale: () => Sale, fits: (sale: Sale) => boolean): Promise<void>
  close(): Promise<void>
}

/** Waits for a fact that comes by itself, turn by turn, without any time. */
export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve))
}

/** Whether some request about a sale is under way. */
function isAsking(sale: Sale): boolean {
  return [...sale.attempts, ...(sale.refunds ?? [])].some(({ awaits }) => awaits === 'answer')
}

/** The sale as it is; throws when there is none. */
export function saleOf(terminal: RunningTerminal, id: string): Sale {
  const sale = terminal.engine.sale(id)
  if (!sale) throw new Error(`no sale ${id}`)
  return sale
}

/** Opens a {@link VirtualCounter} without a terminal, for a merchant that signs so. */
export async function openVirtualCounter(
  signature: SignatureName = 'rsa',
): Promise<VirtualCounter> {
  const dir = mkdtempSync(join(tmpdir(), 'guitai-counter-'))
  const clock = new VirtualClock(Date.now())
  const sandbox = await startSandbox({ dir, clock, signature })
  const scanner = openSimulatedScanner({ linkPath: join(dir, SCANNER_LINK) })
  const random = createRandom(12)
  const started: RunningTerminal[] = []
  let commands = 0
  const identity = () => {
    commands += 1
    return { clientId: `counter-${commands}`, digest: String(commands) }
  }
  const counter: VirtualCounter = {
    dir,
    clock,
    sandbox,
    async start({ gateway, merchant, screensDir }) {
      const terminal = await startTerminal({
        configFile: writeChanged(sandbox.terminalConfig, { gateway, merchant }),
        ...(screensDir === undefined ? {} : { screensDir }),
        clock: {
          nowMs: () => clock.nowMs(),
          monotonicMs: () => clock.nowMs(),
          after: (delayMs, fire) => clock.after(delayMs, fire),
        },
      })
      if (!terminal.ok) throw new Error(`${terminal.error.code} ${terminal.error.field}`)
      started.push(terminal.value)
      return terminal.value
    },
    async sell(terminal, amountFen, scenario = 'ok') {
      const { engine } = terminal
      await until(() => engine.status().scanners[0]?.phase === 'open')
      const wish = { kind: 'sale_wanted', amountFen, currency: 'CNY', arm: true } as const
      const made = await engine.command(wish, identity())
      if (!made.ok) throw new Error(made.error.code)
      const { id } = made.value
      scanner.scan(mintPaymentCode(scenario, () => random.next()))
      await until(() => saleOf(terminal, id).attempts.length > 0)
      await until(() => !isAsking(saleOf(terminal, id)))
      return saleOf(terminal, id)
    },
    async sellPaid(terminal, amountFen) {
      const sale = await counter.sell(terminal, amountFen)
      if (sale.phase !== 'paid') throw new Error(`not paid: ${sale.phase}`)
      return sale
    },
    async refund(terminal, { saleId, amountFen }) {
      const given = await terminal.engine.command(
        { kind: 'refund_wanted', saleId, amountFen, operator: '张敏', reason: '退货' },
        identity(),
      )
      if (!given.ok) throw new Error(given.error.code)
      return () => {
        const refund = saleOf(terminal, saleId).refunds?.at(-1)
        if (!refund) throw new Error('no refund')
        return refund
      }
    },
    async passUntil(sale, fits) {
      for (;;) {
        await until(() => !isAsking(sale()))
        if (fits(sale())) return
        if (isClosed(sale())) throw new Error(`over as ${sale().phase}`)
        clock.advance(1_000)
      }
    },
    async close() {
      for (const terminal of started) await terminal.close()
      scanner.close()
      await sandbox.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
  return counter
}

/** Writes the configuration with some fields changed, beside the one it came from. */
export function writeChanged(
  terminalConfig: string,
  changes: { readonly gateway?: object | undefined; readonly merchant?: object | undefined },
): string {
  const settings = JSON.parse(readFileSync(terminalConfig, 'utf8'))
  const configFile = terminalConfig.replace(/terminal[^/]*\.json$/, 'changed.json')
  const changed = {
    ...settings,
    gateway: { ...settings.gateway, ...changes.gateway },
    merchant: { ...settings.merchant, ...changes.merchant },
  }
  writeFileSync(configFile, JSON.stringify(changed))
  return configFile
}
