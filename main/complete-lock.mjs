// npm run lock: names in package-lock.json the packages of other platforms that npm left out.
// A registry that holds the packages of some platforms only makes npm write a lock file without the
// others, and "npm ci" refuses such a lock file everywhere. The entries added here have no
// integrity: "npm install" on a full registry fills it in.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const OPERATING_SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32']
const PROCESSORS = ['arm64', 'arm', 'ia32', 'ppc64', 'riscv64', 's390x', 'loong64', 'x64', 'wasm32']
const LIBRARIES = { musl: 'musl', gnu: 'glibc', gnueabihf: 'glibc', musleabihf: 'musl' }

/** What a package of one platform says of itself, read from its name. */
export function platformOf(packageName) {
  const words = packageName.split(/[-/]/)
  const os = OPERATING_SYSTEMS.filter((word) => words.includes(word))
  const cpu = PROCESSORS.filter((word) => words.includes(word))
  const libc = words.flatMap((word) => LIBRARIES[word] ?? [])
  return {
    ...(os.length > 0 ? { os } : {}),
    ...(cpu.length > 0 ? { cpu } : {}),
    ...(libc.length > 0 && os.includes('linux') ? { libc } : {}),
  }
}

/** Whether npm would find `name` from the package at `from`. */
function isLocked(packages, from, name) {
  for (let folder = from; ; folder = folder.slice(0, folder.lastIndexOf('/node_modules/'))) {
    if (packages[`${folder}/node_modules/${name}`]) return true
    if (!folder.includes('/node_modules/')) return packages[`node_modules/${name}`] !== undefined
  }
}

/** Optional packages that others name and the lock file lacks: path and entry of each. */
export function missingEntries({ packages }) {
  const missing = []
  for (const [path, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (isLocked(packages, path, name)) continue
      const dev = entry.dev ? { dev: true } : {}
      missing.push([
        `node_modules/${name}`,
        { version, ...dev, optional: true, ...platformOf(name) },
      ])
    }
  }
  return missing
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = join(import.meta.dirname, '..', 'package-lock.json')
  const lock = JSON.parse(readFileSync(file, 'utf8'))
  const missing = missingEntries(lock)
  const [root, ...rest] = Object.entries(lock.packages)
  const sorted = [...rest, ...missing].sort(([a], [b]) => a.localeCompare(b, 'en'))
  lock.packages = Object.fromEntries([root, ...sorted])
  if (missing.length > 0) writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
  process.stdout.write(`${missing.length} packages of other platforms named\n`)
}
