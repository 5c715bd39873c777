import { createInterface } from 'node:readline'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { FaceMemory, overwriteShared } from '../../src/face/node/face-memory.ts'

/** A process whose worker fills face memory with a colour and then never answers again. */
type Colour = { readonly complement: readonly number[]; readonly bytes: number }
type Order = ({ readonly do: 'hang' } & Colour) | { readonly do: 'terminate' | 'overwrite' }

function hang({ complement, bytes }: Colour): void {
  const memory = new FaceMemory({ share: (whole) => parentPort?.postMessage(whole) })
  const face = memory.allocate(bytes)
  for (let at = 0; at < bytes; at += 1) face.bytes[at] = 255 - (complement[at % 4] ?? 0)
  parentPort?.postMessage('filled')
  for (;;);
}

function serve(): void {
  const shared: SharedArrayBuffer[] = []
  let worker: Worker | undefined
  const begin = (colour: Colour) =>
    new Promise<void>((done) => {
      worker = new Worker(new URL(import.meta.url), { workerData: colour })
      worker.on('message', (said: SharedArrayBuffer | 'filled') => {
        if (said === 'filled') done()
        else shared.push(said)
      })
    })
  const obey = async (order: Order) => {
    if (order.do === 'hang') await begin(order)
    else if (order.do === 'terminate') await worker?.terminate()
    else for (const whole of shared) overwriteShared(whole)
  }
  createInterface({ input: process.stdin }).on('line', (line) => {
    void obey(JSON.parse(line) as Order).then(() => process.stdout.write('{}\n'))
  })
  process.stdout.write('{}\n')
}

if (isMainThread) serve()
else hang(workerData as Colour)
