import { createFakeScanner } from '../support/fake-scanner.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { describeScannerContract } from './scanner.suite.ts'

describeScannerContract('the fake', async () => {
  const clock = createManualClock()
  const scanner = createFakeScanner({ clock })
  return {
    scanner,
    clock,
    present: scanner.present,
    begin: async (label) => scanner.begin(label),
    unplug: async () => scanner.unplug(),
    replug: async () => scanner.replug(),
    dispose: async () => {},
  }
})
