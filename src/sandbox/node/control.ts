import { createHash, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { BILL_FAULTS } from '../bill-file.ts'
import { scriptSchema } from '../script.ts'
import type { WireRequest } from '../wire-checks.ts'
import type { SandboxControls } from './sandbox-controls.ts'
import { LISTINGS } from './sandbox-controls.ts'

export type ControlAnswer = { readonly status: number; readonly value: unknown }

const same = (left: string, right: string): boolean => {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(left), digest(right))
}

const scanSchema = z.strictObject({
  scenario: z.string().max(64).optional(),
  text: z.string().max(4096).optional(),
  suffix: z.string().max(16).optional(),
})
const listingSchema = z.strictObject({ listing: z.enum(LISTINGS) })
const skewSchema = z.strictObject({ skewMs: z.number().int() })
const cableSchema = z.strictObject({ plugged: z.boolean() })
const billFaultSchema = z.strictObject({ fault: z.enum(BILL_FAULTS) })
const shareSchema = z.strictObject({ share: z.number().min(0).max(1) })

type Route = (controls: SandboxControls, request: WireRequest) => unknown

const json = (body: string): unknown => (body.trim() === '' ? {} : JSON.parse(body))

const limitOf = (url: string): number => {
  const limit = Number(/[?&]limit=(\d{1,6})(&|$)/.exec(url)?.[1] ?? 100)
  return Math.min(Math.max(limit, 1), 100_000)
}

/** The control surface: for tests, benchmarks and rigs. It is no part of any payment gateway. */
const ROUTES: Readonly<Record<string, Route>> = {
  'GET /sandbox/ledger': (controls) => ({
    orders: controls.ledger(),
    totals: controls.totals(),
  }),
  'GET /sandbox/notices': (controls) => ({ notices: controls.notices() }),
  'GET /sandbox/requests': (controls, { url }) => ({ requests: controls.requests(limitOf(url)) }),
  'GET /sandbox/client-certificates': (controls) => ({
    refused: controls.refusedClientCertificates(),
  }),
  'POST /sandbox/script': (controls, { body }) => ({
    entries: controls.script(scriptSchema.parse(json(body))),
  }),
  'POST /sandbox/scan': (controls, { body }) => controls.scan(scanSchema.parse(json(body))),
  'POST /sandbox/cable': (controls, { body }) => {
    const { plugged } = cableSchema.parse(json(body))
    controls.setCable(plugged)
    return { plugged }
  },
  'POST /sandbox/rotate': (controls) => ({ serial: controls.rotate() }),
  'POST /sandbox/listing': (controls, { body }) => {
    const { listing } = listingSchema.parse(json(body))
    controls.setListing(listing)
    return { listing }
  },
  'POST /sandbox/clock': (controls, { body }) => {
    const { skewMs } = skewSchema.parse(json(body))
    controls.setClockSkew(skewMs)
    return { skewMs }
  },
  'POST /sandbox/bill-fault': (controls, { body }) => {
    const { fault } = billFaultSchema.parse(json(body))
    controls.setBillFault(fault)
    return { fault }
  },
  'POST /sandbox/probe-share': (controls, { body }) => {
    const { share } = shareSchema.parse(json(body))
    controls.setProbeShare(share)
    return { share }
  },
}

/** Whether a request carries the control token. */
export function isControlToken(request: WireRequest, token: string): boolean {
  return same(request.headers.authorization ?? '', `Bearer ${token}`)
}

/** Answers a request to `/sandbox/*`; the token comes as `Authorization: Bearer …`. */
export function handleControl(
  controls: SandboxControls,
  request: WireRequest,
  token: string,
): ControlAnswer {
  if (!isControlToken(request, token)) {
    return { status: 401, value: { error: 'the control token is missing or wrong' } }
  }
  const route = ROUTES[`${request.method} ${request.url.split('?')[0]}`]
  if (route === undefined) return { status: 404, value: { error: 'no such control' } }
  try {
    return { status: 200, value: route(controls, request) }
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    return { status: 400, value: { error: text } }
  }
}
