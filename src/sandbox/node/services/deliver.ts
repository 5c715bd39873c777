import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { SERVICES_PATH } from '../../services/wire.ts'
import type { WireRequest } from '../../wire-checks.ts'
import { ADMIN_PAGE } from './admin-page.ts'
import type { Services } from './services.ts'
import { handleServicesControl, SERVICES_CONTROL } from './services-control.ts'

const JSON_TYPE = 'application/json; charset=utf-8'

/** Whether a request is for terminal services, their control surface or their page. */
export function isServicesRequest({ url }: WireRequest): boolean {
  return url.startsWith(SERVICES_PATH) || url.startsWith(SERVICES_CONTROL)
}

/** The page holds no secret: it asks for the control token, and only then for anything else. */
const deliverPage = (response: ServerResponse): void => {
  const nonce = randomBytes(16).toString('base64')
  response.writeHead(200, {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Security-Policy': `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
    'X-Content-Type-Options': 'nosniff',
  })
  response.end(ADMIN_PAGE.replaceAll('NONCE', nonce))
}

/** Answers a request to terminal services, or to the side of them that people work. */
export function deliverServices(
  services: Services,
  use: {
    readonly request: WireRequest
    readonly response: ServerResponse
    readonly token: string
  },
): void {
  const { request, response, token } = use
  const send = (status: number, headers: Readonly<Record<string, string>>, body: string): void => {
    if (response.destroyed) return
    const type = { 'Content-Type': JSON_TYPE, 'Cache-Control': 'no-store' }
    response.writeHead(status, { ...type, ...headers })
    response.end(body)
  }
  if (request.url.startsWith(SERVICES_PATH)) {
    services.handle(request, send)
    return
  }
  if (request.method === 'GET' && request.url === `${SERVICES_CONTROL}admin`) {
    deliverPage(response)
    return
  }
  void handleServicesControl(services, request, token).then(({ status, value }) =>
    send(status, {}, JSON.stringify(value)),
  )
}
