import { invariant } from '../../base/invariant.ts'

/** Keeps memory out of the swap; the native part, where it is there. */
export interface MemoryLock {
  /** Whether the pages under `bytes` are locked now. */
  lock(bytes: Uint8Array): boolean
  unlock(bytes: Uint8Array): void
}

/** Bytes of a face. The only place where pixels, and what is made of them, may lie in clear. */
export interface FaceBytes {
  readonly byteLength: number
  /** The bytes; throws once they were wiped. Views of them go no further than the one who asked. */
  readonly bytes: Uint8Array
  /** Overwrites all of them; from then on there is nothing to ask for. Again: overwrites again. */
  wipe(): void
  /**
   * As {@link wipe}, then unlocks and gives the memory back: every view of it has length 0, or where
   * it is shared reads zeros. Not while native code may still read it, as inference does until it has
   * answered.
   */
  release(): void
}

/** What is kept from the swap, and what cannot be promised. */
export type MemoryProtection = {
  /** Bytes allocated and not released, and how many of them are locked. */
  readonly allocatedBytes: number
  readonly lockedBytes: number
  readonly state: 'locked' | 'not_locked' | 'partly_locked'
}

/** A page of the machines this runs on, or a multiple of it. */
const PAGE_BYTES = 16_384

/** What {@link FaceMemory} is made with. */
export type FaceMemoryOptions = {
  /** Absent: nothing is locked. */
  readonly lock?: MemoryLock | undefined
  /**
   * Is told of all memory as it is allocated, so that another thread can overwrite it: a worker hands
   * it to the thread that may have to terminate it. Absent: memory is of one thread.
   */
  readonly share?: ((whole: SharedArrayBuffer) => void) | undefined
}

/**
 * Overwrites memory of a worker that was terminated and can do it no more. Only after it has ended: it
 * could write on until then.
 */
export function overwriteShared(whole: SharedArrayBuffer): void {
  new Uint8Array(whole).fill(0)
}

/**
 * Owns the bytes of faces: allocates them, and overwrites what is left when the process or the worker
 * ends or an exception reaches its top. `Worker.terminate()` runs no code in the worker: whoever calls
 * it overwrites what was shared. A signal that cannot be caught runs no code at all: then the pages go
 * back to the system, which gives them to nobody else as they are.
 *
 * Without a lock pages may be swapped out; a core dump holds them unless it is forbidden.
 */
export class FaceMemory {
  readonly #options: FaceMemoryOptions
  readonly #owned = new Set<OwnedBytes>()
  readonly #wipeAll = () => this.wipeAll()

  constructor(options: FaceMemoryOptions = {}) {
    this.#options = options
    process.on('exit', this.#wipeAll)
    // Runs before handlers and reports, and leaves to them what becomes of the process.
    process.on('uncaughtExceptionMonitor', this.#wipeAll)
  }

  /** Zeros of whole pages that nothing else lies in. @param byteLength at least 1 */
  allocate(byteLength: number): FaceBytes {
    invariant(Number.isSafeInteger(byteLength) && byteLength > 0, 'no such number of bytes')
    const owned: OwnedBytes = new OwnedBytes(byteLength, this.#options, () =>
      this.#owned.delete(owned),
    )
    this.#owned.add(owned)
    return owned
  }

  /** Runs `work` with fresh bytes, and overwrites and gives them back whatever comes of it. */
  async lend<Value>(
    byteLength: number,
    work: (face: FaceBytes) => Value | Promise<Value>,
  ): Promise<Value> {
    const face = this.allocate(byteLength)
    try {
      return await work(face)
    } finally {
      face.release()
    }
  }

  /** Overwrites everything that was not released. */
  wipeAll(): void {
    for (const owned of this.#owned) owned.wipe()
  }

  /** What is held now, and how. */
  protection(): MemoryProtection {
    const all = [...this.#owned]
    const sum = (some: readonly OwnedBytes[]) =>
      some.reduce((total, { byteLength }) => total + byteLength, 0)
    const allocatedBytes = sum(all)
    const lockedBytes = sum(all.filter(({ isLocked }) => isLocked))
    const isAll = this.#options.lock !== undefined && lockedBytes === allocatedBytes
    const state = isAll ? 'locked' : lockedBytes > 0 ? 'partly_locked' : 'not_locked'
    return { allocatedBytes, lockedBytes, state }
  }

  /** Wipes and gives back everything, and stops watching the process. */
  close(): void {
    for (const owned of this.#owned) owned.release()
    process.off('exit', this.#wipeAll)
    process.off('uncaughtExceptionMonitor', this.#wipeAll)
  }
}

class OwnedBytes implements FaceBytes {
  readonly byteLength: number
  readonly isLocked: boolean
  readonly #lock: MemoryLock | undefined
  readonly #forget: () => void
  readonly #bytes: Uint8Array
  #state: 'open' | 'wiped' | 'released' = 'open'

  constructor(byteLength: number, { lock, share }: FaceMemoryOptions, forget: () => void) {
    this.byteLength = byteLength
    this.#lock = lock
    this.#forget = forget
    // A page of our own on either side: locking goes by pages, and must not meet those of anything else.
    const length = PAGE_BYTES + inPages(byteLength) + PAGE_BYTES
    const whole = share ? new SharedArrayBuffer(length) : new ArrayBuffer(length)
    if (whole instanceof SharedArrayBuffer) share?.(whole)
    this.#bytes = new Uint8Array(whole, PAGE_BYTES, byteLength)
    this.isLocked = lock?.lock(this.#bytes) ?? false
  }

  get bytes(): Uint8Array {
    invariant(this.#state === 'open', 'bytes of a face are used after they were wiped')
    return this.#bytes
  }

  wipe(): void {
    if (this.#state === 'released') return
    this.#state = 'wiped'
    this.#bytes.fill(0)
  }

  release(): void {
    if (this.#state === 'released') return
    this.wipe()
    if (this.isLocked) this.#lock?.unlock(this.#bytes)
    this.#state = 'released'
    const whole = this.#bytes.buffer
    if (whole instanceof ArrayBuffer) whole.transfer(0)
    this.#forget()
  }
}

function inPages(byteLength: number): number {
  return Math.ceil(byteLength / PAGE_BYTES) * PAGE_BYTES
}
