import { ipcRenderer } from 'electron'
import { PORT_NAMES } from './policy.ts'

/**
 * The page's only door: it asks its own window for a port and is handed one. No function, no object
 * and no module of Electron or Node becomes visible to it.
 */
const { origin } = window.location

for (const { request, grant } of Object.values(PORT_NAMES)) {
  window.addEventListener('message', (event) => {
    if (event.source === window && event.origin === origin && event.data === request) {
      ipcRenderer.send(request)
    }
  })
  ipcRenderer.on(grant, ({ ports }) => {
    const [port] = ports
    if (port !== undefined) window.postMessage(grant, origin, [port])
  })
}
