import { readAddress } from './address.ts'

const HOST = /^https:\/\/(?:\[([0-9a-f:.]+)\]|([^/?#@\s:[\]]+))(?::\d{1,5})?$/i

/**
 * Whether an origin (`https://host[:port]`) is this machine: an issuer that grants a gateway there grants
 * a rehearsal. A host in any other spelling than the plain one is somewhere else.
 */
export function isOnThisMachine(origin: string): boolean {
  const [, six, name] = HOST.exec(origin) ?? []
  const host = (six ?? name ?? '').toLowerCase()
  if (host === 'localhost') return true
  const address = readAddress(host)
  if (address === undefined) return false
  const isV4 = address.length === 4
  return isV4 ? address[0] === 127 : address.every((byte, index) => byte === (index === 15 ? 1 : 0))
}
