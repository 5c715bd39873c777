import { ipcRenderer } from 'electron'
import { PORT_GRANT, PORT_REQUEST } from './policy.ts'

/**
 * The page's only door: it asks its own window for a port and is handed one. No function, no object
 * and no module of Electron or Node becomes visible to it.
 */
const { origin } = window.location

window.addEventListener('message', (event) => {
  if (event.source === window && event.origin === origin && event.data === PORT_REQUEST) {
    ipcRenderer.send(PORT_REQUEST)
  }
})

ipcRenderer.on(PORT_GRANT, ({ ports }) => {
  const [port] = ports
  if (port !== undefined) window.postMessage(PORT_GRANT, origin, [port])
})
