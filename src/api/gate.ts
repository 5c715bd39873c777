import { err, ok, type Result } from '../base/result.ts'
import { type Problem, problem } from '../domain/errors.ts'
import type { Scope } from './protocol.ts'

/** Who holds which token. */
export type Grant = { readonly token: string; readonly scopes: readonly Scope[] }

/** What the gate looks at before anything else of a request. */
export type Approach = {
  readonly host: string | undefined
  readonly origin: string | undefined
  readonly token: string | undefined
}

const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]'])

/**
 * Whether a request may come in at all. The Host must name this machine's loopback with our port: a
 * page that rebinds its own name to 127.0.0.1 still sends its own name. An Origin, when there is
 * one, must be ours or listed.
 */
export function checkApproach(
  approach: Approach,
  allowed: { readonly port: number; readonly origins: readonly string[] },
): Result<void, Problem> {
  const { host, origin } = approach
  if (host === undefined || !isOurHost(host, allowed.port)) return err(problem('api.foreign_host'))
  if (origin === undefined) return ok(undefined)
  const ours = [...LOOPBACK_HOSTS].map((name) => `http://${name}:${allowed.port}`)
  if (ours.includes(origin) || allowed.origins.includes(origin)) return ok(undefined)
  return err(problem('api.foreign_origin'))
}

function isOurHost(host: string, port: number): boolean {
  const match = /^(\[::1\]|[a-z0-9.-]+):(\d+)$/.exec(host.toLowerCase())
  return match !== null && LOOPBACK_HOSTS.has(match[1] ?? '') && Number(match[2]) === port
}

/**
 * Finds what a token allows.
 *
 * @param same compares two secrets in constant time
 */
export function findGrant(
  grants: readonly Grant[],
  token: string | undefined,
  same: (one: string, other: string) => boolean,
): Result<readonly Scope[], Problem> {
  const found = token === undefined ? undefined : grants.find((grant) => same(grant.token, token))
  return found ? ok(found.scopes) : err(problem('api.unauthorised'))
}

/** The token of an `Authorization: Bearer` header. */
export function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer ([\x21-\x7e]{1,200})$/.exec(header ?? '')?.[1]
}

/** The token among a WebSocket's subprotocols. */
export function subprotocolToken(header: string | undefined): string | undefined {
  const offered = (header ?? '').split(',').map((name) => name.trim())
  return offered.find((name) => name.startsWith('token.'))?.slice('token.'.length)
}
