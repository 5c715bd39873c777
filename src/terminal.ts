import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { CameraDesk } from './api/camera-link.ts'
import { createDispatch, type Dispatch } from './api/dispatch.ts'
import { serveCameraPort } from './api/node/camera.ts'
import type { PortLike } from './api/node/message-port.ts'
import { openServer, type Server } from './api/node/server.ts'
import { SCOPES } from './api/protocol.ts'
import { err, ok, type Result } from './base/result.ts'
import { createSerialScanner } from './devices/node/serial-scanner.ts'
import { type Problem, problem } from './domain/errors.ts'
import type { OnFilePoint } from './domain/file-points.ts'
import type { Sale } from './domain/sale.ts'
import { Engine } from './engine/engine.ts'
import type { Mark } from './engine/options.ts'
import type { Point } from './engine/points.ts'
import type { RefundNotices } from './gateway/node/notice-reader.ts'
import { openJournal } from './journal/node/sqlite-journal.ts'
import { openTerminalKey } from './keys/node/terminal-key.ts'
import type { Clock } from './ports/clock.ts'
import type { FaceReader } from './ports/face.ts'
import type { JournalFile } from './ports/journal.ts'
import type { Log } from './ports/log.ts'
import type { Scanner } from './ports/scanner.ts'
import type { SceneGate } from './ports/scene.ts'
import { openAdministration } from './terminal/administration-open.ts'
import { backUpTo } from './terminal/backup.ts'
import type { Config } from './terminal/config.ts'
import { endOnBug } from './terminal/end-on-bug.ts'
import { openFace } from './terminal/face.ts'
import { besideJournal, journalPath, portPath } from './terminal/folders.ts'
import { makeGateway } from './terminal/gateway.ts'
import {
  configurationVersion,
  keepIdentity,
  type LocalIdentity,
  readIdentity,
  wasUsed,
} from './terminal/identity.ts'
import { InterfacePauses, withPauses } from './terminal/interface-pauses.ts'
import { openLog } from './terminal/log.ts'
import { createNoticeDesk } from './terminal/notices.ts'
import { checkSameMerchant } from './terminal/same-merchant.ts'
import { openScene } from './terminal/scene.ts'
import { checkSceneDeclared } from './terminal/scene-declared.ts'
import { systemClock, systemEntropy } from './terminal/system.ts'
import { readOwnConfig, type SystemKeys } from './terminal/system-key.ts'
import { startUpkeep } from './terminal/upkeep.ts'
import { whyNotStarted } from './terminal/why-not-started.ts'
import { VERSION } from './version.ts'

export type TerminalOptions = SystemKeys & {
  readonly configFile: string
  /** Folder of the built screens; absent serves none. */
  readonly screensDir?: string
  readonly clock?: Clock
  /** For tests that change the scene; absent: that of the configuration. */
  readonly scene?: SceneGate
  /** For tests that play a reader of faces; absent: that of the configuration. */
  readonly face?: FaceReader
  /** For the scripted sale and the benchmark. */
  readonly onMark?: (mark: Mark | 'signed' | 'sent' | 'answered', outTradeNo: string) => void
  /** For tests that end the program at one of its points. */
  readonly onPoint?: (point: Point) => void
  /** The terminal is all that this process does: a bug anywhere in it ends the process. */
  readonly ownsProcess?: boolean
}

export type RunningTerminal = {
  readonly engine: Engine
  readonly dispatch: Dispatch
  /** `http://127.0.0.1:<port>` */
  readonly api: string
  readonly tokens: LocalIdentity['tokens']
  readonly screens: { readonly cashier: string; readonly customer: string }
  /** Takes a camera over a port of its own; absent where nobody looks at its pictures. */
  readonly serveCamera?: (port: PortLike) => void
  /** Stops taking events, closes everything; what is in flight is recovered at the next start. */
  close(): Promise<void>
}

/**
 * Puts the terminal together from its configuration and starts it. Everything that can be refused is
 * refused here with a problem that names the field, before any money can move.
 */
export async function startTerminal(
  options: TerminalOptions,
): Promise<Result<RunningTerminal, Problem>> {
  const config = await readOwnConfig(options.configFile, options)
  if (!config.ok) return config
  const clock = options.clock ?? systemClock
  const { dataDir } = config.value
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const { log, close: closeLog } = openLog(join(dataDir, 'logs'), clock)
  if (options.ownsProcess) endProcessOnBug(log)

  const declared = checkSceneDeclared(config.value)
  if (!declared.ok) return failed(declared.error, log, closeLog)
  const { onPoint } = options
  const opened = openScene(config.value, { clock, log, onPoint })
  if (!opened.ok) return failed(whyNotStarted(config.value, opened.error), log, closeLog)
  const scene = opened.value
  const gateway = await makeGateway(config.value, {
    ...{ dataDir, clock, log },
    ...(options.onMark ? { onMark: options.onMark } : {}),
    ...(scene.proving ?? {}),
  })
  if (!gateway.ok) return failed(whyNotStarted(config.value, gateway.error), log, closeLog)
  const journal = openOwnJournal(dataDir, onPoint)
  if (!journal.ok) {
    await gateway.value.close()
    return failed(journal.error, log, closeLog)
  }
  const face = openFace(config.value, { scene: scene.parts, clock, log })
  const pauses = new InterfacePauses(clock)
  const gate = withPauses(options.scene ?? scene.gate, pauses)
  const engine = makeEngine(config.value, {
    clock,
    log,
    options,
    face: options.face ?? (face.ok ? face.value?.reader : undefined),
    gateway: gateway.value,
    journal: journal.value,
    scene: gate,
  })
  const { dispatch, administration } = openDesk(config.value, {
    ...{ engine, gate, pauses, clock, log },
    journal: journal.value,
    scene: scene.parts,
  })
  const endUpkeep = upkeepOf(engine, journal.value, clock)
  const close = async () => {
    endUpkeep()
    await engine.stop()
    await scene.stop()
    await gateway.value.close()
    journal.value.close()
    closeLog()
  }
  const merchant = checkSameMerchant(journal.value.openSales(), config.value.merchant)
  const notices = gateway.value
  const ready = [administration, face, merchant].find(({ ok: isOk }) => !isOk) ?? merchant
  const started = ready.ok ? engine.start() : ready
  const served = started.ok
    ? await serve(config.value, {
        ...{ engine, dispatch, dataDir, clock, log, options, notices },
        cameras: face.ok ? face.value?.cameras : undefined,
      })
    : started
  if (!served.ok) {
    log.error('not started', { code: served.error.code })
    await close()
    return served
  }
  engine.acts.renewPauses()
  scene.start((listener) => engine.onSale(listener))
  log.info('started', { version: VERSION, port: served.value.port })
  return ok({
    engine,
    dispatch,
    ...addresses(served.value),
    ...serveCameraOf(face.ok ? face.value?.cameras : undefined, log),
    async close() {
      await served.value.close()
      await close()
    },
  })
}

function serveCameraOf(
  desk: CameraDesk | undefined,
  log: Log,
): Pick<RunningTerminal, 'serveCamera'> {
  return desk === undefined ? {} : { serveCamera: (port) => serveCameraPort(port, { desk, log }) }
}

/** What answers callers; without an administration that could be opened the terminal does not start. */
function openDesk(
  config: Config,
  parts: Omit<Parameters<typeof openAdministration>[1], 'name' | 'engine' | 'journal'> & {
    readonly engine: Engine
    readonly journal: JournalFile
  },
): {
  readonly dispatch: Dispatch
  readonly administration: ReturnType<typeof openAdministration>
} {
  const { engine, journal } = parts
  const name = { id: config.terminalId, store: config.store.name, version: VERSION }
  const administration = openAdministration(config, { ...parts, name })
  const dispatch = createDispatch(engine, {
    name,
    backUp: (path: string) => backUpTo(journal, path),
    ...(administration.ok ? { administration: administration.value } : {}),
  })
  return { dispatch, administration }
}

function upkeepOf(engine: Engine, journal: JournalFile, clock: Clock): () => void {
  const counter = {
    pending: () => engine.pending(),
    isArmed: () => engine.status().scanners.some(({ enabled }) => enabled),
    onSale: (listener: (sale: Sale) => void) => engine.onSale(listener),
  }
  return startUpkeep({ journal, counter, clock })
}

/** A folder in which a terminal has run holds a journal: an empty one there is one that was lost. */
export function openOwnJournal(
  dataDir: string,
  onPoint?: OnFilePoint,
): Result<JournalFile, Problem> {
  const key = openTerminalKey(dataDir)
  if (!key.ok) return key
  const journal = openJournal(journalPath(dataDir), {
    signer: key.value,
    ...besideJournal(dataDir),
    onPoint,
  })
  if (!journal.ok || journal.value.status().rows > 0 || !wasUsed(dataDir)) return journal
  journal.value.close()
  const detail = 'it is empty, and a terminal has run in this data folder before'
  return err(problem('journal.damaged', { detail }))
}

function failed(error: Problem, log: Log, closeLog: () => void): Result<never, Problem> {
  log.error('not started', { code: error.code, ...(error.field ? { field: error.field } : {}) })
  closeLog()
  return err(error)
}

function endProcessOnBug(log: Log): void {
  process.on('uncaughtException', endOnBug(log))
  process.on('unhandledRejection', endOnBug(log))
}

type Context = {
  readonly dataDir: string
  readonly clock: Clock
  readonly log: Log
  readonly options: TerminalOptions
}

function makeEngine(
  config: Config,
  parts: Omit<Context, 'dataDir'> &
    Pick<ConstructorParameters<typeof Engine>[0], 'gateway' | 'journal'> & {
      readonly scene: SceneGate
      readonly face: FaceReader | undefined
    },
): Engine {
  const { clock, log, options, gateway, journal, scene, face } = parts
  const { onMark, onPoint } = options
  return new Engine({
    journal,
    gateway,
    scanners: makeScanners(config, clock, log),
    clock,
    entropy: systemEntropy,
    log,
    terminalId: config.terminalId,
    storeName: config.store.name,
    refundsAtCounter: config.store.refundsAtCounter,
    // Only APIv2 can say that an order excludes credit.
    canExcludeCredit: config.merchant.apiV2KeyFile !== undefined,
    binding: {
      merchantId: config.merchant.id,
      appId: config.merchant.appId,
      storeId: config.store.id,
      terminalId: config.terminalId,
      interface: 'MICROPAY',
      grantVersion: configurationVersion(config),
    },
    onBug: endOnBug(log),
    scene,
    ...(face ? { face } : {}),
    ...(onPoint ? { onPoint } : {}),
    ...(onMark
      ? { onMark: (mark: Mark, sale: Sale) => onMark(mark, sale.attempts.at(-1)?.outTradeNo ?? '') }
      : {}),
  })
}

function makeScanners(config: Config, clock: Clock, log: Log): Scanner[] {
  return config.scanners.map(({ kind: _kind, ...scanner }, index) =>
    createSerialScanner({
      ...scanner,
      id: scanner.id ?? `serial-${index + 1}`,
      path: scanner.path === undefined ? undefined : portPath(config.baseDir, scanner.path),
      clock,
      log,
    }),
  )
}

type Served = { readonly port: number; readonly identity: LocalIdentity; close(): Promise<void> }

async function serve(
  config: Config,
  parts: Context & {
    readonly engine: Engine
    readonly dispatch: Dispatch
    readonly notices: RefundNotices
    readonly cameras: CameraDesk | undefined
  },
): Promise<Result<Served, Problem>> {
  const { dataDir, engine, dispatch, options, log, clock, notices, cameras } = parts
  const kept = readIdentity(dataDir)
  const port = config.api.port === 0 ? kept.port : config.api.port
  const grants = SCOPES.map((scope) => ({ token: kept.tokens[scope], scopes: [scope] }))
  const take = createNoticeDesk({ notices, terminal: engine, clock, entropy: systemEntropy, log })
  const hasNotices = config.gateway.refundNotifyUrl !== undefined
  const open = (wanted: number) =>
    openServer({
      terminal: engine,
      dispatch,
      grants,
      port: wanted,
      origins: config.api.origins,
      log,
      ...(options.screensDir === undefined ? {} : { screensDir: options.screensDir }),
      ...(hasNotices ? { notices: { take, clock, log } } : {}),
      ...(cameras ? { cameras } : {}),
    })
  let server: Server
  try {
    // A port that was only ever ours by chance may be somebody else's by now.
    const chosen = config.api.port === 0 && port !== 0
    server = await (chosen ? open(port).catch(() => open(0)) : open(port))
  } catch (cause) {
    return err(problem('config.port_taken', { field: 'api.port', detail: describe(cause) }))
  }
  const identity = { ...kept, port: server.port }
  try {
    keepIdentity(dataDir, identity)
  } catch (cause) {
    await server.close()
    return err(problem('journal.unavailable', { field: 'dataDir', detail: describe(cause) }))
  }
  return ok({ port: server.port, identity, close: () => server.close() })
}

function describe(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

function addresses(served: Served): Pick<RunningTerminal, 'api' | 'tokens' | 'screens'> {
  const api = `http://127.0.0.1:${served.port}`
  const { tokens } = served.identity
  const page = (name: string, token: string) => `${api}/screens/${name}.html#token=${token}`
  const screens = {
    cashier: page('cashier', tokens.screen),
    customer: page('customer', tokens.customer),
  }
  return { api, tokens, screens }
}
