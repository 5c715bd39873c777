import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

type Platform = { readonly env: NodeJS.ProcessEnv; readonly name: NodeJS.Platform }

const HERE: Platform = { env: process.env, name: process.platform }

/** Where this platform keeps a program's data: XDG on Linux, ProgramData on Windows. */
export function dataHome({ env, name }: Platform = HERE): string {
  if (name === 'win32') return join(env.ProgramData ?? homedir(), 'guitai')
  if (name === 'darwin') return join(homedir(), 'Library', 'Application Support', 'guitai')
  return join(env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'guitai')
}

/** Where this platform keeps what can be made again. */
export function cacheHome({ env, name }: Platform = HERE): string {
  if (name === 'win32') return join(env.LOCALAPPDATA ?? homedir(), 'guitai', 'cache')
  if (name === 'darwin') return join(homedir(), 'Library', 'Caches', 'guitai')
  return join(env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'guitai')
}

/**
 * Where face models are: what the configuration says, `GUITAI_MODELS`, or one place for all terminals of
 * this machine.
 *
 * @param configured `face.modelsDir`, absolute
 */
export function modelsHome(configured?: string, platform: Platform = HERE): string {
  const named = configured ?? platform.env.GUITAI_MODELS
  return named ? resolve(named) : join(dataHome(platform), 'models')
}

/** The journal of the terminal whose data folder this is. */
export function journalPath(dataDir: string): string {
  return join(dataDir, 'journal.db')
}

/** The files beside that journal: what of it was signed, and how far it is. */
export function besideJournal(dataDir: string) {
  return { checkpointFile: checkpointsPath(dataDir), headFile: join(dataDir, 'journal.head') }
}

/** What of that journal was signed, in a file of its own. */
function checkpointsPath(dataDir: string): string {
  return join(dataDir, 'checkpoints.jsonl')
}

/** A serial port as configured: a COM name stays as it is, a path starts from the configuration file. */
export function portPath(baseDir: string, path: string): string {
  return /^COM\d+$/i.test(path) ? path : resolve(baseDir, path)
}
