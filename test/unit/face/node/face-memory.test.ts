import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  FaceMemory,
  type MemoryLock,
  overwriteShared,
} from '../../../../src/face/node/face-memory.ts'

const SOURCE = join(import.meta.dirname, '../../../../src/face/node/face-memory.ts')

let memory: FaceMemory
beforeEach(() => {
  memory = new FaceMemory()
})
afterEach(() => memory.close())

/** Locks as far as `most` goes, and says what it was asked. */
function countingLock(most = Number.POSITIVE_INFINITY) {
  const locked: Uint8Array[] = []
  const lock: MemoryLock = {
    lock(bytes) {
      if (locked.length >= most) return false
      locked.push(bytes)
      return true
    },
    unlock(bytes) {
      expect(bytes.every((byte) => byte === 0)).toBe(true)
      locked.splice(locked.indexOf(bytes), 1)
    },
  }
  return { lock, locked }
}

describe('F-10: bytes of a face', () => {
  it('are zeros of the length that was asked for, apart from one another', () => {
    const [one, other] = [memory.allocate(5_000), memory.allocate(1)]
    expect(one.bytes).toEqual(new Uint8Array(5_000))
    one.bytes.fill(7)
    expect(other.bytes).toEqual(new Uint8Array(1))
    expect(one.bytes.buffer).not.toBe(other.bytes.buffer)
  })

  it('have a page of their own before and after them, whatever the length', () => {
    for (const byteLength of [1, 4_096, 16_385]) {
      const { bytes } = memory.allocate(byteLength)
      expect(bytes.byteOffset).toBe(16_384)
      expect(bytes.buffer.byteLength - bytes.byteOffset - byteLength).toBeGreaterThanOrEqual(16_384)
    }
  })

  it('are gone after a wipe, from every view of them', () => {
    const face = memory.allocate(1_000)
    face.bytes.fill(0xab)
    const views = [face.bytes.subarray(10, 20), new Uint8Array(face.bytes.buffer)]
    const floats = new Float32Array(face.bytes.buffer)
    face.wipe()
    for (const view of [...views, floats]) expect(view.every((value) => value === 0)).toBe(true)
  })

  it('cannot be asked for after a wipe', () => {
    const face = memory.allocate(10)
    face.wipe()
    expect(() => face.bytes).toThrow('after they were wiped')
    face.release()
    expect(() => face.bytes).toThrow('after they were wiped')
  })

  it('are wiped again when somebody wrote through an old view', () => {
    const face = memory.allocate(10)
    const view = face.bytes
    face.wipe()
    view.fill(3)
    face.wipe()
    expect(view).toEqual(new Uint8Array(10))
  })

  it('leave no view behind when they are released', () => {
    const face = memory.allocate(10)
    const view = face.bytes
    face.release()
    face.release()
    face.wipe()
    expect(view.length).toBe(0)
    expect(() => view.set([1])).toThrow()
    expect(memory.protection().allocatedBytes).toBe(0)
  })

  it('are given back when work throws in the middle', async () => {
    let seen: Uint8Array | undefined
    const work = memory.lend(10, ({ bytes }) => {
      seen = bytes.fill(9)
      throw new Error('in the middle')
    })
    await expect(work).rejects.toThrow('in the middle')
    expect(seen?.length).toBe(0)
  })

  it('are lent until the work is done', async () => {
    const sum = memory.lend(4, async ({ bytes }) => {
      bytes.fill(2)
      await Promise.resolve()
      return bytes.reduce((total, byte) => total + byte, 0)
    })
    expect(await sum).toBe(8)
    expect(memory.protection().allocatedBytes).toBe(0)
  })

  it('are all wiped at once', () => {
    const faces = [memory.allocate(10), memory.allocate(20)]
    const views = faces.map(({ bytes }) => bytes.fill(1))
    memory.wipeAll()
    for (const view of views) expect(view.every((byte) => byte === 0)).toBe(true)
    for (const face of faces) expect(() => face.bytes).toThrow()
  })

  it.each([0, -1, 1.5, Number.NaN])('are not %s', (byteLength) => {
    expect(() => memory.allocate(byteLength)).toThrow('no such number')
  })
})

describe('F-10: shared memory', () => {
  it('is told of before anything is in it, and can be overwritten from outside', () => {
    const shared: SharedArrayBuffer[] = []
    const own = new FaceMemory({ share: (whole) => shared.push(whole) })
    const { bytes } = own.allocate(100)
    bytes.fill(7)
    expect(shared).toHaveLength(1)
    for (const whole of shared) overwriteShared(whole)
    expect(bytes).toEqual(new Uint8Array(100))
    own.close()
  })

  it('reads zeros after a release, since it cannot be taken back', () => {
    const own = new FaceMemory({ share: () => {} })
    const face = own.allocate(100)
    const view = face.bytes.fill(7)
    face.release()
    expect(view).toEqual(new Uint8Array(100))
    expect(() => face.bytes).toThrow('after they were wiped')
    own.close()
  })
})

describe('F-10: locked memory', () => {
  it('is unlocked when it is released, after it was overwritten', () => {
    const { lock, locked } = countingLock()
    const own = new FaceMemory({ lock })
    const face = own.allocate(100)
    face.bytes.fill(5)
    expect(locked).toHaveLength(1)
    expect(own.protection()).toEqual({ allocatedBytes: 100, lockedBytes: 100, state: 'locked' })
    face.release()
    expect(locked).toHaveLength(0)
    own.close()
  })

  it('says what it cannot promise', () => {
    memory.allocate(10)
    expect(memory.protection().state).toBe('not_locked')
    const own = new FaceMemory({ lock: countingLock(1).lock })
    own.allocate(10)
    own.allocate(30)
    expect(own.protection()).toEqual({
      allocatedBytes: 40,
      lockedBytes: 10,
      state: 'partly_locked',
    })
    own.close()
  })
})

describe('F-10: the end of a process', () => {
  const program = (end: string) => `
    const { FaceMemory } = await import(${JSON.stringify(SOURCE)})
    const view = new FaceMemory().allocate(100).bytes.fill(7)
    process.on('exit', () => process.stdout.write(String(view.every((byte) => byte === 0))))
    ${end}`

  it.each([
    ['an end', ''],
    ['process.exit', 'process.exit(0)'],
    ['an exception', "throw new Error('a bug')"],
    ['a rejection', "await Promise.reject(new Error('a bug'))"],
  ])('wipes at %s', (_name, end) => {
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', program(end)])
    expect(String(run.stdout)).toBe('true')
  })

  it('wipes when an exception reaches the top, before anybody else sees it', () => {
    const end = `
      process.on('uncaughtException', () => process.stdout.write(String(view.every((byte) => byte === 0)) + ' '))
      setTimeout(() => { throw new Error('a bug') }, 1)`
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', program(end)])
    expect(String(run.stdout)).toBe('true true')
  })
})
