import type { ShiftView } from '../api/shift-protocol.ts'
import { beijingTime } from '../domain/beijing-time.ts'
import type { Language } from '../domain/errors.ts'

type Row = ShiftView['rows'][number]

const TITLES = { 'zh-CN': '班次', en: 'Shift' } as const

/** Prints on a receipt printer's 80 mm as on A4; the page itself says how wide it is. */
const STYLE = `
:root { color: #000; background: #fff; font-family: "PingFang SC", "Microsoft YaHei",
  "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", system-ui, sans-serif; font-size: 11pt;
  line-height: 1.4; font-variant-numeric: tabular-nums; }
body { margin: 0; padding: 8mm 4mm; }
article { max-width: 120mm; margin: 0 auto 12mm; break-after: page; }
article:last-child { break-after: auto; }
h1, h2 { margin: 0; font-size: 1.15em; }
h1 { text-align: center; }
.row { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1em; margin: 0; }
.row span { overflow-wrap: anywhere; white-space: pre-wrap; }
.row span:last-child:not(:only-child) { margin-inline-start: auto; text-align: end; }
.sum { font-size: 1.15em; font-weight: 700; }
.small { font-size: 0.85em; }
hr { border: 0; border-block-start: 1px dashed #000; margin: 1.5mm 0; }
hr.double_rule { border-block-start: 3px double #000; }
@page { margin: 4mm; }
@media print { body { padding: 0; } }
@media print and (max-width: 90mm) { :root { font-size: 9pt; } }
`

/**
 * The reports as one page that any browser shows and prints: one file, nothing loaded from anywhere.
 * Every shift begins on a sheet of its own.
 */
export function shiftPage(shifts: readonly ShiftView[], language: Language): string {
  const names = shifts.map(({ number, toMs }) => `${number} ${beijingTime(toMs)}`)
  const articles = shifts.map(
    ({ rows }) => `<article>\n${rows.map(rowHtml).join('\n')}\n</article>`,
  )
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(`${TITLES[language]} ${names.join(', ')}`.trim())}</title>
<style>${STYLE}</style>
</head>
<body>
${articles.join('\n')}
</body>
</html>
`
}

function rowHtml({ role, left, right }: Row): string {
  if (role === 'rule' || role === 'double_rule') return `<hr class="${role}">`
  if (role === 'title') return `<h1>${escapeHtml(left)}</h1>`
  const spans = [left, right]
    .filter((text) => text !== '')
    .map((text) => `<span>${escapeHtml(text)}</span>`)
  const tag = role === 'heading' ? 'h2' : 'p'
  return `<${tag} class="row ${role}">${spans.join('')}</${tag}>`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign)
}
