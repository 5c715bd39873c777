/** When to touch an idle connection, if the gateway does not say how long it keeps one. */
export const PING_AFTER_MS = 3_000
const PING_AFTER_MIN_MS = 1_000
const PING_AFTER_MAX_MS = 20_000
/** How long before the gateway drops an idle connection it is touched. */
const PING_MARGIN_MS = 3_000

/** When to touch an idle connection by what the gateway says of it; undefined when it says nothing. */
export function pingAfterMs(headers: Readonly<Record<string, string>>): number | undefined {
  const keptS = /timeout=(\d{1,5})/.exec(headers['keep-alive'] ?? '')?.[1]
  if (keptS === undefined) return undefined
  const idleMs = Number(keptS) * 1_000 - PING_MARGIN_MS
  return Math.min(PING_AFTER_MAX_MS, Math.max(PING_AFTER_MIN_MS, idleMs))
}
