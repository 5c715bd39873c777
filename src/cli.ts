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
  journal: async () => (await import('./cli/journal.ts')).runJournal,
  reconcile: async () => (await import('./cli/reconcile.ts')).runReconcile,
  close: async () => (await import('./cli/close.ts')).runClose,
  refund: async () => (await import('./cli/refund.ts')).runRefund,
  shift: async () => (await import('./cli/shift.ts')).runShift,
  cert: async () => (await import('./cli/cert.ts')).runCert,
  operator: async () => (await import('./cli/operator.ts')).runOperator,
  enroll: async () => (await import('./cli/enroll.ts')).runEnroll,
  grant: async () => (await import('./cli/grant.ts')).runGrant,
  retire: async () => (await import('./cli/retire.ts')).runRetire,
  docs: async () => (await import('./cli/docs.ts')).runDocs,
}

const [name = 'help', ...rest] = process.argv.slice(2)
const load = COMMANDS[name]
if (load) {
  const command = await load()
  await command(rest)
} else if (name === 'version' || name === '--version') {
  console.log((await import('./version.ts')).VERSION)
} else {
  const { HELP } = await import('./cli/help.ts')
  const asked = ['help', '--help', '-h'].includes(name)
  const print = asked ? console.log : console.error
  print(asked ? HELP : `guitai: there is no command "${name}"\n\n${HELP}`)
  process.exitCode = asked ? 0 : 2
}
