/** What people do at the console: press an act in a dialog, choose, find a row. */
import type { Locator, Page } from 'playwright-core'

export const dialog = (page: Page): Locator => page.getByRole('dialog')

/** Presses the act of the open dialog, by its name. */
export const act = (page: Page, name: string | RegExp): Promise<void> =>
  dialog(page).getByRole('button', { name, exact: true }).click()

/** The row of a table that has this text. */
export const row = (page: Page, text: string | RegExp): Locator => page.locator('main tbody tr', { hasText: text })

/** Waits for what the page says when an act is done. */
export const said = (page: Page, text: string | RegExp): Promise<void> =>
  page.locator('.toasts').getByText(text).first().waitFor()

/** Sets a box of the open dialog. */
export async function choose(page: Page, name: string, on: boolean): Promise<void> {
  const box = dialog(page).locator(`input[type=checkbox][name="${name}"]`)
  if (on) await box.check()
  else await box.uncheck()
}
