import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DocumentKind } from '../../../../../src/sandbox/node/services/issuers.ts'
import { ISSUER_ROLES, Issuers } from '../../../../../src/sandbox/node/services/issuers.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'guitai-issuers-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const SIGNERS: Readonly<Record<DocumentKind, string>> = {
  trust: 'root',
  grant: 'scene-issuer',
  revocation: 'scene-issuer',
  bulletin: 'risk-issuer',
}

describe('issuers', () => {
  it('AC-6 sign the documents of their role and no others', () => {
    const issuers = new Issuers(dir, () => 0)
    for (const kind of Object.keys(SIGNERS) as DocumentKind[]) {
      for (const role of ISSUER_ROLES) {
        const attempt = () => issuers.sign(kind, { seq: 1 }, role)
        if (role === SIGNERS[kind]) expect(attempt().sig).toHaveLength(88)
        else expect(attempt).toThrow(`a ${kind} is signed by ${SIGNERS[kind]}, not by ${role}`)
      }
    }
  })

  it('have one key for each role, kept over a restart in files of their owner', () => {
    const kids = () =>
      ISSUER_ROLES.map((role) => new Issuers(dir, () => 0).forge({}, role).document.issuer_kid)
    const first = kids()
    expect(new Set(first).size).toBe(4)
    expect(kids()).toEqual(first)
    for (const name of readdirSync(dir)) expect(statSync(join(dir, name)).mode & 0o777).toBe(0o600)
  })

  it('have one trust list, whenever it is asked for', () => {
    const first = new Issuers(dir, () => 0).trust([])
    const later = new Issuers(dir, () => 86_400_000).trust([])
    expect(later).toEqual(first)
    expect(first.document).toMatchObject({ trust_version: 1, keys: [{}, {}, {}, {}] })
  })

  it('sign nothing longer than a document may be', () => {
    const issuers = new Issuers(dir, () => 0)
    const long = { text: 'x'.repeat(16 * 1024) }
    expect(() => issuers.sign('grant', long, 'scene-issuer')).toThrow('too long')
  })
})
