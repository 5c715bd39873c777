import { closeSync, openSync, writeSync } from 'node:fs'
import { drawScene } from '../../src/sandbox/faces/scene.ts'
import { Player, type Story } from '../../src/sandbox/faces/story.ts'
import { toI420 } from '../../src/sandbox/faces/yuv.ts'

const WIDTH = 640
const HEIGHT = 480
const HEADER = `YUV4MPEG2 W${WIDTH} H${HEIGHT} F15:1 Ip A1:1 C420\nFRAME\n`
/** Between two drawings: the browser and the gate have to get their turn on the same cores. */
const PAUSE_MS = 20

/** Somebody before the camera of a browser, who hears what the screen asks. */
export type LivingFilm = {
  readonly path: string
  /** Lets somebody come; whoever was there is gone. */
  play(story: Story): void
  /** Tells whoever is there what the screen asks. */
  hear(guidance: string): void
  /** Leaves an empty room. */
  end(): void
  close(): void
}

/**
 * A Y4M file of one frame, which Chromium reads again for every picture of its camera
 * (`--use-file-for-fake-video-capture`): what is written into it is what the camera sees now. A film that is
 * written beforehand cannot know to which side it will be asked to turn.
 */
export function createLivingFilm(path: string): LivingFilm {
  const file = openSync(path, 'w')
  writeSync(file, HEADER)
  let playing: { readonly player: Player; readonly startMs: number } | undefined
  let timer: NodeJS.Timeout | undefined
  const put = (scene: ReturnType<typeof drawScene>) =>
    writeSync(file, toI420(scene), 0, undefined, HEADER.length)
  const draw = () => {
    if (playing === undefined) return
    const { player, startMs } = playing
    const timeMs = Math.round(performance.now() - startMs)
    put(drawScene(player.seed, player.scene(timeMs), timeMs))
    timer = setTimeout(draw, PAUSE_MS)
  }
  const end = () => {
    clearTimeout(timer)
    playing = undefined
    put(drawScene(1, { kind: 'empty' }, 0))
  }
  end()
  return {
    path,
    play(story) {
      clearTimeout(timer)
      playing = { player: new Player(story), startMs: performance.now() }
      draw()
    },
    hear(guidance) {
      if (playing === undefined) return
      playing.player.hear(guidance, performance.now() - playing.startMs)
    },
    end,
    close() {
      end()
      closeSync(file)
    },
  }
}
