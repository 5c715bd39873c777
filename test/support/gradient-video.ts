import { writeFileSync } from 'node:fs'

/** Size of the picture and how often it changes. */
export type VideoSize = {
  readonly width: number
  readonly height: number
  readonly framesPerSecond: number
}

/** How bright a pixel of the gradient is in a frame, 16 to 235; it moves two pixels to the left each time. */
function gradientLuma(x: number, frame: number): number {
  return 16 + ((x + 2 * frame) % 220)
}

/**
 * Writes a film for Chromium's fake camera: YUV4MPEG2, 4:2:0, a grey gradient that moves sideways, with a
 * stripe of white at the left edge, outside the middle square.
 */
export function writeGradientVideo(path: string, size: VideoSize, frames: number): void {
  const { width, height, framesPerSecond } = size
  const parts = [
    Buffer.from(`YUV4MPEG2 W${width} H${height} F${framesPerSecond}:1 Ip A1:1 C420jpeg\n`),
  ]
  const chroma = Buffer.alloc((width * height) / 2, 128)
  for (let frame = 0; frame < frames; frame += 1) {
    const row = Buffer.alloc(width)
    for (let x = 0; x < width; x += 1) row[x] = x < 20 ? 255 : gradientLuma(x, frame)
    const luma = Buffer.alloc(width * height)
    for (let y = 0; y < height; y += 1) row.copy(luma, y * width)
    parts.push(Buffer.from('FRAME\n'), luma, chroma)
  }
  writeFileSync(path, Buffer.concat(parts))
}
