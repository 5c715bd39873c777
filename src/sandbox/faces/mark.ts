import type { Colour } from './picture.ts'

/**
 * The mark that everybody drawn wears as a collar: a row of cells, magenta at the picture's left, white,
 * six bits of the number, three check bits, black, green. It is how the sandbox tells drawn people apart;
 * it has nothing to do with recognising a face.
 */
export const MARK_START: Colour = [225, 0, 215]
export const MARK_END: Colour = [0, 205, 60]
export const MARK_LIGHT: Colour = [238, 238, 238]
export const MARK_DARK: Colour = [22, 22, 22]

const ID_BITS = 6
const CHECK_BITS = 3
/** Of the number, of its check, and of the two that show what light and dark are now. */
export const MARK_CELLS = ID_BITS + CHECK_BITS + 4

/** Three bits that differ when one or two neighbouring bits do. */
function checkOf(personId: number): number {
  let rest = (personId << CHECK_BITS) ^ 0b101
  for (let bit = ID_BITS - 1; bit >= 0; bit -= 1) {
    if ((rest >> (bit + CHECK_BITS)) & 1) rest ^= 0b1011 << bit
  }
  return rest & 0b111
}

/** What the cells between start and end say, light as 1: light, number, check, dark. */
export function markBits(personId: number): readonly number[] {
  const word = (personId << CHECK_BITS) | checkOf(personId)
  const bits: number[] = [1]
  for (let bit = ID_BITS + CHECK_BITS - 1; bit >= 0; bit -= 1) bits.push((word >> bit) & 1)
  return [...bits, 0]
}

/** The number that cells say, or undefined when they are no mark. */
export function personOfBits(bits: readonly number[]): number | undefined {
  if (bits.length !== MARK_CELLS - 2 || bits[0] !== 1 || bits.at(-1) !== 0) return undefined
  const word = bits.slice(1, -1).reduce((sum, bit) => sum * 2 + bit, 0)
  const personId = word >> CHECK_BITS
  return checkOf(personId) === (word & 0b111) ? personId : undefined
}
