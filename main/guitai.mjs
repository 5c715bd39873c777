#!/usr/bin/env node
// The `guitai` command: runs src/cli.ts with the pinned Node, whatever Node started it.
import { join } from 'node:path'
import { bootstrap, ROOT, runEntry, runForeground } from './bootstrap.mjs'

await runEntry(async () => {
  const { node } = await bootstrap({ need: ['packages'] })
  return runForeground(node, [join(ROOT, 'src', 'cli.ts'), ...process.argv.slice(2)])
})
