import '../shared/base.css'
import '../cashier/panel.css'
import '../cashier/side.css'
import '../cashier/cashier.css'
import '../cashier/shift.css'
import '../cashier/refund.css'
import '../shared/sign-in.css'
import './admin.css'
import './sections.css'
import { render } from 'preact'
import { adminCaller } from '../connection/admin-caller.ts'
import { connectPage, pageTimers } from '../connection/page-connection.ts'
import { oneAtATime } from '../shared/one-at-a-time.ts'
import { markPainted } from '../shared/paint-mark.ts'
import { recall, remember } from '../shared/preferences.ts'
import { applyTheme, otherTheme } from '../shared/theme.ts'
import { readLanguage } from '../text/language.ts'
import { translate } from '../text/translate.ts'
import { AdminApp } from './admin-app.tsx'
import { AdminControl } from './admin-control.ts'
import { pressKey } from './admin-key-bar.tsx'
import { listenToAdminKeys } from './admin-keyboard.ts'

function start(root: HTMLElement): void {
  const asked = new URLSearchParams(location.search).get('language')
  const language = readLanguage(recall('cashier.language')) ?? readLanguage(asked) ?? 'zh-CN'
  applyTheme(document, recall('cashier.theme'))

  const draw = oneAtATime(() => {
    const { state } = control
    document.documentElement.lang = state.language
    document.title = translate(state.language, 'admin.title')
    render(<AdminApp state={state} control={control} settle={settle} />, root)
  })

  function settle(setting: 'language' | 'theme'): void {
    if (setting === 'theme') {
      const theme = otherTheme(document)
      remember('cashier.theme', theme)
      applyTheme(document, theme)
      return
    }
    control.dispatch({ kind: 'language' })
    remember('cashier.language', control.state.language)
  }

  const control = new AdminControl({
    call: adminCaller((call, manner) => connection.call(call, manner)),
    timers: pageTimers,
    language,
    draw,
    leave: () => {
      connection.close()
      location.replace('./cashier.html')
    },
  })
  const connection = connectPage(window, {
    screen: 'cashier',
    onState: (link) => control.dispatch({ kind: 'link', state: link }),
    onModel: (model) => {
      control.onModel(model)
      markPainted(window, model.revision)
    },
  })
  listenToAdminKeys(window, control, (key) =>
    pressKey(key, { state: control.state, control, settle }),
  )
  draw()
}

const root = document.getElementById('root')
if (root !== null) start(root)
