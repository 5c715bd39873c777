const STORED_AS = 'guitai.token'

/**
 * Takes the token out of the address (`#token=…`) and clears the address bar; a reload finds it in
 * the tab's own storage. Empty when there is none.
 */
export function takeToken(page: Window): string {
  const given = new URLSearchParams(page.location.hash.slice(1)).get('token')
  if (given !== null) {
    page.sessionStorage.setItem(STORED_AS, given)
    page.history.replaceState(null, '', page.location.pathname + page.location.search)
  }
  return given ?? page.sessionStorage.getItem(STORED_AS) ?? ''
}
