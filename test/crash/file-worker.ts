import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { FilePoint } from '../../src/domain/file-points.ts'
import { acceptJournal } from '../../src/journal/node/accept.ts'
import { compactJournal } from '../../src/journal/node/compact.ts'
import { openSealedFiles } from '../../src/keys/node/sealed-files.ts'
import { sealingKeyFile } from '../../src/keys/node/sealing-key-file.ts'
import { formerTerminalKeys, openTerminalKey } from '../../src/keys/node/terminal-key.ts'
import { SceneStore } from '../../src/terminal/scene-state.ts'
import { countsOf, sceneState } from './scene-fixture.ts'

/** What the one argument of this program says, as JSON. */
export type FileOrder = {
  readonly work: 'compact' | 'accept' | 'scene'
  readonly folder: string
  /** The point where it kills itself; absent: it lives. */
  readonly dieAt?: FilePoint
  /** How often the point is passed before. */
  readonly after?: number
  readonly nowMs: number
}

const KEEP_DAYS = 400
/** Turns of saving; more than there are of passing a point. */
const SAVES = 3

const order = JSON.parse(process.argv[2] ?? '{}') as FileOrder
let left = order.after ?? 0
const onPoint = (point: FilePoint) => {
  if (point !== order.dieAt) return
  if (left === 0) process.kill(process.pid, 'SIGKILL')
  left -= 1
}
const { folder, nowMs } = order
const journal = join(folder, 'journal.db')
const beside = {
  checkpointFile: join(folder, 'checkpoints.jsonl'),
  headFile: join(folder, 'journal.head'),
}

function signer() {
  const key = openTerminalKey(folder)
  if (!key.ok) throw new Error(key.error.detail)
  return key.value
}

const WORK: Readonly<Record<FileOrder['work'], () => { readonly ok: boolean }>> = {
  compact: () =>
    compactJournal(journal, { signer: signer(), ...beside, keepDays: KEEP_DAYS, nowMs, onPoint }),
  accept: () =>
    acceptJournal(journal, {
      signer: signer(),
      former: formerTerminalKeys(folder),
      ...beside,
      ...{ operator: 'Li', reason: 'disk replaced', nowMs, wasUsed: true, onPoint },
    }),
  scene() {
    const entropy = { bytes: (count: number) => new Uint8Array(randomBytes(count)) }
    const store = new SceneStore(
      openSealedFiles({
        folder: join(folder, 'secrets'),
        sealingKey: sealingKeyFile(join(folder, 'keys', 'sealing.json'), entropy),
        entropy,
        onPoint,
      }),
    )
    const kept = store.load()
    const from = kept.ok && kept.value.kind === 'kept' ? kept.value.counts.countedSeq : 0
    const { keyId } = signer()
    let saved = from === 0 ? store.create(sceneState(keyId, 0), countsOf(0)) : kept
    for (let turn = from + 1; saved.ok && turn <= from + SAVES; turn += 1) {
      saved = store.saveCounts(countsOf(turn))
      if (saved.ok) saved = store.saveState(sceneState(keyId, turn))
      if (saved.ok) console.log(JSON.stringify({ event: 'saved', turn }))
    }
    return saved
  },
}

const done = WORK[order.work]()
console.log(JSON.stringify({ event: 'done', ...done }))
if (!done.ok) process.exitCode = 1
