import type { Answer } from '../connection/connection.ts'
import type { AdminCall, Administration } from '../shared/operator-types.ts'
import {
  isSessionEnded,
  NO_SIGN_IN,
  remarkOf,
  signedInOf,
  withOperators,
  withSignInAnswer,
} from '../shared/sign-in-state.ts'
import { type Language, nextLanguage } from '../text/language.ts'
import { TEXTS, type TextKey } from '../text/translate.ts'
import {
  ACT_FIELD_MAX,
  ACT_REASONS,
  type ActField,
  type ActForm,
  type ActName,
  type AdminEvent,
  type AdminState,
  type AdminStep,
  type AnsweredCall,
  type InterfaceName,
  REASON_TEXTS,
  type Remark,
} from './admin-types.ts'

/** The rights that acts need, as the terminal names them. */
const ACT_RIGHTS = {
  acknowledge: 'measures',
  report_done: 'measures',
  pause: 'interface_pause',
  resume: 'interface_pause',
  close: 'interface_close',
  unlock: 'clock_unlock',
} as const satisfies { readonly [act in ActName]: string }

const DONE_TEXTS: { readonly [operation: string]: TextKey } = {
  'measure.acknowledge': 'act.done.acknowledge',
  'measure.report_done': 'act.done.report_done',
  'interface.pause': 'act.done.pause',
  'interface.resume': 'act.done.resume',
  'interface.close': 'act.done.close',
  'clock.unlock': 'act.done.unlock',
}

/** Fewest letters of a reason in own words. */
const WORDS_MIN = 3

/** The page before anything came. */
export function initialAdmin(language: Language): AdminState {
  return { ...NOBODY, link: 'connecting', language }
}

/** Nothing of a session, and nothing that it saw. */
const NOBODY = {
  signIn: NO_SIGN_IN,
  signedIn: undefined,
  view: undefined,
  viewedAtMs: 0,
  lockAtMs: 0,
  section: 'overview',
  form: undefined,
  remark: undefined,
} as const satisfies Omit<AdminState, 'link' | 'language'>

/** The page's one rule of change; pure. */
export function reduceAdmin(state: AdminState, event: AdminEvent): AdminStep {
  switch (event.kind) {
    case 'link':
      return withLink(state, event.state)
    case 'language':
      return { state: { ...state, language: nextLanguage(state.language) } }
    case 'choose':
      return { state: { ...state, signIn: { ...state.signIn, name: event.name } } }
    case 'sign_in':
      return signIn(state, event.pin)
    case 'lock':
      return lock(state)
    case 'look':
      return look(state, event)
    case 'section':
      return { state: { ...state, section: event.section, form: undefined, remark: undefined } }
    case 'open':
      return { state: open(state, event.act, event.target) }
    case 'reason':
      return { state: withForm(state, { reason: event.reason }) }
    case 'field':
      return { state: withField(state, event.field, event.text) }
    case 'back':
      return { state: back(state) }
    case 'go':
      return go(state, event)
    case 'answer':
      return withAnswer(state, event)
  }
}

/** Whether the one who is signed in may do that. The terminal decides it once more. */
export function mayAct(state: AdminState, act: ActName): boolean {
  return state.signedIn?.rights.includes(ACT_RIGHTS[act]) === true
}

/** Whether the form can go on now. */
export function canGo({ form, link }: AdminState): boolean {
  if (form === undefined || form.isSending || link !== 'open') return false
  return form.step === 'form' || isMeant(form)
}

/** Whether the name that was typed is that of the interface. */
function isMeant({ typed, target }: ActForm): boolean {
  return typed.trim().toUpperCase() === target
}

function withLink(state: AdminState, link: AdminState['link']): AdminStep {
  const next = { ...state, link }
  if (link !== 'open' || state.link === 'open') return { state: next }
  if (state.signedIn !== undefined) return { state: next, call: viewCall(state, true) }
  return { state: next, call: { operation: 'operator.list', input: {} } }
}

function signIn(state: AdminState, pin: string): AdminStep {
  const { name, isSending } = state.signIn
  if (name === undefined || isSending || state.signedIn !== undefined) return { state }
  return {
    state: { ...state, signIn: { ...state.signIn, isSending: true, remark: undefined } },
    call: { operation: 'operator.sign_in', input: { name, pin } },
  }
}

/** Back to names and PIN; nothing of the session stays. */
function lock(state: AdminState): AdminStep {
  const { link, language, signedIn } = state
  if (signedIn === undefined) return { state }
  const locked = { ...NOBODY, link, language }
  const operators = state.signIn.operators
  return {
    state: { ...locked, signIn: { ...NO_SIGN_IN, operators } },
    call: { operation: 'operator.sign_out', input: { session: signedIn.session } },
  }
}

function look(state: AdminState, event: Extract<AdminEvent, { kind: 'look' }>): AdminStep {
  const { signedIn, link } = state
  if (signedIn === undefined || link !== 'open') return { state }
  const call = viewCall(state, event.isIdle)
  if (event.isIdle) return { state, call }
  // Counted from the call on, so that the page never thinks a session longer than it is.
  return { state: { ...state, lockAtMs: event.nowMs + signedIn.lockAfterMs }, call }
}

function viewCall({ signedIn }: AdminState, isIdle: boolean): AdminCall {
  return { operation: 'admin.view', input: { session: signedIn?.session ?? '', isIdle } }
}

function open(state: AdminState, act: ActName, target: string): AdminState {
  if (!mayAct(state, act)) return state
  const form: ActForm = {
    act,
    target,
    reason: undefined,
    words: '',
    administrator: '',
    typed: '',
    step: 'form',
    isSending: false,
    mayPauseInstead: false,
  }
  return { ...state, form, remark: undefined }
}

function withForm(state: AdminState, more: Partial<ActForm>): AdminState {
  const { form } = state
  if (form === undefined || form.isSending) return state
  return { ...state, form: { ...form, ...more }, remark: undefined }
}

/** A payment code must not be kept anywhere, least of all as a reason in the journal. */
function withField(state: AdminState, field: ActField, text: string): AdminState {
  if (/\d{12}/.test(text.replaceAll(/[\s-]/g, ''))) {
    return { ...withForm(state, { [field]: '' }), remark: bad('act.field_is_code') }
  }
  const reason = field === 'words' ? ({ reason: 'other' } as const) : {}
  return withForm(state, { ...reason, [field]: text.slice(0, ACT_FIELD_MAX[field]) })
}

/** One step back. A form that is on its way stays until its answer. */
function back(state: AdminState): AdminState {
  const { form } = state
  if (form === undefined || form.isSending) return state
  if (form.step === 'confirm') return withForm(state, { step: 'form', typed: '' })
  return { ...state, form: undefined, remark: undefined }
}

/** The reason as the journal will keep it. */
export function reasonOf(form: ActForm, language: Language): string {
  if (form.reason === undefined) return ''
  if (form.reason === 'other') return form.words.trim()
  return TEXTS[REASON_TEXTS[form.reason]][language]
}

function go(state: AdminState, event: Extract<AdminEvent, { kind: 'go' }>): AdminStep {
  const { form, signedIn, language } = state
  if (form === undefined || signedIn === undefined || !canGo(state)) return { state }
  const missing = missingOf(form, language)
  if (missing !== undefined) return { state: { ...state, remark: bad(missing) } }
  if (form.act === 'close') {
    if (form.step === 'form') return { state: withForm(state, { step: 'confirm' }) }
    if (event.password === '') {
      return { state: { ...state, remark: bad('act.password_missing') } }
    }
  }
  return {
    state: {
      ...state,
      form: { ...form, isSending: true },
      remark: undefined,
      lockAtMs: event.nowMs + signedIn.lockAfterMs,
    },
    call: callOf(form, { session: signedIn.session, reason: reasonOf(form, language) }, event),
  }
}

type Grounds = { readonly session: string; readonly reason: string }

/** The operation of an act. A password is in it and nowhere else. */
function callOf(
  form: ActForm,
  grounds: Grounds,
  { password }: { readonly password: string },
): AdminCall {
  const { session } = grounds
  const way = form.target as InterfaceName
  switch (form.act) {
    case 'acknowledge':
      return { operation: 'measure.acknowledge', input: { session, measureId: form.target } }
    case 'report_done':
      return { operation: 'measure.report_done', input: { ...grounds, measureId: form.target } }
    case 'pause':
      return { operation: 'interface.pause', input: { ...grounds, interface: way } }
    case 'resume':
      return { operation: 'interface.resume', input: { ...grounds, interface: way } }
    case 'close': {
      const administrator = form.administrator.trim()
      const target = form.target as InterfaceName | 'ALL'
      const input = { ...grounds, interface: target, administrator, password }
      return { operation: 'interface.close', input }
    }
    case 'unlock':
      return { operation: 'clock.unlock', input: grounds }
  }
}

function missingOf(form: ActForm, language: Language): TextKey | undefined {
  const needsReason = ACT_REASONS[form.act].length > 0
  if (needsReason && reasonOf(form, language).length < WORDS_MIN) return 'act.reason_missing'
  const needsName = form.act === 'close' && form.administrator.trim() === ''
  return needsName ? 'act.administrator_missing' : undefined
}

function withAnswer(
  state: AdminState,
  { call, answer, nowMs }: Extract<AdminEvent, { kind: 'answer' }>,
): AdminStep {
  if (call.operation === 'operator.list') {
    return { state: { ...state, signIn: withOperators(state.signIn, answer) } }
  }
  if (call.operation === 'operator.sign_in') return withSignedIn(state, answer, nowMs)
  // The answer to somebody who has left is nobody's business.
  if (state.signedIn === undefined || call.session !== state.signedIn.session) return { state }
  if (isSessionEnded(answer)) {
    const { state: locked } = lock(state)
    return { state: { ...locked, signIn: { ...locked.signIn, remark: remarkOf(answer) } } }
  }
  if (call.operation === 'admin.view') return { state: withView(state, answer, nowMs) }
  return withDone(state, call, answer)
}

function withSignedIn(state: AdminState, answer: Answer, nowMs: number): AdminStep {
  const signedIn = signedInOf(answer)
  if (signedIn === undefined) {
    return { state: { ...state, signIn: withSignInAnswer(state.signIn, answer, nowMs) } }
  }
  const { operators } = state.signIn
  if (!signedIn.rights.includes('administration_view')) {
    const remark = TEXTS['sign_in.not_yours']
    const { session } = signedIn
    return {
      state: { ...state, signIn: { ...NO_SIGN_IN, operators, remark } },
      call: { operation: 'operator.sign_out', input: { session } },
    }
  }
  const lockAtMs = nowMs + signedIn.lockAfterMs
  const next = { ...state, signIn: { ...NO_SIGN_IN, operators }, signedIn, lockAtMs }
  return { state: next, call: viewCall(next, true) }
}

function withView(state: AdminState, answer: Answer, nowMs: number): AdminState {
  if (answer.kind !== 'done') {
    // A picture that was once there stays; that it is old is said.
    const text = remarkOf(answer)
    return text === undefined ? state : { ...state, remark: { text, isGood: false } }
  }
  return { ...state, view: answer.value as Administration, viewedAtMs: nowMs }
}

/** The answer to an act: what became of it is what the terminal shows afterwards. */
function withDone(state: AdminState, call: AnsweredCall, answer: Answer): AdminStep {
  const key = DONE_TEXTS[call.operation]
  if (state.form === undefined || key === undefined) return { state }
  const look = viewCall(state, true)
  if (answer.kind === 'done') {
    const remark: Remark = { text: TEXTS[key], isGood: true }
    return { state: { ...state, form: undefined, remark }, call: look }
  }
  const text = answer.kind === 'lost' ? TEXTS['act.lost'] : remarkOf(answer)
  const isRefused = answer.kind === 'refused'
  const mayPauseInstead =
    isRefused && answer.problem.code === 'closing.unreachable' && mayAct(state, 'pause')
  const form = { ...state.form, isSending: false, mayPauseInstead }
  const tries = isRefused ? answer.problem.triesLeft : undefined
  const remark = text === undefined ? undefined : { text: joined(text, tries), isGood: false }
  // Nobody may guess whether it was done: the form closes on the picture that says so.
  const isOver = answer.kind === 'lost'
  return { state: { ...state, form: isOver ? undefined : form, remark }, call: look }
}

function joined(text: Remark['text'], tries: number | undefined): Remark['text'] {
  if (tries === undefined) return text
  const { 'zh-CN': zh, en } = TEXTS['act.tries_left']
  const filled = (source: string) => source.replace('{tries}', String(tries))
  return { 'zh-CN': `${text['zh-CN']}${filled(zh)}`, en: `${text.en} ${filled(en)}` }
}

function bad(key: TextKey): Remark {
  return { text: TEXTS[key], isGood: false }
}
