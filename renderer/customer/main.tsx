import '../shared/base.css'
import './customer.css'
import './face.css'
import './face-stages.css'
import { render } from 'preact'
import { connectPage, pageTimers } from '../connection/page-connection.ts'
import { oneAtATime } from '../shared/one-at-a-time.ts'
import { markPainted } from '../shared/paint-mark.ts'
import { recall, remember } from '../shared/preferences.ts'
import { applyTheme } from '../shared/theme.ts'
import { readLanguage } from '../text/language.ts'
import { translate } from '../text/translate.ts'
import { CustomerApp } from './customer-app.tsx'
import { PageFaceDesk } from './face-desk.ts'
import { customerKeyboard } from './keyboard.ts'
import { type CustomerEvent, initialCustomer, reduceCustomer } from './state.ts'

function start(root: HTMLElement): void {
  const settings = new URLSearchParams(location.search)
  const language = readLanguage(settings.get('language')) ?? 'zh-CN'
  const voice = recall('voice') ?? settings.get('voice')
  let state = initialCustomer(language, voice !== 'off')
  applyTheme(document, settings.get('theme'))

  const draw = oneAtATime(() => {
    document.documentElement.lang = state.language
    document.title = translate(state.language, 'customer.title')
    render(<CustomerApp state={state} desk={desk} act={act} />, root)
  })

  const desk = new PageFaceDesk(window, {
    call: (call, manner) => connection.call(call, manner),
    timers: pageTimers,
    state: () => state,
    change: (change) => dispatch({ kind: 'face', change }),
    draw,
  })

  function dispatch(event: CustomerEvent): void {
    state = reduceCustomer(state, event)
    // The camera is closed before anything is drawn.
    desk.follow(state)
    draw()
  }

  function act(kind: 'language' | 'voice'): void {
    dispatch({ kind })
    if (kind === 'voice') remember('voice', state.isVoiceOn ? 'on' : 'off')
  }

  const connection = connectPage(window, {
    screen: 'customer',
    onState: (link) => dispatch({ kind: 'link', state: link }),
    onModel: (model) => {
      dispatch({ kind: 'model', model, atMs: pageTimers.nowMs() })
      markPainted(window, model.revision)
    },
  })
  const listen = customerKeyboard({
    language: () => act('language'),
    key: desk.key,
    leave: () => desk.press('decline'),
  })
  window.addEventListener('keydown', listen)
  draw()
}

const root = document.getElementById('root')
if (root !== null) start(root)
