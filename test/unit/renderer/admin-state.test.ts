import { describe, expect, it } from 'vitest'
import { initialAdmin, mayAct, reduceAdmin } from '../../../renderer/admin/admin-state.ts'
import type { AdminEvent, AdminState, AdminStep } from '../../../renderer/admin/admin-types.ts'
import { concernsOf, levelOf, shareOf } from '../../../renderer/admin/facts.ts'
import { spanText } from '../../../renderer/admin/when.ts'
import type { Answer } from '../../../renderer/connection/connection.ts'
import { type ErrorCode, problem } from '../../../src/domain/errors.ts'
import { BUSY, CALM, OPERATORS, STOPPED, sessionOf, UNBOUND } from '../../e2e/admin-fixtures.ts'

const done = (value: unknown): Answer => ({ kind: 'done', value })
const refused = (code: ErrorCode, more: { waitMs?: number; triesLeft?: number } = {}): Answer => ({
  kind: 'refused',
  problem: { ...problem(code), ...more },
})
const LOST: Answer = { kind: 'lost' }

function play(first: AdminState, ...events: AdminEvent[]): AdminStep {
  let step: AdminStep = { state: first }
  for (const event of events) step = reduceAdmin(step.state, event)
  return step
}

type Operation = Extract<AdminEvent, { kind: 'answer' }>['call']['operation']
const answered = (
  operation: Operation,
  answer: Answer,
  { session, nowMs = 1_000 }: { session?: string; nowMs?: number } = {},
): AdminEvent => ({ kind: 'answer', call: { operation, session }, answer, nowMs })

const ATDOOR = play(
  initialAdmin('zh-CN'),
  { kind: 'link', state: 'open' },
  answered('operator.list', done({ operators: OPERATORS })),
).state

/** Somebody of a role, looking at a terminal with a bit of everything. */
function signedIn(role: 'manager' | 'installer', view = BUSY): AdminState {
  const who = sessionOf(role)
  return play(
    ATDOOR,
    { kind: 'choose', name: who.name },
    { kind: 'sign_in', pin: '135790' },
    answered('operator.sign_in', done(who)),
    answered('admin.view', done(view), who),
  ).state
}

const GO = (password = ''): AdminEvent => ({ kind: 'go', password, nowMs: 5_000 })
const typed = (field: 'words' | 'administrator' | 'typed', text: string): AdminEvent => ({
  kind: 'field',
  field,
  text,
})

/** An installer, one press before MICROPAY is closed. */
function beforeClosing(): AdminState {
  return play(
    signedIn('installer'),
    { kind: 'open', act: 'close', target: 'MICROPAY' },
    { kind: 'reason', reason: 'not_used' },
    typed('administrator', 'admin-01'),
    GO(),
    typed('typed', 'micropay'),
  ).state
}

describe('signing in', () => {
  it('asks who there is, and sends name and PIN once', () => {
    expect(play(initialAdmin('en'), { kind: 'link', state: 'open' }).call?.operation).toBe(
      'operator.list',
    )
    const chosen = play(ATDOOR, { kind: 'choose', name: '张敏' }).state
    const step = reduceAdmin(chosen, { kind: 'sign_in', pin: '135790' })
    expect(step.call).toEqual({
      operation: 'operator.sign_in',
      input: { name: '张敏', pin: '135790' },
    })
    expect(reduceAdmin(step.state, { kind: 'sign_in', pin: '135790' }).call).toBeUndefined()
    expect(JSON.stringify(step.state)).not.toContain('135790')
  })

  it('counts the pause that the terminal wants', () => {
    const { state } = play(
      ATDOOR,
      { kind: 'choose', name: '张敏' },
      { kind: 'sign_in', pin: '1' },
      answered('operator.sign_in', refused('operator.locked', { waitMs: 30_000 })),
    )
    expect(state.signIn).toMatchObject({ waitUntilMs: 31_000, isSending: false })
    expect(state.signedIn).toBeUndefined()
  })

  it('AC-17a: lets no cashier in, and ends the session that was made', () => {
    const step = reduceAdmin(ATDOOR, answered('operator.sign_in', done(sessionOf('cashier'))))
    expect(step.state.signedIn).toBeUndefined()
    expect(step.state.signIn.remark?.en).toContain('manager')
    expect(step.call?.operation).toBe('operator.sign_out')
  })
})

describe('locking', () => {
  it('keeps nothing of the session or of what it saw', () => {
    const before = play(
      signedIn('manager'),
      { kind: 'section', section: 'measures' },
      { kind: 'open', act: 'acknowledge', target: 'M-1001' },
    ).state
    const { state, call } = reduceAdmin(before, { kind: 'lock' })
    expect(call?.operation).toBe('operator.sign_out')
    const kept = JSON.stringify(state)
    for (const word of ['session-of', '青禾', 'M-1001', 'MICROPAY']) {
      expect(kept).not.toContain(word)
    }
    expect(state).toMatchObject({ section: 'overview', form: undefined, view: undefined })
    // An answer that comes late is nobody's.
    const who = sessionOf('manager')
    expect(reduceAdmin(state, answered('admin.view', done(BUSY), who)).state.view).toBeUndefined()
  })

  it('follows when the terminal says that the session is over', () => {
    const answer = answered('admin.view', refused('operator.session_ended'), sessionOf('manager'))
    const { state } = reduceAdmin(signedIn('manager'), answer)
    expect(state.signedIn).toBeUndefined()
    expect(state.signIn.remark?.en).toContain('session')
  })

  it('is put off by a call of somebody, not by one of the page', () => {
    const at = signedIn('manager')
    const byPage = reduceAdmin(at, { kind: 'look', isIdle: true, nowMs: 60_000 })
    expect(byPage.state.lockAtMs).toBe(at.lockAtMs)
    expect(byPage.call?.input).toMatchObject({ isIdle: true })
    const byHand = reduceAdmin(at, { kind: 'look', isIdle: false, nowMs: 60_000 })
    expect(byHand.state.lockAtMs).toBe(180_000)
  })
})

describe('acts', () => {
  it('are offered by right: a manager does not close, both pause', () => {
    const manager = signedIn('manager')
    const installer = signedIn('installer')
    const open = (state: AdminState, act: 'close' | 'pause') =>
      reduceAdmin(state, { kind: 'open', act, target: 'MICROPAY' }).state.form
    expect(open(manager, 'close')).toBeUndefined()
    expect(open(installer, 'pause')?.act).toBe('pause')
    expect(open(manager, 'pause')?.act).toBe('pause')
    expect(open(installer, 'close')?.act).toBe('close')
    expect(mayAct(ATDOOR, 'pause')).toBe(false)
  })

  it('need a reason where the journal keeps one', () => {
    const asked = play(signedIn('manager'), {
      kind: 'open',
      act: 'pause',
      target: 'MICROPAY',
    }).state
    expect(reduceAdmin(asked, GO()).call).toBeUndefined()
    expect(play(asked, typed('words', 'ab'), GO()).call).toBeUndefined()
    expect(play(asked, typed('words', ' 扫码灯坏 '), GO()).call).toEqual({
      operation: 'interface.pause',
      input: {
        session: sessionOf('manager').session,
        reason: '扫码灯坏',
        interface: 'MICROPAY',
      },
    })
  })

  it('P6: throw away what could be a payment code', () => {
    const asked = play(signedIn('manager'), {
      kind: 'open',
      act: 'pause',
      target: 'MICROPAY',
    }).state
    const { state } = play(asked, typed('words', '1347 0000 1234 567890'))
    expect(state.form?.words).toBe('')
    expect(state.remark?.isGood).toBe(false)
  })

  it('close only in two steps, with the name typed and a password, which no state holds', () => {
    const asked = play(
      signedIn('installer'),
      { kind: 'open', act: 'close', target: 'MICROPAY' },
      { kind: 'reason', reason: 'not_used' },
      typed('administrator', 'admin-01'),
    ).state
    const confirming = reduceAdmin(asked, GO('secret-1')).state
    expect(confirming.form?.step).toBe('confirm')
    expect(reduceAdmin(confirming, GO('secret-1')).call).toBeUndefined()
    expect(play(confirming, typed('typed', 'FACEPAY'), GO('secret-1')).call).toBeUndefined()
    const meant = reduceAdmin(confirming, typed('typed', 'micropay')).state
    expect(reduceAdmin(meant, GO('')).call).toBeUndefined()
    const step = reduceAdmin(meant, GO('secret-1'))
    expect(step.call).toMatchObject({
      operation: 'interface.close',
      input: { interface: 'MICROPAY', administrator: 'admin-01', password: 'secret-1' },
    })
    expect(JSON.stringify(step.state)).not.toContain('secret-1')
    expect(reduceAdmin(step.state, GO('secret-1')).call).toBeUndefined()
  })

  it('AC-17b, AC-17c: say what is left of tries, and offer the pause only to whoever may', () => {
    const session = sessionOf('installer').session
    const sent = reduceAdmin(beforeClosing(), GO('secret-1')).state
    const wrong = answered('interface.close', refused('closing.password_wrong', { triesLeft: 4 }), {
      session,
    })
    const { state } = reduceAdmin(sent, wrong)
    expect(state.remark?.text.en).toContain('Tries left: 4.')
    expect(state.form).toMatchObject({ step: 'confirm', isSending: false, mayPauseInstead: false })
    const away = answered('interface.close', refused('closing.unreachable'), { session })
    expect(reduceAdmin(sent, away).state.form?.mayPauseInstead).toBe(true)
    const rights = sent.signedIn?.rights.filter((right) => right !== 'interface_pause') ?? []
    const barred = { ...sent, signedIn: sent.signedIn && { ...sent.signedIn, rights } }
    expect(reduceAdmin(barred, away).state.form?.mayPauseInstead).toBe(false)
  })

  it('that nobody answered are not guessed at: the form closes and the terminal is asked', () => {
    const sent = reduceAdmin(beforeClosing(), GO('secret-1')).state
    const { session } = sessionOf('installer')
    const step = reduceAdmin(sent, answered('interface.close', LOST, { session }))
    expect(step.state.form).toBeUndefined()
    expect(step.state.remark?.text.en).toContain('may or may not')
    expect(step.call?.operation).toBe('admin.view')
  })
})

describe('what wants somebody', () => {
  const of = (view: typeof CALM) => concernsOf(view, 'en', view.atMs)

  it('is nothing on a calm terminal, nor where nothing is enforced', () => {
    expect(of(CALM)).toEqual([])
    expect(of(UNBOUND)).toEqual([])
  })

  it('AC-13b: has certificates that end, worst first, and the section they are in', () => {
    const found = of(BUSY)
    expect(found[0]).toMatchObject({ section: 'certificates', level: 'bad' })
    expect(levelOf(found, 'measures')).toBe('note')
    expect(levelOf(found, 'log')).toBeUndefined()
  })

  it('has everything that stops new money', () => {
    const bad = of(STOPPED).filter(({ level }) => level === 'bad')
    expect(new Set(bad.map(({ section }) => section))).toEqual(
      new Set(['measures', 'certificates', 'place', 'limits']),
    )
  })

  it('measures limits and spans', () => {
    expect([shareOf(50, 200), shareOf(300, 200), shareOf(5, 'unlimited'), shareOf(0, 0)]).toEqual([
      0.25, 1, 0, 1,
    ])
    expect(spanText('en', 90_061_000)).toBe('1 day 1 hour')
    expect(spanText('zh-CN', 61_000)).toBe('1 分 1 秒')
    expect(spanText('en', 0)).toBe('0 s')
  })
})
