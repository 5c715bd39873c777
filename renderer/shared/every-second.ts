import { useEffect, useState } from 'preact/hooks'
import { pageTimers } from '../connection/page-connection.ts'

/** Draws the component again every second while `isNeeded`. */
export function useEverySecond(isNeeded: boolean): void {
  const [, redraw] = useState(0)
  useEffect(() => {
    if (!isNeeded) return
    return pageTimers.after(1_000, () => redraw((count) => count + 1))
  })
}
