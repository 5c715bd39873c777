import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { SCOPES, type Scope } from '../api/protocol.ts'
import { err, ok, type Result } from '../base/result.ts'
import { type Problem, problem } from '../domain/errors.ts'
import type { Config } from './config.ts'

const tokensSchema = z.object({
  port: z.number().int(),
  // One written before there was a scope lacks its token; those it has stay true.
  tokens: z.partialRecord(z.enum(SCOPES), z.string().min(32)),
})

/** What keeps a terminal's address and tokens the same across restarts. */
export type LocalIdentity = {
  readonly port: number
  readonly tokens: Readonly<Record<Scope, string>>
}

const fileOf = (dataDir: string) => join(dataDir, 'api.json')

/** Whether a terminal has run in this data folder before. */
export function wasUsed(dataDir: string): boolean {
  return existsSync(fileOf(dataDir))
}

/**
 * Reads the tokens and the port of an earlier run, and makes those that are missing: all of them when
 * the file cannot be understood. The file is the owner's only.
 */
export function readIdentity(dataDir: string): LocalIdentity {
  const stored = wasUsed(dataDir) ? readStored(fileOf(dataDir)) : undefined
  const tokens = Object.fromEntries(
    SCOPES.map((scope) => [scope, stored?.tokens[scope] ?? randomBytes(24).toString('base64url')]),
  ) as Record<Scope, string>
  return { port: stored?.port ?? 0, tokens }
}

function readStored(path: string): z.infer<typeof tokensSchema> | undefined {
  try {
    return tokensSchema.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data
  } catch {
    return undefined
  }
}

/**
 * Keeps the tokens and the port for the next run: the old file stays until the new one is whole, so
 * that a full disk or a power cut takes no register its token. Throws when it cannot be written.
 */
export function keepIdentity(dataDir: string, identity: LocalIdentity): void {
  const path = fileOf(dataDir)
  const text = JSON.stringify(identity)
  if (wasUsed(dataDir) && readFileSync(path, 'utf8') === text) return
  writeFileSync(`${path}.new`, text, { mode: 0o600, flush: true })
  renameSync(`${path}.new`, path)
}

/** Reads a file that only its owner may read; anything looser is refused. */
export function readSecret(path: string, field: string): Result<string, Problem> {
  const text = readText(path, field)
  if (!text.ok || process.platform === 'win32') return text
  const mode = statSync(path).mode & 0o777
  if ((mode & 0o077) === 0) return text
  const detail = `${path} has mode ${mode.toString(8)}; run chmod 600 on it`
  return err(problem('config.secret_exposed', { field, detail }))
}

/** Reads a text file named by the configuration. */
export function readText(path: string, field: string): Result<string, Problem> {
  try {
    return ok(readFileSync(path, 'utf8'))
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause)
    return err(problem('config.file_unreadable', { field, detail }))
  }
}

/**
 * Names what permits a charge while no grant does: a digest of who is paid, where, by which gateway.
 * It stands on every attempt in the journal.
 */
export function configurationVersion(config: Config): string {
  const { terminalId, store, merchant, gateway } = config
  const facts = [terminalId, store.id, merchant.id, merchant.appId, gateway.primary]
  const digest = createHash('sha256').update(JSON.stringify(facts)).digest('hex')
  return `config-${digest.slice(0, 12)}`
}
