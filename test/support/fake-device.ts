import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const SOURCE = join(ROOT, 'test/native/fake-device.cc')
const COMPILED = join(ROOT, 'dist/native/fake-device.so')
const COMPILERS = ['g++', 'clang++', 'c++']

let refused: string | undefined
let tried = false

/**
 * Builds the native part and the library that plays a device; once for each process.
 *
 * @returns why it cannot be done here, or undefined when both are there
 */
export function whyNoNativePart(): string | undefined {
  if (tried) return refused
  tried = true
  refused = buildAll()
  return refused
}

function buildAll(): string | undefined {
  if (process.platform !== 'linux') return 'the native part is tested on Linux only'
  const built = spawnSync(process.execPath, [join(ROOT, 'native/build.mjs')], { encoding: 'utf8' })
  if (built.status === 2) return built.stderr.trim()
  if (built.status !== 0) throw new Error(built.stderr)
  if (existsSync(COMPILED) && statSync(COMPILED).mtimeMs >= statSync(SOURCE).mtimeMs)
    return undefined
  const compiler = COMPILERS.find((name) => spawnSync(name, ['--version']).status === 0)
  if (compiler === undefined) return 'no C++ compiler (Debian: apt-get install g++)'
  mkdirSync(dirname(COMPILED), { recursive: true })
  const temporary = `${COMPILED}.${process.pid}`
  const args = [
    '-std=c++17',
    '-O1',
    '-Wall',
    '-shared',
    '-fPIC',
    '-pthread',
    SOURCE,
    '-o',
    temporary,
  ]
  const { status, stderr } = spawnSync(compiler, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  renameSync(temporary, COMPILED)
  return undefined
}

/** One line of a script: command or `*`, action, argument (test/native/fake-device.cc). */
export type FakeStep = readonly [command: string, action: string, argument?: string]

/** A copy of the fake library with a state and a script of its own. */
export type FakeDevice = {
  readonly library: string
  script(...steps: readonly FakeStep[]): void
  /** Requests so far, as they came. */
  requests(): readonly string[]
  /** First byte of each answer when it was released: 0 when the caller overwrote it. */
  released(): readonly number[]
  /** Answers given and not released. */
  held(): number
  /** A path in its folder. */
  path(name: string): string
  remove(): void
}

/** Makes a {@link FakeDevice}; {@link whyNoNativePart} must have said nothing. */
export function createFakeDevice(...steps: readonly FakeStep[]): FakeDevice {
  const folder = mkdtempSync(join(tmpdir(), 'guitai-device-'))
  const library = join(folder, 'libdevice.so')
  copyFileSync(COMPILED, library)
  const lines = (kind: string): string[] => {
    const log = `${library}.log`
    if (!existsSync(log)) return []
    return readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith(`${kind}\t`))
      .map((line) => line.slice(kind.length + 1))
  }
  const script = (...next: readonly FakeStep[]): void => {
    const text = next.map(
      ([command, action, argument = '']) => `${command}\t${action}\t${argument}\n`,
    )
    writeFileSync(`${library}.script`, text.join(''))
  }
  script(...steps)
  return {
    library,
    script,
    requests: () => lines('call'),
    released: () => lines('release').map(Number),
    held: () => Number(lines('held').at(-1) ?? 0),
    path: (name) => join(folder, name),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** An answer of the service as JSON. */
export function answer(fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ return_code: 'SUCCESS', ...fields })
}
