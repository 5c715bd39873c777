import { PORT_NAMES, type PortUse, SCREEN_NAMES, type ScreenName } from './policy.ts'

/** What the terminal's process tells the main process. */
export type TerminalNews =
  | { readonly event: 'ready'; readonly api: string }
  | { readonly event: 'refused'; readonly code: string; readonly text: string }

/** What the main process posts to make the terminal close its journal and end. */
export const STOP_MESSAGE = 'guitai:stop'

/** Exit code of a terminal that its configuration forbids to start (sysexits, EX_CONFIG). */
export const EXIT_REFUSED = 78

/** Whose a port is that is sent to the terminal's process, and what it is for. */
export type PortLabel = { readonly screen: ScreenName; readonly use: PortUse }

/** Reads the label of a port; undefined when it is none. */
export function readPortLabel(value: unknown): PortLabel | undefined {
  const { screen: named, use: meant } = fieldsOf(value)
  const screen = SCREEN_NAMES.find((name) => name === named)
  const use = (Object.keys(PORT_NAMES) as PortUse[]).find((name) => name === meant)
  return screen === undefined || use === undefined ? undefined : { screen, use }
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

/** What a child asks of the system's key store: a key to wrap, or one to unwrap. Never logged. */
export type KeyWish = {
  readonly event: 'key_wish'
  readonly ask: 'wrap' | 'unwrap'
  readonly bytes: Uint8Array
}

/** Why the key store did not do it; see `KeyWrapRefusal` of the terminal. */
export type KeyRefusal = 'no_store' | 'elsewhere' | 'busy'

/** What the key store answers. */
export type KeyAnswer =
  | { readonly kind: 'done'; readonly bytes: Uint8Array; readonly again?: Uint8Array }
  | { readonly kind: 'refused'; readonly why: KeyRefusal }

/** An answer on its way to the child. Never logged. */
export type KeyNews = { readonly event: 'key_answer'; readonly answer: KeyAnswer }

/** The longest a wish or an answer may be; what is wrapped is a key of 32 bytes. */
const KEY_MESSAGE_BYTES_MAX = 65_536

/** Reads a wish of a child; undefined when it is none. */
export function readKeyWish(value: unknown): KeyWish | undefined {
  const { event, ask, bytes } = fieldsOf(value)
  if (event !== 'key_wish' || (ask !== 'wrap' && ask !== 'unwrap') || !isBytes(bytes)) {
    return undefined
  }
  return { event, ask, bytes }
}

/** Reads an answer of the key store; undefined when it is none. */
export function readKeyAnswer(value: unknown): KeyAnswer | undefined {
  const { event, answer } = fieldsOf(value)
  if (event !== 'key_answer') return undefined
  const { kind, bytes, again, why } = fieldsOf(answer)
  if (kind === 'refused' && (why === 'no_store' || why === 'elsewhere' || why === 'busy')) {
    return { kind, why }
  }
  if (kind !== 'done' || !isBytes(bytes)) return undefined
  if (again === undefined) return { kind, bytes }
  return isBytes(again) ? { kind, bytes, again } : undefined
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array && value.length > 0 && value.length <= KEY_MESSAGE_BYTES_MAX
}
