import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'
import { redactCodes } from '../domain/redact.ts'
import type { Log, LogFields } from '../ports/log.ts'

const FILE_BYTES_MAX = 10 * 1_024 * 1_024
const FILES_MAX = 5

/**
 * Opens the log in `dir`: JSON lines, at most five files of about 10 MiB, turned over at the start.
 * Text that looks like a payment code is taken out of every field, whoever wrote it (P6).
 */
export function openLog(dir: string): { readonly log: Log; close(): void } {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const path = join(dir, 'terminal.log')
  turnOver(path)
  const file = openSync(path, 'a', 0o600)
  const lines = { write: (line: string) => writeLine(file, line) }
  const logger = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, lines)
  const write = (level: 'info' | 'warn' | 'error') => (message: string, fields?: LogFields) =>
    logger[level](redact(fields), redactCodes(message))
  return {
    log: { info: write('info'), warn: write('warn'), error: write('error') },
    close: () => closeSync(file),
  }
}

/** A line that does not fit on the disk is lost; a payment never waits for a log. */
function writeLine(file: number, line: string): void {
  try {
    writeSync(file, line)
  } catch {
    // There is nowhere left to say it.
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

function turnOver(path: string): void {
  if (!existsSync(path) || statSync(path).size < FILE_BYTES_MAX) return
  for (let index = FILES_MAX - 1; index >= 1; index -= 1) {
    const from = index === 1 ? path : `${path}.${index - 1}`
    if (existsSync(from)) renameSync(from, `${path}.${index}`)
  }
}
