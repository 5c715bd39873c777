import process from 'node:process'
import { runCommand } from '../../src/cli/run-command.ts'
import { askKeyStore } from './ask-key-store.ts'

/**
 * One command in a process of its own, started by command-process.ts with the command's arguments. The
 * system's key store is asked through the main process.
 */
const { parentPort } = process
const { keyStore, take } = askKeyStore((wish) => parentPort.postMessage(wish))
parentPort.on('message', ({ data }) => take(data))

await runCommand(process.argv.slice(2), { systemKeys: keyStore })
// The port to the main process would keep this one; what was said is given time to be written.
const flush = (stream: NodeJS.WriteStream) =>
  new Promise<void>((done) => stream.write('', () => done()))
await Promise.all([flush(process.stdout), flush(process.stderr)])
process.exit(process.exitCode ?? 0)
