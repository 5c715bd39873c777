import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { cacheHome } from './terminal/folders.ts'

// A till makes little garbage at a time: a young generation that does not grow keeps its memory flat.
setFlagsFromString('--semi-space-growth-factor=1')
// Keeps the types-stripped, compiled code between runs: a terminal starts sooner and smaller.
enableCompileCache(join(cacheHome(), 'code'))

/** Each command loads only what it needs: a terminal never loads the sandbox. */
const COMMANDS: Readonly<Record<string, () => Promise<(argv: string[]) => Promise<void>>>> = {
  terminal: async () => (await import('./cli/terminal.ts')).runTerminal,
  sandbox: async () => (await import('./sandbox/node/run-sandbox.ts')).runSandbox,
  demo: async () => (await import('./cli/demo.ts')).runDemo,
  docs: async () => (await import('./cli/docs.ts')).runDocs,
}

const argv = process.argv.slice(2)
const load = COMMANDS[argv[0] ?? '']
if (load) {
  const command = await load()
  await command(argv.slice(1))
} else {
  const { runCommand } = await import('./cli/run-command.ts')
  await runCommand(argv)
}
