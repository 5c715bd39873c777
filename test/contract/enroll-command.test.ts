import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { runGuitai } from '../support/guitai.ts'
import { EVIDENCE, limitRow, World } from './sandbox-services-client.ts'
import { POSITION } from './scene-terminal.ts'

let world: World
beforeEach(async () => {
  world = await World.start()
  await world.admit()
  await world.grant([{ type: 'MICROPAY', evidence: EVIDENCE }])
  await world.limits([limitRow('MICROPAY', 500_000)])
  const path = join(world.dir, 'terminal.json')
  const services = { address: world.sandbox.origin, position: POSITION }
  const written = JSON.parse(readFileSync(path, 'utf8'))
  writeFileSync(path, JSON.stringify({ ...written, services }))
})
afterEach(() => world.stop())

const guitai = (...words: string[]) =>
  runGuitai(...words, '--config', join(world.dir, 'terminal.json'))

it('enrols once, and shows what may be charged and why not', async () => {
  const before = await guitai('grant', 'show')
  expect(before).toMatchObject({ code: 1 })
  expect(before.said).toContain('services.not_enrolled')
  const code = await world.code('POS01')
  const enrolled = await guitai('enroll', '--code', code, '--json')
  expect(enrolled).toMatchObject({ code: 0, said: '' })
  expect(JSON.parse(enrolled.out)).toMatchObject({ serial: 'POS01', grantVersion: 1 })
  const again = await guitai('enroll', '--code', code)
  expect(again).toMatchObject({ code: 1 })
  expect(again.said).toContain('services.already_enrolled')
  const shown = await guitai('grant', 'show', '--amount', '500000')
  expect(shown).toMatchObject({ code: 0, said: '' })
  expect(shown.out).toContain('MICROPAY, 5000.00: allowed; at most 5000.00 now')
  const listed = await guitai('journal', 'list')
  expect(listed.out).toMatch(/^ACT .* command line {2}terminal\.enrol POS01 .*\n$/)
  const refused = await guitai('grant', 'show', '--amount', '500001')
  expect(refused.out).toContain('[scene.above_single_limit; limits]')
})

it('says what is wrong with a code', async () => {
  const wrong = await guitai('enroll', '--code', `AAAA-AAAA-AAAA-AAAA-AAAA.${'0'.repeat(32)}`)
  expect(wrong).toMatchObject({ code: 1 })
  expect(wrong.said).toContain('enrol.code_wrong')
  expect((await guitai('enroll')).code).toBe(2)
})

it('retires once the agreement has ended, and can be told again', async () => {
  expect((await guitai('enroll', '--code', await world.code('POS01'))).code).toBe(0)
  expect((await guitai('retire')).code).toBe(2)
  const early = await guitai('retire', '--yes')
  expect(early.said).toContain('services.agreement_runs')
  await world.measure('M10', { params: { agreement_end: '2026-05-06T15:08:09+08:00' } })
  const key = join(world.dir, 'apiclient_key.pem')
  expect(existsSync(key)).toBe(true)
  expect(await guitai('retire', '--yes')).toMatchObject({ code: 0, said: '' })
  expect(existsSync(key)).toBe(false)
  expect((await guitai('retire', '--yes')).code).toBe(0)
  const { value } = await world.control('overview')
  expect(value.terminals).toMatchObject([{ serial: 'POS01', status: 'RELEASED' }])
})
