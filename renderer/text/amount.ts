/**
 * Writes fen as yuan with two decimals and thousands apart: `123456` is `1,234.56`. Integer
 * arithmetic and digits only.
 *
 * @param amountFen money in fen, an integer of at least 0
 */
export function formatAmount(amountFen: number): string {
  const digits = String(amountFen).padStart(3, '0')
  const yuan = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ',')
  return `${yuan}.${digits.slice(-2)}`
}

/**
 * How wide an amount is, in tenths of the width of one digit, for choosing its size: a point or a
 * comma is half a digit.
 */
export function amountWidth(amount: string): number {
  let tenths = 0
  for (const sign of amount) tenths += sign === '.' || sign === ',' ? 5 : 10
  return tenths
}
