import { closeSync, openSync, writeSync } from 'node:fs'
import { drawScene } from '../faces/scene.ts'
import type { Script, Story } from '../faces/story.ts'
import { Player, TURNS_BOTH_WAYS } from '../faces/story.ts'
import { toI420 } from '../faces/yuv.ts'

/** What Chromium plays as a camera at the pace that the file says. */
const FRAMES_PER_S = 15
const WIDTH = 640
const HEIGHT = 480

/**
 * Writes a story as a Y4M file (C420), 640 x 480, for Chromium's `--use-file-for-fake-video-capture`.
 * A video hears nothing: `script` says what is asked at which time. 460 kB a frame, 15 frames a second.
 */
export function writeVideo(
  path: string,
  story: Story,
  film: { readonly seconds: number; readonly script?: Script },
): void {
  const player = new Player(story)
  const waiting = [...(film.script ?? TURNS_BOTH_WAYS)]
  const file = openSync(path, 'w')
  try {
    writeSync(file, `YUV4MPEG2 W${WIDTH} H${HEIGHT} F${FRAMES_PER_S}:1 Ip A1:1 C420\n`)
    for (let frame = 0; frame < film.seconds * FRAMES_PER_S; frame += 1) {
      const timeMs = Math.round((frame * 1000) / FRAMES_PER_S)
      for (let next = waiting[0]; next !== undefined && next[0] <= timeMs; next = waiting[0]) {
        player.hear(next[1], next[0])
        waiting.shift()
      }
      writeSync(file, 'FRAME\n')
      writeSync(file, toI420(drawScene(player.seed, player.scene(timeMs), timeMs)))
    }
  } finally {
    closeSync(file)
  }
}
