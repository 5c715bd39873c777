/** A serial port as the operating system lists it. Ids are hexadecimal, however it spells them. */
export type PortDescription = {
  readonly path: string
  readonly vendorId?: string | undefined
  readonly productId?: string | undefined
  readonly serialNumber?: string | undefined
}

/** A device by what it says of itself over USB, wherever it is plugged in. Ids are hexadecimal. */
export type UsbIdentity = {
  readonly vendorId: string
  readonly productId: string
  readonly serialNumber?: string | undefined
}

/** What a look at the ports came to. */
export type PortChoice =
  | { readonly kind: 'found'; readonly path: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'ambiguous'; readonly paths: readonly string[] }

/** A USB id as four lower-case hexadecimal digits: `0x5E0`, `05e0` and `5e0` are the same. */
export function normaliseUsbId(id: string): string {
  return id.trim().toLowerCase().replace(/^0x/, '').padStart(4, '0')
}

function hasIdentity(port: PortDescription, identity: UsbIdentity): boolean {
  if (port.vendorId === undefined || port.productId === undefined) return false
  if (normaliseUsbId(port.vendorId) !== normaliseUsbId(identity.vendorId)) return false
  if (normaliseUsbId(port.productId) !== normaliseUsbId(identity.productId)) return false
  if (identity.serialNumber === undefined) return true
  return port.serialNumber?.trim().toLowerCase() === identity.serialNumber.trim().toLowerCase()
}

/**
 * Finds the port of a device. The identity decides: a port at the preferred path that belongs to
 * another device is never taken. Several ports of one identity are `ambiguous`, unless one of them
 * is at the preferred path.
 *
 * @param ports all ports there are
 * @param identity the device looked for
 * @param preferredPath decides between ports of the same identity, and nothing else
 */
export function findPort(
  ports: readonly PortDescription[],
  identity: UsbIdentity,
  preferredPath?: string,
): PortChoice {
  const paths = ports.filter((port) => hasIdentity(port, identity)).map(({ path }) => path)
  const [first, ...others] = [...new Set(paths)]
  if (first === undefined) return { kind: 'absent' }
  if (others.length === 0) return { kind: 'found', path: first }
  if (preferredPath !== undefined && paths.includes(preferredPath)) {
    return { kind: 'found', path: preferredPath }
  }
  return { kind: 'ambiguous', paths: [first, ...others] }
}
