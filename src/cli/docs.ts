import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildOpenApi } from '../api/openapi.ts'
import { buildConfigurationPage } from '../terminal/config-page.ts'
import { VERSION } from '../version.ts'
import { buildErrorPage } from './error-page.ts'
import { buildMeasuresPage } from './measures-page.ts'

const DOCS = join(import.meta.dirname, '..', '..', 'docs')

/** The documents that are made from the schemas, by file name in docs/. */
export function generatedDocuments(): Readonly<Record<string, string>> {
  return {
    'openapi.json': `${JSON.stringify(buildOpenApi(VERSION), null, 2)}\n`,
    'configuration.md': buildConfigurationPage(),
    'errors.md': buildErrorPage(),
    'measures.md': buildMeasuresPage(),
  }
}

/** `guitai docs [--check]`: writes the generated documents, or says which are out of date. */
export async function runDocs(argv: string[]): Promise<void> {
  for (const [name, text] of Object.entries(generatedDocuments())) {
    const path = join(DOCS, name)
    if (!argv.includes('--check')) writeFileSync(path, text)
    else if (readFileSync(path, 'utf8') !== text) {
      console.error(`guitai: docs/${name} is out of date; run guitai docs`)
      process.exitCode = 1
    }
  }
}
