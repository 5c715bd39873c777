/** Reads a remembered choice; null when there is none or the storage is closed to us. */
export function recall(name: string): string | null {
  try {
    return localStorage.getItem(`guitai.${name}`)
  } catch {
    return null
  }
}

/** Remembers a choice for this screen; a closed storage only means that it is forgotten. */
export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(`guitai.${name}`, value)
  } catch {
    // A kiosk may forbid storage; the choice then lasts until the next reload.
  }
}
