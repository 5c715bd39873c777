import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadNativePart, type NativePart } from '../../src/face/node/native.ts'
import { whyNoNativePart } from '../support/fake-device.ts'

const ADDON = fileURLToPath(new URL('../../dist/native/guitai.node', import.meta.url))
const PAGE = 65_536
const NOBODY = 65_534

let part: NativePart
let folder: string

beforeEach((context) => {
  const why = whyNoNativePart()
  if (why !== undefined) context.skip(why)
  const loaded = loadNativePart()
  if (!loaded.ok) throw new Error(loaded.error.detail)
  part = loaded.value
  folder = mkdtempSync(join(tmpdir(), 'guitai-memory-'))
})

afterEach(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
})

/** Locked and undumpable kilobytes of this process, as its mappings say. */
function mapped(): { lockedKb: number; undumpableKb: number } {
  const sum = { lockedKb: 0, undumpableKb: 0 }
  let sizeKb = 0
  for (const line of readFileSync('/proc/self/smaps', 'utf8').split('\n')) {
    const size = /^Size:\s+(\d+) kB/.exec(line)
    if (size !== null) sizeKb = Number(size[1])
    const flags = /^VmFlags: (.*)$/.exec(line)?.[1]?.trim().split(' ')
    if (flags?.includes('lo')) sum.lockedKb += sizeKb
    if (flags?.includes('dd')) sum.undumpableKb += sizeKb
  }
  return sum
}

describe('memory', () => {
  it('F-10 is locked and kept from core dumps, and given back', () => {
    const before = mapped()
    const bytes = new Uint8Array(new ArrayBuffer(16 * PAGE), PAGE, 8 * PAGE)
    expect(part.lock(bytes)).toBe(true)
    const locked = mapped()
    expect(locked.lockedKb - before.lockedKb).toBeGreaterThanOrEqual(512)
    expect(locked.lockedKb - before.lockedKb).toBeLessThan(512 + 16)
    expect(locked.undumpableKb - before.undumpableKb).toBe(locked.lockedKb - before.lockedKb)
    expect(part.unlock(bytes)).toBe(true)
    expect(mapped()).toEqual(before)
  })

  it('is not locked beyond what the system allows, and says so', () => {
    const script = `
      const part = require(process.argv[1])
      process.stdout.write(String(part.lock(new Uint8Array(8 * 1024 * 1024))))`
    const command = `ulimit -l 64; exec "$0" --eval "$1" "$2"`
    const asNobody = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}
    const { stdout } = spawnSync('bash', ['-c', command, process.execPath, script, ADDON], {
      encoding: 'utf8',
      ...asNobody,
    })
    expect(stdout).toBe('false')
  })

  it('is overwritten, of a view no more than its own bytes', () => {
    const whole = new Uint8Array(64).fill(7)
    part.wipe(new Uint16Array(whole.buffer, 8, 4))
    expect([...whole].filter((byte) => byte === 0)).toHaveLength(8)
    part.wipe(new DataView(whole.buffer, 16, 8))
    expect([...whole.subarray(8, 24)].every((byte) => byte === 0)).toBe(true)
    expect([...whole.subarray(24)].every((byte) => byte === 7)).toBe(true)
  })

  it('that is no view is a mistake of the caller', () => {
    for (const wrong of [undefined, null, 'text', 7, {}, new ArrayBuffer(8)]) {
      expect(() => Reflect.apply(part.lock, part, [wrong])).toThrow(TypeError)
    }
    expect(part.lock(new Uint8Array(0))).toBe(false)
  })
})

describe('a crash', () => {
  /** A process that fills memory with a mark, may forbid dumps, and aborts; the files it leaves. */
  function crash(forbid: boolean): { signal: string | null; cores: number } {
    const script = `
      process.chdir(process.argv[2])
      const part = require(process.argv[1])
      const mark = Buffer.alloc(65536, 'GUITAI-CRASH-MARK')
      if (process.argv[3] === 'forbid') part.forbidCoreDumps()
      process.abort(mark)`
    const command = `ulimit -c unlimited; exec "$0" --eval "$@"`
    const words = [script, ADDON, folder, forbid ? 'forbid' : 'allow']
    const run = spawnSync('bash', ['-c', command, process.execPath, ...words], { encoding: 'utf8' })
    const cores = readdirSync(folder).filter((name) => name.startsWith('core')).length
    return { signal: run.signal, cores }
  }

  it('F-11 leaves no core file', (context) => {
    expect(crash(true)).toEqual({ signal: 'SIGABRT', cores: 0 })
    // Only where a crash without it leaves one has this shown anything.
    if (crash(false).cores === 0) context.skip('this system writes no core files into the folder')
  })
})

describe('a process of the same user', () => {
  /** What `nobody` gets of the memory of another process of `nobody`, and what that says of itself. */
  async function attach(forbid: boolean): Promise<{ told: string; memory: string }> {
    const script = `
      const part = require(process.argv[1])
      const told = process.argv[2] === 'forbid' ? part.forbidCoreDumps() : part.processProtection()
      process.stdout.write(JSON.stringify(told))
      setInterval(() => {}, 1000)`
    const owner = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}
    const words = ['--eval', script, ADDON, forbid ? 'forbid' : 'allow']
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'], ...owner })
    try {
      const [chunk] = await once(child.stdout, 'data')
      const look = `
        try {
          require('node:fs').closeSync(require('node:fs').openSync('/proc/' + process.argv[1] + '/mem', 'r+'))
          process.stdout.write('open')
        } catch (error) { process.stdout.write(error.code) }`
      const { stdout } = spawnSync(process.execPath, ['--eval', look, String(child.pid)], {
        encoding: 'utf8',
        ...owner,
      })
      return { told: String(chunk), memory: stdout }
    } finally {
      child.kill('SIGKILL')
    }
  }

  it('F-11 is denied the memory, by the check that also guards ptrace', async (context) => {
    const forbidden = await attach(true)
    expect(JSON.parse(forbidden.told)).toEqual({ coreLimit: 0, dumpable: false })
    expect(forbidden.memory).toBe('EACCES')
    const allowed = await attach(false)
    if (allowed.memory !== 'open') context.skip('this system denies it in any case')
  })
})

describe('a debugger', () => {
  it('is seen', (context) => {
    expect(part.isDebugged()).toBe(false)
    const look = 'process.stdout.write(String(require(process.argv[1]).isDebugged()))'
    const words = ['-f', '-qq', '-e', 'trace=none', process.execPath, '--eval', look, ADDON]
    const { stdout, error } = spawnSync('strace', words, { encoding: 'utf8' })
    if (error !== undefined) context.skip('strace is not installed here')
    expect(stdout).toBe('true')
  })
})
