import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Scanner } from '../../src/ports/scanner.ts'
import type { ManualClock } from '../support/manual-clock.ts'
import type { ScannerEvents } from '../support/scanner-events.ts'
import { createScannerEvents } from '../support/scanner-events.ts'

/** One scanner with what a hand can do to it. */
export type ScannerRig = {
  readonly scanner: Scanner
  readonly clock: ManualClock
  /** Holds a label before it. */
  present(label: string): void
  /** Sends the beginning of a label and waits until the driver has it; call the result to end it. */
  begin(label: string): Promise<() => void>
  unplug(): Promise<void>
  /** Plugs it in again; the rig moves its clock until the driver looks. */
  replug(): Promise<void>
  dispose(): Promise<void>
}

const CODE = '134567890123456789'
const OTHER_CODE = '101234567890123456'

/** The obligations of the scanner port, for one implementation. */
export function describeScannerContract(name: string, makeRig: () => Promise<ScannerRig>): void {
  describe(`scanner contract: ${name}`, () => {
    let rig: ScannerRig
    let events: ScannerEvents

    beforeEach(async () => {
      rig = await makeRig()
      events = createScannerEvents()
    })
    afterEach(async () => {
      await rig.scanner.close()
      await rig.dispose()
    })
    const opened = async (): Promise<Scanner> => {
      rig.scanner.open(events.listen)
      await events.phase('open')
      return rig.scanner
    }

    it('tells nothing while it is being opened, then that it searches and is open', async () => {
      rig.scanner.open(events.listen)
      expect(events.all).toEqual([])
      await events.phase('open')
      expect(events.all[0]).toMatchObject({ kind: 'phase', phase: 'searching' })
      expect(rig.scanner.status()).toMatchObject({ phase: 'open', enabled: false, reconnects: 0 })
    })

    it('gives one label for one enable and then is in flight', async () => {
      const scanner = await opened()
      scanner.enable()
      expect(scanner.status().enabled).toBe(true)
      rig.present(CODE)
      expect(await events.nextVerdict()).toEqual({
        kind: 'label',
        label: CODE,
        symbology: 'unknown',
      })
      expect(scanner.status().enabled).toBe(false)
      rig.present(OTHER_CODE)
      expect(await events.nextVerdict()).toEqual({ kind: 'dropped', reason: 'in_flight' })
      expect(scanner.status()).toMatchObject({ labels: 1, dropped: { in_flight: 1 } })
    })

    it('takes the AIM identifier off and tells the symbology', async () => {
      const scanner = await opened()
      scanner.enable()
      rig.present(`]Q1${CODE}`)
      expect(await events.nextVerdict()).toEqual({ kind: 'label', label: CODE, symbology: 'qr' })
    })

    it('drops a label before the first enable and after an idle disable', async () => {
      const scanner = await opened()
      rig.present(CODE)
      expect(await events.nextVerdict()).toEqual({ kind: 'dropped', reason: 'not_enabled' })
      scanner.enable()
      scanner.disable('idle')
      rig.present(CODE)
      expect(await events.nextVerdict()).toEqual({ kind: 'dropped', reason: 'not_enabled' })
    })

    it('drops a label of which one byte arrived before enable, and takes the next', async () => {
      const scanner = await opened()
      const finish = await rig.begin(CODE)
      scanner.enable()
      finish()
      expect(await events.nextVerdict()).toEqual({ kind: 'dropped', reason: 'not_enabled' })
      rig.present(CODE)
      expect(await events.nextVerdict()).toMatchObject({ kind: 'label', label: CODE })
    })

    it('drops every label while it is disabled as in flight', async () => {
      const scanner = await opened()
      scanner.enable()
      scanner.disable('in_flight')
      rig.present(CODE)
      expect(await events.nextVerdict()).toEqual({ kind: 'dropped', reason: 'in_flight' })
    })

    it('drops the same label within a second, enabled or not, and stays enabled', async () => {
      const scanner = await opened()
      scanner.enable()
      rig.present(CODE)
      await events.nextVerdict()
      rig.present(CODE)
      expect(await events.nextVerdict()).toEqual({ kind: 'dropped', reason: 'repeat' })
      scanner.enable()
      rig.clock.advance(999)
      rig.present(CODE)
      expect(await events.nextVerdict()).toEqual({ kind: 'dropped', reason: 'repeat' })
      expect(scanner.status().enabled).toBe(true)
      rig.clock.advance(1_000)
      rig.present(CODE)
      expect(await events.nextVerdict()).toMatchObject({ kind: 'label', label: CODE })
    })

    it('gives another label within the same second', async () => {
      const scanner = await opened()
      scanner.enable()
      rig.present(CODE)
      await events.nextVerdict()
      scanner.enable()
      rig.present(OTHER_CODE)
      expect(await events.nextVerdict()).toMatchObject({ kind: 'label', label: OTHER_CODE })
    })

    it('P10: a lost device is told, and labels come again after it is back', async () => {
      const scanner = await opened()
      scanner.enable()
      await rig.unplug()
      await events.phase('lost')
      expect(scanner.status()).toMatchObject({ phase: 'lost', enabled: true })
      const from = events.all.length
      await rig.replug()
      await events.phase('open', from)
      expect(scanner.status()).toMatchObject({ phase: 'open', reconnects: 1 })
      rig.present(CODE)
      expect(await events.nextVerdict()).toMatchObject({ kind: 'label', label: CODE })
    })

    it('P10: a label whose device died in the middle of it never arrives', async () => {
      const scanner = await opened()
      scanner.enable()
      await rig.begin(CODE)
      await rig.unplug()
      await events.phase('lost')
      const from = events.all.length
      await rig.replug()
      await events.phase('open', from)
      rig.present(OTHER_CODE)
      expect(await events.nextVerdict()).toMatchObject({ kind: 'label', label: OTHER_CODE })
    })

    it('P6: says nothing of a label in its status', async () => {
      const scanner = await opened()
      scanner.enable()
      rig.present(CODE)
      await events.nextVerdict()
      rig.present(OTHER_CODE)
      await events.nextVerdict()
      const told = JSON.stringify(scanner.status())
      expect(told).not.toContain(CODE)
      expect(told).not.toContain(OTHER_CODE)
    })

    it('closes once, tells it, and is disabled', async () => {
      const scanner = await opened()
      scanner.enable()
      await Promise.all([scanner.close(), scanner.close()])
      await events.phase('closed')
      expect(events.all.filter((event) => event.kind === 'phase').at(-1)).toMatchObject({
        phase: 'closed',
      })
      expect(scanner.status()).toMatchObject({ phase: 'closed', enabled: false })
      scanner.enable()
      expect(scanner.status().enabled).toBe(false)
    })

    it('closes while the device is away, and before it was ever opened', async () => {
      const scanner = await opened()
      await rig.unplug()
      await events.phase('lost')
      await scanner.close()
      expect(scanner.status().phase).toBe('closed')

      const unused = await makeRig()
      await unused.scanner.close()
      expect(unused.scanner.status().phase).toBe('closed')
      await unused.dispose()
    })
  })
}
