import '../shared/base.css'
import './panel.css'
import './side.css'
import './cashier.css'
import './shift.css'
import './refund.css'
import { render } from 'preact'
import type { Call, Connection } from '../connection/connection.ts'
import { connectPage, pageTimers } from '../connection/page-connection.ts'
import { oneAtATime } from '../shared/one-at-a-time.ts'
import { markPainted } from '../shared/paint-mark.ts'
import { recall, remember } from '../shared/preferences.ts'
import { applyTheme, otherTheme } from '../shared/theme.ts'
import { type Language, readLanguage } from '../text/language.ts'
import { translate } from '../text/translate.ts'
import { CashierApp } from './cashier-app.tsx'
import { cueFor } from './cue.ts'
import type { KeyAct } from './key-bar.tsx'
import { listenToKeyboard } from './keyboard.ts'
import { RefundControl } from './refund-control.ts'
import { ShiftControl } from './shift-control.ts'
import { createSounds } from './sounds.ts'
import {
  type Act,
  type CashierEvent,
  canAdminister,
  canLeavePanel,
  canRefund,
  initialCashier,
  reduceCashier,
} from './state.ts'

/** How long the question of a first F4 stays open. */
const ASK_LIFE_MS = 6_000

function start(root: HTMLElement): void {
  let state = initialCashier(firstLanguage())
  let forgetAsk: () => void = () => {}
  const sounds = createSounds()
  applyTheme(document, recall('cashier.theme'))

  const draw = oneAtATime(() => {
    document.documentElement.lang = state.language
    document.title = translate(state.language, 'cashier.title')
    const views = { shift, refund }
    render(<CashierApp state={state} dispatch={dispatch} act={act} views={views} />, root)
  })

  const shift = new ShiftControl({
    call: (call) => connection.call(call),
    after: pageTimers.after,
    language: () => state.language,
    draw,
    print: () => window.print(),
  })

  const refund = new RefundControl({
    call: (call) => connection.call(call),
    after: pageTimers.after,
    language: () => state.language,
    draw,
    tell: (text) => dispatch({ kind: 'told', text }),
  })

  function dispatch(event: CashierEvent): void {
    const step = reduceCashier(state, event)
    if (step.state.isCancelAsked && !state.isCancelAsked) {
      forgetAsk = pageTimers.after(ASK_LIFE_MS, () => dispatch({ kind: 'ask_expired' }))
    }
    if (!step.state.isCancelAsked) forgetAsk()
    state = step.state
    if (step.act !== undefined) send(step.act)
    draw()
  }

  function send(given: Act): void {
    // The next digits belong to the next amount, not to a field that was left focused.
    if (document.activeElement instanceof HTMLInputElement) document.activeElement.blur()
    const clientId = crypto.randomUUID()
    const call = { operation: given.operation, input: { ...given.input, clientId } } as Call
    connection
      .call(call)
      .then((answer) => dispatch({ kind: 'answer', act: given, answer }))
      .catch(reportError)
  }

  function act(keyAct: KeyAct): void {
    if (keyAct === 'theme') {
      switchTheme()
    } else if (keyAct === 'language') {
      dispatch({ kind: 'language' })
      remember('cashier.language', state.language)
      shift.onLanguage()
    } else if (keyAct === 'shift') {
      if (canLeavePanel(state)) shift.open()
    } else if (keyAct === 'admin') {
      if (canAdminister(state)) openAdmin(connection, state.language)
    } else if (keyAct === 'refund') {
      if (canRefund(state)) refund.open()
    } else if (keyAct === 'check_pending') {
      dispatch({ kind: 'check_pending' })
    } else if (keyAct !== 'cancel' || !refund.isJustClosed) {
      dispatch({ kind: 'intent', intent: keyAct })
    }
  }

  const connection = connectPage(window, {
    onState: (link) => {
      dispatch({ kind: 'link', state: link })
      for (const view of [shift, refund]) view.onLink(link)
    },
    onModel: (model) => {
      const cue = cueFor(state.arrival?.model, model)
      dispatch({ kind: 'model', model, atMs: pageTimers.nowMs() })
      for (const view of [shift, refund]) view.onModel(model)
      markPainted(window, model.revision)
      if (cue !== undefined) sounds.play(cue)
    },
    onSale: (sale) => refund.onSale(sale),
  })
  for (const name of ['pointerdown', 'keydown']) window.addEventListener(name, sounds.wake)
  const settings = { F9: () => act('language'), F10: () => act('theme') }
  listenToKeyboard(window, {
    type: (key) => dispatch({ kind: 'type', key }),
    erase: () => dispatch({ kind: 'erase' }),
    clear: () => dispatch({ kind: 'clear' }),
    collect: () => dispatch({ kind: 'collect' }),
    act,
    cover: () => shift.cover(settings) ?? refund.cover(settings),
  })
  draw()
}

function firstLanguage(): Language {
  const asked = new URLSearchParams(location.search).get('language')
  return readLanguage(recall('cashier.language')) ?? readLanguage(asked) ?? 'zh-CN'
}

/** The admin screen in place of this one; it gives the place back by Esc, or when a sale begins. */
function openAdmin(connection: Connection, language: Language): void {
  remember('cashier.language', language)
  connection.close()
  location.replace('./admin.html')
}

function switchTheme(): void {
  const theme = otherTheme(document)
  remember('cashier.theme', theme)
  applyTheme(document, theme)
}

const root = document.getElementById('root')
if (root !== null) start(root)
