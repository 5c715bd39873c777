import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { askTerminal } from '../../../src/cli/ask-terminal.ts'
import { openJournal } from '../../../src/journal/node/sqlite-journal.ts'
import { journalPath } from '../../../src/terminal/folders.ts'
import { keepIdentity, readIdentity } from '../../../src/terminal/identity.ts'

describe('asking the running terminal', () => {
  let dataDir: string
  let server: Server
  let seen: (string | undefined)[]

  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'guitai-ask-'))
    seen = []
    server = createServer((request, response) => {
      seen.push(request.headers.authorization)
      response.end('{}')
    })
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    const { port } = server.address() as AddressInfo
    keepIdentity(dataDir, { ...readIdentity(dataDir), port })
  })

  afterEach(async () => {
    await new Promise((closed) => server.close(closed))
    rmSync(dataDir, { recursive: true })
  })

  it('sends no token to whoever has the port while no terminal holds the journal', async () => {
    const ask = { method: 'GET', path: '/v1/status' } as const
    expect(await askTerminal(dataDir, ask)).toBeUndefined()
    const journal = openJournal(journalPath(dataDir))
    if (!journal.ok) throw new Error(journal.error.code)
    const answer = await askTerminal(dataDir, ask)
    expect(answer?.ok).toBe(true)
    journal.value.close()
    expect(await askTerminal(dataDir, ask)).toBeUndefined()
    expect(seen).toEqual([`Bearer ${readIdentity(dataDir).tokens.admin}`])
  })
})
