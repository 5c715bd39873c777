import { normaliseUsbId } from './find-port.ts'

/** What is known of a maker's scanners. */
type Maker = { readonly vendorId: string; readonly name: string }

/** Makers by USB vendor id. */
const MAKERS: readonly Maker[] = [
  { vendorId: '05e0', name: 'Zebra' },
  { vendorId: '05f9', name: 'Datalogic' },
  { vendorId: '0c2e', name: 'Honeywell' },
  { vendorId: '23d0', name: 'Youjie' },
]

/** The maker's name for staff, or undefined when the vendor is not in the table. */
export function makerName(vendorId: string): string | undefined {
  const wanted = normaliseUsbId(vendorId)
  return MAKERS.find((maker) => maker.vendorId === wanted)?.name
}
