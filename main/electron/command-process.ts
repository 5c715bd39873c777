import { utilityProcess } from 'electron'
import { type KeyStore, serveKeyStore } from './key-store.ts'

const SERVICE = 'Guitai command'

/**
 * Runs one command in a process of its own, which has the key store of the system to ask. What it says
 * goes where the app's own words go; there is no keyboard.
 *
 * @param options.entry the built cli-entry
 * @returns the status the command ended with
 */
export function runCommandProcess(options: {
  readonly entry: string
  readonly command: readonly string[]
  readonly keyStore: KeyStore
}): Promise<number> {
  const { entry, command, keyStore } = options
  const child = utilityProcess.fork(entry, [...command], { serviceName: SERVICE, stdio: 'inherit' })
  serveKeyStore(child, keyStore)
  return new Promise((resolve) => child.once('exit', resolve))
}
