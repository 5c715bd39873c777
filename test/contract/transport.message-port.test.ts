import { MessageChannel } from 'node:worker_threads'
import { servePort } from '../../src/api/node/message-port.ts'
import type { ServerFrame } from '../../src/api/protocol.ts'
import { createInbox } from '../support/inbox.ts'
import { transportSuite } from './transport.suite.ts'

transportSuite('MessagePort', async (till, dispatch, scope) => {
  const { port1, port2 } = new MessageChannel()
  const served = servePort(port1, { terminal: till.engine, dispatch, scopes: [scope] })
  const inbox = createInbox<ServerFrame>()
  port2.on('message', (frame: ServerFrame) => inbox.add(frame))
  return {
    send: (frame) => port2.postMessage(frame),
    frames: () => inbox.items,
    frame: inbox.first,
    async close() {
      served.close()
      port2.close()
    },
  }
})
