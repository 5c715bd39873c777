import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { problem } from '../../domain/errors.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
}

/** No inline code, no foreign hosts, no frames: the page can only talk to the terminal it came from. */
export const SCREEN_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "media-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Serves the built screens under `/screens/`. They hold no secret; the token is in the fragment. */
export function serveScreens(app: FastifyInstance, dir: string): void {
  app.get('/screens/*', async (request, reply) => {
    const wanted = normalize((request.params as { '*': string })['*'])
    const type = TYPES[extname(wanted)]
    if (type === undefined || wanted.startsWith('..') || wanted.startsWith(sep)) {
      return reply.code(404).send(problem('api.no_such_operation'))
    }
    try {
      const body = await readFile(join(dir, wanted))
      return reply
        .headers({
          'content-type': type,
          'content-security-policy': SCREEN_POLICY,
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
          'cache-control': wanted.endsWith('.html') ? 'no-store' : 'max-age=31536000, immutable',
        })
        .send(body)
    } catch {
      return reply.code(404).send(problem('api.no_such_operation'))
    }
  })
}
