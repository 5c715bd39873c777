import type { Log, LogFields } from '../../src/ports/log.ts'

/** A log kept in memory, for a test to look into. */
export type KeptLog = Log & { readonly lines: readonly string[] }

/** Makes a {@link KeptLog}: one JSON text per line written. */
export function createKeptLog(): KeptLog {
  const lines: string[] = []
  const keep = (level: string) => (message: string, fields?: LogFields) => {
    lines.push(JSON.stringify({ level, message, ...fields }))
  }
  return { lines, info: keep('info'), warn: keep('warn'), error: keep('error') }
}
