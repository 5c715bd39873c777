import type {
  FaceOrder,
  FaceReader,
  FaceReaderEvent,
  FaceReadiness,
  FaceTerms,
} from '../../src/ports/face.ts'
import { settle } from './scripted-gateway.ts'

export const FACE_CODE = '120000000000000017'

/** Terms as a grant would give them. */
export const FACE_TERMS: FaceTerms = {
  confirm: 'digits',
  livenessProfile: 'rehearsal-1',
  sealingKeySha256: 'ab'.repeat(32),
  notice: { version: '1', handler: '测试店', contact: '0755-0000', recipient: '测试刷脸服务' },
}

/** A reader that tells what a test says, and keeps what it was told. */
export type FakeFaceReader = FaceReader & {
  /** `begin …`, `confirm … 1234`, `finish … paid`, by the first digits of the capture. */
  readonly did: readonly string[]
  readonly orders: readonly FaceOrder[]
  /** Tells something of the last capture. */
  tell(event: FaceReaderEvent): Promise<void>
  setReadiness(readiness: FaceReadiness): void
}

/** Makes a {@link FakeFaceReader} that is ready, on the customer's page. */
export function createFakeFaceReader(): FakeFaceReader {
  const did: string[] = []
  const orders: FaceOrder[] = []
  const listeners = new Set<() => void>()
  let readiness: FaceReadiness = { kind: 'ready', guidedBy: 'page' }
  let listener: (event: FaceReaderEvent) => void = () => {}
  const short = (captureId: string) => captureId.slice(0, 4)
  return {
    did,
    orders,
    readiness: () => readiness,
    onReadiness(told) {
      listeners.add(told)
      return () => listeners.delete(told)
    },
    capture(order, tell) {
      did.push(`begin ${short(order.captureId)}`)
      orders.push(order)
      listener = tell
    },
    confirm: (captureId, digits) =>
      did.push(`confirm ${short(captureId)}${digits === undefined ? '' : ` ${digits}`}`),
    finish: (captureId, result) => did.push(`finish ${short(captureId)} ${result}`),
    async close() {
      did.push('close')
    },
    async tell(event) {
      listener(event)
      await settle()
    },
    setReadiness(next) {
      readiness = next
      for (const told of listeners) told()
    },
  }
}
