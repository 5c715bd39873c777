import '../shared/base.css'
import './customer.css'
import { render } from 'preact'
import { connectPage, pageTimers } from '../connection/page-connection.ts'
import { markPainted } from '../shared/paint-mark.ts'
import { applyTheme } from '../shared/theme.ts'
import { readLanguage } from '../text/language.ts'
import { translate } from '../text/translate.ts'
import { CustomerApp } from './customer-app.tsx'
import { type CustomerEvent, initialCustomer, reduceCustomer } from './state.ts'

function start(root: HTMLElement): void {
  const settings = new URLSearchParams(location.search)
  let state = initialCustomer(readLanguage(settings.get('language')) ?? 'zh-CN')
  applyTheme(document, settings.get('theme'))

  const draw = (): void => {
    document.documentElement.lang = state.language
    document.title = translate(state.language, 'customer.title')
    render(<CustomerApp state={state} switchLanguage={switchLanguage} />, root)
  }

  function dispatch(event: CustomerEvent): void {
    state = reduceCustomer(state, event)
    draw()
  }

  function switchLanguage(): void {
    dispatch({ kind: 'language' })
  }

  connectPage(window, {
    screen: 'customer',
    onState: (link) => dispatch({ kind: 'link', state: link }),
    onModel: (model) => {
      dispatch({ kind: 'model', model, atMs: pageTimers.nowMs() })
      markPainted(window, model.revision)
    },
  })
  window.addEventListener('keydown', (event) => {
    if (event.key !== 'F9') return
    event.preventDefault()
    if (!event.repeat) switchLanguage()
  })
  draw()
}

const root = document.getElementById('root')
if (root !== null) start(root)
