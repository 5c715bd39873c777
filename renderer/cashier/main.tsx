import '../shared/base.css'
import './panel.css'
import './scene.css'
import './side.css'
import './cashier.css'
import './shift.css'
import './refund.css'
import './by-hand.css'
import '../shared/sign-in.css'
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
import { TillViews } from './till-views.ts'

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
    render(<CashierApp state={state} dispatch={dispatch} act={act} views={views} />, root)
  })

  const views = new TillViews({
    call: (call, manner) => connection.call(call, manner),
    timers: pageTimers,
    language: () => state.language,
    draw,
    tell: (text) => dispatch({ kind: 'told', text }),
    print: () => window.print(),
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
      views.shift.onLanguage()
    } else if (keyAct === 'shift') {
      if (canLeavePanel(state)) views.shift.open()
    } else if (keyAct === 'admin') {
      if (canAdminister(state)) openAdmin(connection, state.language)
    } else if (keyAct === 'refund') {
      if (canRefund(state)) views.refund.open()
    } else if (keyAct === 'check_pending') {
      dispatch({ kind: 'check_pending' })
    } else if (keyAct !== 'cancel' || !views.refund.isJustClosed) {
      dispatch({ kind: 'intent', intent: keyAct })
    }
  }

  const connection = connectPage(window, {
    screen: 'cashier',
    onState: (link) => {
      const isNew = link !== state.link
      dispatch({ kind: 'link', state: link })
      views.onLink(link, isNew)
    },
    onModel: (model) => {
      const cue = cueFor(state.arrival?.model, model)
      dispatch({ kind: 'model', model, atMs: pageTimers.nowMs() })
      views.onModel(model)
      markPainted(window, model.revision)
      if (cue !== undefined) sounds.play(cue)
    },
    onSale: (sale) => views.onSale(sale),
  })
  for (const name of ['pointerdown', 'keydown']) window.addEventListener(name, sounds.wake)
  const settings = { F9: () => act('language'), F10: () => act('theme') }
  listenToKeyboard(window, {
    type: (key) => dispatch({ kind: 'type', key }),
    erase: () => dispatch({ kind: 'erase' }),
    clear: () => dispatch({ kind: 'clear' }),
    collect: () => dispatch({ kind: 'collect' }),
    act,
    cover: () => views.cover(settings),
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
