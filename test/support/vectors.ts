import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '../..')

/** Where published test vectors are looked for. */
function vectorsFolder(): string {
  return process.env.GUITAI_VECTORS ?? resolve(ROOT, '../shared/vectors')
}

/** A vector file, or why it cannot be used here. */
type VectorFile<Content> =
  | { readonly found: true; readonly content: Content }
  | { readonly found: false; readonly reason: string }

/** Reads a file of published vectors. They hold example keys and so are not part of this repository. */
function readVectors<Content>(name: string): VectorFile<Content> {
  const path = join(vectorsFolder(), name)
  if (!existsSync(path)) {
    return { found: false, reason: `no ${name}: set GUITAI_VECTORS to the folder that has it` }
  }
  return { found: true, content: JSON.parse(readFileSync(path, 'utf8')) as Content }
}

type Skippable = { skip(reason: string): never }

/** The content of a vector file; skips the running test with the reason when it is not there. */
export function needVectors<Content>(context: Skippable, name: string): Content {
  const file = readVectors<Content>(name)
  if (!file.found) return context.skip(file.reason)
  return file.content
}
