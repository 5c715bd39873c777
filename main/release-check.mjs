/**
 * Keeps one version one program: `npm run release-check` fails when the files that a build ships are
 * other ones than were released under the version of package.json. `npm run release-check -- --record`
 * writes a version down when it is released; one that is written down is never changed.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'

/** What a build is made of. */
const SHIPPED = ['src', 'main', 'renderer', 'native', 'package-lock.json', 'electron-builder.yml']
/** What is made, not written. */
const MADE = new Set(['node_modules', 'dist', 'build'])
const RELEASES = join('docs', 'releases.json')

/** Files under a path, with `/` between their parts, sorted by code units. */
function filesUnder(root, path) {
  const at = join(root, path)
  if (!existsSync(at)) return []
  const entries = readdirSync(at, { withFileTypes: true, recursive: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep))
    .filter((parts) => !parts.some((part) => MADE.has(part)))
    .map((parts) => parts.join('/'))
}

/**
 * One digest of all shipped sources under a folder: names and contents, whatever the order in which a
 * disk lists them and whatever ends its lines.
 */
export function digestOfSources(root) {
  const files = SHIPPED.flatMap((path) => {
    const isFile = path.includes('.')
    if (isFile) return existsSync(join(root, path)) ? [path] : []
    return filesUnder(root, path)
  }).sort()
  const hash = createHash('sha256')
  for (const file of files) {
    const bytes = readFileSync(join(root, file))
    const text = bytes.includes(0) ? bytes : bytes.toString('utf8').replaceAll('\r\n', '\n')
    const digest = createHash('sha256').update(text).digest('hex')
    hash.update(`${digest} ${file}\n`)
  }
  return hash.digest('hex')
}

/** Version, as package.json and src/version.ts say it; throws when they differ. */
function versionOf(root) {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const told = /VERSION = '([^']+)'/.exec(readFileSync(join(root, 'src', 'version.ts'), 'utf8'))
  if (told?.[1] !== version)
    throw new Error(`src/version.ts says ${told?.[1]}, package.json ${version}`)
  return version
}

/**
 * What a build under the present version would be: `released` when it is the very one that was released,
 * `new` when the version was not, `changed` when other files were released under it.
 */
export function checkRelease(root) {
  const version = versionOf(root)
  const path = join(root, RELEASES)
  const releases = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {}
  const sha256 = digestOfSources(root)
  const recorded = releases[version]
  const kind = recorded === undefined ? 'new' : recorded === sha256 ? 'released' : 'changed'
  return { kind, version, sha256, releases }
}

/** Writes the present version down. Throws when other files were released under it. */
export function recordRelease(root) {
  const { kind, version, sha256, releases } = checkRelease(root)
  if (kind === 'changed') throw new Error(`${version} was released with other files`)
  const next = { ...releases, [version]: sha256 }
  writeFileSync(join(root, RELEASES), `${JSON.stringify(next, null, 2)}\n`)
  return { version, sha256 }
}

/** electron-builder, `beforePack`: nothing is packed under a version that names another program. */
export function beforePack() {
  refuseChanged(checkRelease(resolve(import.meta.dirname, '..')))
}

function refuseChanged({ kind, version }) {
  if (kind !== 'changed') return
  throw new Error(
    `the sources are not those released as ${version}: give package.json and src/version.ts a new version`,
  )
}

if (process.argv[1] && resolve(process.argv[1]) === import.meta.filename) {
  const root = resolve(import.meta.dirname, '..')
  try {
    if (process.argv.includes('--record')) {
      const { version, sha256 } = recordRelease(root)
      console.log(`${version} is ${sha256}`)
    } else {
      const found = checkRelease(root)
      refuseChanged(found)
      console.log(`${found.version}: ${found.kind}`)
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  }
}
