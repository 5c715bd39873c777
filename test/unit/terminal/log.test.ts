import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openLog } from '../../../src/terminal/log.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'guitai-log-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

it('P6: takes codes out of messages and fields', () => {
  const { log, close } = openLog(dir)
  log.warn('read 130061098828009406', { text: 'code 130061098828009406', outTradeNo: 'GT1' })
  close()
  const text = readFileSync(join(dir, 'terminal.log'), 'utf8')
  expect(text).not.toContain('130061098828009406')
  expect(JSON.parse(text)).toMatchObject({ outTradeNo: 'GT1', text: 'code [redacted]' })
})

it('P10: a full disk loses lines and nothing else', (context) => {
  if (process.platform !== 'linux') context.skip('needs /dev/full')
  symlinkSync('/dev/full', join(dir, 'terminal.log'))
  const { log, close } = openLog(dir)
  for (let line = 0; line < 1_000; line += 1) log.info('a line', { line })
  close()
})
