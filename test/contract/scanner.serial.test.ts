import { mkdtempSync, rmSync, symlinkSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SerialPort } from 'serialport'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { PortDescription } from '../../src/devices/find-port.ts'
import type { SerialScannerOptions } from '../../src/devices/node/serial-scanner.ts'
import { createSerialScanner } from '../../src/devices/node/serial-scanner.ts'
import type { Scanner } from '../../src/ports/scanner.ts'
import type { KeptLog } from '../support/kept-log.ts'
import { createKeptLog } from '../support/kept-log.ts'
import type { ManualClock } from '../support/manual-clock.ts'
import { createManualClock } from '../support/manual-clock.ts'
import type { PseudoTerminal } from '../support/pseudo-terminal.ts'
import { createPseudoTerminal } from '../support/pseudo-terminal.ts'
import type { ScannerEvents } from '../support/scanner-events.ts'
import { createScannerEvents } from '../support/scanner-events.ts'
import type { ScannerRig } from './scanner.suite.ts'
import { describeScannerContract } from './scanner.suite.ts'

const CODE = '134567890123456789'
const USB = { vendorId: '05E0', productId: '1701', serialNumber: 'TEST-1' }
const REOPEN_DELAY_MS = 250

/** The next bytes that arrive at any serial port, however many; then the driver has seen them. */
function nextBytes(): Promise<void> {
  return new Promise((resolve) => {
    const emit = SerialPort.prototype.emit
    const spy = vi.spyOn(SerialPort.prototype, 'emit').mockImplementation(function (
      this: SerialPort,
      event: string | symbol,
      ...args: unknown[]
    ) {
      const heard = emit.call(this, event, ...args)
      if (event === 'data') {
        spy.mockRestore()
        resolve()
      }
      return heard
    })
  })
}

type Bench = ScannerRig & {
  readonly log: KeptLog
  readonly link: string
  terminal(): PseudoTerminal
}

/** A driver on a pseudo-terminal: by a link that moves, or by an identity that moves. */
function makeBench(by: 'path' | 'usb', settings: Partial<SerialScannerOptions> = {}): Bench {
  const folder = mkdtempSync(join(tmpdir(), 'guitai-scanner-'))
  const link = join(folder, 'scanner')
  const clock = createManualClock()
  const log = createKeptLog()
  let terminal = createPseudoTerminal()
  symlinkSync(terminal.path, link)
  let ports: PortDescription[] = [{ path: terminal.path, ...USB }]
  const where = by === 'path' ? { path: link } : { usb: USB, listPorts: async () => ports }
  const scanner = createSerialScanner({
    id: 'counter',
    clock,
    log,
    reopenDelayMs: REOPEN_DELAY_MS,
    ...where,
    ...settings,
  })
  const suffix = settings.suffix === 'none' ? '' : '\r'

  return {
    scanner,
    clock,
    log,
    link,
    terminal: () => terminal,
    present: (label) => terminal.write(`${label}${suffix}`),
    async begin(label) {
      const arrived = nextBytes()
      terminal.write(label.slice(0, 7))
      await arrived
      return () => terminal.write(`${label.slice(7)}${suffix}`)
    },
    async unplug() {
      await terminal.unplug()
      unlinkSync(link)
      ports = []
    },
    async replug() {
      terminal = createPseudoTerminal()
      symlinkSync(terminal.path, link)
      ports = [{ path: terminal.path, ...USB, vendorId: '0x05e0' }]
      clock.advance(REOPEN_DELAY_MS)
    },
    async dispose() {
      await terminal.unplug()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

describeScannerContract('serial, by path', async () => makeBench('path'))
describeScannerContract('serial, by USB identity', async () => makeBench('usb'))

describe('serial scanner on a pseudo-terminal', () => {
  const scanners: Scanner[] = []
  const benches: Bench[] = []
  const start = (by: 'path' | 'usb', settings?: Partial<SerialScannerOptions>) => {
    const bench = makeBench(by, settings)
    benches.push(bench)
    scanners.push(bench.scanner)
    const events: ScannerEvents = createScannerEvents()
    bench.scanner.open(events.listen)
    return { ...bench, events }
  }
  afterEach(async () => {
    for (const scanner of scanners.splice(0)) await scanner.close()
    for (const bench of benches.splice(0)) await bench.dispose()
    vi.restoreAllMocks()
  })

  it('P10: finds a device again that comes back at another path', async () => {
    const { scanner, events, unplug, replug, present, terminal } = start('usb')
    await events.phase('open')
    expect(scanner.status().port).toBe(`Zebra 05e0:1701 (${terminal().path})`)
    await unplug()
    await events.phase('lost')
    // Something else takes the free place first, so that the scanner comes back at another.
    const squatter = createPseudoTerminal()
    const from = events.all.length
    await replug()
    await events.phase('open', from)
    expect(terminal().path).not.toBe(squatter.path)
    expect(scanner.status().port).toBe(`Zebra 05e0:1701 (${terminal().path})`)
    scanner.enable()
    present(CODE)
    expect(await events.nextVerdict()).toMatchObject({ kind: 'label', label: CODE })
    await squatter.unplug()
  })

  it('P10: keeps looking, ever more slowly up to a bound, for a port that is not there', async () => {
    const clock: ManualClock = createManualClock()
    const log = createKeptLog()
    let lists = 0
    const lookedAt: number[] = []
    let looked: () => void = () => {}
    const scanner = createSerialScanner({
      id: 'counter',
      clock,
      log,
      usb: USB,
      reopenDelayMs: 100,
      listPorts: () => {
        lists += 1
        lookedAt.push(clock.monotonicMs())
        looked()
        if (lists % 2 === 0) throw new Error('no list today')
        return Promise.resolve([])
      },
    })
    scanners.push(scanner)
    const events = createScannerEvents()
    scanner.open(events.listen)
    await events.phase('searching')
    for (let count = 1; count < 8; count += 1) {
      // The pause begins in a promise after the list; it is there when a timer waits.
      while (clock.nextDueInMs() === undefined || lists < count) await Promise.resolve()
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
      const next = new Promise<void>((resolve) => {
        looked = resolve
      })
      clock.advanceToNext()
      await next
    }
    const pauses = lookedAt.slice(1).map((atMs, index) => atMs - (lookedAt[index] ?? 0))
    expect(pauses).toEqual([100, 100, 200, 400, 800, 800, 800])
    expect(events.all.every((event) => event.kind === 'phase')).toBe(true)
  })

  it('without a suffix a label ends by silence, and not before', async () => {
    const { scanner, events, clock, terminal } = start('path', { suffix: 'none', gapMs: 300 })
    await events.phase('open')
    scanner.enable()
    const arrived = nextBytes()
    terminal().write(CODE)
    await arrived
    clock.advance(299)
    expect(events.all.some(({ kind }) => kind === 'label')).toBe(false)
    clock.advance(1)
    expect(await events.nextVerdict()).toMatchObject({ kind: 'label', label: CODE })
  })

  it('with a suffix a half scan is garbled after the guard, and the enable is not used up', async () => {
    const { scanner, events, clock, begin, present } = start('path')
    await events.phase('open')
    scanner.enable()
    await begin(CODE)
    clock.advance(1_000)
    expect(await events.nextVerdict()).toEqual({ kind: 'dropped', reason: 'garbled' })
    present(CODE)
    expect(await events.nextVerdict()).toMatchObject({ kind: 'label', label: CODE })
  })

  it('P6: two labels in one chunk: enabling on the first does not let the second pass', async () => {
    const bench = makeBench('path')
    benches.push(bench)
    scanners.push(bench.scanner)
    const events = createScannerEvents()
    bench.scanner.open((event) => {
      if (event.kind === 'label') bench.scanner.enable()
      events.listen(event)
    })
    await events.phase('open')
    bench.scanner.enable()
    bench.terminal().write(`${CODE}\r\n101234567890123456\r\n`)
    expect(await events.nextVerdict()).toMatchObject({ kind: 'label', label: CODE })
    expect(await events.nextVerdict()).toEqual({ kind: 'dropped', reason: 'not_enabled' })
  })

  it("AC-296a P6: wipes a label's bytes in the driver's pool, and logs none of it", async () => {
    const chunks: Buffer[] = []
    const emit = SerialPort.prototype.emit
    vi.spyOn(SerialPort.prototype, 'emit').mockImplementation(function (
      this: SerialPort,
      event: string | symbol,
      ...args: unknown[]
    ) {
      if (event === 'data') chunks.push(args[0] as Buffer)
      return emit.call(this, event, ...args)
    })
    const { scanner, events, log, present } = start('path')
    await events.phase('open')
    scanner.enable()
    present(CODE)
    await events.nextVerdict()
    present(CODE)
    await events.nextVerdict()
    expect(chunks.length).toBeGreaterThan(0)
    expect(chunks.every((chunk) => chunk.every((byte) => byte === 0))).toBe(true)
    expect(log.lines.length).toBeGreaterThan(0)
    expect(log.lines.join('\n')).not.toContain(CODE.slice(0, 6))
    expect(log.lines.join('\n')).not.toContain(CODE.slice(-6))
  })

  it('P10: a port that cannot be opened is not an exception but a phase', async () => {
    const clock = createManualClock()
    const bad = { id: 'bad', clock, log: createKeptLog(), path: '/dev/null' }
    for (const settings of [bad, { ...bad, path: '/nonexistent/port' }, { ...bad, path: '' }]) {
      const scanner = createSerialScanner(settings)
      scanners.push(scanner)
      const events = createScannerEvents()
      scanner.open(events.listen)
      await events.phase('opening')
      await events.phase('searching', 2)
      expect(scanner.status().detail).toBeTruthy()
    }
  })

  it('after a standstill of this process it reads on before it calls a scan half', async () => {
    const clock = createManualClock()
    let standstillMs = 0
    const late = { ...clock, monotonicMs: () => clock.monotonicMs() + standstillMs }
    const bench = start('path', { suffix: 'none', gapMs: 300, clock: late })
    await bench.events.phase('open')
    bench.scanner.enable()
    const finish = await bench.begin(CODE)
    standstillMs = 200
    clock.advance(300)
    const arrived = nextBytes()
    finish()
    await arrived
    clock.advance(350)
    expect(await bench.events.nextVerdict()).toMatchObject({ kind: 'label', label: CODE })
  })

  it('P10: closing from within an event is safe: nothing is told after it but the close', async () => {
    const bench = makeBench('path')
    benches.push(bench)
    const events = createScannerEvents()
    bench.scanner.open((event) => {
      if (event.kind === 'label') void bench.scanner.close()
      events.listen(event)
    })
    await events.phase('open')
    bench.scanner.enable()
    bench.terminal().write(`${CODE}\rNEXT\r`)
    await events.phase('closed')
    expect(events.all.filter(({ kind }) => kind !== 'phase')).toHaveLength(1)
  })

  it('P10: a listener that throws ends neither reading nor the search for the port', async () => {
    const thrown: unknown[] = []
    const queue = globalThis.queueMicrotask
    vi.spyOn(globalThis, 'queueMicrotask').mockImplementation((callback) =>
      queue(() => {
        try {
          callback()
        } catch (error) {
          thrown.push(error)
        }
      }),
    )
    const bench = makeBench('path')
    benches.push(bench)
    scanners.push(bench.scanner)
    const events = createScannerEvents()
    bench.scanner.open((event) => {
      events.listen(event)
      throw new Error(`bug at ${event.kind}`)
    })
    await events.phase('open')
    bench.scanner.enable()
    bench.present(CODE)
    expect(await events.nextVerdict()).toMatchObject({ kind: 'label' })
    await bench.unplug()
    await events.phase('lost')
    const from = events.all.length
    await bench.replug()
    await events.phase('open', from)
    // The last one's microtask is behind this test's own.
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve()
    expect(thrown.length).toBe(events.all.length)
  })

  it('P10: the pauses begin anew after the port was open', async () => {
    let ports: readonly PortDescription[] = []
    let looked: () => void = () => {}
    const { scanner, events, clock, terminal, unplug } = start('usb', {
      listPorts: async () => {
        looked()
        return ports
      },
    })
    await events.phase('searching', 1)
    for (let count = 0; count < 4; count += 1) {
      const next = new Promise<void>((resolve) => {
        looked = resolve
      })
      clock.advanceToNext()
      await next
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
    }
    expect(clock.nextDueInMs()).toBe(8 * REOPEN_DELAY_MS)
    ports = [{ path: terminal().path, ...USB }]
    clock.advanceToNext()
    await events.phase('open')
    expect(scanner.status().reconnects).toBe(0)
    await unplug()
    await events.phase('lost')
    expect(clock.nextDueInMs()).toBe(REOPEN_DELAY_MS)
  })

  it('P10: a list of ports that never comes is given up and asked for again', async () => {
    const clock = createManualClock()
    const terminal = createPseudoTerminal()
    let lists = 0
    const scanner = createSerialScanner({
      id: 'counter',
      clock,
      log: createKeptLog(),
      usb: USB,
      reopenDelayMs: REOPEN_DELAY_MS,
      listPorts: () => {
        lists += 1
        if (lists === 1) return new Promise(() => {})
        return Promise.resolve([{ path: terminal.path, ...USB }])
      },
    })
    scanners.push(scanner)
    const events = createScannerEvents()
    scanner.open(events.listen)
    await events.phase('searching')
    clock.advance(5_000)
    await events.phase('searching', 1)
    clock.advance(REOPEN_DELAY_MS)
    await events.phase('open')
    expect(lists).toBe(2)
    await scanner.close()
    await terminal.unplug()
  })

  it('a list that comes after the close opens nothing', async () => {
    let give: (ports: readonly PortDescription[]) => void = () => {}
    const terminal = createPseudoTerminal()
    const scanner = createSerialScanner({
      id: 'counter',
      clock: createManualClock(),
      log: createKeptLog(),
      usb: USB,
      listPorts: () =>
        new Promise((resolve) => {
          give = resolve
        }),
    })
    const events = createScannerEvents()
    scanner.open(events.listen)
    await events.phase('searching')
    await scanner.close()
    const open = vi.spyOn(SerialPort.prototype, 'open')
    give([{ path: terminal.path, ...USB }])
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
    expect(open).not.toHaveBeenCalled()
    expect(scanner.status().phase).toBe('closed')
    await terminal.unplug()
  })

  it('P10: looks through the real list of ports without a throw, whatever it holds', async () => {
    const absent = { vendorId: 'fffe', productId: 'fffe', serialNumber: 'none such' }
    const settings = { id: 'x', clock: createManualClock(), log: createKeptLog(), usb: absent }
    const scanner = createSerialScanner(settings)
    scanners.push(scanner)
    const events = createScannerEvents()
    scanner.open(events.listen)
    await events.phase('searching', 1)
    expect(scanner.status()).toMatchObject({ phase: 'searching', port: 'fffe:fffe' })
    console.log(`real list of ports: ${scanner.status().detail}`)
  })

  it('says that no port is configured', async () => {
    const scanner = createSerialScanner({
      id: 'x',
      clock: createManualClock(),
      log: createKeptLog(),
    })
    scanners.push(scanner)
    const events = createScannerEvents()
    scanner.open(events.listen)
    await events.phase('searching', 1)
    expect(scanner.status()).toMatchObject({ phase: 'searching', detail: 'no port is configured' })
  })

  it('close settles within its bound when the driver never lets go of the port', async () => {
    const { scanner, events, clock } = start('path')
    await events.phase('open')
    vi.spyOn(SerialPort.prototype, 'close').mockImplementation(() => {})
    const closed = scanner.close()
    clock.advance(1_000)
    await closed
    expect(scanner.status().phase).toBe('closed')
  })

  it('close settles while the port is still opening', async () => {
    const { scanner, events } = start('path')
    await events.phase('opening')
    await scanner.close()
    expect(events.all.some((event) => event.kind === 'phase' && event.phase === 'open')).toBe(false)
  })
})
