/** What a terminal shows two cells wide: CJK, their punctuation, and full-width forms. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u

/** How many cells a text takes on a terminal. */
export function displayWidth(text: string): number {
  let cells = 0
  for (const character of text) {
    const isAstral = character.length > 1
    cells += isAstral || WIDE.test(character) ? 2 : 1
  }
  return cells
}

/** Fills up to `cells` on the right; a longer text stays whole. */
export function padRight(text: string, cells: number): string {
  return text + ' '.repeat(Math.max(0, cells - displayWidth(text)))
}
