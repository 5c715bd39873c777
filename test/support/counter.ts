import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { type SaleView, SUBPROTOCOL, WATCH_PATH } from '../../src/api/protocol.ts'
import type { ScreenModel } from '../../src/screen/model.ts'
import { type Running, startGuitai } from './guitai.ts'
import { createInbox } from './inbox.ts'

type SandboxReady = {
  readonly origin: string
  readonly backupOrigin: string
  readonly dir: string
  readonly terminalConfig: string
  readonly controlToken: string
}
type TerminalReady = {
  readonly api: string
  readonly token: string
  readonly screens: { readonly cashier: string; readonly customer: string }
}

/** A row of the sandbox's ledger. */
export type LedgerRow = {
  readonly outTradeNo: string
  readonly state: string
  readonly amountFen: number
  readonly transactionId: string | null
  readonly charges: number
  readonly returned: boolean
  readonly refunds: readonly {
    readonly outRefundNo: string
    readonly amountFen: number
    readonly status: string
  }[]
}

/** A counter: sandbox and terminal as real processes in a folder of their own. */
export type Counter = {
  readonly dir: string
  readonly sandbox: Running<SandboxReady>
  terminal(): Running<TerminalReady>
  startTerminal(): Promise<void>
  /** Calls the terminal's API with the register's token. */
  api<Answer>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer>
  /** Calls the sandbox's control surface. */
  control<Answer>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer>
  /** Holds a code before the simulated scanner; the scenario decides what happens to it. */
  scan(scenario?: string): Promise<void>
  ledger(): Promise<readonly LedgerRow[]>
  /** Waits until the terminal pushes, or has pushed, a state of the sale that `fits`. */
  saleWhen(saleId: string, fits: (sale: SaleView) => boolean): Promise<SaleView>
  /** Waits until the terminal pushes, or has pushed, screens that `fit`. */
  screenWhen(fits: (model: ScreenModel) => boolean): Promise<ScreenModel>
  close(): Promise<void>
}

/** Opens a {@link Counter}; the scanner is open when it resolves. */
export async function openCounter(): Promise<Counter> {
  const dir = mkdtempSync(join(tmpdir(), 'guitai-counter-'))
  const sandbox = await startGuitai<SandboxReady>(['sandbox', '--dir', dir, '--json'])
  const start = () =>
    startGuitai<TerminalReady>(['terminal', '--config', sandbox.ready.terminalConfig, '--json'])
  let terminal = await start()
  let watch = await openWatch(terminal.ready)
  const ca = readFileSync(join(dir, 'ca.pem'))

  const api = async <Answer>(method: string, path: string, body?: unknown): Promise<Answer> => {
    const answer = await fetch(`${terminal.ready.api}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${terminal.ready.token}`,
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return (await answer.json()) as Answer
  }
  const control = <Answer>(method: string, path: string, body?: unknown): Promise<Answer> =>
    new Promise((done, fail) => {
      const text = body === undefined ? '' : JSON.stringify(body)
      const headers = {
        authorization: `Bearer ${sandbox.ready.controlToken}`,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
      }
      const call = request(`${sandbox.ready.origin}${path}`, { method, ca, headers }, (answer) => {
        let received = ''
        answer.on('data', (chunk: Buffer) => {
          received += String(chunk)
        })
        answer.on('end', () => done(JSON.parse(received || '{}') as Answer))
      })
      call.once('error', fail)
      call.end(text)
    })

  const counter: Counter = {
    dir,
    sandbox,
    terminal: () => terminal,
    async startTerminal() {
      terminal = await start()
      watch.close()
      watch = await openWatch(terminal.ready)
      await counter.screenWhen(scannerIsOpen)
    },
    api,
    control,
    async scan(scenario) {
      await control('POST', '/sandbox/scan', scenario === undefined ? {} : { scenario })
    },
    ledger: async () => {
      const { orders } = await control<{ orders: LedgerRow[] }>('GET', '/sandbox/ledger')
      return orders
    },
    async saleWhen(saleId, fits) {
      const frame = await watch.first(
        ({ sale }) => sale !== undefined && sale.saleId === saleId && fits(sale),
      )
      return frame.sale as SaleView
    },
    async screenWhen(fits) {
      const frame = await watch.first(({ model }) => model !== undefined && fits(model))
      return frame.model as ScreenModel
    },
    async close() {
      watch.close()
      await terminal.stop()
      await sandbox.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
  await counter.screenWhen(scannerIsOpen)
  return counter
}

/** Whether the screens say that the scanner is open. */
export function scannerIsOpen(model: ScreenModel): boolean {
  return model.cashier.lights.some(({ device, level }) => device === 'scanner' && level === 'ok')
}

type Pushed = { readonly sale?: SaleView; readonly model?: ScreenModel }
type PushedHalf = { readonly sale?: SaleView; readonly model?: Partial<ScreenModel> }

/** Puts the two screens of one drawing together again; what it gives is whole. */
function joinScreens(): (frame: PushedHalf) => Pushed {
  let first: Partial<ScreenModel> | undefined
  return ({ sale, model }) => {
    if (model === undefined) return sale === undefined ? {} : { sale }
    const whole = first?.revision === model.revision ? { ...first, ...model } : undefined
    first = model
    return whole?.cashier && whole.customer ? { model: whole as ScreenModel } : {}
  }
}

/** Watches sales and screens of a terminal. */
export async function openWatch(ready: Pick<TerminalReady, 'api' | 'token'>) {
  const address = `${ready.api.replace('http', 'ws')}${WATCH_PATH}`
  const socket = new WebSocket(address, [SUBPROTOCOL, `token.${ready.token}`])
  const inbox = createInbox<Pushed>()
  const join = joinScreens()
  socket.on('message', (data) => inbox.add(join(JSON.parse(String(data)) as PushedHalf)))
  socket.on('error', () => socket.terminate())
  await new Promise((done) => socket.once('open', done))
  for (const topic of ['sales', 'cashier', 'customer']) {
    socket.send(JSON.stringify({ kind: 'watch', topic }))
  }
  return { first: inbox.first, close: () => socket.terminate() }
}
