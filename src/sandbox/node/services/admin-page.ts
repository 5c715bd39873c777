/** The script of the page. It asks for the control token, keeps it in memory, and draws text only. */
const SCRIPT = `
'use strict'
const TEXT = {
  zh: {
    title: '终端服务（沙箱）', token: '控制令牌', open: '打开', lang: 'English', refresh: '刷新',
    demo: '一键示范：入网、审批、限额、终端码', code: '终端注册码（24 小时内用一次）',
    merchants: '商户', stores: '门店与接口', applications: '接口申请', terminals: '终端',
    measures: '处置措施', certificates: 'API 证书', acts: '操作记录', events: '风险事件',
    none: '无', approve: '通过', reject: '驳回', ref: '审批编号', lift: '解除', suspend: '停用',
    resume: '恢复', revoke: '吊销', take: '采取措施', params: '参数（JSON）', scope: '接口（空为全部）',
    code_of: '措施', unlock: '解锁关闭', enforce: '未带授权的支付请求',
    on: '拒绝', off: '放行', failed: '未成功', done: '已完成', reason: '原因',
    act: '其他操作（角色、名称、JSON）', role: '角色', name: '名称', send: '提交',
  },
  en: {
    title: 'Terminal services (sandbox)', token: 'Control token', open: 'Open', lang: '中文',
    refresh: 'Refresh', demo: 'Demonstration: admit, approve, limits, enrolment code',
    code: 'Enrolment code (once, within 24 hours)', merchants: 'Merchants',
    stores: 'Stores and interfaces', applications: 'Applications', terminals: 'Terminals',
    measures: 'Measures', certificates: 'API certificates', acts: 'Who did what',
    events: 'Risk events', none: 'none', approve: 'Approve', reject: 'Reject',
    ref: 'Approval reference', lift: 'Lift', suspend: 'Suspend', resume: 'Resume',
    revoke: 'Revoke', take: 'Take measure', params: 'Parameters (JSON)',
    scope: 'Interfaces (empty: all)', code_of: 'Measure', unlock: 'Unlock closing',
    enforce: 'Payment calls without a grant', on: 'refuse', off: 'let pass',
    failed: 'Not done', done: 'Done', reason: 'Reason',
    act: 'Anything else (role, name, JSON)', role: 'Role', name: 'Name', send: 'Send',
  },
}
let lang = navigator.language.startsWith('zh') ? 'zh' : 'en'
let token = ''
let view
let message = ''
const say = (key) => TEXT[lang][key] ?? key
const make = (name, text, ...inner) => {
  const element = document.createElement(name)
  if (text) element.textContent = text
  element.append(...inner)
  return element
}
const field = (key, value) => {
  const input = make('input')
  input.value = value ?? ''
  return { input, label: make('label', say(key) + ' ', input) }
}
const button = (key, run) => {
  const element = make('button', say(key))
  element.type = 'button'
  element.addEventListener('click', run)
  return element
}
const call = async (name, value) => {
  const answer = await fetch('/sandbox/services/' + name, {
    method: value === undefined ? 'GET' : 'POST',
    headers: { Authorization: 'Bearer ' + token },
    ...(value === undefined ? {} : { body: JSON.stringify(value) }),
  })
  const told = await answer.json()
  if (!answer.ok) throw new Error([told.error, ...(told.faults ?? []), told.needs ?? ''].join(' '))
  return told
}
const act = async (name, value, shown) => {
  try {
    const told = await call(name, value)
    message = say('done') + (shown ? ' — ' + shown(told) : '')
    view = await call('overview')
  } catch (error) {
    message = say('failed') + ' — ' + error.message
  }
  draw()
}
const table = (key, rows, cells) => {
  const section = make('section', '', make('h2', say(key)))
  if (rows.length === 0) section.append(make('p', say('none')))
  const body = make('tbody')
  for (const row of rows) {
    const line = make('tr')
    for (const cell of cells(row)) {
      line.append(typeof cell === 'string' ? make('td', cell) : make('td', '', ...cell))
    }
    body.append(line)
  }
  section.append(make('table', '', body))
  return section
}
// With room to break a line at.
const json = (value) => JSON.stringify(value).replace(/,(?=["{])/g, ', ')
const approving = (row) => {
  const reference = field('ref')
  const application_id = row.id
  const role = 'scene-issuer'
  const approve = () => act('approvals', { role, application_id, approval_ref: reference.input.value })
  return [reference.label, button('approve', approve),
    button('reject', () => act('rejections', { role, application_id }))]
}
const measuring = (merchant_id) => {
  const code = field('code_of', 'M1')
  const scope = field('scope')
  const params = field('params', '{}')
  const run = () => {
    const interfaces = scope.input.value.split(/[ ,]+/).filter((one) => one !== '')
    try {
      const asked = JSON.parse(params.input.value)
      const { deadline, on_deadline, ack_due, effective_at, ...rest } = asked
      const dates = { deadline, on_deadline, ack_due, effective_at }
      act('measures', { role: 'risk-issuer', merchant_id, code: code.input.value, interfaces, params: rest, ...dates })
    } catch (error) {
      message = say('failed') + ' — ' + error.message
      draw()
    }
  }
  return [code.label, scope.label, params.label, button('take', run)]
}
const standing = (row) => {
  const reason = field('reason', 'by hand')
  const asked = (name) => () =>
    act(name, { role: 'risk-issuer', serial: row.serial, reason: reason.input.value })
  if (row.status === 'LIVE') return [reason.label, button('suspend', asked('suspensions'))]
  return row.status === 'SUSPENDED' ? [reason.label, button('resume', asked('resumptions'))] : []
}
const free = () => {
  const role = field('role', 'merchant')
  const name = field('name', 'applications')
  const value = make('textarea')
  value.value = '{}'
  const run = () => {
    try {
      act(name.input.value, { role: role.input.value, ...JSON.parse(value.value) }, json)
    } catch (error) {
      message = say('failed') + ' — ' + error.message
      draw()
    }
  }
  return make('section', '', make('h2', say('act')), role.label, name.label, value, button('send', run))
}
const drawn = () => [
  make('p', '', button('demo', () => act('demo', {}, (told) => told.serial + ' · ' + say('code') + ': ' + told.code)), ' ',
    make('span', say('enforce') + ': ' + say(view.enforced ? 'on' : 'off') + ' '),
    button(view.enforced ? 'off' : 'on', () => act('enforcement', { on: !view.enforced }))),
  table('merchants', view.merchants, (row) => [row.id, row.name, row.kind + ' ' + row.risk_level,
    row.terminated ? 'M10' : '', row.closed.map((one) => one.interface + ' ' + one.by).join(', '),
    [...measuring(row.id), button('unlock', () => act('unlocks', { role: 'scene-issuer', merchant_id: row.id }))]]),
  table('applications', view.applications, (row) => [row.merchantId, row.store.id + ' ' + row.store.address,
    row.interfaces.map((one) => one.type).join(', '), row.status + ' ' + (row.approval_ref ?? ''),
    row.status === 'PENDING' ? approving(row) : '']),
  table('stores', view.stores, (row) => [row.merchantId, row.id + ' ' + row.name, row.address,
    row.interfaces.map((one) => one.type + ' (' + one.approval_ref + ')').join(', ')]),
  table('terminals', view.terminals, (row) => [row.serial, row.merchantId + ' / ' + row.storeId,
    row.status + ' ' + (row.suspendedFor ?? ''), 'v' + row.grantVersion + ' (≥ v' + row.minimumVersion + ')',
    '#' + row.counters.highest, standing(row)]),
  table('measures', view.measures, (row) => [row.merchantId, row.measure.code,
    row.measure.scope.interfaces.join(', '), json(row.measure.params), row.measure.effective_at,
    row.liftedAt ?? '', row.liftedAt ? '' :
      [button('lift', () => act('lifts', { role: 'risk-issuer', measure_id: row.measure.measure_id }))]]),
  table('certificates', view.certificates, (row) => [row.merchantId, row.serial, row.revokedAt ?? '',
    row.revokedAt ? '' : [button('revoke',
      () => act('revocations', { role: 'merchant', merchant_id: row.merchantId, serial: row.serial }))]]),
  table('events', view.events, (row) => [row.at, row.serial, row.kind, String(row.trigger ?? ''), json(row.facts)]),
  table('acts', view.acts, (row) => [row.at, row.role, row.act, row.subject]),
  free(),
]
const draw = () => {
  document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en'
  document.title = say('title')
  const key = field('token', token)
  key.input.type = 'password'
  key.input.addEventListener('input', () => { token = key.input.value.trim() })
  const open = button(view ? 'refresh' : 'open', async () => {
    message = ''
    try { view = await call('overview') } catch (error) { message = say('failed') + ' — ' + error.message }
    draw()
  })
  const other = button('lang', () => { lang = lang === 'zh' ? 'en' : 'zh'; draw() })
  const told = make('p', message)
  told.setAttribute('role', 'status')
  document.body.replaceChildren(
    make('h1', say('title')), make('p', '', key.label, open, ' ', other), told, ...(view ? drawn() : []),
  )
}
draw()
`

const STYLE = `
:root { color-scheme: light dark; font-family: 'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', system-ui, sans-serif; }
* { box-sizing: border-box; }
body { margin: 1.5rem; max-width: 90rem; }
section { margin-top: 1.5rem; overflow-x: auto; }
h2 { font-size: 1.1rem; }
table { border-collapse: collapse; width: 100%; }
td { border-top: 1px solid #8886; padding: .4rem .6rem .4rem 0; vertical-align: top; }
label { display: inline-block; white-space: nowrap; }
input, textarea, button { font: inherit; padding: .2rem .5rem; margin: .1rem .4rem .1rem 0; }
textarea { display: block; width: 100%; min-height: 6rem; font-family: monospace; }
[role='status']:not(:empty) { border-left: .3rem solid #1677ff; padding-left: .6rem; }
`

/** The page for people; NONCE stands where the nonce of its answer belongs. */
export const ADMIN_PAGE = `<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>终端服务</title>
<style nonce="NONCE">${STYLE}</style>
<body>
<script nonce="NONCE">${SCRIPT}</script>
</body>
</html>
`
