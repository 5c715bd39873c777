import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'
import type { SystemStorage } from '../../main/electron/key-store.ts'

/** What a machine's key store is like. */
export type FakeMachine = {
  /** Whose machine: another one does not decrypt what this one encrypted. */
  readonly owner?: string
  readonly backend?: ReturnType<SystemStorage['getSelectedStorageBackend']>
  readonly isAvailable?: boolean
  /** What it marks its bytes with, as Chromium does. */
  readonly mark?: string
  /** It asks for what it decrypted to be encrypted anew. */
  readonly isRotated?: boolean
  /** Thrown by whatever it is asked to decrypt. */
  readonly failure?: string
}

/** Electron's safeStorage at its own boundary: encrypts for one owner, and fails for any other. */
export function createFakeStorage(machine: FakeMachine = {}): SystemStorage {
  const { owner = 'here', backend = 'gnome_libsecret', isAvailable = true, mark = 'v11' } = machine
  const key = createHash('sha256').update(owner).digest()
  const nonce = Buffer.alloc(12, 7)
  return {
    isAsyncEncryptionAvailable: async () => isAvailable,
    getSelectedStorageBackend: () => backend,
    async encryptStringAsync(text) {
      const cipher = createCipheriv('aes-256-gcm', key, nonce)
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([Buffer.from(mark), cipher.getAuthTag(), body])
    },
    async decryptStringAsync(encrypted) {
      if (machine.failure !== undefined) throw new Error(machine.failure)
      const decipher = createDecipheriv('aes-256-gcm', key, nonce)
      decipher.setAuthTag(encrypted.subarray(mark.length, mark.length + 16))
      const parts = [decipher.update(encrypted.subarray(mark.length + 16)), decipher.final()]
      const result = Buffer.concat(parts).toString('utf8')
      return { result, shouldReEncrypt: machine.isRotated ?? false }
    },
  }
}
