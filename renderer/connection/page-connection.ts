import {
  type Connection,
  type ConnectionOptions,
  connect,
  type ScreenName,
  type Timers,
} from './connection.ts'
import { messagePortLink } from './message-port-link.ts'
import { takeToken } from './token.ts'
import { webSocketLink } from './web-socket-link.ts'

/** The page's own clock (monotonic) and alarms. */
export const pageTimers: Timers = {
  nowMs: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
}

/** Connects by WebSocket when the page came over HTTP, else by the shell's MessagePort. */
export function connectPage<Screen extends ScreenName>(
  page: Window,
  on: Pick<ConnectionOptions<Screen>, 'screen' | 'onState' | 'onModel' | 'onSale'>,
): Connection {
  const openLink = page.location.protocol.startsWith('http')
    ? webSocketLink(page.location.host, takeToken(page))
    : messagePortLink(page)
  return connect({ openLink, timers: pageTimers, ...on })
}
