import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { TestContext } from 'vitest'

/** A model of ../shared/models or GUITAI_MODELS; where it is not there, the test says so. */
export function modelPath(context: TestContext, name: string): string {
  const folder = process.env.GUITAI_MODELS ?? resolve(import.meta.dirname, '../../../shared/models')
  const path = resolve(folder, name)
  if (!existsSync(path)) context.skip(`no ${name}: set GUITAI_MODELS to the folder that has it`)
  return path
}
