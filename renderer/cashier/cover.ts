import type { EntryKey } from './entry.ts'

/** A view over the panel: its function keys, and how to leave it. */
export type Cover = {
  readonly keys: { readonly [key: string]: () => void }
  readonly leave: () => void
  /** Enter anywhere but on a button; never for what cannot be undone. */
  readonly enter?: () => void
  /** Digits and the delete key, outside fields. */
  readonly type?: (key: EntryKey) => void
  readonly erase?: () => void
}
