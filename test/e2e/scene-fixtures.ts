import { problem } from '../../src/domain/errors.ts'
import type {
  CashierScreen,
  CustomerScreen,
  Light,
  SceneNote,
  StopKind,
} from '../../src/screen/model.ts'

type Screens = {
  readonly name: string
  readonly cashier: Partial<CashierScreen>
  readonly customer: Partial<CustomerScreen>
}
type Facts = {
  readonly nowMs: number
  readonly sale: { readonly saleId: string; readonly amountFen: number; readonly orderRef: string }
  readonly pending: Pick<CashierScreen, 'pending' | 'pendingSales'>
  readonly lights: readonly Light[]
}

const OTHER_WAY = problem('scene.suspended').customer

const ITEMS = ['门头照片（须与营业执照一致，门牌号清楚可见）', '收银台照片', '法定代表人联系方式']

function note(screen: SceneNote['screen'], codes: readonly string[], more = {}): SceneNote {
  return { screen, measures: codes.map((code) => ({ code })), noCredit: false, ...more }
}

/** A terminal that the scene has stopped. */
function stopped(
  name: string,
  given: {
    readonly stop: StopKind
    readonly scene: SceneNote
    readonly more?: Partial<CashierScreen>
  },
): Screens {
  const { stop, scene, more } = given
  const { problem: why } = scene
  return {
    name,
    cashier: { state: 'stopped', stop, scene, ...(why ? { problem: why } : {}), ...more },
    customer: { state: 'stopped', hint: OTHER_WAY },
  }
}

function certificate(detail: string, days: number): Light {
  const level = detail === 'last_month' ? 'busy' : 'bad'
  return { device: 'certificate', level, detail, days }
}

/** What the scene and the certificate make of both screens. */
export function sceneScreens({ nowMs, sale, pending, lights }: Facts): readonly Screens[] {
  const waiting = { deadlineAtMs: nowMs + 142_000, sinceMs: nowMs - 38_000 }
  const ceiling = note('ceiling_before_scan', ['M3'], { ceilingFen: 10_000 })
  const all = note('no_credit_before_payment', ['M2', 'M3', 'M5'], {
    measures: [
      { code: 'M2', deadlineAtMs: nowMs + 3 * 86_400_000 + 4 * 3_600_000 },
      { code: 'M3' },
      { code: 'M5' },
    ],
    noCredit: true,
    ceilingFen: 10_000,
    trustedAtMs: nowMs,
  })
  const suspended = note('stopped', ['M8'], {
    problem: problem('scene.suspended'),
    refundProblem: problem('scene.refund_blocked'),
  })
  return [
    ready('granted', note('as_usual', [], { ceilingFen: 500_000 })),
    ready('manager_note', note('manager_note', ['M7'], { ceilingFen: 500_000 })),
    ready('manager_banner', note('manager_banner', ['M1'], { ceilingFen: 500_000 })),
    ready(
      'manager_noted',
      note('as_usual', [], { measures: [{ code: 'M1', acknowledged: true }], ceilingFen: 500_000 }),
    ),
    ready(
      'countdown',
      note('countdown', [], {
        measures: [{ code: 'M2', deadlineAtMs: nowMs + 11_564_000, items: ITEMS }],
        trustedAtMs: nowMs,
        ceilingFen: 500_000,
      }),
    ),
    ready('ceiling', ceiling),
    ready('option_gone', note('option_not_drawn', ['M6'], { ceilingFen: 500_000 })),
    ready('other_way_closed', note('way_closed', ['M9'], { ceilingFen: 500_000 })),
    {
      name: 'no_credit',
      cashier: { state: 'waiting_code', ...sale, intents: ['cancel'], ...waiting, scene: all },
      customer: {
        state: 'waiting_code',
        amountFen: sale.amountFen,
        deadlineAtMs: waiting.deadlineAtMs,
        noCredit: true,
      },
    },
    stopped('suspended', {
      stop: 'suspended',
      scene: suspended,
      more: { ...pending, mayRefund: true },
    }),
    stopped('out_of_place', {
      stop: 'suspended',
      scene: note('as_usual', [], { problem: problem('scene.location_mismatch') }),
      more: { mayRefund: true },
    }),
    stopped('not_set_up', {
      stop: 'not_set_up',
      scene: note('stopped', [], { problem: problem('scene.no_grant') }),
    }),
    stopped('way_closed', {
      stop: 'way_closed',
      scene: note('way_closed', ['M9'], { problem: problem('scene.interface_closed') }),
    }),
    stopped('retired', {
      stop: 'retired',
      scene: note('retired', ['M10'], { problem: problem('scene.terminated') }),
      more: pending,
    }),
    {
      name: 'refused_by_scene',
      cashier: {
        state: 'not_paid',
        ...sale,
        stop: 'suspended',
        scene: suspended,
        problem: problem('scene.suspended'),
        intents: ['dismiss'],
      },
      customer: { state: 'not_paid', amountFen: sale.amountFen, hint: OTHER_WAY },
    },
    ready('certificate_30', undefined, [...lights, certificate('last_month', 25)]),
    ready('certificate_7', undefined, [...lights, certificate('last_week', 6)]),
    ready('certificate_1', undefined, [...lights, certificate('last_day', 0)]),
  ]
}

function ready(name: string, scene?: SceneNote, lights?: readonly Light[]): Screens {
  const shown = { ...(scene ? { scene } : {}), ...(lights ? { lights } : {}) }
  return { name, cashier: { state: 'ready', ...shown }, customer: { state: 'ready' } }
}
