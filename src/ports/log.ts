/** Values that may be written to a log: no codes, keys, or payer identifiers. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

/** Where the terminal says what it did. Writing never throws and never blocks a payment. */
export interface Log {
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}
