import { describe, expect, test } from 'vitest'
import { faceLine, shownFace } from '../../../renderer/customer/face-looks.ts'
import {
  answered,
  drawnDigits,
  type FaceState,
  masked,
  mayConfirm,
  NO_FACE,
  pressed,
  TOO_SOON_MS,
  withDigit,
  withFaceModel,
  withoutLastDigit,
} from '../../../renderer/customer/face-state.ts'
import { initialCustomer, reduceCustomer } from '../../../renderer/customer/state.ts'
import { LANGUAGES } from '../../../renderer/text/language.ts'
import { isTextKey, TEXTS } from '../../../renderer/text/translate.ts'
import { FACE_GUIDANCE } from '../../../src/ports/face.ts'
import type { CustomerModel, FaceScreen } from '../../../src/screen/model.ts'

const SALE_ID = 'sale-1'
const NOTICE = { version: 'N-1', handler: 'h', contact: 'c', recipient: 'r' }

function screen(face: Omit<FaceScreen, 'saleId'>): FaceScreen {
  return { saleId: SALE_ID, ...face }
}

function model(face: FaceScreen | undefined): CustomerModel {
  const customer = { state: 'waiting_code', store: 's', amountFen: 1, ...(face ? { face } : {}) }
  return { revision: 1, atMs: 1_000, customer: customer as CustomerModel['customer'] }
}

/** The page a while after that stage came. */
function at(face: FaceScreen): FaceState {
  return withFaceModel(NO_FACE, model(face), 0)
}

const LATER = { atMs: TOO_SOON_MS }
const BY_DIGITS = screen({ stage: 'confirming', confirmBy: 'digits' })
const typed = (digits: string, from = at(BY_DIGITS)) => [...digits].reduce(withDigit, from)

test('F-05: a consent names the sale and the notice that was on the screen, and nothing else', () => {
  const face = screen({ stage: 'notice', notice: NOTICE })
  const step = pressed(at(face), { act: 'consent', screen: face, ...LATER })
  expect(step.input).toEqual({ saleId: SALE_ID, act: 'consent', noticeVersion: 'N-1' })
  expect(step.state.sending).toBe('consent')
})

test('F-03: a tap that was meant for the stage before agrees to nothing and pays nothing', () => {
  const notice = screen({ stage: 'notice', notice: NOTICE })
  const press = screen({ stage: 'confirming', confirmBy: 'press' })
  const soon = { atMs: TOO_SOON_MS - 1 }
  expect(pressed(at(notice), { act: 'consent', screen: notice, ...soon }).input).toBeUndefined()
  expect(pressed(at(press), { act: 'confirm', screen: press, ...soon }).input).toBeUndefined()
  expect(pressed(at(press), { act: 'confirm', screen: press, ...LATER }).input).toEqual({
    saleId: SALE_ID,
    act: 'confirm',
  })
})

test('F-02, F-06: the way out is open at every stage, at once and whatever is on its way', () => {
  for (const stage of ['notice', 'capturing', 'confirming', 'recognising'] as const) {
    const face = screen({ stage })
    const busy = { ...at(face), sending: 'confirm' as const }
    const step = pressed(busy, { act: 'decline', screen: face, atMs: 0 })
    expect(step.input, stage).toEqual({ saleId: SALE_ID, act: 'decline' })
  }
})

test('an act means nothing at a stage that has no button for it', () => {
  const offered = screen({ stage: 'offered' })
  for (const act of ['consent', 'confirm', 'decline'] as const) {
    expect(pressed(at(offered), { act, screen: offered, ...LATER }).input, act).toBeUndefined()
  }
  const capturing = screen({ stage: 'capturing' })
  for (const act of ['choose', 'consent', 'confirm'] as const) {
    expect(pressed(at(capturing), { act, screen: capturing, ...LATER }).input, act).toBeUndefined()
  }
})

describe('F-16: digits', () => {
  test('go with the confirmation, are four, and are forgotten as they leave', () => {
    expect(mayConfirm(typed('123'), BY_DIGITS)).toBe(false)
    expect(pressed(typed('123'), { act: 'confirm', screen: BY_DIGITS, ...LATER }).input).toBe(
      undefined,
    )
    const step = pressed(typed('1234'), { act: 'confirm', screen: BY_DIGITS, ...LATER })
    expect(step.input).toEqual({ saleId: SALE_ID, act: 'confirm', digits: '1234' })
    expect(step.state.digits).toBe('')
  })

  test('a fifth is a code reader that types, and throws all of them away', () => {
    expect(typed('12345').digits).toBe('')
    expect(withDigit(typed('12'), 'x').digits).toBe('12')
  })

  test('are dots, but for the last one while it is new', () => {
    expect(drawnDigits(typed('12'))).toEqual(['●', '2'])
    expect(drawnDigits(masked(typed('12')))).toEqual(['●', '●'])
    expect(drawnDigits(withoutLastDigit(typed('12')))).toEqual(['●'])
  })

  test.each([
    ['another stage', model(screen({ stage: 'recognising' }))],
    ['another sale', model({ ...BY_DIGITS, saleId: 'sale-2' })],
    ['another capture', model({ ...BY_DIGITS, captureId: 'b' })],
    ['no face pay', model(undefined)],
  ])('are forgotten with %s', (_, next) => {
    expect(withFaceModel(typed('123'), next, 5).digits).toBe('')
  })

  test('stay while the same stage is drawn again', () => {
    expect(withFaceModel(typed('123'), model(BY_DIGITS), 5).digits).toBe('123')
  })

  test('are forgotten when the line is lost', () => {
    const start = reduceCustomer(initialCustomer('zh-CN'), {
      kind: 'model',
      model: model(BY_DIGITS),
      atMs: 0,
    })
    const page = reduceCustomer(start, { kind: 'face', change: (face) => typed('123', face) })
    expect(page.face.digits).toBe('123')
    expect(reduceCustomer(page, { kind: 'link', state: 'lost' }).face).toEqual(NO_FACE)
  })
})

test('an answer that is late for another act changes nothing', () => {
  const state = { ...at(BY_DIGITS), sending: 'decline' as const }
  expect(answered(state, 'confirm', TEXTS['face.lost'])).toBe(state)
  expect(answered(state, 'decline', TEXTS['face.lost']).remark).toEqual(TEXTS['face.lost'])
})

test('every guidance has a line in every language, and none says that something is paid', () => {
  for (const guidance of FACE_GUIDANCE) {
    const key = faceLine(screen({ stage: 'capturing', guidedBy: 'page', guidance }))
    expect(key !== undefined && isTextKey(key), guidance).toBe(true)
  }
  for (const [key, text] of Object.entries(TEXTS)) {
    if (!key.startsWith('face.')) continue
    for (const language of LANGUAGES) {
      expect(text[language], key).not.toMatch(/成功|已付|已支付|\bpaid\b|successful/i)
    }
  }
})

test('F-03: an offer is not spoken', () => {
  expect(faceLine(screen({ stage: 'offered' }))).toBeUndefined()
})

test('face pay is shown while a code is waited for, and its wait while it is charged', () => {
  const recognising = screen({ stage: 'recognising' })
  const { customer } = model(recognising)
  expect(shownFace('waiting_code', customer)).toBe(recognising)
  expect(shownFace('submitting', customer)).toBe(recognising)
  expect(shownFace('lost', customer)).toBeUndefined()
  expect(shownFace('paid', customer)).toBeUndefined()
  expect(shownFace('submitting', model(BY_DIGITS).customer)).toBeUndefined()
})
