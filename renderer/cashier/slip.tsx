import type { ShiftView } from './shift-state.ts'

type Row = ShiftView['rows'][number]

type SlipProps = { readonly rows: readonly Row[]; readonly isForPrintOnly?: boolean }

/** A report as it is printed: its rows, whatever the width of the paper. */
export function Slip({ rows, isForPrintOnly = false }: SlipProps) {
  return (
    <article class={isForPrintOnly ? 'slip slip-unseen' : 'slip'}>
      {rows.map((row, index) => (
        <SlipRow key={index} row={row} />
      ))}
    </article>
  )
}

function SlipRow({ row }: { readonly row: Row }) {
  const { role, left, right } = row
  if (role === 'rule' || role === 'double_rule') return <hr class={`slip-${role}`} />
  return (
    <p class={`slip-row slip-${role}`}>
      <span>{left}</span>
      {right !== '' && <span>{right}</span>}
    </p>
  )
}
