import { WebSocket } from 'ws'
import { openServer } from '../../src/api/node/server.ts'
import { type ServerFrame, SUBPROTOCOL, WATCH_PATH } from '../../src/api/protocol.ts'
import { createInbox } from '../support/inbox.ts'
import { transportSuite } from './transport.suite.ts'

transportSuite('WebSocket', async (till, dispatch, scope) => {
  const server = await openServer({
    terminal: till.engine,
    dispatch,
    grants: [{ token: 'its-token', scopes: [scope] }],
    port: 0,
    origins: [],
    log: till.log,
  })
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}${WATCH_PATH}`, [
    SUBPROTOCOL,
    'token.its-token',
  ])
  const inbox = createInbox<ServerFrame>()
  socket.on('message', (data) => inbox.add(JSON.parse(String(data)) as ServerFrame))
  await new Promise((done, fail) => {
    socket.once('open', done)
    socket.once('error', fail)
  })
  return {
    send: (frame) => socket.send(JSON.stringify(frame)),
    frames: () => inbox.items,
    frame: inbox.first,
    async close() {
      socket.terminate()
      await server.close()
    },
  }
})
