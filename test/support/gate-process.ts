import { createInterface } from 'node:readline'
import type { GateBegin } from '../../src/face/gate-protocol.ts'
import { GateHost } from '../../src/face/node/gate-host.ts'
import { systemClock } from '../../src/terminal/system.ts'
import { gateModels } from './gate-models.ts'

/** A process with a gate: does what it is told and writes what it hears, one line of JSON each. */
export type GateOrder =
  | { readonly do: 'begin'; readonly begin: GateBegin; readonly providerKey: string }
  | { readonly do: 'camera'; readonly captureId: string; readonly publicKey: string }
  | { readonly do: 'frame'; readonly captureId: string; readonly frame: string }
  | { readonly do: 'wipe'; readonly captureId: string }

function say(heard: object): void {
  process.stdout.write(`${JSON.stringify(heard)}\n`)
}
const bytesOf = (base64: string) => Uint8Array.from(Buffer.from(base64, 'base64'))

const host = new GateHost({ models: gateModels(), clock: systemClock })
host.onReadiness(() => say(host.readiness()))

function obey(order: GateOrder): void {
  if (order.do === 'begin') {
    const sealing = { ...order.begin.sealing, providerKey: bytesOf(order.providerKey) }
    host.begin({ ...order.begin, sealing }, (event) => {
      const key = event.kind === 'opened' && event.publicKey ? event.publicKey : undefined
      say(key ? { kind: 'opened', publicKey: Buffer.from(key).toString('base64') } : event)
    })
  } else if (order.do === 'camera') {
    host.openCamera({ captureId: order.captureId, publicKey: bytesOf(order.publicKey) })
  } else if (order.do === 'frame') {
    host.frame(order.captureId, bytesOf(order.frame))
  } else {
    void host.wipe(order.captureId).then(() => say({ kind: 'wiped' }))
  }
}

for await (const text of createInterface({ input: process.stdin })) {
  obey(JSON.parse(text) as GateOrder)
}
