import type { SafeStorage } from 'electron'
import { type KeyAnswer, type KeyNews, type KeyRefusal, readKeyWish } from './messages.ts'

/** What of Electron's safeStorage is used; it answers in the main process, after the app is ready. */
export type SystemStorage = Pick<
  SafeStorage,
  | 'isAsyncEncryptionAvailable'
  | 'encryptStringAsync'
  | 'decryptStringAsync'
  | 'getSelectedStorageBackend'
>

/** Wraps the one key of a terminal and unwraps it again. */
export type KeyStore = {
  wrap(key: Uint8Array): Promise<KeyAnswer>
  unwrap(wrapped: Uint8Array): Promise<KeyAnswer>
}

/** What is encrypted says what it is: nothing else this app encrypts can stand in for it. */
const LABEL = 'guitai-sealing-key:1:'
/** How Chromium's os_crypt marks what it encrypted on Linux with the password in its own source. */
const KNOWN_PASSWORD_MARK = 'v10'
const PLAIN_BACKEND = 'basic_text'

const refused = (why: KeyRefusal): KeyAnswer => ({ kind: 'refused', why })

/**
 * The key store of the operating system, by Electron's safeStorage: Keychain, DPAPI, or on Linux a
 * keyring. On Linux a desktop without one would encrypt by a password that everybody knows: that is
 * refused, by the name of the backend and by the mark on what was encrypted, as no store at all.
 */
export function createKeyStore(storage: SystemStorage, platform: NodeJS.Platform): KeyStore {
  const isLinux = platform === 'linux'
  const isThere = async () => {
    if (isLinux && storage.getSelectedStorageBackend() === PLAIN_BACKEND) return false
    return storage.isAsyncEncryptionAvailable()
  }
  const wrap = async (key: Uint8Array): Promise<KeyAnswer> => {
    const text = `${LABEL}${Buffer.from(key).toString('base64')}`
    const bytes = await storage.encryptStringAsync(text)
    if (isLinux && isByKnownPassword(bytes)) return refused('no_store')
    // A store that cannot give it back is found out now, while the key seals nothing.
    const { result } = await storage.decryptStringAsync(bytes)
    return result === text ? { kind: 'done', bytes } : refused('no_store')
  }
  const unwrap = async (wrapped: Uint8Array): Promise<KeyAnswer> => {
    if (isLinux && isByKnownPassword(wrapped)) return refused('no_store')
    const { result, shouldReEncrypt } = await storage.decryptStringAsync(Buffer.from(wrapped))
    if (!result.startsWith(LABEL)) return refused('elsewhere')
    const bytes = Buffer.from(result.slice(LABEL.length), 'base64')
    if (!shouldReEncrypt) return { kind: 'done', bytes }
    const again = await wrap(bytes).catch(() => refused('busy'))
    // What was shown still opens: it is kept when it cannot be wrapped anew.
    return again.kind === 'done'
      ? { kind: 'done', bytes, again: again.bytes }
      : { kind: 'done', bytes }
  }
  return {
    wrap: guarded('no_store', isThere, wrap),
    unwrap: guarded('elsewhere', isThere, unwrap),
  }
}

function isByKnownPassword(bytes: Uint8Array): boolean {
  const mark = Buffer.from(bytes.subarray(0, KNOWN_PASSWORD_MARK.length))
  return mark.toString('latin1') === KNOWN_PASSWORD_MARK
}

/** What a failure says may hold what it failed on: only what kind it was goes on. */
function guarded(
  why: KeyRefusal,
  isThere: () => Promise<boolean>,
  work: (bytes: Uint8Array) => Promise<KeyAnswer>,
): (bytes: Uint8Array) => Promise<KeyAnswer> {
  return async (bytes) => {
    try {
      return (await isThere()) ? await work(bytes) : refused('no_store')
    } catch (cause) {
      const isLater = cause instanceof Error && /temporarily unavailable/i.test(cause.message)
      return refused(isLater ? 'busy' : why)
    }
  }
}

/** A process of ours, as far as it is talked to about keys. */
export type KeyAsker = {
  on(event: 'message', listener: (value: unknown) => void): unknown
  postMessage(value: KeyNews): void
}

/** Answers what a child of this app asks of the key store. What was carried is overwritten afterwards. */
export function serveKeyStore(child: KeyAsker, store: KeyStore): void {
  child.on('message', (value) => {
    const wish = readKeyWish(value)
    if (wish === undefined) return
    const asked = wish.ask === 'wrap' ? store.wrap(wish.bytes) : store.unwrap(wish.bytes)
    asked
      .catch(() => refused('busy'))
      .then((answer) => {
        child.postMessage({ event: 'key_answer', answer })
        wish.bytes.fill(0)
        if (answer.kind === 'done') answer.bytes.fill(0)
      })
      // The child has ended meanwhile: nobody waits for the answer.
      .catch(() => {})
  })
}
