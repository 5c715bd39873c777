import { runDemo } from './cli/demo.ts'
import { runDocs } from './cli/docs.ts'
import { HELP } from './cli/help.ts'
import { runJournal } from './cli/journal.ts'
import { runTerminal } from './cli/terminal.ts'
import { runSandbox } from './sandbox/node/run-sandbox.ts'
import { VERSION } from './terminal.ts'

const COMMANDS: Readonly<Record<string, (argv: string[]) => Promise<void>>> = {
  terminal: runTerminal,
  sandbox: runSandbox,
  demo: runDemo,
  journal: runJournal,
  docs: runDocs,
}

const [name = 'help', ...rest] = process.argv.slice(2)
const command = COMMANDS[name]
if (command) {
  await command(rest)
} else if (name === 'version' || name === '--version') {
  console.log(VERSION)
} else {
  const asked = ['help', '--help', '-h'].includes(name)
  const print = asked ? console.log : console.error
  print(asked ? HELP : `guitai: there is no command "${name}"\n\n${HELP}`)
  process.exitCode = asked ? 0 : 2
}
