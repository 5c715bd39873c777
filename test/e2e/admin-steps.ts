import type { Page } from 'playwright-core'

/** Signs somebody in where a page asks for name and PIN. */
export async function signInAt(
  page: Page,
  { name, pin }: { readonly name: string; readonly pin: string },
): Promise<void> {
  await page.locator('.sign-in-name', { hasText: name }).click()
  await page.keyboard.type(pin)
  await page.keyboard.press('Enter')
}

/** Fills in the form that closes a way to pay, up to the last key; the admin screen is open. */
export async function fillClosing(
  page: Page,
  given: {
    readonly way: string
    readonly administrator: string
    readonly password: string
  },
): Promise<void> {
  await page.keyboard.press('3')
  await page.locator(`[data-interface="${given.way}"] .act-button[data-act="close"]`).click()
  await page.locator('.refund-reason').first().click()
  await page.locator('[name="act-administrator"]').fill(given.administrator)
  await page.keyboard.press('F8')
  await page.locator('[name="act-typed"]').fill(given.way)
  await page.locator('[name="guitai-secret"]').fill(given.password)
}
