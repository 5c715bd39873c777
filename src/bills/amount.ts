/** Beyond this many digits of yuan the sum could not be an exact integer of fen. */
const YUAN = /^(-?)(\d{1,12})(?:\.(\d{1,5}))?$/

/**
 * Yuan as a bill writes them, in fen; undefined when the text is no amount or not whole fen. Reads
 * digits and never a fraction: `0.1` and `0.10` are 10.
 */
export function fenOfYuan(text: string): number | undefined {
  const match = YUAN.exec(text)
  if (!match) return undefined
  const [, sign, whole = '', decimals = ''] = match
  if (/[^0]/.test(decimals.slice(2))) return undefined
  const fen = Number(whole) * 100 + Number(decimals.slice(0, 2).padEnd(2, '0'))
  return sign === '-' && fen !== 0 ? -fen : fen
}
