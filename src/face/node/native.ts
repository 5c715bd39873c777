import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { err, ok, type Result } from '../../base/result.ts'

/** What the system says of this process; a value it does not tell is absent. */
export type ProcessProtection = {
  /** Bytes a core dump may have; -1 without a limit. */
  readonly coreLimit?: number
  /** Whether it may be dumped, and attached to by a process of the same user. */
  readonly dumpable?: boolean
}

/** What became of one call of the device library. */
export type LibraryAnswer =
  | { readonly answer: Uint8Array }
  | { readonly flaw: string; readonly status: number }

/** The native part (native/README.md). All of it may be called from a worker too. */
export type NativePart = {
  /**
   * Keeps the pages under `bytes` in memory and out of core dumps; false when the system refuses
   * (`ulimit -l`). Locks do not stack: pages shared with another view are unlocked with it.
   */
  lock(bytes: ArrayBufferView): boolean
  unlock(bytes: ArrayBufferView): boolean
  /** Overwrites `bytes`, also where nobody reads them any more. */
  wipe(bytes: ArrayBufferView): void
  /** No core dump from now on, and on Linux no debugger of the same user; says what the system made of it. */
  forbidCoreDumps(): ProcessProtection
  processProtection(): ProcessProtection
  /** Whether a debugger is attached; undefined where that cannot be asked. */
  isDebugged(): boolean | undefined
  /** Loads a device library: a handle, or why not. It runs whatever the library does on being loaded. */
  open(path: string): number | { readonly flaw: string; readonly detail: string }
  /**
   * Calls the service on a thread of its own. `done` is called once, or never when the library does not
   * return; instead of both, a flaw comes back at once.
   */
  call(
    handle: number,
    request: Uint8Array,
    done: (answer: LibraryAnswer) => void,
  ): string | undefined
  /** Gives the library back; false, and it stays loaded, while a call has not returned. */
  close(handle: number): boolean
}

/** Why there is no native part. The rest of the terminal works without it. */
export type NoNativePart = {
  readonly reason: 'not_built' | 'not_loadable' | 'another_version'
  readonly detail: string
}

const VERSION = 1
/** From a source file, and from the one file that Electron's shell is built into. */
const PLACES = ['../../../dist/native/guitai.node', '../native/guitai.node']

/** Loads the native part, from `file` or from where `npm run native` puts it. Never throws. */
export function loadNativePart(file?: string): Result<NativePart, NoNativePart> {
  const places =
    file === undefined
      ? PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url)))
      : [file]
  const found = places.find((place) => existsSync(place))
  if (found === undefined) {
    return err({ reason: 'not_built', detail: 'the native part is not built: npm run native' })
  }
  try {
    const part: NativePart & { readonly version?: unknown } = createRequire(import.meta.url)(found)
    if (part.version === VERSION) return ok(part)
    return err({
      reason: 'another_version',
      detail: `the native part is version ${String(part.version)}, not ${VERSION}: npm run native`,
    })
  } catch (error) {
    return err({ reason: 'not_loadable', detail: error instanceof Error ? error.message : '' })
  }
}
