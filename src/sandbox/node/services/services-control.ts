import { z } from 'zod'
import { EVIDENCE } from '../../services/interface-types.ts'
import type { MerchantRow } from '../../services/records.ts'
import type { WireRequest } from '../../wire-checks.ts'
import type { ControlAnswer } from '../control.ts'
import { isControlToken } from '../control.ts'
import { SANDBOX_MERCHANT } from '../credentials.ts'
import { install } from './installations.ts'
import { ServiceFault } from './registry.ts'
import { readClosing } from './risk-desk.ts'
import { SERVICE_FAULTS } from './service-faults.ts'
import type { Services } from './services.ts'

/** Where these controls begin. */
export const SERVICES_CONTROL = '/sandbox/services/'

/** Who may act: those who approve, who set limits, who watch risk, and the merchant are different. */
const ACTING_ROLES = ['scene-issuer', 'limit-authority', 'risk-issuer', 'merchant'] as const
type ActingRole = (typeof ACTING_ROLES)[number]

type Act = {
  readonly role: ActingRole
  /** `async` acts make their own transactions. */
  readonly run: (services: Services, asked: Record<string, unknown>) => unknown
  readonly ownTransaction?: true
}

const closing = (services: Services, { merchant_id, ...asked }: Record<string, unknown>) => {
  const wish = readClosing(asked)
  if (wish === undefined) throw new ServiceFault('request.refused')
  const closed = services.risk.closeByAdministrator({ ...wish, merchantId: String(merchant_id) })
  return closed
}

const enforcement = (services: Services, asked: unknown) => {
  const { on } = z.strictObject({ on: z.boolean() }).parse(asked)
  services.gate.enforced = on
  return { on }
}

const setFault = (services: Services, asked: unknown) => {
  const { fault, times } = z
    .strictObject({
      fault: z.enum(SERVICE_FAULTS),
      times: z.number().int().min(0).max(1000).default(1),
    })
    .parse(asked)
  services.faults.set(fault, times)
  return { fault, times }
}

/** What can be done, and by whom alone. */
const ACTS: Readonly<Record<string, Act>> = {
  merchants: { role: 'scene-issuer', run: (services, asked) => services.admit(asked) },
  applications: { role: 'merchant', run: ({ lifeCycle }, asked) => lifeCycle.apply(asked) },
  approvals: { role: 'scene-issuer', run: ({ lifeCycle }, asked) => lifeCycle.approve(asked) },
  rejections: { role: 'scene-issuer', run: ({ lifeCycle }, asked) => lifeCycle.reject(asked) },
  limits: { role: 'limit-authority', run: ({ lifeCycle }, asked) => lifeCycle.setLimits(asked) },
  measures: { role: 'risk-issuer', run: ({ risk }, asked) => risk.takeMeasure(asked) },
  lifts: { role: 'risk-issuer', run: ({ risk }, asked) => risk.lift(asked) },
  suspensions: { role: 'risk-issuer', run: ({ risk }, asked) => risk.suspend(asked) },
  resumptions: { role: 'risk-issuer', run: ({ risk }, asked) => risk.resume(asked) },
  unlocks: { role: 'scene-issuer', run: ({ risk }, asked) => risk.unlockClosing(asked) },
  closings: { role: 'merchant', run: closing },
  'enrolment-codes': {
    role: 'scene-issuer',
    run: ({ enrolment }, asked) => enrolment.makeCode(asked),
  },
  installations: { role: 'scene-issuer', run: ({ registry }, asked) => install(registry, asked) },
  certificates: {
    role: 'merchant',
    run: ({ certificates }, asked) => certificates.issue(asked),
    ownTransaction: true,
  },
  revocations: { role: 'merchant', run: ({ certificates }, asked) => certificates.revoke(asked) },
}

const withoutPassword = ({ password: _password, ...merchant }: MerchantRow) => merchant

const overview = ({ registry, gate }: Services) => {
  const { table } = registry
  return {
    now: registry.now(),
    enforced: gate.enforced,
    sandbox_merchant: SANDBOX_MERCHANT.id,
    evidence: EVIDENCE,
    merchants: table.merchants.all().map((one) => ({
      ...withoutPassword(one),
      terminated: registry.isTerminated(one.id),
    })),
    stores: table.stores.all(),
    applications: table.applications.all(),
    terminals: table.terminals.all(),
    measures: table.measures.all(),
    certificates: table.certificates.all(),
    events: table.events.all().slice(-200),
    acknowledgements: table.acknowledgements.all(),
    acts: table.acts.all().slice(-200),
  }
}

/** `09` reads faces, and codes as well; `10` is for codes. */
const demoSchema = z.object({ device_type: z.enum(['09', '10']).default('10') })

/** All a terminal of the sandbox needs to begin, made up and at once. */
const demonstrate = (services: Services, asked: unknown): unknown => {
  const { device_type } = demoSchema.parse(asked)
  const merchant_id = SANDBOX_MERCHANT.id
  const { registry, lifeCycle, enrolment } = services
  if (registry.table.merchants.get(merchant_id) === undefined) {
    services.admit({
      merchant_id,
      name: '柜台示范商户',
      kind: 'ENTERPRISE',
      acquirer_code: 'SANDBOX',
      uscc: '00000000SANDBOX000',
      settlement_account: 'SANDBOX-ACCOUNT',
      industry_category: '示范',
      risk_level: 'low',
      administrator: 'admin',
      operation_password: 'sandbox-password',
    })
    const address = '广东省深圳市示范路1号'
    const evidence = { address, photo: 'sandbox-photo' }
    const { application_id } = lifeCycle.apply({
      merchant_id,
      store: {
        id: 'S001',
        name: '柜台示范店',
        address,
        region_code: '440300',
        geo: { lat_e6: 22_543_096, lon_e6: 114_057_865, datum: 'WGS-84', radius_m: 300 },
      },
      interfaces: [
        { type: 'MICROPAY', evidence },
        { type: 'FACEPAY', evidence },
      ],
    })
    lifeCycle.approve({ application_id, approval_ref: 'DEMO-1' })
    const limits = ['MICROPAY', 'FACEPAY'].map((type) => ({
      interface: type,
      channel: 'ALL',
      single: 500_000,
      day: 10_000_000,
      month: 100_000_000,
    }))
    lifeCycle.setLimits({ merchant_id, limits })
  }
  services.faces.enrolDemo()
  const serial = `SANDBOX-${registry.table.codes.all().length + 1}`
  return enrolment.makeCode({ merchant_id, store_id: 'S001', serial, device_type })
}

const perform = async (
  services: Services,
  name: string,
  asked: unknown,
): Promise<ControlAnswer> => {
  const act = Object.hasOwn(ACTS, name) ? ACTS[name] : undefined
  if (act === undefined) return { status: 404, value: { error: 'no such control' } }
  const { role, ...wish } = z.looseObject({ role: z.enum(ACTING_ROLES) }).parse(asked)
  if (role !== act.role) {
    return { status: 403, value: { error: 'role.refused', needs: act.role } }
  }
  if (act.ownTransaction) return { status: 200, value: await act.run(services, wish) }
  const value = services.transaction(() => {
    const done = act.run(services, wish)
    const { merchant_id, application_id, measure_id, serial } = wish
    const subject = String(merchant_id ?? application_id ?? measure_id ?? serial ?? '')
    services.registry.note(role, name, subject)
    return done
  })
  return { status: 200, value }
}

const answer = async (services: Services, request: WireRequest): Promise<ControlAnswer> => {
  const name = (request.url.split('?')[0] ?? '').slice(SERVICES_CONTROL.length)
  const asked: unknown = request.body.trim() === '' ? {} : JSON.parse(request.body)
  switch (`${request.method} ${name}`) {
    case 'GET overview':
      return { status: 200, value: services.transaction(() => overview(services)) }
    case 'POST demo':
      return { status: 200, value: services.transaction(() => demonstrate(services, asked)) }
    case 'POST faults':
      return { status: 200, value: setFault(services, asked) }
    case 'POST enforcement':
      return { status: 200, value: enforcement(services, asked) }
    default:
      if (request.method !== 'POST') return { status: 404, value: { error: 'no such control' } }
      return perform(services, name, asked)
  }
}

/** Answers a request to `/sandbox/services/*`: the merchants' and the issuers' side of the service. */
export async function handleServicesControl(
  services: Services,
  request: WireRequest,
  token: string,
): Promise<ControlAnswer> {
  if (!isControlToken(request, token)) {
    return { status: 401, value: { error: 'the control token is missing or wrong' } }
  }
  try {
    return await answer(services, request)
  } catch (error) {
    if (error instanceof ServiceFault) {
      return { status: 409, value: { error: error.code, faults: error.faults } }
    }
    const text = error instanceof Error ? error.message : String(error)
    return { status: 400, value: { error: text } }
  }
}
