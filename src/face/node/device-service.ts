import { realpathSync, statSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { err, ok, type Result } from '../../base/result.ts'
import type { CallFlaw, DeviceService, NoDeviceService } from '../device-service.ts'
import type { NativePart, NoNativePart } from './native.ts'

const CALL_FLAWS: ReadonlySet<string> = new Set<CallFlaw>([
  'call_failed',
  'null_answer',
  'negative_size',
  'too_large',
  'not_utf8',
  'closed',
  'too_many_calls',
  'no_thread',
])

const isCallFlaw = (text: string): text is CallFlaw => CALL_FLAWS.has(text)
const flawOf = (text: string): CallFlaw => (isCallFlaw(text) ? text : 'call_failed')

/** Group and others may not write to what is run as this program. */
const WRITABLE_BY_OTHERS = 0o022

/**
 * The file to load, links followed, or why it is not loaded: its code runs inside the terminal, so it has to
 * be a file that only its owner (this user or root) can change. Windows has no modes to go by.
 */
function safeFile(library: string): Result<string, NoDeviceService> {
  if (!isAbsolute(library)) {
    return err({ reason: 'not_absolute', detail: 'the device library needs a full path' })
  }
  try {
    const file = realpathSync(library)
    const { mode, uid } = statSync(file)
    if (process.platform === 'win32') return ok(file)
    const isOurs = uid === 0 || uid === process.getuid?.()
    if (isOurs && (mode & WRITABLE_BY_OTHERS) === 0) return ok(file)
    return err({
      reason: 'unsafe_file',
      detail: 'others can change the device library: give it to root or this user, mode 755',
    })
  } catch {
    return err({ reason: 'not_found', detail: 'the device library is not there' })
  }
}

class LibraryService implements DeviceService {
  readonly #part: NativePart
  readonly #handle: number

  constructor(part: NativePart, handle: number) {
    this.#part = part
    this.#handle = handle
  }

  call(request: Uint8Array): Promise<Result<Uint8Array, CallFlaw>> {
    return new Promise((resolve) => {
      const refused = this.#part.call(this.#handle, request, (result) => {
        resolve('answer' in result ? ok(result.answer) : err(flawOf(result.flaw)))
      })
      if (refused !== undefined) resolve(err(flawOf(refused)))
    })
  }

  wipe(bytes: Uint8Array): void {
    this.#part.wipe(bytes)
  }

  close(): void {
    this.#part.close(this.#handle)
  }
}

/**
 * Loads the library of the official device service and speaks to the service through it. Never throws.
 *
 * @param library full path of `WxpayFaceSDK.dll` or of the shared object for Linux
 * @param native the native part, or why there is none
 */
export function openDeviceService(
  library: string,
  native: Result<NativePart, NoNativePart>,
): Result<DeviceService, NoDeviceService> {
  if (!native.ok) return err({ reason: 'no_native_part', detail: native.error.detail })
  const file = safeFile(library)
  if (!file.ok) return file
  const opened = native.value.open(file.value)
  if (typeof opened === 'number') return ok(new LibraryService(native.value, opened))
  return err({ reason: opened.flaw, detail: opened.detail })
}
