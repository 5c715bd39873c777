import { invariant } from '../base/invariant.ts'
import type { FaceOrder } from '../ports/face.ts'

/** Width and height of the sealed picture, pixels. */
export const FACE_SIDE = 160
const HEADER_BYTES = 8
/** Length of the clear text: header, then rows of RGB. */
export const FACE_TEXT_BYTES = HEADER_BYTES + FACE_SIDE * FACE_SIDE * 3

/** Where the pixels of a clear text begin. */
export const FACE_PIXELS_AT = HEADER_BYTES

/** Writes the first 8 bytes of a clear text (docs/face.md, What is sealed). */
export function writeFaceHeader(text: Uint8Array): void {
  const view = new DataView(text.buffer, text.byteOffset, HEADER_BYTES)
  view.setUint32(0, 0x47544631) // GTF1
  view.setUint16(4, FACE_SIDE)
  view.setUint16(6, FACE_SIDE)
}

/** What a sealed picture is good for: it opens for this and for nothing else. */
export type SealingContext = {
  readonly terminalSerial: string
  readonly order: Omit<FaceOrder, 'terms'>
}

/**
 * The additional data of a sealed picture (docs/face.md, What is sealed): ten lines, the grant as
 * `{grant id}/{version}`. A line that could be two is a bug.
 */
export function sealedFor({ terminalSerial, order }: SealingContext): string {
  const lines = [
    'GUITAI-FACE-V1',
    terminalSerial,
    order.captureId,
    order.outTradeNo,
    String(order.amountFen),
    order.storeId,
    order.grantVersion,
    order.consent.id,
    order.consent.noticeVersion,
    String(order.consent.atMs),
  ]
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what a line must not have
  const isLine = (line: string) => line !== '' && !/[\u0000-\u001f\u007f]/.test(line)
  invariant(lines.every(isLine), 'what a face is sealed for has an empty or broken line')
  return lines.map((line) => `${line}\n`).join('')
}
