import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { generatedDocuments } from '../../../src/cli/docs.ts'

it.each(Object.entries(generatedDocuments()))('docs/%s is what the schemas say', (name, text) => {
  const path = join(import.meta.dirname, '..', '..', '..', 'docs', name)
  expect(readFileSync(path, 'utf8')).toBe(text)
})
