import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decide } from '../../src/scene/decide.ts'
import { configSchema } from '../../src/terminal/config.ts'
import { charge, goodScene, grantDocument, inHand } from '../unit/scene/documents.ts'

const ROOT = join(import.meta.dirname, '..', '..')
/** What is shipped; the sandbox grants made-up numbers, for trying things out, and says so. */
const SHIPPED = ['src', 'main', 'renderer']
const MADE_UP = /^src\/sandbox\//

function shippedFiles(): readonly (readonly [path: string, text: string])[] {
  return SHIPPED.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|json|mjs|html)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name)),
  )
    .map((path) => [relative(ROOT, path), readFileSync(path, 'utf8')] as const)
    .filter(([path]) => !MADE_UP.test(path) && !/(dist|node_modules)\//.test(path))
}

/** A number given to a limit by name: `single: 500_000`, `"day": 100000`, `perTxnFen = 1_000`. */
const LIMIT =
  /\b(single|day|month|perTxn|perDay|per_txn|per_day)(Fen)?['"]?\s*[:=]\s*(['"])?\d[\d_]{2,}/
/** An industry by its name or code. */
const INDUSTRY =
  /\b(mcc|merchant_category|industryCategory|industry_category)\b['"]?\s*[:=]\s*['"\d]|餐饮|零售|医院|学校|景区|便利店/

describe('AC-annex/release: limits of an industry', () => {
  it('AC-annex/release: are in nothing that is shipped', () => {
    const found = shippedFiles().flatMap(([path, text]) =>
      text
        .split('\n')
        .filter((line) => LIMIT.test(line) || INDUSTRY.test(line))
        .map((line) => `${path}: ${line.trim()}`),
    )
    expect(found).toEqual([])
  })

  it('AC-annex/release: would be found', () => {
    for (const line of ['single: 500_000,', '"day": 100000', 'perTxnFen = 1_000'])
      expect(line).toMatch(LIMIT)
    expect("industryCategory: '5411'").toMatch(INDUSTRY)
    expect('day: Math.floor(atMs / DAY_MS)').not.toMatch(LIMIT)
    expect(shippedFiles().length).toBeGreaterThan(200)
  })

  it('AC-annex/release: have no place in the configuration either', () => {
    const fields = JSON.stringify(Object.keys(configSchema.shape))
    expect(fields).not.toMatch(/limit/i)
  })

  it('AC-annex/release: not delivered, no charge is made', () => {
    const grant = inHand(grantDocument({ limits: [] }))
    expect(decide(goodScene({ grant }), charge())).toMatchObject({
      kind: 'refuse',
      code: 'scene.limits_missing',
    })
  })
})

it('AC-14g/terminal: nothing that is shipped can send a red packet or a transfer', () => {
  const found = shippedFiles().filter(([, text]) =>
    /redpack|red_packet|mmpaymkttransfers|promotion\/transfers|transfer\/batches/i.test(text),
  )
  expect(found.map(([path]) => path)).toEqual([])
})
