/**
 * Makes a drawing that never begins inside itself: a field that is taken away loses its focus while
 * the page is drawn, and what that changes is drawn right after.
 */
export function oneAtATime(draw: () => void): () => void {
  let isDrawing = false
  let isWanted = false
  return () => {
    isWanted = true
    if (isDrawing) return
    isDrawing = true
    try {
      while (isWanted) {
        isWanted = false
        draw()
      }
    } finally {
      isDrawing = false
    }
  }
}
