import type { SystemKeys } from '../terminal/system-key.ts'

type Command = (argv: string[], host: SystemKeys) => Promise<void>

/** Commands that look after a terminal, in a program of their own or in the app. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  journal: async () => (await import('./journal.ts')).runJournal,
  reconcile: async () => (await import('./reconcile.ts')).runReconcile,
  close: async () => (await import('./close.ts')).runClose,
  refund: async () => (await import('./refund.ts')).runRefund,
  shift: async () => (await import('./shift.ts')).runShift,
  cert: async () => (await import('./cert.ts')).runCert,
  secrets: async () => (await import('./secrets.ts')).runSecrets,
  operator: async () => (await import('./operator.ts')).runOperator,
  enroll: async () => (await import('./enroll.ts')).runEnroll,
  grant: async () => (await import('./grant.ts')).runGrant,
  models: async () => (await import('./models.ts')).runModels,
  retire: async () => (await import('./retire.ts')).runRetire,
}

/**
 * Runs the command that the arguments name, and prints what it says; `process.exitCode` tells how it
 * ended. Anything else gets the help, with status 2 unless it asked for that.
 */
export async function runCommand(argv: readonly string[], host: SystemKeys = {}): Promise<void> {
  const [name = 'help', ...rest] = argv
  const load = COMMANDS[name]
  if (load) {
    const command = await load()
    await command(rest, host)
  } else if (name === 'version' || name === '--version') {
    console.log((await import('../version.ts')).VERSION)
  } else {
    const { HELP } = await import('./help.ts')
    const asked = ['help', '--help', '-h'].includes(name)
    const print = asked ? console.log : console.error
    print(asked ? HELP : `guitai: there is no command "${name}"\n\n${HELP}`)
    process.exitCode = asked ? 0 : 2
  }
}
