import { type MessagePortMain, type UtilityProcess, utilityProcess } from 'electron'
import { Supervised } from '../shared/supervised.ts'
import { machineTiming } from '../shared/timing.ts'
import { type KeyStore, serveKeyStore } from './key-store.ts'
import {
  EXIT_REFUSED,
  type PortLabel,
  readNews,
  STOP_MESSAGE,
  type TerminalNews,
} from './messages.ts'
import type { ScreenName } from './policy.ts'

const SERVICE = 'Guitai terminal'
/** The terminal closes its journal and tells its screens. */
const PATIENCE_MS = 10_000

export type TerminalProcessOptions = {
  /** The built terminal-entry. */
  readonly entry: string
  readonly configFile: string
  /** The key store of the system, for a terminal whose configuration names it. */
  readonly keyStore: KeyStore
  /** The terminal refused to start: it is not started again. */
  readonly onRefused: (news: Extract<TerminalNews, { event: 'refused' }>) => void
  readonly say: (line: string) => void
}

/**
 * Runs the terminal in a process of its own and starts it again when it ends. A page whose port died
 * with it asks for another; the wish waits here until the terminal is ready again.
 */
export class TerminalProcess {
  readonly #options: TerminalProcessOptions
  readonly #supervised: Supervised
  /** At most one waiting port for each screen: only its latest wish counts. */
  readonly #waiting = new Map<ScreenName, MessagePortMain>()
  #ready: UtilityProcess | undefined

  constructor(options: TerminalProcessOptions) {
    this.#options = options
    this.#supervised = new Supervised({
      timing: machineTiming,
      patienceMs: PATIENCE_MS,
      start: (onEnd) => {
        const child = this.#fork()
        child.once('exit', (code) => {
          this.#ready = undefined
          onEnd({ code, signal: null })
        })
        // Asked by a message: on Windows `kill` would end it before it can close its journal.
        return { stop: () => child.postMessage(STOP_MESSAGE), kill: () => killNow(child) }
      },
      onEnd: ({ code }, delayMs) => {
        if (code === EXIT_REFUSED) return false
        options.say(`terminal ended (${code}), starting it again in ${delayMs} ms`)
        return true
      },
    })
  }

  start(): void {
    this.#supervised.start()
  }

  /** Ends the terminal for good; resolves when it has ended. */
  stop(): Promise<void> {
    return this.#supervised.stop()
  }

  /** Hands one end of a channel to the terminal, now or as soon as it is ready. */
  connect(label: PortLabel, port: MessagePortMain): void {
    const { screen, use } = label
    if (this.#ready !== undefined) {
      this.#ready.postMessage(label, [port])
      return
    }
    // A capture is not waited for: it has ended with the terminal.
    if (use === 'camera') {
      port.close()
      return
    }
    this.#waiting.get(screen)?.close()
    this.#waiting.set(screen, port)
  }

  #fork(): UtilityProcess {
    const { entry, configFile, say, onRefused, keyStore } = this.#options
    const child = utilityProcess.fork(entry, [configFile], { serviceName: SERVICE })
    serveKeyStore(child, keyStore)
    child.on('message', (value: unknown) => {
      const news = readNews(value)
      if (news?.event === 'refused') onRefused(news)
      if (news?.event !== 'ready') return
      say(`terminal: ready at ${news.api}`)
      this.#ready = child
      for (const [screen, port] of this.#waiting)
        child.postMessage({ screen, use: 'protocol' } satisfies PortLabel, [port])
      this.#waiting.clear()
    })
    return child
  }
}

/** `UtilityProcess.kill` only asks; a process that hangs does not hear it. */
function killNow(child: UtilityProcess): void {
  const { pid } = child
  if (pid !== undefined && pid > 1) process.kill(pid, 'SIGKILL')
}
