import { SCREEN_NAMES, type ScreenName } from './policy.ts'

/** What the terminal's process tells the main process. */
export type TerminalNews =
  | { readonly event: 'ready'; readonly api: string }
  | { readonly event: 'refused'; readonly code: string; readonly text: string }

/** What the main process posts to make the terminal close its journal and end. */
export const STOP_MESSAGE = 'guitai:stop'

/** Exit code of a terminal that its configuration forbids to start (sysexits, EX_CONFIG). */
export const EXIT_REFUSED = 78

/** The screen that a port sent to the terminal's process belongs to; undefined when it is none. */
export function readScreenOf(value: unknown): ScreenName | undefined {
  if (typeof value !== 'object' || value === null || !('screen' in value)) return undefined
  return SCREEN_NAMES.find((name) => name === value.screen)
}

/** Reads a message of the terminal's process; undefined when it is none of ours. */
export function readNews(value: unknown): TerminalNews | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { event, api, code, text } = { ...value } as Record<string, unknown>
  if (event === 'ready' && typeof api === 'string') return { event, api }
  if (event === 'refused' && typeof code === 'string' && typeof text === 'string') {
    return { event, code, text }
  }
  return undefined
}
