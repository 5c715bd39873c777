import type { Progress } from '../ports/journal.ts'

/** Pause between two drawings, milliseconds: quick work draws nothing. */
const DRAW_MS = 200

/** A line on standard error that says how far a piece of work is. */
export type ProgressLine = {
  readonly show: (progress: Progress) => void
  /** Wipes the line, so that what is said next stands alone. */
  end(): void
}

/** Draws for a person at a terminal, and nothing for a file or a pipe. */
export function progressLine(
  what: string,
  screen: Pick<NodeJS.WriteStream, 'isTTY' | 'write'> = process.stderr,
  nowMs: () => number = () => performance.now(),
): ProgressLine {
  let drawnAtMs = nowMs()
  let isDrawn = false
  return {
    show({ done, total }) {
      if (!screen.isTTY || nowMs() - drawnAtMs < DRAW_MS) return
      drawnAtMs = nowMs()
      isDrawn = true
      const share = total > 0 ? Math.min(100, Math.floor((100 * done) / total)) : 0
      screen.write(`\r\u001b[K${what} ${share} % (${done} of ${total})`)
    },
    end() {
      if (isDrawn) screen.write('\r\u001b[K')
    },
  }
}
