import { createInterface } from 'node:readline'
import { agreeWithCamera } from '../../src/face/node/camera-cipher.ts'
import { FaceMemory } from '../../src/face/node/face-memory.ts'
import { sealFace } from '../../src/face/node/seal.ts'
import { FACE_TEXT_BYTES, writeFaceHeader } from '../../src/face/sealed-text.ts'
import { systemEntropy } from '../../src/terminal/system.ts'

/**
 * A process that opens the frames it is told and does what it is told with them, one line of JSON each.
 * It never learns by itself what is in a frame.
 */
type Order =
  | { readonly do: 'agree'; readonly captureId: string; readonly publicKey: string }
  | { readonly do: 'open'; readonly frame: string; readonly bytes: number }
  | { readonly do: 'seal'; readonly providerKey: string }
  | { readonly do: 'wipe' | 'release' | 'copy' }

const memory = new FaceMemory()
const copies: Uint8Array[] = []
let camera: Parameters<typeof open>[0] | undefined
let face = memory.allocate(1)

function open(cipher: { open: (frame: Uint8Array, into: Uint8Array) => unknown }, order: Order) {
  if (order.do !== 'open') return undefined
  face = memory.allocate(order.bytes)
  const frame = Buffer.from(order.frame, 'base64')
  return cipher.open(frame, face.bytes)
}

function seal(providerKey: string): unknown {
  const text = memory.allocate(FACE_TEXT_BYTES)
  writeFaceHeader(text.bytes)
  text.bytes.set(face.bytes.subarray(0, FACE_TEXT_BYTES - 8), 8)
  const consent = { id: 'consent', noticeVersion: 'notice', atMs: 1 }
  const order = { captureId: 'c', outTradeNo: 'o', amountFen: 1, storeId: 's', grantVersion: 'g/1' }
  const sealed = sealFace(text.bytes, {
    providerKey: Buffer.from(providerKey, 'base64'),
    context: { terminalSerial: 't', order: { ...order, consent } },
    entropy: systemEntropy,
  })
  text.release()
  return sealed.ok
}

function obey(order: Order): unknown {
  if (order.do === 'agree') {
    const publicKey = Buffer.from(order.publicKey, 'base64')
    const agreed = agreeWithCamera(
      { captureId: order.captureId, publicKey },
      { memory, entropy: systemEntropy },
    )
    if (!agreed.ok) return agreed
    camera = agreed.value.cipher
    return Buffer.from(agreed.value.publicKey).toString('base64')
  }
  if (order.do === 'open') return camera && open(camera, order)
  if (order.do === 'seal') return seal(order.providerKey)
  if (order.do === 'copy') return copies.push(Uint8Array.from(face.bytes))
  if (order.do === 'wipe') return face.wipe()
  return face.release()
}

process.stdout.write('{}\n')
createInterface({ input: process.stdin }).on('line', (line) => {
  const answer = obey(JSON.parse(line) as Order)
  process.stdout.write(`${JSON.stringify({ answer: answer ?? null })}\n`)
})
