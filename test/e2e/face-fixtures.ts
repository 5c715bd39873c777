import { problem } from '../../src/domain/errors.ts'
import type { CustomerScreen, FaceScreen, ScreenModel } from '../../src/screen/model.ts'
import { modelOf } from './screens-fixtures.ts'

const NOW_MS = modelOf({ name: '', cashier: {}, customer: {} }).atMs
const SALE_ID = '7b0c3b0e-2f5a-4e5e-9d6c-3a1f0e9b8c7d'
export const CAPTURE_ID = '0123456789abcdef0123456789abcdef'

const NOTICE = {
  version: 'N-1',
  handler: '青禾便利店有限公司',
  contact: '400-000-0000',
  recipient: '示例支付识别服务有限公司',
}
/** Names as long as names of companies are. */
const LONG_NOTICE = {
  version: 'N-2',
  handler: '青禾（示例）商业连锁经营管理集团股份有限公司人民路分公司',
  contact: '400-000-0000 转 1234，privacy@example.invalid',
  recipient: '示例（全国）支付清算与身份识别技术服务股份有限公司信息安全中心',
}

export type FaceScene = { readonly name: string; readonly customer: Partial<CustomerScreen> }

function scene(
  name: string,
  face: Omit<FaceScreen, 'saleId'>,
  more: Partial<CustomerScreen> = {},
): FaceScene {
  const customer = {
    state: 'waiting_code',
    amountFen: 1_230,
    deadlineAtMs: NOW_MS + 142_000,
    ...more,
    face: { saleId: SALE_ID, ...face },
  } as const
  return { name, customer }
}

const CAPTURE = {
  stage: 'capturing',
  captureId: CAPTURE_ID,
  guidedBy: 'page',
  endsAtMs: NOW_MS + 14_000,
} as const

/** A scene for every stage of face pay, and those with the longest texts. */
export const FACE_SCENES: readonly FaceScene[] = [
  scene('offered', { stage: 'offered' }),
  scene('offered_hint', { stage: 'offered', hint: problem('face.no_face').customer }),
  scene(
    'offered_credit',
    { stage: 'offered', hint: problem('face.not_live').customer },
    { noCredit: true, amountFen: 1_000_000_000 },
  ),
  scene('notice', { stage: 'notice', notice: NOTICE }),
  scene('notice_timed', { stage: 'notice', notice: NOTICE, endsAtMs: NOW_MS + 60_000 }),
  scene('notice_long', { stage: 'notice', notice: LONG_NOTICE, endsAtMs: NOW_MS + 60_000 }),
  scene('starting', { ...CAPTURE, guidance: 'starting' }),
  scene('closer', { ...CAPTURE, guidance: 'closer' }),
  scene('one_person', { ...CAPTURE, guidance: 'one_person' }),
  scene('darker', { ...CAPTURE, guidance: 'darker' }),
  scene('turn_left', { ...CAPTURE, guidance: 'turn_left' }),
  scene('turn_right', { ...CAPTURE, guidance: 'turn_right' }),
  scene('blink', { ...CAPTURE, guidance: 'blink' }),
  scene('device', { stage: 'capturing', guidedBy: 'device', endsAtMs: NOW_MS + 14_000 }),
  scene('digits', { stage: 'confirming', confirmBy: 'digits', endsAtMs: NOW_MS + 40_000 }),
  scene('press', { stage: 'confirming', confirmBy: 'press', endsAtMs: NOW_MS + 40_000 }),
  scene('press_large', { stage: 'confirming', confirmBy: 'digits' }, { amountFen: 1_000_000_000 }),
  scene('recognising', { stage: 'recognising' }),
]

/** Finds a scene by name. */
export function faceSceneNamed(name: string): FaceScene {
  const found = FACE_SCENES.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no scene ${name}`)
  return found
}

/** The picture of a scene, on both pages. */
export function faceModelOf({ name, customer }: FaceScene, revision = 1): ScreenModel {
  const { face } = customer
  const sale = { saleId: SALE_ID, amountFen: customer.amountFen ?? 1_230, orderRef: 'A-1042' }
  const failed = face?.hint === undefined ? {} : { problem: problem('face.no_face') }
  const cashier = {
    state: 'waiting_code',
    intents: ['cancel'],
    deadlineAtMs: NOW_MS + 142_000,
    sinceMs: NOW_MS - 38_000,
    ...sale,
    ...(face === undefined ? {} : { face: { stage: face.stage, ...failed } }),
  } as const
  return modelOf({ name, cashier, customer }, revision)
}
