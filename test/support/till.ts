import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FaceAct } from '../../src/domain/face.ts'
import type { Sale } from '../../src/domain/sale.ts'
import { WAITS } from '../../src/domain/waits.ts'
import { Engine } from '../../src/engine/engine.ts'
import type { Mark } from '../../src/engine/options.ts'
import { openJournal } from '../../src/journal/node/sqlite-journal.ts'
import type { FaceReader } from '../../src/ports/face.ts'
import type { Journal } from '../../src/ports/journal.ts'
import type { SceneGate } from '../../src/ports/scene.ts'
import { createFakeScanner, type FakeScanner } from './fake-scanner.ts'
import { createKeptLog, type KeptLog } from './kept-log.ts'
import { createManualClock, type ManualClock } from './manual-clock.ts'
import {
  createScriptedGateway,
  paidAnswer,
  type ScriptedGateway,
  settle,
} from './scripted-gateway.ts'
import { createSeededEntropy } from './seeded.ts'

export const CODE = '130061098828009406'
export const OTHER_CODE = '134567890123456789'

/** A terminal in memory around a real journal: manual clock, scripted gateway, fake scanner. */
export type Till = {
  readonly engine: Engine
  readonly gateway: ScriptedGateway
  readonly scanner: FakeScanner
  readonly clock: ManualClock
  readonly journal: Journal
  readonly log: KeptLog
  readonly journalFile: string
  readonly marks: readonly Mark[]
  /** Makes and arms a sale. */
  sell(amountFen?: number): Promise<Sale>
  /** Sends a wish on a sale with a fresh client id. */
  wish(
    kind: 'arm_wanted' | 'cancel_wanted' | 'check_wanted' | 'dismiss_wanted',
    saleId: string,
  ): ReturnType<Engine['command']>
  /** An act of the customer about face pay. */
  face(
    saleId: string,
    act: FaceAct,
    more?: { readonly noticeVersion?: string; readonly digits?: string },
  ): ReturnType<Engine['command']>
  /** Gives money of a paid sale back. */
  refund(saleId: string, amountFen?: number): ReturnType<Engine['command']>
  /** A payment code that was not shown before. */
  freshCode(): string
  /** Makes a sale that is paid, by a fresh code unless one is named. */
  sellPaid(amountFen?: number, code?: string): Promise<Sale>
  sale(id: string): Sale
  close(): Promise<void>
}

export type TillOptions = {
  readonly journalFile?: string
  readonly clock?: ManualClock
  readonly wrapJournal?: (journal: Journal) => Journal
  readonly onCall?: (kind: 'charge' | 'query' | 'reverse') => void
  readonly onBug?: (cause: unknown) => void
  readonly seed?: number
  readonly scene?: SceneGate
  readonly canExcludeCredit?: boolean
  readonly attended?: boolean
  readonly face?: FaceReader
}

/** Opens a till; its journal is a file in a folder of its own unless one is named. */
export async function openTill(options: TillOptions = {}): Promise<Till> {
  const folder = options.journalFile ? undefined : mkdtempSync(join(tmpdir(), 'guitai-till-'))
  const journalFile = options.journalFile ?? join(folder ?? '', 'journal.db')
  const opened = openJournal(journalFile)
  if (!opened.ok) throw new Error(opened.error.detail)
  const journal = options.wrapJournal?.(opened.value) ?? opened.value
  const clock = options.clock ?? createManualClock()
  const gateway = createScriptedGateway(options.onCall)
  const scanner = createFakeScanner({ clock })
  const log = createKeptLog()
  const entropy = createSeededEntropy(options.seed ?? 1)
  const marks: Mark[] = []
  const engine = new Engine({
    journal,
    gateway,
    scanners: [scanner],
    clock,
    entropy,
    log,
    terminalId: 'POS01',
    storeName: '测试店',
    binding: {
      merchantId: '1900000001',
      appId: 'wxsandbox00000001',
      storeId: 'S001',
      interface: 'MICROPAY',
      grantVersion: 'test-1',
    },
    onMark: (mark) => marks.push(mark),
    ...(options.scene ? { scene: options.scene } : {}),
    canExcludeCredit: options.canExcludeCredit ?? false,
    attended: options.attended ?? true,
    ...(options.face ? { face: options.face } : {}),
    ...(options.onBug ? { onBug: options.onBug } : {}),
  })
  const started = engine.start()
  if (!started.ok) throw new Error(started.error.code)
  await settle()
  let commands = 0
  let codes = 0
  const freshCode = () => {
    codes += 1
    return `10${String(codes).padStart(16, '0')}`
  }
  const identity = (text: string) => {
    commands += 1
    return { clientId: `test-${options.seed ?? 1}-${clock.nowMs()}-${commands}`, digest: text }
  }
  const sell = async (amountFen = 1_230): Promise<Sale> => {
    const answer = await engine.command(
      { kind: 'sale_wanted', amountFen, currency: 'CNY', arm: true },
      identity('sell'),
    )
    if (!answer.ok) throw new Error(answer.error.code)
    return answer.value
  }
  return {
    engine,
    gateway,
    scanner,
    clock,
    journal,
    log,
    journalFile,
    marks,
    sell,
    freshCode,
    async sellPaid(amountFen, code = freshCode()) {
      const { id } = await sell(amountFen)
      scanner.present(code)
      await gateway.last().answer(paidAnswer(gateway.last()))
      clock.advance(WAITS.resultShownMs)
      const sale = engine.sale(id)
      if (sale?.phase !== 'paid') throw new Error('not paid')
      return sale
    },
    face: (saleId, act, more = {}) =>
      engine.command({ kind: 'face_wanted', saleId, act, ...more }, identity(`face ${act}`)),
    refund(saleId, amountFen) {
      const wish = { kind: 'refund_wanted', saleId, operator: 'M1', reason: '退货' } as const
      return engine.command({ ...wish, amountFen }, identity(`refund ${amountFen}`))
    },
    wish: (kind, saleId) => engine.command({ kind, saleId }, identity(kind)),
    sale(id) {
      const sale = engine.sale(id)
      if (!sale) throw new Error(`no sale ${id}`)
      return sale
    },
    async close() {
      await engine.stop()
      opened.value.close()
      if (folder) rmSync(folder, { recursive: true, force: true })
    },
  }
}
