/** A theme chosen by hand; without one the screen follows the system. */
export type Theme = 'light' | 'dark'

/** Puts a theme on; anything but a theme's name leaves it to the system. */
export function applyTheme(page: Document, theme: string | null): void {
  if (theme === 'light' || theme === 'dark') page.documentElement.dataset.theme = theme
}

/** The theme that is not on now. */
export function otherTheme(page: Document): Theme {
  const chosen = page.documentElement.dataset.theme
  const isDark =
    chosen === undefined
      ? (page.defaultView?.matchMedia('(prefers-color-scheme: dark)').matches ?? false)
      : chosen === 'dark'
  return isDark ? 'light' : 'dark'
}
