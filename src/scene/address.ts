/** An address of the internet as its bytes: 4 of IPv4, 16 of IPv6. */
export type Address = readonly number[]

/** A network: its bytes, and how many of their first bits an address in it shares. */
export type Network = { readonly base: Address; readonly bits: number }

const IPV4_BYTES = 4
const IPV6_GROUPS = 8
/** `::ffff:0:0/96`: an IPv4 address written as IPv6 (RFC 4291, section 2.5.5.2). */
const MAPPED_BYTES = 12
const MAPPED_BITS = 96
/** The longest text: 39 characters of IPv6, or 45 with its last 32 bits dotted, and a zone. */
const TEXT_MAX = 64

/**
 * Reads an address: IPv4 dotted without leading zeros, or IPv6 as RFC 4291, section 2.2, writes it. A zone
 * (`%eth0`) is left out, since it names an interface of this machine. An IPv4 address in IPv6 form is that
 * IPv4 address.
 */
export function readAddress(text: string): Address | undefined {
  if (text.length > TEXT_MAX) return undefined
  const [address = '', zone, ...more] = text.split('%')
  if (zone === '' || more.length > 0) return undefined
  const isV6 = address.includes(':')
  if (!isV6) return zone === undefined ? readIpv4(address) : undefined
  const bytes = readIpv6(address)
  return bytes !== undefined && isMapped(bytes) ? bytes.slice(MAPPED_BYTES) : bytes
}

/** Reads `address/bits`; a zone, or more bits than the address has, is none. */
export function readNetwork(text: string): Network | undefined {
  const found = /^([^/%]{1,45})\/(0|[1-9]\d{0,2})$/.exec(text)
  if (found === null) return undefined
  const [, address = '', digits = ''] = found
  const bytes = address.includes(':') ? readIpv6(address) : readIpv4(address)
  const bits = Number(digits)
  if (bytes === undefined || bits > bytes.length * 8) return undefined
  const isV4 = isMapped(bytes) && bits >= MAPPED_BITS
  return isV4
    ? { base: bytes.slice(MAPPED_BYTES), bits: bits - MAPPED_BITS }
    : { base: bytes, bits }
}

/** Whether an address lies in a network of its kind; IPv4 lies in no network of IPv6. */
export function isInNetwork(address: Address, { base, bits }: Network): boolean {
  if (address.length !== base.length) return false
  return address.every((byte, index) => {
    const shared = Math.min(8, Math.max(0, bits - index * 8))
    const unused = 2 ** (8 - shared)
    return Math.floor(byte / unused) === Math.floor((base[index] ?? 0) / unused)
  })
}

function isMapped(bytes: Address): boolean {
  return (
    bytes.length > IPV4_BYTES &&
    bytes.slice(0, MAPPED_BYTES).every((byte, index) => byte === (index < 10 ? 0 : 0xff))
  )
}

function readIpv4(text: string): Address | undefined {
  const parts = text.split('.')
  if (parts.length !== IPV4_BYTES) return undefined
  const isRight = parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
  return isRight ? parts.map(Number) : undefined
}

function readIpv6(text: string): Address | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [left = '', right] = halves
  const head = readGroups(left, right === undefined)
  const tail = right === undefined ? [] : readGroups(right, true)
  if (head === undefined || tail === undefined) return undefined
  const missing = IPV6_GROUPS * 2 - head.length - tail.length
  // `::` stands for at least one group; without it none may be missing.
  if (right === undefined ? missing !== 0 : missing < 2) return undefined
  return [...head, ...Array.from({ length: missing }, () => 0), ...tail]
}

/** Groups between colons as bytes; the last one may be a dotted IPv4 address where the text ends. */
function readGroups(text: string, isEnd: boolean): number[] | undefined {
  if (text === '') return []
  const groups = text.split(':')
  const bytes: number[] = []
  for (const [index, group] of groups.entries()) {
    const isDotted = isEnd && index === groups.length - 1 && group.includes('.')
    const dotted = isDotted ? readIpv4(group) : undefined
    if (dotted !== undefined) {
      bytes.push(...dotted)
      continue
    }
    if (!/^[0-9a-f]{1,4}$/i.test(group)) return undefined
    const value = Number.parseInt(group, 16)
    bytes.push(Math.floor(value / 256), value % 256)
  }
  return bytes
}
