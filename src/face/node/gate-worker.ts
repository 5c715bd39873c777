/** The thread in which faces are looked at. Told and answers by src/face/gate-protocol.ts. */
import { randomBytes } from 'node:crypto'
import { parentPort } from 'node:worker_threads'
import { invariant } from '../../base/invariant.ts'
import type { FromGate, ToGate } from '../gate-protocol.ts'
import { FaceMemory } from './face-memory.ts'
import { GateRunner } from './gate-runner.ts'
import { loadNativePart } from './native.ts'

invariant(parentPort, 'this is a thread of the terminal')
const port = parentPort
const native = loadNativePart()
const memory = new FaceMemory({
  lock: native.ok ? native.value : undefined,
  // Whoever has to end this thread overwrites what it can overwrite no more.
  share: (whole) => port.postMessage({ kind: 'memory', whole } satisfies FromGate),
})
const runner = new GateRunner({
  memory,
  entropy: { bytes: (count) => randomBytes(count) },
  nowMs: () => performance.now(),
  post: (message) => port.postMessage(message),
})

port.on('message', (message: ToGate) => {
  void runner.tell(message).then(() => {
    if (message.kind !== 'end') return
    memory.close()
    port.close()
  })
})
