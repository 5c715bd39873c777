import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, symlinkSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DeviceService } from '../../src/face/device-service.ts'
import { openDeviceService } from '../../src/face/node/device-service.ts'
import { loadNativePart } from '../../src/face/node/native.ts'
import {
  answer,
  createFakeDevice,
  type FakeDevice,
  type FakeStep,
  whyNoNativePart,
} from '../support/fake-device.ts'

const request = (cmd: string) => Buffer.from(JSON.stringify({ cmd, version: '1', now: 0 }))
const CODE = request('getWxpayfaceCode')
const SOURCES = fileURLToPath(new URL('../../src/', import.meta.url))

let devices: FakeDevice[] = []

beforeEach((context) => {
  const why = whyNoNativePart()
  if (why !== undefined) context.skip(why)
})

afterEach(() => {
  for (const device of devices) device.remove()
  devices = []
})

function fake(...steps: readonly FakeStep[]): FakeDevice {
  const device = createFakeDevice(...steps)
  devices.push(device)
  return device
}

function opened(library: string): DeviceService {
  const service = openDeviceService(library, loadNativePart())
  if (!service.ok) throw new Error(`${service.error.reason}: ${service.error.detail}`)
  return service.value
}

async function ask(device: FakeDevice): Promise<string> {
  const service = opened(device.library)
  const result = await service.call(CODE)
  service.close()
  return result.ok ? Buffer.from(result.value).toString('utf8') : `flaw: ${result.error}`
}

describe('one call', () => {
  it('carries the request and gives back the answer as it came', async () => {
    const device = fake(['getWxpayfaceCode', 'answer', answer({ return_msg: '成功 😀' })])
    expect(await ask(device)).toBe(answer({ return_msg: '成功 😀' }))
    expect(device.requests()).toEqual([CODE.toString('utf8')])
  })

  it.each([
    ['null', '', 'flaw: null_answer'],
    ['null', '17', 'flaw: null_answer'],
    ['negative', '', 'flaw: negative_size'],
    ['big', '1048577', 'flaw: too_large'],
    ['big', '104857600', 'flaw: too_large'],
    ['fail', '-1', 'flaw: call_failed'],
    ['fail', '271378620', 'flaw: call_failed'],
    ['empty', '', ''],
  ])('of an answer %s %s says: %s', async (action, argument, expected) => {
    expect(await ask(fake(['*', action, argument]))).toBe(expected)
  })

  it('takes an answer of exactly 1 MiB', async () => {
    expect(await ask(fake(['*', 'big', '1048576']))).toHaveLength(1_048_576)
  })

  it.each([
    ['a lone continuation byte', [0x80]],
    ['an overlong form', [0xc0, 0xaf]],
    ['an overlong form of three bytes', [0xe0, 0x80, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['more than U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['a text that is cut', [0x7b, 0xe4, 0xbd]],
  ])('refuses what is not UTF-8: %s', async (_name, bytes) => {
    const device = fake()
    writeFileSync(device.path('bytes'), Buffer.from(bytes))
    device.script(['*', 'file', device.path('bytes')])
    expect(await ask(device)).toBe('flaw: not_utf8')
    expect(device.held()).toBe(0)
  })

  it('judges random bytes as TextDecoder does', async () => {
    const device = fake()
    device.script(['*', 'file', device.path('bytes')])
    const service = opened(device.library)
    const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
    // A seeded walk over bytes that are often parts of characters.
    let seed = 20_261
    const next = () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return seed >> 8
    }
    const parts = [
      0x41, 0x80, 0xbf, 0xc2, 0xe0, 0xa0, 0xed, 0x9f, 0xef, 0xf0, 0x90, 0xf4, 0x8f, 0xff,
    ]
    for (let round = 0; round < 500; round += 1) {
      const bytes = Buffer.from(
        Array.from({ length: next() % 5 }, () => parts[next() % parts.length] ?? 0),
      )
      writeFileSync(device.path('bytes'), bytes)
      let isText = true
      try {
        strict.decode(bytes)
      } catch {
        isText = false
      }
      const result = await service.call(CODE)
      expect([bytes.toString('hex'), result.ok]).toEqual([bytes.toString('hex'), isText])
    }
    service.close()
    expect(device.held()).toBe(0)
  })
})

describe('answers of the library', () => {
  it('are overwritten and released, each once, and a failed call releases nothing', async () => {
    const device = fake(
      ['*', 'answer', '{"face_code":"130000000000000000"}'],
      ['*', 'fail', '-3'],
      ['*', 'negative'],
      ['*', 'null'],
      ['*', 'big', '2000000'],
      ['*', 'answer', '{}'],
    )
    const service = opened(device.library)
    for (let count = 0; count < 50; count += 1) await service.call(CODE)
    service.close()
    expect(device.held()).toBe(0)
    // 50 calls less the failed one and the one without an answer.
    expect(device.released()).toHaveLength(48)
    // What was read is overwritten; the two answers of a wrong size were not touched.
    expect(device.released().filter((first) => first !== 0)).toHaveLength(2)
  })
})

describe('a call that does not return', () => {
  it('neither stops other calls nor more than seven others', async () => {
    const device = fake(['stopWxpayface', 'hang'], ['*', 'answer', '{}'])
    const service = opened(device.library)
    for (let count = 0; count < 8; count += 1) void service.call(request('stopWxpayface'))
    expect(await service.call(CODE)).toEqual({ ok: false, error: 'too_many_calls' })
    service.close()
    expect(await service.call(CODE)).toEqual({ ok: false, error: 'closed' })
  })

  it('leaves Node its pool and its loop', async () => {
    const device = fake(['stopWxpayface', 'hang'], ['*', 'answer', '{}'])
    const service = opened(device.library)
    for (let count = 0; count < 6; count += 1) void service.call(request('stopWxpayface'))
    // Six hung calls would hold all four threads of the pool.
    expect((await readFile(device.library)).length).toBeGreaterThan(0)
    expect(await service.call(CODE)).toMatchObject({ ok: true })
    service.close()
  })

  it('does not keep the process from ending', () => {
    const device = fake(['*', 'hang'])
    const script = `
      import { loadNativePart } from ${JSON.stringify(join(SOURCES, 'face/node/native.ts'))}
      import { openDeviceService } from ${JSON.stringify(join(SOURCES, 'face/node/device-service.ts'))}
      const service = openDeviceService(process.argv[1], loadNativePart()).value
      void service.call(Buffer.from('{"cmd":"initWxpayface"}'))
      process.stdout.write('asked')`
    const args = ['--input-type=module', '--eval', script, device.library]
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      encoding: 'utf8',
      timeout: 30_000,
    })
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'asked', stderr: '' })
  })

  it('may return after its worker has ended', () => {
    const device = fake()
    device.script(['*', 'until', `${device.path('go')}|{}`])
    const script = `
      import { Worker } from 'node:worker_threads'
      import { writeFileSync, readFileSync } from 'node:fs'
      const code = \`
        import { workerData, parentPort } from 'node:worker_threads'
        import { loadNativePart } from ${JSON.stringify(join(SOURCES, 'face/node/native.ts'))}
        const part = loadNativePart().value
        part.call(part.open(workerData), Buffer.from('{"cmd":"x"}'), () => {})
        parentPort.postMessage('asked')
        setInterval(() => {}, 1000)\`
      const worker = new Worker(code, { eval: true, workerData: process.argv[1] })
      worker.once('message', async () => {
        await worker.terminate()
        writeFileSync(process.argv[2], '')
        const log = process.argv[1] + '.log'
        const look = setInterval(() => {
          if (!readFileSync(log, 'utf8').includes('release')) return
          clearInterval(look)
          process.stdout.write('released')
        }, 2)
      })`
    const args = ['--input-type=module', '--eval', script, device.library, device.path('go')]
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      encoding: 'utf8',
      timeout: 30_000,
    })
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'released', stderr: '' })
  })
})

describe('a library', () => {
  const reasonOf = (library: string) => {
    const service = openDeviceService(library, loadNativePart())
    if (service.ok) service.value.close()
    return service.ok ? undefined : service.error.reason
  }

  it('is not loaded by a relative path, when it is missing, or when it is something else', () => {
    const device = fake()
    expect(reasonOf('libdevice.so')).toBe('not_absolute')
    expect(reasonOf(device.path('missing.so'))).toBe('not_found')
    writeFileSync(device.path('text.so'), 'no library')
    expect(reasonOf(device.path('text.so'))).toBe('not_loadable')
    const addon = fileURLToPath(new URL('../../dist/native/guitai.node', import.meta.url))
    expect(reasonOf(addon)).toBe('not_the_library')
  })

  it('that others can change is not loaded, nor a link to one', () => {
    const device = fake()
    symlinkSync(device.library, device.path('link.so'))
    expect(reasonOf(device.path('link.so'))).toBeUndefined()
    chmodSync(device.library, 0o777)
    expect(reasonOf(device.library)).toBe('unsafe_file')
    expect(reasonOf(device.path('link.so'))).toBe('unsafe_file')
  })

  it('cannot be had without the native part, which says how to get it', () => {
    const native = loadNativePart('/missing/guitai.node')
    expect(openDeviceService('/opt/device.so', native)).toEqual({
      ok: false,
      error: { reason: 'no_native_part', detail: 'the native part is not built: npm run native' },
    })
    expect(existsSync('/missing')).toBe(false)
  })
})
