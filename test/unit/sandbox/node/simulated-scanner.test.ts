import { existsSync, mkdtempSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SerialPort } from 'serialport'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SimulatedScanner } from '../../../../src/sandbox/node/simulated-scanner.ts'
import {
  mintPaymentCode,
  openSimulatedScanner,
} from '../../../../src/sandbox/node/simulated-scanner.ts'
import { magicAmountFen, SCENARIOS, scenarioOfCharge } from '../../../../src/sandbox/scenarios.ts'

/** Numbers in [0, 1) that are the same in every run. */
const seeded = (): (() => number) => {
  let state = 1
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

describe('minting payment codes', () => {
  it('gives every scenario a code that chooses it', () => {
    const random = seeded()
    for (const name of SCENARIOS.keys()) {
      const code = mintPaymentCode(name, random)
      expect(code).toMatch(/^1[0-5]\d{16}$/)
      expect(scenarioOfCharge(100, code).name).toBe(name)
      expect(scenarioOfCharge(magicAmountFen(name) ?? 0, '130000000000000000').name).toBe(name)
    }
  })

  it('gives ordinary codes that choose nothing', () => {
    const random = seeded()
    for (let index = 0; index < 2000; index += 1) {
      const code = mintPaymentCode(undefined, random)
      expect(code).toMatch(/^1[0-4]\d{16}$/)
      expect(scenarioOfCharge(100, code).name).toBe('ok')
    }
  })

  it('knows its scenarios', () => {
    expect(() => mintPaymentCode('nonsense', seeded())).toThrow('nonsense')
  })
})

describe('the simulated scanner', () => {
  let dir: string
  let linkPath: string
  let scanner: SimulatedScanner

  beforeEach((context) => {
    if (process.platform === 'win32') context.skip('this system has no pseudo-terminals')
    dir = mkdtempSync(join(tmpdir(), 'guitai-scanner-'))
    linkPath = join(dir, 'scanner')
    scanner = openSimulatedScanner({ linkPath })
  })

  afterEach(() => {
    scanner?.close()
    if (dir) rmSync(dir, { recursive: true, force: true })
  })

  const open = (): Promise<SerialPort> =>
    new Promise((resolve, reject) => {
      const port = new SerialPort({ path: linkPath, baudRate: 9600, autoOpen: false })
      // Without a reader nobody would notice that the line has gone.
      port.resume()
      port.open((error) => (error ? reject(error) : resolve(port)))
    })
  const read = (port: SerialPort, count: number): Promise<string> =>
    new Promise((resolve) => {
      let text = ''
      port.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1')
        if (text.length >= count) resolve(text)
      })
    })
  const closed = (port: SerialPort): Promise<void> =>
    new Promise((resolve) => port.once('close', () => resolve()))

  it('types labels with their suffix, and bytes as they are', async () => {
    const port = await open()
    const typed = read(port, 33)
    scanner.scan('131415926535897932')
    scanner.scan('12345', '\r\n\t')
    scanner.write(Uint8Array.of(0x02, 0x03, 0xff, 0x04, 0x0d, 0x0a))
    expect(await typed).toBe('131415926535897932\r12345\r\n\t\x02\x03\xff\x04\r\n')
    const gone = closed(port)
    port.close()
    await gone
  })

  it('keeps what the terminal sends', async () => {
    const port = await open()
    await new Promise<void>((resolve) => port.write(Buffer.from([1, 2, 3]), () => resolve()))
    await expect.poll(() => [...scanner.received()]).toEqual([1, 2, 3])
    const gone = closed(port)
    port.close()
    await gone
  })

  it('is seen to be unplugged, and comes back under the same link', async () => {
    const port = await open()
    const gone = closed(port)
    scanner.unplug()
    await gone
    expect(existsSync(linkPath)).toBe(false)
    expect(() => scanner.scan('1')).toThrow('unplugged')
    scanner.replug()
    expect(readlinkSync(linkPath)).toMatch(/^\/dev\/pts\//)
    const again = await open()
    const typed = read(again, 4)
    scanner.scan('abc')
    expect(await typed).toBe('abc\r')
    const goneAgain = closed(again)
    again.close()
    await goneAgain
  })
})
