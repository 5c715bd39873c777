import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Sale } from '../../src/domain/sale.ts'
import { openJournal } from '../../src/journal/node/sqlite-journal.ts'
import { openTerminalKey } from '../../src/keys/node/terminal-key.ts'
import type { JournalFile } from '../../src/ports/journal.ts'
import type { Signer } from '../../src/ports/signer.ts'

/** Nothing here is about what survives a power cut: memory is as good and spares the real disk. */
const FAST = '/dev/shm'

/** A data folder with a real journal and a real key. */
export type JournalFolder = {
  readonly folder: string
  readonly file: string
  readonly checkpointFile: string
  readonly headFile: string
  readonly signer: Signer
  /** Opens it as the terminal does. Throws what is refused. */
  open(options?: { readonly salvage?: boolean }): JournalFile
  tryOpen(): ReturnType<typeof openJournal>
  remove(): void
}

export function makeJournalFolder(): JournalFolder {
  const folder = mkdtempSync(join(existsSync(FAST) ? FAST : tmpdir(), 'guitai-journal-'))
  const file = join(folder, 'journal.db')
  const checkpointFile = join(folder, 'checkpoints.jsonl')
  const headFile = join(folder, 'journal.head')
  const key = openTerminalKey(folder)
  if (!key.ok) throw new Error(key.error.detail)
  const signer = key.value
  const tryOpen = (options = {}) =>
    openJournal(file, { signer, checkpointFile, headFile, ...options })
  return {
    folder,
    file,
    checkpointFile,
    headFile,
    signer,
    tryOpen,
    open(options = {}) {
      const opened = tryOpen(options)
      if (!opened.ok) throw new Error(opened.error.detail)
      return opened.value
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** A sale whose one attempt was paid. */
export function paidSale(id: string, atMs: number): Sale {
  const text = { description: 'test', traceId: 't', cancelWanted: false }
  const attempt = {
    outTradeNo: `GT${id.padStart(12, '0')}`,
    amountFen: 100,
    merchantId: '1900000001',
    appId: 'wx1',
    storeId: 'S001',
    interface: 'MICROPAY' as const,
    grantVersion: 'v1',
    submittedAtMs: atMs,
    phase: 'paid' as const,
    outcome: 'PAID' as const,
    sent: true,
    queries: 0,
    reversals: 0,
    reversalsOutstanding: 0,
    reverseConfirmed: false,
    step: 1,
    awaits: 'nothing' as const,
    transactionId: `T${id}`,
  }
  return { id, amountFen: 100, createdAtMs: atMs, phase: 'paid', attempts: [attempt], ...text }
}

/** Writes one step that leaves `sales` as they are. Throws when it is refused. */
export function append(
  journal: JournalFile,
  step: { readonly atMs: number; readonly kind?: string; readonly sales?: readonly Sale[] },
): number {
  const { atMs, kind = 'code_scanned', sales = [] } = step
  const clientId = `${kind}-${atMs}-${sales[0]?.id ?? ''}-${journal.status().rows}`
  const written = journal.append({
    atMs,
    kind,
    event: { kind },
    sales,
    command: { clientId, digest: 'd', answer: '{}' },
  })
  if (!written.ok) throw new Error(written.error.detail)
  return written.value.seq
}
