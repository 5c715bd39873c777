declare global {
  interface Window {
    /** Which picture was last painted, and when (Unix ms with fractions). Read by benchmarks. */
    guitaiPaint?: { readonly revision: number; readonly atMs: number }
  }
}

/**
 * Records when the picture of `revision` reached the glass: a message posted from an animation frame
 * arrives after that frame was laid out and painted. Also left on the root element as
 * `data-painted-revision`, for scripts that wait for it.
 */
export function markPainted(page: Window, revision: number): void {
  page.requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      page.guitaiPaint = { revision, atMs: performance.timeOrigin + performance.now() }
      page.document.documentElement.dataset.paintedRevision = String(revision)
      port1.close()
    }
    port2.postMessage(null)
  })
}
