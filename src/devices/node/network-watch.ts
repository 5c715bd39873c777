import { createSocket } from 'node:dgram'
import { lookup } from 'node:dns'
import { readFile } from 'node:fs/promises'
import type { Clock } from '../../ports/clock.ts'
import type { NetworkFacts, NetworkWatch } from '../../ports/network.ts'
import { readDefaultRoute, readNeighbour } from '../linux-network.ts'

export type NetworkWatchOptions = {
  /** The gateway, which everything is about. */
  readonly host: string
  readonly port: number
  readonly clock: Clock
  /** Own address towards the gateway; by default asked of the system. May reject. */
  readonly routeTo?: ((host: string, port: number) => Promise<string>) | undefined
  /** Reads a table of the system; by default a file. May reject. */
  readonly readTable?: ((path: string) => Promise<string>) | undefined
}

/** How often the network is looked at, and how long one look may take, milliseconds. */
const LOOK_EVERY_MS = 30_000
const LOOK_BOUND_MS = 5_000

class SystemNetwork implements NetworkWatch {
  readonly #options: NetworkWatchOptions
  #facts: NetworkFacts = {}
  #onChange: () => void = () => {}
  #isStopped = false
  #cancel: () => void = () => {}

  constructor(options: NetworkWatchOptions) {
    this.#options = options
  }

  start(onChange: () => void): void {
    this.#onChange = onChange
    this.#look()
  }

  facts(): NetworkFacts {
    return this.#facts
  }

  stop(): void {
    this.#isStopped = true
    this.#cancel()
  }

  #look(): void {
    let isOver = false
    const take = (facts: NetworkFacts): void => {
      if (isOver || this.#isStopped) return
      isOver = true
      this.#cancel()
      this.#cancel = this.#options.clock.after(LOOK_EVERY_MS, () => this.#look())
      this.#take(facts)
    }
    this.#cancel = this.#options.clock.after(LOOK_BOUND_MS, () => take({}))
    void this.#measure().then(take)
  }

  #take(facts: NetworkFacts): void {
    const isSame = facts.ip === this.#facts.ip && facts.routerMac === this.#facts.routerMac
    this.#facts = facts
    if (!isSame) this.#onChange()
  }

  async #measure(): Promise<NetworkFacts> {
    const { host, port, routeTo = ownAddress, readTable = readText } = this.#options
    const [ip, routerMac] = await Promise.all([
      routeTo(host, port).catch(() => undefined),
      readRouterMac(readTable).catch(() => undefined),
    ])
    return {
      ...(ip === undefined ? {} : { ip }),
      ...(routerMac === undefined ? {} : { routerMac }),
    }
  }
}

/** Only where the system has these tables, which is Linux. */
async function readRouterMac(readTable: (path: string) => Promise<string>) {
  const route = readDefaultRoute(await readTable('/proc/net/route'))
  if (route === undefined) return undefined
  return readNeighbour(await readTable('/proc/net/arp'), route)
}

function readText(path: string): Promise<string> {
  return readFile(path, 'utf8')
}

/**
 * The address the system would send from to reach a host: that of a datagram socket once it is connected,
 * for which nothing is sent.
 */
function ownAddress(host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    lookup(host, (failed, address, family) => {
      if (failed) {
        reject(failed)
        return
      }
      const socket = createSocket(family === 6 ? 'udp6' : 'udp4')
      const fail = (cause: unknown) => {
        socket.close()
        reject(cause)
      }
      socket.once('error', fail)
      socket.connect(port, address, () => {
        const own = socket.address().address
        socket.close()
        resolve(own)
      })
    })
  })
}

/** Watches the network by the machine's own interfaces and tables. */
export function createNetworkWatch(options: NetworkWatchOptions): NetworkWatch {
  return new SystemNetwork(options)
}
