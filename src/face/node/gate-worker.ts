/** The thread in which faces are looked at. Told and answers by src/face/gate-protocol.ts. */
import { randomBytes } from 'node:crypto'
import { parentPort } from 'node:worker_threads'
import { invariant } from '../../base/invariant.ts'
import type { ToGate } from '../gate-protocol.ts'
import { FaceMemory } from './face-memory.ts'
import { GateRunner } from './gate-runner.ts'

invariant(parentPort, 'this is a thread of the terminal')
const port = parentPort
const memory = new FaceMemory()
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
