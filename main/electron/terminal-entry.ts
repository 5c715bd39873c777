import process from 'node:process'
import { servePort } from '../../src/api/node/message-port.ts'
import { startTerminal } from '../../src/terminal.ts'
import { askKeyStore } from './ask-key-store.ts'
import { EXIT_REFUSED, readPortLabel, STOP_MESSAGE, type TerminalNews } from './messages.ts'
import { SCREEN_SCOPES } from './policy.ts'

/**
 * The terminal in a process of its own: started by terminal-process.ts with the configuration's path
 * as its only argument. A message from there carries one port for one screen, asks for the end, or
 * answers what was asked of the system's key store.
 */
const [, , configFile = ''] = process.argv
const { parentPort } = process
const tell = (news: TerminalNews) => parentPort.postMessage(news)

const closePort = (port: { close(): void }) => port.close()

const { keyStore, take } = askKeyStore((wish) => parentPort.postMessage(wish))
let isEndWanted = false
let end = () => {
  isEndWanted = true
}
parentPort.on('message', ({ data }) => {
  if (data === STOP_MESSAGE) end()
  else take(data)
})

const started = await startTerminal({ configFile, ownsProcess: true, systemKeys: keyStore })
if (!started.ok) {
  const { code, staff } = started.error
  tell({ event: 'refused', code, text: `${staff['zh-CN']}\n${staff.en}` })
  process.exitCode = EXIT_REFUSED
  // Leaves the message time to be delivered: this process has nothing else to wait for.
  setTimeout(() => process.exit(), 200)
} else {
  const terminal = started.value
  end = () => {
    terminal.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    )
  }
  parentPort.on('message', ({ data, ports }) => {
    const [port] = ports
    if (port === undefined) return
    const label = readPortLabel(data)
    if (label === undefined) return port.close()
    // Where nobody looks at pictures, a camera finds its line closed.
    if (label.use === 'camera') return (terminal.serveCamera ?? closePort)(port)
    servePort(port, {
      terminal: terminal.engine,
      dispatch: terminal.dispatch,
      scopes: SCREEN_SCOPES[label.screen],
    })
  })
  process.once('SIGTERM', end)
  process.once('SIGINT', end)
  if (isEndWanted) end()
  tell({ event: 'ready', api: terminal.api })
}
