/** Flags of a route (Linux, `include/uapi/linux/route.h`): in use, and through a router. */
const ROUTE_UP = 0x1
const ROUTE_GATEWAY = 0x2
/** Flag of a neighbour whose address is known (Linux, `include/uapi/linux/if_arp.h`, `ATF_COM`). */
const NEIGHBOUR_COMPLETE = 0x2
/** Longest table that is read; a router is near its top. */
const LINES_MAX = 1_000

/** The router that everything else goes to. */
export type DefaultRoute = { readonly device: string; readonly router: string }

/**
 * Finds the default route in the text of `/proc/net/route` (proc(5)): the one with the lowest metric.
 * Addresses there are hexadecimal, the bytes in the order of the machine, which is little-endian on every
 * machine this runs on.
 */
export function readDefaultRoute(text: string): DefaultRoute | undefined {
  let best: (DefaultRoute & { readonly metric: number }) | undefined
  for (const line of text.split('\n').slice(1, LINES_MAX)) {
    const [device = '', to, router = '', flags = '', , , metric = '', mask] = line.split('\t')
    const bits = Number.parseInt(flags.trim(), 16)
    const isDefault = to === '00000000' && mask?.trim() === '00000000'
    const isThere = (bits & ROUTE_UP) !== 0 && (bits & ROUTE_GATEWAY) !== 0
    if (!isDefault || !isThere || !/^[0-9A-F]{8}$/i.test(router)) continue
    const cost = Number(metric)
    if (best !== undefined && best.metric <= cost) continue
    best = { device: device.trim(), router: dotted(router), metric: cost }
  }
  return best === undefined ? undefined : { device: best.device, router: best.router }
}

function dotted(hexadecimal: string): string {
  const bytes = hexadecimal.match(/../g) ?? []
  return bytes
    .map((byte) => Number.parseInt(byte, 16))
    .reverse()
    .join('.')
}

/** Finds the link-layer address of a router in the text of `/proc/net/arp` (proc(5)), lower-case. */
export function readNeighbour(text: string, { device, router }: DefaultRoute): string | undefined {
  for (const line of text.split('\n').slice(1, LINES_MAX)) {
    const [address, , flags = '', mac = '', , on] = line.trim().split(/\s+/)
    const isComplete = (Number.parseInt(flags, 16) & NEIGHBOUR_COMPLETE) !== 0
    if (address !== router || on !== device || !isComplete) continue
    const isMac = /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(mac) && mac !== '00:00:00:00:00:00'
    return isMac ? mac.toLowerCase() : undefined
  }
  return undefined
}
