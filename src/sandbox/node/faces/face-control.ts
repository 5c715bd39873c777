import { z } from 'zod'
import { scenarioNamed } from '../../scenarios.ts'
import type { WireRequest } from '../../wire-checks.ts'
import type { ControlAnswer } from '../control.ts'
import { isControlToken } from '../control.ts'
import { SANDBOX_MERCHANT } from '../credentials.ts'
import type { Services } from '../services/services.ts'

/** Where these controls begin. */
export const FACES_CONTROL = '/sandbox/faces/'

const scenario = z.string().refine((name) => scenarioNamed(name) !== undefined, 'no such scenario')

const personSchema = z.strictObject({
  personId: z.number().int().min(0),
  digits: z.string().regex(/^\d{4}$/),
  age: z.number().int().min(0).max(130),
  status: z.enum(['enrolled', 'closed']).default('enrolled'),
  scenario: scenario.optional(),
})

const deviceCodeSchema = z.strictObject({
  appid: z.literal(SANDBOX_MERCHANT.appId),
  mch_id: z.literal(SANDBOX_MERCHANT.id),
  out_trade_no: z.string().regex(/^[0-9A-Za-z_\-|*]{1,32}$/),
  total_fee: z.number().int().min(1),
  face_code_type: z.enum(['0', '1']).default('0'),
  person: z.number().int().min(0).optional(),
  /** When told, it has to be one that was given for this device and store, and still good. */
  authinfo: z.string().max(4096).optional(),
  device_id: z.string().max(32).optional(),
  store_id: z.string().max(32).optional(),
})

const CODE_TYPES = { '0': 'face_code', '1': 'payment_code' } as const

type Route = (services: Services, asked: unknown) => unknown

const deviceCode: Route = ({ faces, authInfos }, asked) => {
  const wish = deviceCodeSchema.parse(asked)
  const { authinfo, device_id = '', store_id = '' } = wish
  const flaw =
    authinfo === undefined ? undefined : authInfos.flawOf(authinfo, { device_id, store_id })
  if (flaw !== undefined) throw new Error(flaw)
  return faces.deviceCode({
    type: CODE_TYPES[wish.face_code_type],
    outTradeNo: wish.out_trade_no,
    amountFen: wish.total_fee,
    personId: wish.person,
  })
}

/** The control surface of face pay: the provider's people, and what the official device would do. */
const ROUTES: Readonly<Record<string, Route>> = {
  'GET people': ({ faces }) => ({ people: faces.table.people.all() }),
  'POST people': ({ faces }, asked) => faces.enrol(personSchema.parse(asked)),
  'POST terms': ({ registry }, asked) => registry.setFaceTerms(asked),
  'POST device-code': deviceCode,
  'GET inventory': ({ faces }) => faces.inventory(),
  'GET audit': ({ audit }) => ({ entries: audit.entries(), whole: audit.isWhole() }),
}

/** Answers a request to `/sandbox/faces/*`; the token comes as `Authorization: Bearer …`. */
export function handleFacesControl(
  services: Services,
  request: WireRequest,
  token: string,
): ControlAnswer {
  if (!isControlToken(request, token)) {
    return { status: 401, value: { error: 'the control token is missing or wrong' } }
  }
  const name = (request.url.split('?')[0] ?? '').slice(FACES_CONTROL.length)
  const key = `${request.method} ${name}`
  const route = Object.hasOwn(ROUTES, key) ? ROUTES[key] : undefined
  if (route === undefined) return { status: 404, value: { error: 'no such control' } }
  try {
    const asked: unknown = request.body.trim() === '' ? {} : JSON.parse(request.body)
    return { status: 200, value: services.transaction(() => route(services, asked)) }
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    return { status: 400, value: { error: text } }
  }
}
