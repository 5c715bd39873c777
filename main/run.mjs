// Runs one file, or a program of an installed package, with the pinned Node.
//   node main/run.mjs [--need a,b] FILE …
//   node main/run.mjs --program PACKAGE NAME …
import { resolve } from 'node:path'
import { bootstrap, packageProgram, ROOT, runEntry, runForeground } from './bootstrap.mjs'

await runEntry(async () => {
  const args = process.argv.slice(2)
  const need = ['packages']
  if (args[0] === '--need') need.push(...args.splice(0, 2)[1].split(','))
  const { node, chromium } = await bootstrap({ need })
  if (chromium !== undefined) process.env.GUITAI_CHROMIUM = chromium
  if (args[0] === '--program') {
    const [, packageName, name, ...rest] = args
    return runForeground(node, [packageProgram(packageName, name), ...rest])
  }
  const [file, ...rest] = args
  return runForeground(node, [resolve(ROOT, file), ...rest])
})
