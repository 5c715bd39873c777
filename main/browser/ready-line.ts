/** Where the terminal's screens are, as it says itself when it is ready. */
export type Ready = {
  readonly api: string
  readonly cashierUrl: string
  readonly customerUrl: string
}

function isLoopbackUrl(value: unknown): value is string {
  if (typeof value !== 'string' || !URL.canParse(value)) return false
  const { protocol, hostname } = new URL(value)
  return protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname)
}

function parseObject(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}

/**
 * Reads one line of the terminal's output:
 * `{"event":"ready","api":"http://127.0.0.1:…","screens":{"cashier":"…","customer":"…"}}`.
 *
 * @returns undefined for any other line, and for addresses that are not on this machine: a screen
 * never opens anything else
 */
export function readReadyLine(line: string): Ready | undefined {
  const event = parseObject(line.trim())
  if (event?.event !== 'ready') return undefined
  const screens = (event.screens ?? {}) as { cashier?: unknown; customer?: unknown }
  const { cashier, customer } = screens
  if (!isLoopbackUrl(event.api) || !isLoopbackUrl(cashier) || !isLoopbackUrl(customer)) {
    return undefined
  }
  return { api: event.api, cashierUrl: cashier, customerUrl: customer }
}
