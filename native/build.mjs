// Builds the native part: npm run native. Plain JavaScript; needs a C++ compiler and node-api-headers.
//   node native/build.mjs            builds it unless it is newer than its sources
//   node native/build.mjs --force    builds it in any case
// Ends with 0 when it is there, 2 when there is no compiler, 1 when the compiler refused it.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const HERE = dirname(fileURLToPath(import.meta.url))
const OUTPUT = join(dirname(HERE), 'dist', 'native', 'guitai.node')
const COMPILERS = ['g++', 'clang++', 'c++']
const FLAGS = ['-std=c++17', '-O2', '-Wall', '-Wextra', '-Werror', '-fPIC', '-fvisibility=hidden']
/** Linux: threads of a hung device may outlive the environment, so its code is never unmapped. */
const LINKS = {
  linux: ['-shared', '-pthread', '-static-libstdc++', '-static-libgcc', '-Wl,-z,nodelete'],
  darwin: ['-bundle', '-undefined', 'dynamic_lookup'],
}
const NO_COMPILER = 2

const say = (line) => process.stderr.write(`${line}\n`)

function findCompiler() {
  const named = process.env.CXX
  const candidates = named === undefined || named === '' ? COMPILERS : [named]
  return candidates.find((name) => spawnSync(name, ['--version']).status === 0)
}

const sources = () => readdirSync(HERE).filter((name) => /\.(cc|h|mjs)$/.test(name))

function isBuilt() {
  if (!existsSync(OUTPUT)) return false
  const builtMs = statSync(OUTPUT).mtimeMs
  return sources().every((name) => statSync(join(HERE, name)).mtimeMs <= builtMs)
}

function headers() {
  const require = createRequire(import.meta.url)
  const manifest = require.resolve('node-api-headers/package.json')
  return join(dirname(manifest), 'include')
}

function build(compiler) {
  mkdirSync(dirname(OUTPUT), { recursive: true })
  // Whoever builds at the same time writes another file; the last whole one stays.
  const temporary = `${OUTPUT}.${process.pid}`
  const files = sources().filter((name) => name.endsWith('.cc'))
  const args = [
    ...FLAGS,
    ...LINKS[process.platform],
    '-isystem',
    headers(),
    ...files.map((name) => join(HERE, name)),
    '-o',
    temporary,
  ]
  const { status, stderr, error } = spawnSync(compiler, args, { encoding: 'utf8' })
  if (status === 0) {
    renameSync(temporary, OUTPUT)
    return 0
  }
  rmSync(temporary, { force: true })
  say(`${stderr ?? ''}${error?.message ?? ''}`.trimEnd())
  say('native part: the compiler refused it, see above')
  return 1
}

function main() {
  if (isBuilt() && !process.argv.includes('--force')) return 0
  if (LINKS[process.platform] === undefined) {
    say(`native part: not built on ${process.platform} by this script, see native/README.md`)
    return NO_COMPILER
  }
  const compiler = findCompiler()
  if (compiler === undefined) {
    say('native part: no C++ compiler (Debian: apt-get install g++; macOS: xcode-select --install)')
    return NO_COMPILER
  }
  return build(compiler)
}

process.exitCode = main()
