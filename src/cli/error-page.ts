import { ERRORS } from '../domain/errors.ts'

/** Writes the page that lists every code of the error table, from the table. */
export function buildErrorPage(): string {
  const rows = Object.entries(ERRORS).map(
    ([code, { moneyTaken, status, staff }]) =>
      `| \`${code}\` | ${moneyTaken} | ${status} | ${staff['zh-CN']}<br>${staff.en} |`,
  )
  return `${[
    '# Error codes',
    '',
    'Every refusal and fault of the terminal. A code is never renamed and never reused; new ones are',
    'added. "Money" says whether money was taken when it is said; "HTTP" is its status on the local API.',
    'On an attempt, the attempt’s own outcome decides what `moneyTaken` says.',
    '',
    '| Code | Money | HTTP | What staff read |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')}`
}
