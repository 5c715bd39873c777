import type { Log } from '../ports/log.ts'

/** Exit code of a terminal that ended because of a bug of its own (sysexits, EX_SOFTWARE). */
const EXIT_BUG = 70

/**
 * What is done about a bug. Effects may be half run and nobody can say which, so the process ends
 * before anything else of this turn runs; its supervisor starts it again, and the start recovers from
 * the journal what was in flight.
 */
export function endOnBug(log: Log): (cause: unknown) => never {
  return (cause) => {
    const detail = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
    log.error('a bug ends the terminal', { detail })
    process.stderr.write('guitai: a bug ends the terminal; the log says where\n')
    process.exit(EXIT_BUG)
  }
}
