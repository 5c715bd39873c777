import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { modelOf, SCENES, sceneNamed } from './screens-fixtures.ts'
import {
  buildScreens,
  openChromium,
  pageAddress,
  type ScreensServer,
  serveScreens,
} from './screens-server.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

type Violation = { id: string; impact: string; nodes: { target: string[]; any: unknown[] }[] }

let folder: string
let browser: Browser
let server: ScreensServer

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'guitai-accessibility-'))
  await buildScreens(folder)
  server = await serveScreens(folder, modelOf(sceneNamed('ready')))
  browser = await openChromium()
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
  rmSync(folder, { recursive: true, force: true })
})

const LOOKS = [
  ['cashier', 'zh-CN', 'light'],
  ['cashier', 'en', 'dark'],
  ['customer', 'zh-CN', 'light'],
  ['customer', 'en', 'dark'],
] as const

test.each(LOOKS)('%s in %s, %s: no state has a violation', async (name, language, theme) => {
  const context = await browser.newContext({
    viewport: { width: 1024, height: 768 },
    colorScheme: theme,
    reducedMotion: 'reduce',
    bypassCSP: true,
  })
  const page = await context.newPage()
  await page.goto(pageAddress(server, name, `?language=${language}`))
  await page.evaluate(axe)
  const found: string[] = []
  for (const [index, scene] of SCENES.entries()) {
    server.show(modelOf(scene, index + 1))
    await page.waitForSelector(`html[data-painted-revision="${index + 1}"]`)
    const violations = (await page.evaluate(
      'axe.run(document).then((result) => result.violations)',
    )) as Violation[]
    for (const { id, impact, nodes } of violations) {
      found.push(`${scene.name}: ${id} (${impact}) ${nodes.map((node) => node.target).join(', ')}`)
    }
  }
  await context.close()
  expect(found).toEqual([])
})
