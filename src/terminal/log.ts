import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'
import { redactCodes } from '../domain/redact.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log, LogFields } from '../ports/log.ts'
import { LogFile } from './log-file.ts'
import { systemClock } from './system.ts'

const FILE_BYTES_MAX = 10 * 1_024 * 1_024
/** Two weeks of days that are not full. */
const FILES_MAX = 14

/**
 * Opens the log in `dir`: JSON lines, at most fourteen files of about 10 MiB, turned over when one is
 * full and every day. Text that looks like a payment code is taken out of every field, whoever wrote
 * it (P6). Throws only when the folder cannot be made.
 */
export function openLog(
  dir: string,
  clock: Clock = systemClock,
): { readonly log: Log; close(): void } {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const file = new LogFile({
    path: join(dir, 'terminal.log'),
    clock,
    bytesMax: FILE_BYTES_MAX,
    filesMax: FILES_MAX,
  })
  const logger = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, file)
  const write = (level: 'info' | 'warn' | 'error') => (message: string, fields?: LogFields) =>
    logger[level](redact(fields), redactCodes(message))
  return {
    log: { info: write('info'), warn: write('warn'), error: write('error') },
    close: () => file.close(),
  }
}

function redact(fields: LogFields | undefined): LogFields {
  if (!fields) return {}
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      typeof value === 'string' ? redactCodes(value) : value,
    ]),
  )
}
